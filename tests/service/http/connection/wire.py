"""A connection without a network: what a client sends arrives in just the pieces that a test wants."""

import asyncio
import json
import re
from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from service.http.admission.queue import Queue
from service.http.connection.open_connections import Connections
from service.http.connection.protocol import ConnectionProtocol
from service.http.observability.metrics import Metrics
from service.settings import Settings

__all__ = ["MAX_HEADER_BYTES", "exchange"]

MAX_HEADER_BYTES = 2048
_RANDOM_ID = re.compile(rb"x-request-id: [0-9a-f]+\r\n")
_ROUNDS_AT_REST = 20


class _Transport(asyncio.Transport):
    """Keeps what is written; to be closed by either side.

    Args:
        bytes_read: how much the client reads before it goes away; None if it reads all.
    """

    def __init__(self, bytes_read: int | None = None) -> None:
        super().__init__()
        self._bytes_read = bytes_read
        self.written = b""
        self.is_paused = self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.is_closed:
            raise RuntimeError("unable to perform operation; the handler is closed")  # as uvloop does
        self.written += bytes(data)
        self.is_closed = self._bytes_read is not None and len(self.written) > self._bytes_read

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answers what it was sent: the path, the headers and the body."""
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    content = json.dumps([scope["path"], headers, body.decode("latin-1")]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(content))]})
    await send({"type": "http.response.body", "body": content})


@cache
def _config() -> uvicorn.Config:
    config = uvicorn.Config(_app, http=ConnectionProtocol, log_config=None, lifespan="off", ws="none")
    config.load()
    return config


async def _exchange(pieces: Sequence[bytes], bytes_read: int | None) -> bytes:
    settings = Settings(max_header_bytes=MAX_HEADER_BYTES)
    connections = Connections(settings, Queue(settings), Metrics())
    state = ServerState()
    service = SimpleNamespace(connections=connections, graceful_stop=SimpleNamespace(has_begun=False))
    protocol = ConnectionProtocol(config=_config(), server_state=state, app_state={"service": service})
    transport = _Transport(bytes_read)
    protocol.connection_made(transport)
    waiting = list(reversed(pieces))
    quiet = 0
    while quiet < _ROUNDS_AT_REST:
        # Something always happens within a few rounds of the event loop, or not before more arrives.
        written = len(transport.written)
        if waiting and not transport.is_paused and not transport.is_closed:
            protocol.data_received(waiting.pop())
        await asyncio.sleep(0)
        quiet = quiet + 1 if len(transport.written) == written and (not waiting or transport.is_paused or transport.is_closed) else 0
    protocol.connection_lost(None)
    for _ in range(_ROUNDS_AT_REST):
        await asyncio.sleep(0)
    assert not len(connections)
    assert not state.tasks
    return transport.written


def exchange(pieces: Sequence[bytes], *, bytes_read: int | None = None) -> bytes:
    """Return what a service answers on one connection on which these pieces arrive, without what is random in it.

    Args:
        pieces: what the client sends.
        bytes_read: how much the client reads before it goes away; None if it reads all.
    """
    return _RANDOM_ID.sub(b"", asyncio.run(_exchange(pieces, bytes_read)))
