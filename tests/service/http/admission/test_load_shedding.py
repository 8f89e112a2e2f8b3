"""Calls that have waited too long are refused before their routes are asked, over real sockets."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.app import create_app
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]


class Crowded:
    """A service with a hundred calls in progress, which reaches each of them late.

    Args:
        app: the service.
        delay: seconds for which the event loop is busy before a call is looked at.
    """

    def __init__(self, app: ASGIApp, *, delay: float = 0.0) -> None:
        self._app = app
        self._delay = delay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pretend that the service is crowded and pass the call on."""
        if scope["type"] == "http":
            scope["state"]["service"].queue.track(range(100))
            time.sleep(self._delay)
        await self._app(scope, receive, send)


@pytest.mark.parametrize("prefix", ["", "/c/garden"])
def test_refusals_have_the_form_of_their_protocol(running: Running, moderator: "Moderator", tmp_path: Path, prefix: str) -> None:
    """Calls that have waited too long are refused in the form of their protocol, with Retry-After; health is answered all the same."""
    (tmp_path / "c.toml").write_text("[community.garden]", encoding="utf-8")
    settings = read_settings(data_dir=tmp_path, communities=tmp_path / "c.toml", queue_ms=20, on_failure="synapse=open")
    with running(Crowded(create_app(settings, load=lambda _: moderator), delay=0.03)) as client:
        ours, openai, detoxify, synapse = (
            client.post(prefix + path, json={})
            for path in ("/v1/moderate", "/v1/moderations", "/api/v1/classify", "/synapse/check_event_for_spam")
        )
        alive = client.get(f"{prefix}/healthz")

    assert [answer.status_code for answer in (ours, openai, detoxify)] == [503] * 3
    assert [answer.headers["retry-after"] for answer in (ours, openai, detoxify)] == ["1"] * 3
    assert ours.json()["type"] == "/docs#overloaded"
    assert openai.json()["error"]["code"] == "overloaded"
    assert set(detoxify.json()) == {"error"}
    assert (synapse.status_code, synapse.json()) == (200, {})
    assert alive.status_code == 200


@pytest.mark.parametrize("prefix", ["", "/c/garden"])
@pytest.mark.parametrize("on_failure", ["error", "closed"])
def test_calls_wait_as_long_as_their_protocol_may(
    running: Running, moderator: "Moderator", tmp_path: Path, prefix: str, on_failure: str
) -> None:
    """Where one protocol may wait for longer, its calls are judged when those of others are refused, whatever a failure would answer."""
    (tmp_path / "c.toml").write_text("[community.garden]", encoding="utf-8")
    settings = read_settings(
        data_dir=tmp_path,
        communities=tmp_path / "c.toml",
        queue_ms="20,perspective=60000",
        on_failure=f"perspective={on_failure},openai={on_failure}",
    )
    analyze = {"comment": {"text": "Good morning"}, "requestedAttributes": {"TOXICITY": {}}}
    with running(Crowded(create_app(settings, load=lambda _: moderator), delay=0.03)) as client:
        perspective = client.post(f"{prefix}/v1alpha1/comments:analyze", json=analyze)
        openai = client.post(f"{prefix}/v1/moderations", json={"input": "Good morning"})

    assert perspective.json()["attributeScores"]["TOXICITY"]["summaryScore"]["value"] < 0.5
    assert openai.status_code == (503 if on_failure == "error" else 200)
    assert on_failure == "error" or openai.json()["results"][0]["flagged"]


def test_slow_clients_are_no_overload(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """A call whose body takes longer to arrive than a call may wait is answered, even where the body is read first of all."""

    def slowly() -> Iterator[bytes]:
        yield b'{"comment": {"body": "Good'
        time.sleep(1.5)
        yield b' morning"}, "author": {"id": "1", "role": "COMMENTER"}, "story": {"id": "1", "url": "https://a.example"}}'

    with running(Crowded(create_app(read_settings(data_dir=tmp_path, queue_ms=1000), load=lambda _: moderator))) as client:
        response = client.post("/coral/moderate", content=slowly(), headers={"Content-Type": "application/json"})

    assert (response.status_code, response.json()) == (200, {})
