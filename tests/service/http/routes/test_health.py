"""Alive, ready, which model: before, while and after the model is loaded."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import httpx
import pytest

from model.errors import ArtefactError, TipstaffError
from service.http.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]


def test_alive_but_not_ready_while_the_model_is_loaded(running: Running, settings: Settings, moderator: "Moderator") -> None:
    """While the model is loaded the service says that it is alive and not ready; once it is loaded, ready."""
    may_end = threading.Event()

    def load(_: Settings) -> "Moderator":
        may_end.wait(30)
        return moderator

    with running(create_app(settings, load=load), ready=False) as client:
        try:
            alive = client.get("/healthz")
            waiting = [client.get("/readyz"), client.get("/v1/model"), client.post("/v1/moderate", content=b"{}")]
        finally:
            may_end.set()
        while (ready := client.get("/readyz")).status_code == 503:
            pass

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    for response in waiting:
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "/docs#not-ready"
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "model": moderator.version})


@pytest.mark.parametrize("error", [ArtefactError("a/b: truncated: copy it again"), MemoryError("no room")])
def test_a_model_that_cannot_be_loaded_is_reported(running: Running, settings: Settings, error: Exception) -> None:
    """When the model cannot be loaded, whoever runs the app is told why, and the service never says that it is ready."""
    told: list[TipstaffError] = []
    called = threading.Event()

    def load(_: Settings) -> "Moderator":
        raise error

    def on_failure(failure: TipstaffError) -> None:
        told.append(failure)
        called.set()

    with running(create_app(settings, load=load, on_failure=on_failure), ready=False) as client:
        assert called.wait(30)
        ready = client.get("/readyz")

    assert ready.status_code == 503
    assert isinstance(told[0], ArtefactError)
    assert str(error) in str(told[0])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_head_is_enough(client: httpx.Client, path: str) -> None:
    """A load balancer may ask with HEAD."""
    response = client.head(path)

    assert (response.status_code, response.content) == (200, b"")


def test_the_model_is_described(client: httpx.Client, moderator: "Moderator") -> None:
    """/v1/model is the public part of the manifest."""
    response = client.get("/v1/model")

    assert response.json() == json.loads(json.dumps(moderator.public_manifest()))
    assert response.json()["version"] == moderator.version
