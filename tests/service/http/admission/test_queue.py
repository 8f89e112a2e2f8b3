"""What happens when more comes than can be judged, or when an answer would come too late, over real sockets."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.app import create_app
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
Serve = Callable[..., AbstractContextManager[httpx.Client]]

SMALL = {"comments": [{"id": "1", "text": "Good morning"}]}
LARGE = {"comments": [{"id": str(at), "text": "Good morning to you all " * 30} for at in range(10)], "explain": True}
_MANY = 8 * (os.cpu_count() or 1) + 8


class Held:
    """A moderator that judges nothing before it is released."""

    def __init__(self, moderator: "Moderator") -> None:
        self._moderator = moderator
        self.released = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._moderator, name)

    def decide(self, comments: Sequence[Any], **how: Any) -> Any:
        assert self.released.wait(60)
        return self._moderator.decide(comments, **how)


@pytest.fixture
def held(moderator: "Moderator") -> Held:
    """The shipped model, held."""
    return Held(moderator)


@pytest.fixture
def serve(running: Running, moderator: "Moderator", tmp_path: Path) -> Serve:
    """A function that serves with the given settings, and with another moderator if there is one."""

    def begin(judge: object = moderator, **given: object) -> AbstractContextManager[httpx.Client]:
        return running(create_app(read_settings(data_dir=tmp_path, **given), load=lambda _: judge))  # type: ignore[arg-type,return-value]

    return begin


def test_whoever_would_wait_too_long_is_told_at_once(serve: Serve, held: Held) -> None:
    """While judging what was let in takes longer than the queue may be, further calls get 503 with Retry-After; the others are served."""
    with serve(held, queue_ms=1) as client, ThreadPoolExecutor(_MANY) as pool:
        # Each by a client of its own: one keeps no more than a hundred connections.
        calls = [pool.submit(httpx.post, f"{client.base_url}/v1/moderate", json=LARGE, timeout=60) for _ in range(_MANY)]
        refused = next(as_completed(calls)).result()
        held.released.set()
        statuses = [call.result().status_code for call in calls]
        afterwards = client.post("/v1/moderate", json=LARGE)

    assert (refused.status_code, refused.json()["type"]) == (503, "/docs#overloaded")
    assert refused.headers["retry-after"] == "1"
    assert set(statuses) == {200, 503}
    assert statuses.count(200) >= (os.cpu_count() or 1)
    assert afterwards.status_code == 200


def test_small_calls_that_waited_too_long_are_refused(serve: Serve) -> None:
    """Many small calls at once, with next to no queue: each is answered, or refused with Retry-After, and some are answered."""
    with serve(queue_ms=1) as client, ThreadPoolExecutor(32) as pool:
        responses = list(pool.map(lambda _: client.post("/v1/moderate", json=SMALL), range(500)))

    assert {response.status_code for response in responses} <= {200, 503}
    assert any(response.status_code == 200 for response in responses)
    assert all(response.headers["retry-after"] == "1" for response in responses if response.status_code == 503)


def test_slow_clients_are_no_overload(serve: Serve) -> None:
    """A call whose body takes longer to arrive than the queue may be is answered, also by a dialect that first reads it all."""

    def slowly() -> Iterator[bytes]:
        yield b'{"comment": {"body": "Good'
        time.sleep(0.2)
        yield b' morning"}, "author": {"id": "1", "role": "COMMENTER"}, "story": {"id": "1", "url": "https://a.example"}}'

    with serve(queue_ms=100) as client:
        response = client.post("/coral/moderate", content=slowly(), headers={"Content-Type": "application/json"})

    assert response.status_code != 503
    assert response.status_code != 404


def test_deadline_that_has_passed(serve: Serve) -> None:
    """A call whose deadline has passed before it was judged is answered 504."""
    with serve() as client:
        response = client.post("/v1/moderate", json=SMALL, headers={"X-Request-Timeout": "0.000001"})

    assert (response.status_code, response.json()["type"]) == (504, "/docs#deadline")


def test_deadline_is_kept_while_a_call_waits(serve: Serve, held: Held) -> None:
    """A call that is still waiting for its judgement is answered 504 when its deadline comes, not later."""
    with serve(held) as client:
        response = client.post("/v1/moderate", json=LARGE, headers={"X-Request-Timeout": "50ms"})
        held.released.set()

    assert response.status_code == 504


@pytest.mark.parametrize("timeout", ["30", "29.5", "30s", "30000ms", " 30 "])
def test_deadlines_in_seconds_and_milliseconds(serve: Serve, client: httpx.Client, timeout: str) -> None:
    """A deadline is given in seconds, with or without their sign, or in milliseconds; in time it changes nothing."""
    assert client.post("/v1/moderate", json=SMALL, headers={"X-Request-Timeout": timeout.strip()}).status_code == 200


@pytest.mark.parametrize("timeout", ["", "soon", "-1", "0", "nan", "inf", "1e3", "3601", "1m", "1.2.3", ".5", "9" * 5000])
def test_wrong_deadlines_are_refused(client: httpx.Client, timeout: str) -> None:
    """A deadline that is none is 422 and names the header."""
    response = client.post("/v1/moderate", json=SMALL, headers={"X-Request-Timeout": timeout})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "X-Request-Timeout"


@pytest.mark.parametrize(("way", "status"), [("open", 200), ("closed", 400), ("error", 504)])
def test_dialects_answer_overload_as_the_site_wants(serve: Serve, way: str, status: int) -> None:
    """What a dialect answers when a call came too late to be judged follows on_failure."""
    event = {"event": {"type": "m.room.message", "content": {"body": "Good morning", "msgtype": "m.text"}, "sender": "@a:b"}}
    with serve(on_failure=f"synapse={way}") as client:
        late = {"X-Request-Timeout": "0.000001"}
        response = client.post("/synapse/check_event_for_spam", json=event, headers=late)

    assert (response.status_code < 300) == (status < 300)


class Late:
    """A service with a hundred calls in progress that comes to each of them late."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"]["service"].waiting.count(range(100))
            time.sleep(0.03)
        await self._app(scope, receive, send)


@pytest.mark.parametrize("prefix", ["", "/c/garden"])
def test_refusals_have_the_shape_of_their_protocol(running: Running, moderator: "Moderator", tmp_path: Path, prefix: str) -> None:
    """Calls that have waited too long are refused with Retry-After in the shape of their protocol; health is told all the same."""
    (tmp_path / "c.toml").write_text("[community.garden]", encoding="utf-8")
    settings = read_settings(data_dir=tmp_path, communities=tmp_path / "c.toml", queue_ms=20, on_failure="synapse=open")
    with running(Late(create_app(settings, load=lambda _: moderator))) as client:
        ours, openai, detoxify, synapse = (
            client.post(prefix + path, json={})
            for path in ("/v1/moderate", "/v1/moderations", "/api/v1/classify", "/synapse/check_event_for_spam")
        )
        alive = client.get(f"{prefix}/healthz")

    assert [each.status_code for each in (ours, openai, detoxify)] == [503] * 3
    assert [each.headers["retry-after"] for each in (ours, openai, detoxify)] == ["1"] * 3
    assert ours.json()["type"] == "/docs#overloaded"
    assert openai.json()["error"]["code"] == "overloaded"
    assert set(detoxify.json()) == {"error"}
    assert (synapse.status_code, synapse.json()) == (200, {})
    assert alive.status_code == 200
