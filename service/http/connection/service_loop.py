"""The event loop of a service: it accepts many connections in one round, so that a flood of them keeps nobody else waiting.

uvloop accepts one connection in each round of the event loop, and a round takes milliseconds under load: whoever connected some hundred
times a second would fill the system's queue of new connections, and everybody else would wait in it for seconds.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvloop

from service.http.connection.handshake import Handshake
from service.http.connection.protocol import ConnectionProtocol

__all__ = ["ServiceLoop"]

# Connections that are accepted in one round of the event loop, and the seconds to wait if the process has too many files open.
_ACCEPTED_AT_ONCE = 64
_PAUSE = 0.5
# In seconds: after a longer pause between two connections nobody waits behind the second.
_MAX_FLOOD_PAUSE = 0.05


class ServiceLoop(uvloop.Loop):
    """The event loop of a service."""

    async def create_server(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:
        """Return a server, as any event loop does; with TLS, it counts a connection from the moment that it is accepted."""
        listener, context = options.get("sock"), options.get("ssl")
        if listener is None:
            return await super().create_server(protocol_factory, *args, **options)
        if context is not None:
            return _TlsServer(self, protocol_factory, listener, context)
        return await super().create_server(_WaitingClients(self, protocol_factory, listener).accept_too, *args, **options)


class _WaitingClients:
    """The clients that wait in the system's queue when uvloop accepts one of them.

    Args:
        loop: the event loop.
        factory: makes the protocol of a connection.
        listener: the socket, which a server of the event loop listens on as well.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, factory: Callable[[], asyncio.Protocol], listener: socket.socket) -> None:
        self._loop = loop
        self._factory = factory
        self._listener = listener
        # The event loop itself keeps no hold of its tasks.
        self._openings: set[asyncio.Task[None]] = set()
        self._accepted_at = 0.0

    def accept_too(self) -> asyncio.Protocol:
        """Return the protocol of the connection that the event loop has just accepted, and accept those that wait behind it."""
        accepted_before, self._accepted_at = self._accepted_at, time.monotonic()
        if self._accepted_at - accepted_before < _MAX_FLOOD_PAUSE:
            self._accept_waiting()
        return self._factory()

    def _accept_waiting(self) -> None:
        with suppress(OSError):
            for _ in range(_ACCEPTED_AT_ONCE - 1):
                client, _ = self._listener.accept()
                client.setblocking(False)
                opening = self._loop.create_task(self._open(client))
                self._openings.add(opening)
                opening.add_done_callback(self._openings.discard)

    async def _open(self, client: socket.socket) -> None:
        with suppress(OSError):
            await self._loop.connect_accepted_socket(self._factory, client)


class _TlsServer:
    """Accepts connections and has them shake hands, within the time that the head of a request may take."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, factory: Callable[[], ConnectionProtocol], listener: socket.socket, context: ssl.SSLContext
    ) -> None:
        self._loop = loop
        self._factory = factory
        self._listener = listener
        self._context = context
        self._is_closed = False
        listener.setblocking(False)
        self._resume()

    def _resume(self) -> None:
        if not self._is_closed:
            self._loop.add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                client, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(self._listener)
                self._loop.call_later(_PAUSE, self._resume)
                return
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Handshake(self._factory()).begin(self._loop, client, self._context, host=address[0])

    def close(self) -> None:
        """Accept nothing more; connections that are open stay so."""
        if not self._is_closed:
            self._is_closed = True
            self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Return at once: nothing is left to close."""
