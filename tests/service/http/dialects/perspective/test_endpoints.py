"""Unmodified clients of Perspective work: scores, errors, batches, keys, limits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from model.moderator import Moderator
from service.http.app import create_app
from service.settings import read_settings
from service.store.store import open_store
from service.store.stored_types import Scope
from tests.service.http.dialects.perspective.calls import analyze, read_error, stored_rulings
from tests.service.http.sample_texts import FINE, TOXIC

BUILD = """
import json, sys
from googleapiclient import discovery
from googleapiclient.errors import HttpError
client = discovery.build("commentanalyzer", "v1alpha1", developerKey=sys.argv[2], static_discovery=False,
    discoveryServiceUrl=sys.argv[1] + "/$discovery/rest?version=v1alpha1")
"""
PYTHON = (
    BUILD
    + """
method, body = sys.argv[3], json.loads(sys.argv[4])
try:
    print(json.dumps(getattr(client.comments(), method)(body=body).execute()))
except HttpError as error:
    print(json.dumps([error.status_code, error.reason, error.error_details]))
"""
)
PYTHON_BATCH = (
    BUILD
    + """
answers = []
def heard(request_id, response, exception):
    answers.append([request_id, response, exception and exception.status_code])
batch = client.new_batch_http_request(callback=heard)
for at, body in enumerate(json.loads(sys.argv[3])):
    batch.add(client.comments().analyze(body=body), request_id=f"call {at}")
ruling = {"comment": {"text": "In a batch"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}, "clientToken": "t"}
batch.add(client.comments().suggestscore(body=ruling))
batch.execute()
print(json.dumps(answers))
"""
)
NODE = """
import {createRequire} from "node:module";
const require = createRequire(process.cwd() + "/");
const axios = require("axios");
axios.interceptors.request.use(config => ({...config, url: config.url.replace("https://commentanalyzer.googleapis.com", process.argv[1])}));
const Perspective = require("perspective-api-client");
const client = new Perspective({apiKey: "any"});
try {
  console.log(JSON.stringify(await client.analyze(process.argv[2], JSON.parse(process.argv[3]))));
} catch (error) {
  console.log(JSON.stringify([error.name, error.message, error.response.status]));
}
"""


def test_python_client_works_unmodified(python_client: Callable[..., Any], address: str) -> None:
    """google-api-python-client, given nothing but the address of the discovery document, gets scores of whole comments."""
    body = {"comment": {"text": TOXIC}, "requestedAttributes": {"TOXICITY": {}, "IDENTITY_ATTACK": {}}, "clientToken": "mine"}

    answer = python_client(PYTHON, address, "any key", "analyze", json.dumps(body))

    scores = answer["attributeScores"]
    assert set(scores) == {"TOXICITY", "IDENTITY_ATTACK"}
    assert scores["TOXICITY"]["summaryScore"]["value"] > 0.8 > scores["IDENTITY_ATTACK"]["summaryScore"]["value"]
    assert scores["TOXICITY"]["spanScores"] == [{"begin": 0, "end": len(TOXIC), "score": scores["TOXICITY"]["summaryScore"]}]
    assert (answer["languages"], answer["detectedLanguages"], answer["clientToken"]) == (["en"], ["en"], "mine")


def test_python_client_raises_its_own_errors(python_client: Callable[..., Any], address: str) -> None:
    """A refusal is an HttpError with the reason and the details that Perspective gives."""
    status, reason, details = python_client(
        PYTHON, address, "any", "analyze", '{"comment": {"text": ""}, "requestedAttributes": {"TOXICITY": {}}}'
    )

    assert (status, reason, details[0]["errorType"]) == (400, "Comment must be non-empty.", "COMMENT_EMPTY")


def test_python_client_makes_batches(python_client: Callable[..., Any], fresh: httpx.Client, tmp_path: Path) -> None:
    """A batch is answered call by call in its order: scores, a refusal, a suggestion that is kept."""
    bodies = [{"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}} for text in (FINE, "", TOXIC + " 😀")]

    *answers, last = python_client(PYTHON_BATCH, str(fresh.base_url).rstrip("/"), "any", json.dumps(bodies))

    assert [(name, status) for name, _, status in answers] == [("call 0", None), ("call 1", 400), ("call 2", None)]
    fine, toxic = (answers[at][1]["attributeScores"]["TOXICITY"]["summaryScore"]["value"] for at in (0, 2))
    assert fine < 0.5 < toxic
    assert last[1] == {"detectedLanguages": ["en"], "requestedLanguages": [], "clientToken": "t"}
    assert [(ruling.text, ruling.abusive, ruling.comment) for ruling in stored_rulings(tmp_path)] == [("In a batch", True, "t")]


def test_python_client_reports_keys_and_limits(
    python_client: Callable[..., Any], tmp_path: Path, moderator: Moderator, running: Callable[..., Any]
) -> None:
    """A wrong key, a key for other things and too many calls are refused as Google's services do."""
    settings = read_settings(port=0, data_dir=tmp_path, limit_per_key="1/hour")
    store = open_store(settings)
    good = store.keys.create("one", scopes=frozenset({Scope.SCORE}))[1]
    store.close()
    body = json.dumps({"comment": {"text": FINE}, "requestedAttributes": {"TOXICITY": {}}})
    with running(create_app(settings, load=lambda _: moderator)) as client:
        address = str(client.base_url).rstrip("/")
        missing = read_error(analyze(client), 403)
        wrong = python_client(PYTHON, address, "wrong", "analyze", body)
        python_client(PYTHON, address, good, "analyze", body)
        often = python_client(PYTHON, address, good, "analyze", body)

    assert missing[0] == "PERMISSION_DENIED"
    assert wrong[:2] == [400, "API key not valid. Please pass a valid API key."]
    assert wrong[2][0]["reason"] == "API_KEY_INVALID"
    assert often[0] == 429
    assert often[1].startswith("Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)'")
    assert often[2][0]["reason"] == "RATE_LIMIT_EXCEEDED"


def test_node_client_is_answered(node_client: Callable[..., Any], address: str) -> None:
    """perspective-api-client from npm, with its host rewritten, gets scores and raises its own error."""
    answer = node_client(NODE, address, TOXIC, '{"attributes": ["toxicity", "identity_attack"]}')
    error = node_client(NODE, address, TOXIC, '{"attributes": ["flirtation"]}')

    assert answer["attributeScores"]["TOXICITY"]["summaryScore"]["value"] > 0.8
    assert [error[0], error[2]] == ["ResponseError", 400]
    assert error[1].startswith("Unknown requested attribute: FLIRTATION. Answered are TOXICITY, ")
