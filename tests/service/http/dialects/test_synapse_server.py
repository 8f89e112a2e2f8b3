"""A real Matrix Synapse, with the real module synapse-http-antispam, in front of the service."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integrations.synapse.homeserver import Member, run_homeserver
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC

MODULE = """
  - module: synapse_http_antispam.HTTPAntispam
    config:
      base_url: {address}/synapse
      authorization: any
      do_ping: true
      enabled_callbacks: [check_event_for_spam, user_may_join_room, user_may_invite, user_may_create_room, check_login_for_spam]
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the homeserver writes its log."""
    return tmp_path_factory.mktemp("synapse") / "log"


@pytest.fixture(scope="module")
def homeserver(python: Path, address: str, log: Path) -> Iterator[httpx.Client]:
    """A client of a homeserver whose module asks the service."""
    with run_homeserver(python, log.parent, MODULE.format(address=address)) as client:
        yield client


def test_homeserver_rejects_what_is_to_be_rejected(homeserver: httpx.Client, log: Path) -> None:
    """Fine messages are sent; hateful and toxic ones, edits and topics are refused to their author with our reason."""
    ann = Member(homeserver, "ann")

    message = ann.send({"body": FINE})
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": message.json()["event_id"]}, "m.new_content": {"msgtype": "m.text"}}
    good_edit = ann.send({"body": f"* {FINE}"} | edit | {"m.new_content": {"msgtype": "m.text", "body": FINE}})
    refusals = [
        ann.send({"body": HATEFUL}),
        ann.send({"body": TOXIC}),
        ann.send({"body": f"* {FINE}"} | edit | {"m.new_content": {"msgtype": "m.text", "body": TOXIC}}),
        ann.send({"body": FINE, "format": "org.matrix.custom.html", "formatted_body": f"<b>{TOXIC}</b>"}),
        ann.state("m.room.topic", {"topic": HATEFUL}),
    ]

    assert (message.status_code, good_edit.status_code) == (200, 200)
    assert [(answer.status_code, answer.json()["errcode"]) for answer in refusals] == [(403, "M_FORBIDDEN")] * 5
    assert refusals[0].json()["error"] == "The message was not sent: it was judged hateful."
    assert refusals[1].json()["error"] == "The message was not sent: it was judged abusive."
    assert "Successfully pinged antispam server" in log.read_text()


def test_everything_else_of_the_homeserver_works(homeserver: httpx.Client) -> None:
    """With other callbacks of the module on, users register, make rooms, invite and join as if it were not there."""
    bea, cleo = Member(homeserver, "bea"), Member(homeserver, "cleo")

    refusal = cleo.join(bea.room)

    # The room is private: that is Synapse's own answer, not the module's.
    assert "not invited" in refusal.json()["error"]
    assert bea.invite(cleo).status_code == 200
    assert cleo.join(bea.room).status_code == 200
