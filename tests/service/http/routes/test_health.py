"""Alive, ready, which model: while and after the model is loaded."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.settings import Settings
from tests.waiting import wait_until

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]


def _ready_answer(client: httpx.Client) -> httpx.Response | None:
    """The answer to the question whether the service is ready, unless it is that it is not."""
    answer = client.get("/readyz")
    return None if answer.status_code == 503 else answer


def test_alive_but_not_ready_while_the_model_is_loaded(running: Running, settings: Settings, moderator: "Moderator") -> None:
    """While the model is loaded the service says that it is alive and not ready; once it is loaded, ready."""
    may_end = threading.Event()

    def load(_: Settings) -> "Moderator":
        may_end.wait(60)
        return moderator

    with running(create_app(settings, load=load), ready=False) as client:
        try:
            alive = client.get("/healthz")
            refusals = [client.get("/readyz"), client.get("/v1/model"), client.post("/v1/moderate", content=b"{}")]
        finally:
            may_end.set()
        ready = wait_until(lambda: _ready_answer(client), what="the service is ready")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    for response in refusals:
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "/docs#not-ready"
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "model": moderator.version})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_head_is_answered(client: httpx.Client, path: str) -> None:
    """A load balancer may ask with HEAD."""
    response = client.head(path)

    assert (response.status_code, response.content) == (200, b"")


def test_model_is_described(client: httpx.Client, moderator: "Moderator") -> None:
    """/v1/model is the public part of the manifest, with more about the languages."""
    response = client.get("/v1/model")

    languages = response.json()["languages"]
    assert response.json() == json.loads(json.dumps(moderator.public_manifest())) | {"languages": languages}
    assert [language["tag"] for language in languages if language["version"] == moderator.version] == list(moderator.languages)
    assert response.json()["version"] == moderator.version
