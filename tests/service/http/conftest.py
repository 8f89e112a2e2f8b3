"""Servers on real sockets, with the shipped model."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from service.http.app import create_app
from service.http.connection.protocol import ConnectionProtocol
from service.http.state import load_moderator
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]


@contextmanager
def _running(app: FastAPI, *, ready: bool = True) -> Iterator[httpx.Client]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        options = {
            "loop": "uvloop",
            "http": ConnectionProtocol,
            "ws": "none",
            "log_config": None,
            "access_log": False,
            "proxy_headers": False,
        }
        server = uvicorn.Server(uvicorn.Config(app, **options))  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
                while ready and client.get("/readyz").status_code != 200:
                    pass
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def running() -> Running:
    """A function that serves an app on a free port for as long as its context lasts; it waits until the app is ready."""
    return _running


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Limits that are quick to reach, and a store of its own without keys."""
    folder = tmp_path_factory.mktemp("data")
    return read_settings(
        data_dir=folder, port=0, max_comments=20, max_comment_bytes=1000, max_body_bytes=100_000, body_timeout=1, queue_ms=60_000
    )


@pytest.fixture(scope="session")
def moderator(settings: Settings) -> "Moderator":
    """The shipped model."""
    return load_moderator(settings)


@pytest.fixture(scope="session")
def app(settings: Settings, moderator: "Moderator") -> FastAPI:
    """The app with these settings."""
    return create_app(settings, load=lambda _: moderator)


@pytest.fixture(scope="session")
def client(app: FastAPI, running: Running) -> Iterator[httpx.Client]:
    """A client of a service that is ready."""
    with running(app) as client:
        yield client
