"""Posts that Discourse announces are judged, and those that need a moderator are flagged there."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

from model.moderator import Moderator
from service.http.app import create_app
from service.settings import read_settings
from service.store.stored_types import Scope, TaskState
from tests.service.http.dialects.discourse.forum import (
    SECRET,
    Forum,
    forum_settings,
    outbox_content,
    outbox_counts,
    post_body,
    send_webhook,
)
from tests.service.http.sample_texts import FINE, TOXIC
from tests.waiting import wait_until

SUCCESSOR = "its-successor"


def test_post_is_flagged(moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path) -> None:
    """A post to reject is acknowledged and then flagged once, in the name of the user and with the key that the settings name."""
    app = create_app(forum_settings(forum, tmp_path, discourse_api_username="Jörg"), load=lambda _: moderator)
    with running(app) as client:
        answers = [
            send_webhook(client, post_body(TOXIC)),
            send_webhook(client, post_body(TOXIC)),
            send_webhook(client, post_body(FINE, id=8)),
        ]
        wait_until(lambda: outbox_counts(tmp_path)[TaskState.DONE] == 1, what="the flag is set")

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"flagged": True}),
        (200, {"flagged": True}),
        (200, {"flagged": False}),
    ]
    assert forum.flags == [{"path": "/post_actions.json", "id": "7", "post_action_type_id": "4"}]
    assert forum.headers[0]["api-key"] == "k" * 64
    assert forum.headers[0]["api-username"].encode("latin-1").decode() == "Jörg"
    assert outbox_counts(tmp_path) == {TaskState.DONE: 1, TaskState.WAITING: 0, TaskState.PARKED: 0}


def test_outbox_holds_no_text(moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path) -> None:
    """The outbox holds the number of a post that is to be flagged, never its text."""
    with running(create_app(forum_settings(forum, tmp_path), load=lambda _: moderator)) as client:
        send_webhook(client, post_body(TOXIC))
        wait_until(lambda: outbox_counts(tmp_path)[TaskState.DONE] == 1, what="the flag is set")

    assert "pathetic" not in outbox_content(tmp_path)
    assert "{'post': 7, 'hide': False}" in outbox_content(tmp_path)


def test_each_version_is_judged(moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path) -> None:
    """Each version of a post is judged and flagged on its own; the raw text is judged where the cooked one is missing."""
    with running(create_app(forum_settings(forum, tmp_path), load=lambda _: moderator)) as client:
        answers = [
            send_webhook(client, post_body(FINE)),
            send_webhook(client, post_body(TOXIC, version=2), event="post_edited"),
            send_webhook(client, post_body(TOXIC, version=3, cooked=None), event="post_edited"),
        ]
        wait_until(lambda: outbox_counts(tmp_path)[TaskState.DONE] == 2, what="both flags are set")

    assert [answer.json()["flagged"] for answer in answers] == [False, True, True]
    assert [flag["id"] for flag in forum.flags] == ["7", "7"]


def test_rejected_post_may_be_hidden(moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path, unsure: str) -> None:
    """With ``discourse_hide`` a rejected post is hidden at once, and one for review only flagged."""
    with running(create_app(forum_settings(forum, tmp_path, discourse_hide=True), load=lambda _: moderator)) as client:
        send_webhook(client, post_body(TOXIC, id=1))
        send_webhook(client, post_body(unsure, id=2))
        wait_until(lambda: outbox_counts(tmp_path)[TaskState.DONE] == 2, what="both flags are set")

    assert {flag["id"]: flag.get("take_action") for flag in forum.flags} == {"1": "true", "2": None}


def test_site_may_flag_only_what_is_rejected(
    moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path, unsure: str
) -> None:
    """With ``discourse_flagged=reject`` a post for review is left alone."""
    with running(create_app(forum_settings(forum, tmp_path, discourse_flagged="reject"), load=lambda _: moderator)) as client:
        assert [send_webhook(client, post_body(text)).json()["flagged"] for text in (unsure, TOXIC)] == [False, True]


def test_title_of_a_topic_is_judged_with_its_first_post(
    moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path
) -> None:
    """An abusive title is held against the first post of its topic, not against the answers."""
    with running(create_app(forum_settings(forum, tmp_path), load=lambda _: moderator)) as client:
        answers = [send_webhook(client, post_body(FINE, topic_title=TOXIC, post_number=number)).json()["flagged"] for number in (1, 2)]

    assert answers == [True, False]


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("ping", {}),
        ("topic_created", {}),
        ("post_destroyed", {}),
        ("user_created", {}),
        ("post_created", {"post_type": 3}),
        ("post_created", {"topic_archetype": "private_message"}),
        ("post_created", {"user_id": -1}),
        ("post_created", {"cooked": None, "raw": None}),
    ],
)
def test_other_events_are_acknowledged(
    moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path, event: str, more: dict[str, object]
) -> None:
    """Other events, what the software itself wrote, and private messages are acknowledged and not judged."""
    content = b'{"ping":"OK"}' if event == "ping" else post_body(TOXIC, **more)
    with running(create_app(forum_settings(forum, tmp_path), load=lambda _: moderator)) as client:
        answer = send_webhook(client, content, event=event)

    assert (answer.status_code, answer.json()) == (200, {"flagged": False})
    assert sum(outbox_counts(tmp_path).values()) == 0


def test_signature_is_needed(moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path) -> None:
    """A webhook that is signed with one of the secrets is admitted without a key, and no other is."""
    app = create_app(forum_settings(forum, tmp_path, discourse_secrets=f"{SECRET},{SUCCESSOR}", open=False), load=lambda _: moderator)
    with running(app) as client:
        answers = [send_webhook(client, post_body(FINE), secret=secret) for secret in (SECRET, SUCCESSOR, "another", None)]

    assert [answer.status_code for answer in answers] == [200, 200, 401, 401]


@pytest.mark.parametrize("has_key", [False, True])
def test_posts_are_never_flagged_without_a_secret(
    moderator: Moderator, running: Callable[..., Any], forum: Forum, tmp_path: Path, make_key: Callable[..., str], has_key: bool
) -> None:
    """Without a secret of the webhook nobody can have a post flagged, neither in an open service nor with a key of any scope."""
    key = make_key(tmp_path, *Scope) if has_key else ""
    app = create_app(forum_settings(forum, tmp_path, discourse_secrets=None, discourse_hide=True), load=lambda _: moderator)
    with running(app) as client:
        client.headers["X-API-KEY"] = key
        answers = [send_webhook(client, post_body(TOXIC), secret=secret) for secret in (None, SECRET, "")]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert "TIPSTAFF_DISCOURSE_SECRETS" in answers[0].json()["detail"]
    assert sum(outbox_counts(tmp_path).values()) == 0


def test_service_without_a_forum_says_what_to_set(client: httpx.Client) -> None:
    """Where no forum is named, a webhook is answered with what to set."""
    answer = send_webhook(client, post_body(TOXIC))

    assert answer.status_code == 503
    assert "TIPSTAFF_DISCOURSE_URL" in answer.json()["detail"]


@pytest.mark.parametrize(("on_failure", "status"), [("open", 200), ("closed", 503), ("error", 503)])
def test_site_chooses_what_a_failure_answers(
    running_unloaded: Callable[..., Any], forum: Forum, tmp_path: Path, on_failure: str, status: int
) -> None:
    """When nothing can be judged, Discourse is told to send the event again, unless the site fails open."""
    with running_unloaded(forum_settings(forum, tmp_path, on_failure=f"discourse={on_failure}")) as client:
        answer = send_webhook(client, post_body(TOXIC))

    assert answer.status_code == status


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
POSTS = st.fixed_dictionaries(
    {
        "post": st.fixed_dictionaries(
            {"id": st.integers() | JSON}, optional={"cooked": st.text() | JSON, "raw": JSON, "version": JSON, "user_id": JSON}
        )
    }
)


@pytest.fixture(scope="module")
def webhook_client(moderator: Moderator, running: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose forum is never there."""
    folder = tmp_path_factory.mktemp("webhook")
    settings = read_settings(port=0, data_dir=folder, discourse_url="http://127.0.0.1:9", discourse_api_key="k", discourse_secrets=SECRET)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


@hypotheses(max_examples=100)
@given(call=POSTS | JSON)
def test_any_call_is_answered(webhook_client: httpx.Client, call: object) -> None:
    """Whatever JSON comes as a post, it is acknowledged or refused as the caller's mistake."""
    assert send_webhook(webhook_client, json.dumps(call).encode()).status_code in {200, 422}


@hypotheses(max_examples=60)
@given(content=st.binary(max_size=200))
@example(content=b"{}")
@example(content=b"[]")
@example(content=b"\xff")
def test_any_bytes_are_answered(webhook_client: httpx.Client, content: bytes) -> None:
    """Any bytes are refused as the caller's mistake, or ignored if they are the JSON object of another event."""
    answer = send_webhook(webhook_client, content)

    if answer.status_code == 200:
        assert isinstance(json.loads(content), dict)
        assert answer.json() == {"flagged": False}
    else:
        assert answer.status_code in {400, 422}
