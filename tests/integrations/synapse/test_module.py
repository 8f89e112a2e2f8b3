"""Our module in a real Synapse: what people would see is judged before it is accepted, and nothing of it is logged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import httpx
import pytest

from tests.integrations.raw_server import Respond, answer_with
from tests.integrations.synapse.conftest import Site, never_answer
from tests.integrations.synapse.homeserver import Member
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC
from tests.waiting import wait_until

UNSTABLE = "org.matrix.msc1767.text"


@pytest.fixture
def member(site: Site) -> Member:
    """A user of the homeserver with a room."""
    return Member(site.client, f"u{uuid4().hex[:8]}")


@pytest.fixture(autouse=True)
def answering(site: Site) -> Iterator[None]:
    """After the test the service is there again."""
    forward = site.answers.respond
    yield
    site.answers.respond = forward


def poll(*answers: str) -> dict[str, object]:
    """Return a poll as clients send it today."""
    choices = [{"id": str(number), UNSTABLE: answer} for number, answer in enumerate(answers)]
    start = {"kind": "org.matrix.msc3381.poll.disclosed", "max_selections": 1, "question": {UNSTABLE: "Tea?"}, "answers": choices}
    return {UNSTABLE: "Tea?", "org.matrix.msc3381.poll.start": start}


def test_what_people_would_see_is_judged(member: Member) -> None:
    """Fine messages, edits, polls, stickers, reactions and topics are accepted; abuse in each is refused with our reason."""
    sent = member.send({"body": FINE}).raise_for_status().json()["event_id"]
    edit = {"body": f"* {FINE}", "m.relates_to": {"rel_type": "m.replace", "event_id": sent}}
    reaction = {"rel_type": "m.annotation", "event_id": sent}

    def attempts(text: str) -> list[httpx.Response]:
        return [
            member.send({"body": text}),
            member.send(edit | {"m.new_content": {"msgtype": "m.text", "body": text}}),
            member.send(poll("yes", text), "org.matrix.msc3381.poll.start"),
            member.send({"body": text, "url": "mxc://tipstaff.test/x", "info": {}}, "m.sticker"),
            member.send({"m.relates_to": reaction | {"key": text}}, "m.reaction"),
            member.state("m.room.topic", {"topic": text}),
        ]

    accepted, refused = attempts(FINE), attempts(TOXIC)
    assert [answer.status_code for answer in accepted] == [200] * 6
    assert [(answer.status_code, answer.json()["errcode"]) for answer in refused] == [(403, "M_FORBIDDEN")] * 6
    assert {answer.json()["error"] for answer in refused} == {"The message was not sent: it was judged abusive."}
    assert member.send({"m.relates_to": reaction | {"key": "\U0001f44d"}}, "m.reaction").status_code == 200


def test_names_are_judged(site: Site, member: Member) -> None:
    """A display name that is to be rejected is not kept, neither for all rooms nor for one; a fine one is."""
    member.call_itself("Ann of the hills").raise_for_status()
    assert member.name() == "Ann of the hills"

    member.call_itself(TOXIC)
    wait_until(lambda: TOXIC not in member.name(), what="the name is taken back")
    refused = member.state("m.room.member", {"membership": "join", "displayname": HATEFUL}, member.id)
    accepted = member.state("m.room.member", {"membership": "join", "displayname": "Ann"}, member.id)

    assert (refused.status_code, accepted.status_code) == (403, 200)
    assert "display name" in refused.json()["error"]
    assert member.read_state("m.room.member", member.id)["displayname"] == "Ann"


def test_old_names_are_not_found(site: Site, member: Member) -> None:
    """A user whose name would be rejected today, but came from elsewhere or was there before, is not found in a search."""
    other = Member(site.client, f"v{uuid4().hex[:8]}")
    assert member.search(other.id) == [other.id]
    with closing(sqlite3.connect(site.folder / "homeserver.db", timeout=60)) as database, database:
        database.execute("UPDATE user_directory SET display_name = ? WHERE user_id = ?", (HATEFUL, other.id))

    assert member.search(other.id) == []


def test_new_rooms_are_judged(member: Member) -> None:
    """A room whose name, topic, address or first state is to be rejected is not made; others are."""
    topic = {"type": "m.room.topic", "state_key": "", "content": {"topic": TOXIC}}
    refused = [member.create_room(**room) for room in ({"name": TOXIC}, {"topic": TOXIC}, {"initial_state": [topic]})]

    assert [answer.status_code for answer in refused] == [403] * 3
    assert refused[0].json()["error"] == "The room was not made: it was judged abusive."
    assert member.create_room(name="Garden", topic=FINE).status_code == 200


def test_moderators_are_told_of_what_is_for_review(site: Site, unsure: str) -> None:
    """A message for review is sent, and a link to it, without its text, stands in the moderators' room."""
    watch = Member(site.client, "watch", room_alias_name="moderators")
    writer = Member(site.client, f"w{uuid4().hex[:8]}")
    event_id = writer.send({"body": unsure}).raise_for_status().json()["event_id"]

    wait_until(lambda: any(event_id in body for body in watch.messages()), what="the moderators are told")
    (report,) = watch.messages()
    assert writer.room in report
    assert unsure not in report


FAILURES = {
    "overloaded": answer_with("503 Service Unavailable", "text/plain", b"tipstaff: overloaded"),
    "a proxy's page": answer_with("403 Forbidden", "text/html", b"<h1>no</h1> %s"),
    "another service": answer_with("200 OK", "text/html", b"<p>%s</p>"),
    "gone": lambda connection, _request: connection.close(),
}


@pytest.mark.parametrize("site", ["false", pytest.param("true", marks=pytest.mark.nightly)], indirect=True)
def test_without_an_answer_the_site_decides(site: Site, member: Member, request: pytest.FixtureRequest) -> None:
    """Where there is no answer, what users do is refused or accepted, as the site says; the log tells of it, and quotes nothing."""
    marker = f"Dumbest {uuid4().hex}"
    fails_open = request.node.callspec.params["site"] == "true"
    failures: list[Respond] = [*FAILURES.values(), *([never_answer] if fails_open else [])]
    for respond in failures:
        site.answers.respond = respond
        for answer in (member.send({"body": marker}), member.create_room(name=marker)):
            assert answer.status_code == (200 if fails_open else 403), answer.text
            assert marker not in answer.text
    assert "Tipstaff could not be asked" in site.log()
    assert marker not in site.log()
