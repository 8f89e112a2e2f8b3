"""Packages that have Akismet's host in their code work on a machine set up by the recipe, with a key that was made for them.

Each calls as its own page shows: it has its key verified where it can, asks about two comments, and submits one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.settings import read_settings
from service.store.store import open_store
from tests.service.http.clients.conftest import PreparedMachine
from tests.service.http.sample_texts import FINE, GERMAN, TOXIC

Machine = tuple[PreparedMachine, str]

BEGIN = "import json, sys\nkey, site, *texts = sys.argv[1:]\n"
AKISMET_PYTHON = """
import akismet
config = akismet.Config(key=key, url=site)
with akismet.SyncClient.validated_client(config=config) as client:
    checks = [bool(client.comment_check(user_ip="192.0.2.1", comment_content=text)) for text in texts]
    client.submit_spam(user_ip="192.0.2.1", comment_content=texts[1])
    print(json.dumps([checks, client.usage_limit()]))
"""
AKISMET_PYTHON_WRONG = """
import akismet
try:
    akismet.SyncClient.validated_client(config=akismet.Config(key="0" * 12, url=site))
except akismet.APIKeyError as error:
    print(json.dumps("invalid" in str(error)))
"""
PYTHON_AKISMET = """
sys.path.insert(0, "namesakes/python-akismet")
from akismet import Akismet, SpamStatus
client = Akismet(key, blog=site)
print(json.dumps([client.check("192.0.2.1", "browser", comment_content=text) > SpamStatus.Unknown for text in texts]))
client.submit_spam("192.0.2.1", "browser", comment_content=texts[1])
"""
PYKISMET = """
import pykismet3
client = pykismet3.Akismet(api_key=key, blog_url=site, user_agent="tests")
comment = {"user_ip": "192.0.2.1", "user_agent": "browser", "referrer": ""}
print(json.dumps([client.check(comment | {"comment_content": text}) for text in texts]))
client.submit_spam(comment | {"comment_content": texts[1]})
"""
AKISMET_NODE = """
const [key, blog, ...texts] = process.argv.slice(1);
const client = require("akismet").client({blog, apiKey: key, port: PORT});
const ask = (name, ...given) => new Promise((resolve, reject) => {
  client[name](...given, (error, answer) => error ? reject(error) : resolve(answer));
});
const comment = text => ({user_ip: "192.0.2.1", comment_content: text});
(async () => {
  const verified = await ask("verifyKey");
  const checks = [];
  for (const text of texts) checks.push(await ask("checkComment", comment(text)));
  await ask("submitSpam", comment(texts[1]));
  console.log(JSON.stringify([verified, checks]));
})();
"""
AKISMET_API = """
const [key, blog, ...texts] = process.argv.slice(1);
const {AkismetClient} = require("akismet-api");
const client = new AkismetClient({key, blog});
(async () => {
  const verified = await client.verifyKey();
  const checks = [];
  for (const content of texts) checks.push(await client.checkSpam({ip: "192.0.2.1", useragent: "browser", content}));
  await client.submitSpam({ip: "192.0.2.1", useragent: "browser", content: texts[1]});
  const wrong = await new AkismetClient({key: "0".repeat(12), blog}).verifyKey();
  console.log(JSON.stringify([verified, checks, wrong]));
})();
"""
RUBY = """
require "akismet"
require "json"
key, site, *texts = ARGV
client = Akismet::Client.new(key, site, app_name: "tests")
checks = texts.map { |text| client.spam?("192.0.2.1", "browser", text: text) }
client.spam("192.0.2.1", "browser", text: texts[1])
puts JSON.generate([client.verify_key, checks, Akismet::Client.new("0" * 12, site).verify_key])
"""


def ask(machine: Machine, client: str, script: str) -> Any:
    """Have a client verify the key, check a friendly and an abusive comment and a harmless one in German, and submit the second."""
    prepared, key = machine
    begin = BEGIN if client.startswith("PyPI") else ""
    return prepared.run(client, begin + script, key, f"https://{client.rpartition(' ')[2]}.example", FINE, TOXIC, GERMAN)


def submitted(machine: Machine, client: str) -> list[tuple[str, str | None]]:
    """Return what a client has submitted, text by text."""
    store = open_store(read_settings(data_dir=machine[0].data))
    rulings = list(store.rulings.effective())
    store.close()
    return [(ruling.text, ruling.act.reason) for ruling in rulings if ruling.act.community == f"https://{client}.example"]


def test_akismet_of_pypi(keyed_machine: Machine) -> None:
    """The PyPI package akismet validates its key, checks and submits, asks for its limit, and refuses a wrong key."""
    checks, limit = ask(keyed_machine, "PyPI akismet", AKISMET_PYTHON)

    assert checks == [False, True, False]
    assert limit["limit"] == "none"
    assert submitted(keyed_machine, "akismet") == [(TOXIC, "spam")]
    assert ask(keyed_machine, "PyPI akismet", AKISMET_PYTHON_WRONG)


def test_python_akismet(keyed_machine: Machine) -> None:
    """python-akismet, whose key is in the name of the host alone, checks and submits."""
    assert ask(keyed_machine, "PyPI python-akismet", PYTHON_AKISMET) == [False, True, False]
    assert submitted(keyed_machine, "python-akismet") == [(TOXIC, "spam")]


@pytest.fixture(scope="module")
def unencrypted_machine(keyed_machine: Machine) -> Iterator[Machine]:
    """The machine with the second service that the page starts for clients which call port 80."""
    with keyed_machine[0].serve(80):
        yield keyed_machine


@pytest.mark.nightly
def test_pykismet3(unencrypted_machine: Machine) -> None:
    """pykismet3, which speaks without encryption, checks and submits by port 80."""
    assert ask(unencrypted_machine, "PyPI pykismet3", PYKISMET) == [False, True, False]
    assert submitted(unencrypted_machine, "pykismet3") == [(TOXIC, "spam")]


def test_akismet_of_npm(keyed_machine: Machine) -> None:
    """The npm package akismet, told ``port: 443``, verifies its key and checks with the key in the name of the host."""
    assert ask(keyed_machine, "npm akismet", AKISMET_NODE.replace("PORT", "443")) == [True, [False, True, False]]


@pytest.mark.nightly
def test_akismet_of_npm_without_encryption(unencrypted_machine: Machine) -> None:
    """Told nothing, it calls port 80."""
    assert ask(unencrypted_machine, "npm akismet", AKISMET_NODE.replace("PORT", "undefined")) == [True, [False, True, False]]


def test_akismet_api(keyed_machine: Machine) -> None:
    """akismet-api verifies its key, checks and submits, and learns of a wrong key."""
    assert ask(keyed_machine, "npm akismet-api", AKISMET_API) == [True, [False, True, False], False]
    assert submitted(keyed_machine, "akismet-api") == [(TOXIC, "spam")]


def test_ruby_akismet(keyed_machine: Machine) -> None:
    """ruby-akismet, which trusts what the system trusts, verifies its key, checks and submits, and learns of a wrong key."""
    if not Path("/usr/lib/ruby/vendor_ruby/akismet.rb").exists():
        pytest.skip("Debian's ruby-akismet is not installed")
    assert ask(keyed_machine, "Debian ruby-akismet", RUBY) == [True, [False, True, False], False]
    assert submitted(keyed_machine, "ruby-akismet") == [(TOXIC, "spam")]
