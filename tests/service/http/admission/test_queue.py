"""More calls than can be judged in time, and calls whose answer would come too late, over real sockets."""

import json
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from model.moderator import Moderator

Serve = Callable[..., AbstractContextManager[httpx.Client]]

SMALL = {"comments": [{"id": "1", "text": "Good morning"}]}
LARGE = {"comments": [{"id": "1", "text": "Good morning to you all " * 30}], "explain": True}
# How long judging takes is estimated from the letters to explain: a third of a second for each of these, and so more than two seconds for
# all that are let in at once.
LARGE_BODY = json.dumps({"comments": [{"id": "1", "text": "Good morning to you all " * 1400}], "explain": True}).encode()
_LARGE_AT_ONCE = 8 * (os.cpu_count() or 1)
_MANY = _LARGE_AT_ONCE + 8


class PausedModerator:
    """A moderator that judges nothing before it is released."""

    def __init__(self, moderator: "Moderator") -> None:
        self._moderator = moderator
        self.released = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._moderator, name)

    def decide(self, comments: Sequence[Any], **options: Any) -> Any:
        assert self.released.wait(120)
        return self._moderator.decide(comments, **options)


@pytest.fixture
def paused_moderator(moderator: "Moderator") -> PausedModerator:
    """The shipped model, paused."""
    return PausedModerator(moderator)


def test_call_that_would_wait_too_long_is_refused_at_once(serve: Serve, paused_moderator: PausedModerator) -> None:
    """While judging the calls that were let in takes longer than a call may wait, others get 503 with Retry-After; those are served."""
    headers = {"Content-Type": "application/json"}
    with serve(paused_moderator, queue_ms=2000) as client, ThreadPoolExecutor(_MANY) as pool:
        # Each call has a client of its own, since one client keeps no more than a hundred connections.
        address = f"{client.base_url}/v1/moderate"
        calls = [pool.submit(httpx.post, address, content=LARGE_BODY, headers=headers, timeout=120) for _ in range(_MANY)]
        try:
            # Sooner than the service gives up calls that it let in.
            refusal = next(as_completed(calls, timeout=20)).result()
        finally:
            paused_moderator.released.set()
        statuses = [call.result().status_code for call in calls]
        afterwards = client.post("/v1/moderate", json=LARGE)

    assert (refusal.status_code, refusal.json()["type"]) == (503, "/docs#overloaded")
    assert refusal.headers["retry-after"] == "1"
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= _LARGE_AT_ONCE
    assert afterwards.status_code == 200


def test_many_small_calls_are_answered_or_refused(serve: Serve) -> None:
    """Many small calls at once, with next to no queue, are each answered, or refused with Retry-After; and some are answered."""
    with serve(queue_ms=1) as client, ThreadPoolExecutor(32) as pool:
        responses = list(pool.map(lambda _: client.post("/v1/moderate", json=SMALL), range(500)))

    assert {response.status_code for response in responses} <= {200, 503}
    assert any(response.status_code == 200 for response in responses)
    assert all(response.headers["retry-after"] == "1" for response in responses if response.status_code == 503)


def test_deadline_that_has_passed(serve: Serve) -> None:
    """A call whose deadline has passed before it was judged is answered 504."""
    with serve() as client:
        response = client.post("/v1/moderate", json=SMALL, headers={"X-Request-Timeout": "0.000001"})

    assert (response.status_code, response.json()["type"]) == (504, "/docs#deadline")


def test_deadline_is_kept_while_a_call_waits(serve: Serve, paused_moderator: PausedModerator) -> None:
    """A call that is still waiting to be judged at its deadline is answered 504 then, not when it has been judged."""
    with serve(paused_moderator) as client:
        response = client.post("/v1/moderate", json=LARGE, headers={"X-Request-Timeout": "50ms"})
        paused_moderator.released.set()

    assert response.status_code == 504


@pytest.mark.parametrize("timeout", ["300", "299.5", "300s", "300000ms", " 300 "])
def test_deadlines_in_seconds_and_milliseconds(client: httpx.Client, timeout: str) -> None:
    """A deadline is given in seconds, with or without their sign, or in milliseconds; a call that is judged in time is answered."""
    assert client.post("/v1/moderate", json=SMALL, headers={"X-Request-Timeout": timeout.strip()}).status_code == 200


@pytest.mark.parametrize("timeout", ["", "soon", "-1", "0", "nan", "inf", "1e3", "3601", "1m", "1.2.3", ".5", "9" * 5000])
def test_wrong_deadlines_are_refused(client: httpx.Client, timeout: str) -> None:
    """A header that is not a deadline is 422, and the problem names the header."""
    response = client.post("/v1/moderate", json=SMALL, headers={"X-Request-Timeout": timeout})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "X-Request-Timeout"


@pytest.mark.parametrize(("on_failure", "status"), [("open", 200), ("closed", 403), ("error", 504)])
def test_dialects_answer_overload_as_the_site_wants(serve: Serve, on_failure: str, status: int) -> None:
    """The answer of a dialect to a call that was too late to be judged follows ``on_failure``."""
    event = {"event": {"type": "m.room.message", "content": {"body": "Good morning", "msgtype": "m.text"}, "sender": "@a:b"}}
    with serve(on_failure=f"synapse={on_failure}") as client:
        response = client.post("/synapse/check_event_for_spam", json=event, headers={"X-Request-Timeout": "0.000001"})

    assert response.status_code == status
