"""What synapse-http-antispam sends is answered so that Synapse rejects what is to be rejected, and nothing for another reason."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.comment import Comment
from model.decisions import Decisions
from model.moderator import Moderator
from service.http.app import create_app
from service.settings import Settings, read_settings
from tests.service.http.sample_texts import FINE, HATEFUL, TOXIC

HTML = "org.matrix.custom.html"
REPLY = {"m.in_reply_to": {"event_id": "$1"}}


def message(body: str, **more: object) -> dict[str, Any]:
    return {"type": "m.room.message", "sender": "@a:b", "room_id": "!r:b", "content": {"msgtype": "m.text", "body": body, **more}}


def check(client: httpx.Client, event: object) -> httpx.Response:
    return client.post("/synapse/check_event_for_spam", json={"event": event})


def is_json(answer: httpx.Response) -> bool:
    """Whether the module would take an answer that is not 2xx for a rejection."""
    try:
        json.loads(answer.content)
    except ValueError:
        return False
    return True


def test_fine_message_is_consented_to(client: httpx.Client) -> None:
    """A fine message is answered 200 with JSON, which the module demands."""
    answer = check(client, message(FINE))

    assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize(("text", "word"), [(TOXIC, "abusive"), (HATEFUL, "hateful")])
def test_abuse_is_rejected(client: httpx.Client, text: str, word: str) -> None:
    """A message that the policy rejects is answered with a Matrix error that says why and does not quote it."""
    answer = check(client, message(text))

    assert (answer.status_code, answer.json()["errcode"]) == (403, "M_FORBIDDEN")
    assert word in answer.json()["error"]
    assert text not in answer.text


def test_review_passes_unless_the_site_says_otherwise(
    client: httpx.Client, unsure: str, moderator: Moderator, running: Callable[..., Any]
) -> None:
    """Matrix has no queue, so a message for review is sent; a site may have it rejected."""
    with running(create_app(read_settings(port=0, synapse_rejected="review"), load=lambda _: moderator)) as strict:
        answer = check(strict, message(unsure))

    sent = check(client, message(unsure))
    assert (sent.status_code, sent.json()) == (200, {"verdict": "review"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "event",
    [
        message(FINE, format=HTML, formatted_body=f"<b>{TOXIC}</b>"),
        message(TOXIC, format=HTML, formatted_body=f"<b>{FINE}</b>"),
        message(f"* {FINE}", **{"m.new_content": {"msgtype": "m.text", "body": TOXIC}}),
        message(f"> <@c:b> {FINE}\n\n{TOXIC}", **{"m.relates_to": REPLY}),
        message(f"> {TOXIC}\n\nok", **{"m.relates_to": REPLY}),
        message(f"> <@c:b> {TOXIC}\n\n{FINE}"),
        message(f"> <@c:b> {TOXIC}", **{"m.relates_to": REPLY}),
        {"type": "m.room.topic", "content": {"topic": TOXIC}},
        {"type": "m.room.name", "content": {"name": TOXIC}},
        {"type": "m.sticker", "content": {"body": TOXIC, "url": "mxc://x/y"}},
        {"type": "m.reaction", "content": {"m.relates_to": {"key": TOXIC}}},
        {"type": "m.room.member", "state_key": "@a:b", "content": {"membership": "join", "displayname": TOXIC}},
        {"type": "m.poll.start", "content": {"m.poll": {"question": {"m.text": FINE}, "answers": [{"m.text": [{"body": TOXIC}]}]}}},
    ],
)
def test_every_text_of_an_event_counts(client: httpx.Client, event: object) -> None:
    """Abuse is found in both bodies, in an edit, beside a quotation, in topics and names, in stickers, reactions and polls."""
    assert check(client, event).status_code == 403


@pytest.mark.parametrize(
    "event",
    [
        message(f"> <@c:b> {TOXIC}\n> more\n\n{FINE}", **{"m.relates_to": REPLY}),
        message(
            FINE, format=HTML, formatted_body=f"<mx-reply><blockquote>{TOXIC}</blockquote></mx-reply>{FINE}", **{"m.relates_to": REPLY}
        ),
        {"type": "m.reaction", "content": {"m.relates_to": {"key": "\U0001f44d"}}},
        {"type": "m.room.member", "sender": "@mod:b", "state_key": "@a:b", "content": {"membership": "ban", "reason": TOXIC}},
        {"type": "m.room.encrypted", "content": {"ciphertext": TOXIC}},
        {"type": "m.room.message", "content": {}},
        {"type": "m.room.message", "content": {"body": 5, "formatted_body": [], "m.new_content": "x", "m.relates_to": 1}},
        {"type": 5, "content": {"body": TOXIC}},
        {"type": "m.room.message", "content": TOXIC},
        {},
    ],
)
def test_other_events_pass(client: httpx.Client, event: object) -> None:
    """What a reply quotes is not held against its author; events without text, or of other types, pass."""
    assert check(client, event).status_code == 200


def test_length_is_no_way_around(client: httpx.Client) -> None:
    """A message as long as an event may be is judged to its end."""
    padding = "The weather was nice and the train was on time. " * 1300

    assert check(client, message(padding)).status_code == 200
    assert check(client, message(padding + HATEFUL)).status_code == 403


@pytest.mark.parametrize("depth", [100, 250, 5_000])
def test_depth_is_no_way_around(client: httpx.Client, depth: int) -> None:
    """An event that its author nests more deeply than we read is refused, since Synapse would send it where nobody has judged it."""
    nested = json.dumps({"event": message(TOXIC, x="DEEP")}).replace('"DEEP"', "[" * depth + "]" * depth)
    answer = client.post("/synapse/check_event_for_spam", content=nested, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["errcode"]) == (403, "M_FORBIDDEN")
    assert TOXIC not in answer.text


@pytest.mark.parametrize("callback", ["user_may_join_room", "user_may_invite", "check_username_for_spam", "accept_make_join"])
def test_other_callbacks_are_allowed(client: httpx.Client, callback: str) -> None:
    """Callbacks that the module has on unless told otherwise are consented to, or nobody could join a room any more."""
    answer = client.post(f"/synapse/{callback}", json={"user": "@a:b", "room": "!r:b", "is_invited": True})

    assert (answer.status_code, answer.json()) == (200, {})


def test_unknown_callback_is_no_rejection(client: httpx.Client) -> None:
    """A callback that we do not know is refused in plain text, which is no rejection."""
    answer = client.post("/synapse/check_something_new", json={})

    assert answer.status_code == 404
    assert not is_json(answer)


def test_ping_is_answered(client: httpx.Client) -> None:
    """The module's ping gets its id back."""
    assert client.post("/synapse/ping", json={"id": "abc"}).json() == {"id": "abc", "status": "ok"}


def test_failures_are_no_rejections(
    settings: Settings, moderator: Moderator, running: Callable[..., Any], running_unloaded: Callable[..., Any]
) -> None:
    """A failure is answered in plain text, so that the module does as its ``fail_open`` says."""
    with running_unloaded(settings) as client:
        answers = [check(client, message(FINE)), client.post("/synapse/ping", json={"id": "a"})]
    with running(create_app(read_settings(port=0, open=False), load=lambda _: moderator)) as locked:
        answers += [check(locked, message(FINE))]
        answers += [locked.post("/synapse/ping", json={"id": "a"})]

    assert [answer.status_code for answer in answers] == [503, 503, 401, 401]
    assert not any(is_json(answer) for answer in answers)


class Breaking(Moderator):
    """Breaks with the first comment after it was warmed."""

    warmed = False

    def warm(self) -> None:
        super().warm()
        self.warmed = True

    def decide(self, comments: Sequence[Comment], **more: Any) -> Decisions:
        if self.warmed:
            raise RuntimeError(comments[0].text)
        return super().decide(comments, **more)


def test_fault_lets_no_message_pass(settings: Settings, running: Callable[..., Any]) -> None:
    """A message that cannot be judged through a fault of the service is not sent, whatever a site chose for an overload."""

    def ask(**options: str) -> httpx.Response:
        with running(create_app(settings.model_copy(update=options), load=lambda _: Breaking.load())) as client:
            return check(client, message(FINE))

    for answer in (ask(), ask(on_failure="synapse=open"), ask(on_failure="synapse=closed")):
        assert (answer.status_code, answer.json()["errcode"]) == (403, "M_FORBIDDEN")
        assert FINE not in answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "body": st.text() | JSON,
        "format": st.just(HTML) | JSON,
        "formatted_body": st.text() | JSON,
        "m.new_content": JSON,
        "m.relates_to": st.just(REPLY) | JSON,
        "topic": JSON,
        "name": JSON,
    },
)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["m.room.message", "m.room.topic", "m.room.name"]) | JSON, "content": CONTENTS | JSON},
    optional={"sender": JSON},
)


@hypotheses(max_examples=100)
@given(event=EVENTS | JSON)
def test_any_event_is_answered(client: httpx.Client, event: object) -> None:
    """Whatever comes as an event, the answer is consent, a rejection, or a refusal that is not JSON."""
    answer = check(client, event)

    assert answer.status_code in {200, 403, 422}
    assert is_json(answer) == (answer.status_code != 422)


@hypotheses(max_examples=60)
@given(body=st.binary(max_size=200), path=st.sampled_from(["check_event_for_spam", "ping", "user_may_invite"]))
def test_any_bytes_are_answered(client: httpx.Client, body: bytes, path: str) -> None:
    """Any bytes as a body are answered with a refusal that is not JSON, or with consent if they are an event without a text."""
    answer = client.post(f"/synapse/{path}", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in ({400, 422} if path == "check_event_for_spam" else {200, 400, 422})
    assert answer.status_code == 200 or not is_json(answer)


def test_route_is_documented(app: FastAPI) -> None:
    """The OpenAPI document describes the rejection beside the refusals."""
    responses = app.openapi()["paths"]["/synapse/check_event_for_spam"]["post"]["responses"]

    assert set(responses["403"]["content"]) == {"text/plain", "application/json"}
