"""Packages that have Perspective's host in their code work on a machine set up by the recipe, each as its own page shows it."""

import re
import subprocess
from typing import Any

import pytest

from tests.service.http.clients.conftest import PreparedMachine
from tests.service.http.clients.telling_apart import is_told_apart
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC

PRODUCTION = {"TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT"}

BEGIN = "import json, sys\ntexts = sys.argv[1:]\n"
BEGENTLE = """
from begentle import CommentAnalyzer
analyzer = CommentAnalyzer("YOUR_API_KEY")
print(json.dumps([analyzer.analyze(text) for text in texts]))
"""
PERSPECTIVE_PY = """
from perspective import Client, Attributes
client = Client(token="your_api_key")
print(json.dumps([client.analyze(text=text, requestedAttributes=[Attributes.TOXICITY, Attributes.INSULT]) for text in texts]))
"""
PERSPECTIVE_PY_UNSERVED = """
from perspective import Client, Attributes
try:
    Client(token="your_api_key").analyze(texts[0], attributes=[Attributes.TOXICITY, Attributes.FLIRTATION])
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
PYSPECTIVE = """
from pyspective import pyspective
perspective = pyspective.PyspectiveAPI("Your-API-key")
print(json.dumps([perspective.score(text) for text in texts] + [perspective.suggest(texts[0], 0.0)]))
"""
PERSPECTIVE = """
sys.path.insert(0, "namesakes/perspective")
from perspective import PerspectiveAPI
client = PerspectiveAPI("API_KEY")
client.suggest_score(texts[0], {"TOXICITY": {"summaryScore": {"value": 0.0}}})
print(json.dumps([client.score(text) for text in texts]))
"""
PERSPECTIVEAPI = """
sys.path.insert(0, "namesakes/perspectiveapi")
import asyncio
from perspective import Attribute, Perspective, blocking
async def ask(text):
    return await Perspective(key="...").score(text)
client = blocking.Perspective(key="...")
def scores(answer):
    return {name.name: getattr(answer, name.name.lower()) for name in Attribute}
print(json.dumps([[scores(client.score(text, list(Attribute))) for text in texts], [asyncio.run(ask(text)).toxicity for text in texts]]))
"""
PYPERSPECTIVE = """
from PyPerspective.Perspective import Perspective
perspective = Perspective("API KEY", ratelimit=True, default_not_store=True)
answers = [perspective.get_score(text, tests=["TOXICITY"], langs=["en"]) for text in texts]
print(json.dumps([[answer["TOXICITY"].score, str(answer["TOXICITY"].spans[0])] for answer in answers]))
"""
CONVERSATIONAI = """
const {Client} = require("@conversationai/perspectiveapi-js-client");
const client = new Client("YOUR_API_KEY");
Promise.all(process.argv.slice(1).map(text => client.getScores(text))).then(found => console.log(JSON.stringify(found)));
"""
PERSPECTIVE_API_CLIENT = """
const Perspective = require("perspective-api-client");
const perspective = new Perspective({apiKey: "YOUR_API_KEY"});
const ask = async text => [await perspective.analyze(text), await perspective.analyze(text, {attributes: ["insult", "spam"]})];
const scores = ({attributeScores: found}) => Object.fromEntries(Object.keys(found).map(name => [name, found[name].summaryScore.value]));
Promise.all(process.argv.slice(1).map(ask)).then(found => console.log(JSON.stringify(found.map(answers => answers.map(scores)))));
"""

UNTRUSTING = """
const Perspective = require("perspective-api-client");
new Perspective({apiKey: "YOUR_API_KEY"}).analyze(process.argv[1]).catch(error => console.log(JSON.stringify(error.message)));
"""


def run_python(machine: PreparedMachine, client: str, script: str, *texts: str) -> Any:
    return machine.run(f"PyPI {client}", BEGIN + script, *texts)


def test_perspectiveapi_js_client_works_with_its_defaults(prepared_machine: PreparedMachine) -> None:
    """Google's own npm client asks for SPAM and TOXICITY unless it is told otherwise, and gets the one of them that there is."""
    fine, toxic = prepared_machine.run("npm @conversationai/perspectiveapi-js-client", CONVERSATIONAI, FINE, TOXIC)

    assert set(fine) == set(toxic) == {"TOXICITY"}
    assert is_told_apart(fine["TOXICITY"], toxic["TOXICITY"])


def test_perspective_api_client_works_with_its_defaults(prepared_machine: PreparedMachine) -> None:
    """perspective-api-client asks for TOXICITY, or for attributes that are named in small letters."""
    fine, toxic = prepared_machine.run("npm perspective-api-client", PERSPECTIVE_API_CLIENT, FINE, TOXIC)

    assert [set(answer) for answer in toxic] == [{"TOXICITY"}, {"INSULT"}]
    assert is_told_apart(fine[0]["TOXICITY"], toxic[0]["TOXICITY"])
    assert is_told_apart(fine[1]["INSULT"], toxic[1]["INSULT"])


def test_perspective_py_gets_its_six_attributes(prepared_machine: PreparedMachine) -> None:
    """perspective.py asks for all production attributes, and gives each in percent."""
    fine, toxic, hateful = run_python(prepared_machine, "perspective.py", PERSPECTIVE_PY, FINE, TOXIC, HATEFUL)

    assert set(fine) == set(toxic) == set(hateful) == PRODUCTION
    assert is_told_apart(fine["TOXICITY"], toxic["TOXICITY"], scale=100)
    assert is_told_apart(fine["INSULT"], toxic["INSULT"], scale=100)
    assert is_told_apart(toxic["IDENTITY_ATTACK"], hateful["IDENTITY_ATTACK"], scale=100)


def test_perspective_py_stumbles_over_what_is_left_out(prepared_machine: PreparedMachine) -> None:
    """Asked for an attribute that is not served it raises its own KeyError, as the table of clients says, and makes nothing up."""
    error = run_python(prepared_machine, "perspective.py", PERSPECTIVE_PY_UNSERVED, FINE)

    assert error == ["KeyError", "'FLIRTATION'"]


def test_pyspective_gets_seven_of_its_eight_attributes(prepared_machine: PreparedMachine) -> None:
    """PySpective asks for FLIRTATION beside the others and does without it; what it suggests is taken."""
    fine, toxic, suggested = run_python(prepared_machine, "pyspective", PYSPECTIVE, FINE, TOXIC)

    assert set(fine) == set(toxic) == PRODUCTION | {"SEXUALLY_EXPLICIT"}
    assert is_told_apart(fine["TOXICITY"], toxic["TOXICITY"])
    assert is_told_apart(fine["INSULT"], toxic["INSULT"])
    assert suggested == "Successed"


def test_perspective_works_with_its_defaults(prepared_machine: PreparedMachine) -> None:
    """perspective, which calls by urllib and thus trusts what the system trusts, scores and suggests."""
    fine, toxic = run_python(prepared_machine, "perspective", PERSPECTIVE, FINE, TOXIC)

    assert is_told_apart(fine["TOXICITY"], toxic["TOXICITY"])


def test_perspectiveapi_works_in_both_its_ways(prepared_machine: PreparedMachine) -> None:
    """Both ways of perspectiveapi work, blocking and not; of its six attributes the one that is not served is None."""
    (fine, toxic), toxicities = run_python(prepared_machine, "perspectiveapi", PERSPECTIVEAPI, FINE, TOXIC)

    assert is_told_apart(fine["TOXICITY"], toxic["TOXICITY"])
    assert is_told_apart(fine["INSULT"], toxic["INSULT"])
    assert {name for name, score in toxic.items() if score is None} == {"FLIRTATION"}
    assert toxicities == pytest.approx([fine["TOXICITY"], toxic["TOXICITY"]])


def test_pyperspective_works_with_its_defaults(prepared_machine: PreparedMachine) -> None:
    """PyPerspective, which begins with a call without a body to see whether its key is known, scores texts and reads their spans."""
    (fine, first), (toxic, second) = run_python(prepared_machine, "pyperspective", PYPERSPECTIVE, FINE, TOXIC)

    assert is_told_apart(fine, toxic)
    assert [first, second] == [FINE, TOXIC]


def test_begentle_works_with_its_defaults(prepared_machine: PreparedMachine) -> None:
    """The client of begentle finds the service through the discovery document of Google's address."""
    fine, toxic = run_python(prepared_machine, "begentle", BEGENTLE, FINE, TOXIC)

    assert is_told_apart(fine, toxic)


def test_client_that_does_not_trust_the_authority_sends_nothing(prepared_machine: PreparedMachine) -> None:
    """Certificates are checked as ever: without the variable that has it trust the authority, a client refuses to speak to the service."""
    error = prepared_machine.run("npm perspective-api-client", UNTRUSTING, TOXIC, is_set_up=False)

    assert "certificate" in error


def test_certificate_is_for_the_names_alone(prepared_machine: PreparedMachine) -> None:
    """The certificate names the hosts of both services and cannot sign others."""
    command = ["openssl", "x509", "-in", "tls.pem", "-noout", "-text"]
    described = subprocess.run(command, cwd=prepared_machine.folder, check=True, capture_output=True, text=True).stdout
    names = re.findall(r"DNS:([^,\s]+)", described)

    assert names == ["commentanalyzer.googleapis.com", "rest.akismet.com", "*.rest.akismet.com"]
    assert "CA:FALSE" in described
