"""HTTPS: connections are counted before they shake hands, so that nobody fills the memory with those that never do."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvloop

from service.http.connection.open_connections import Connections
from service.http.connection.protocol import ConnectionProtocol

__all__ = ["ServiceLoop"]

# Connections that are accepted in one round of the event loop, and the seconds to wait if the process has too many files open.
_ACCEPTED_AT_ONCE = 64
_PAUSE = 0.5


class ServiceLoop(uvloop.Loop):
    """The event loop of a service; its servers with TLS count a connection, and may end it, from the moment that it is accepted."""

    async def create_server(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:
        """Return a server, as any event loop does."""
        listener, context = options.get("sock"), options.get("ssl")
        if listener is None or context is None:
            return await super().create_server(protocol_factory, *args, **options)
        return _TlsServer(self, protocol_factory, listener, context)


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
            _Handshake(self._factory()).begin(self._loop, client, self._context, host=address[0])

    def close(self) -> None:
        """Accept nothing more; connections that are open stay so."""
        if not self._is_closed:
            self._is_closed = True
            self._loop.remove_reader(self._listener)

    async def wait_closed(self) -> None:
        """Return at once: nothing is left to close."""


class _Handshake:
    """A connection that is shaking hands; it counts as one that waits for its client.

    Args:
        protocol: takes the connection over when that is done.
    """

    group: Any = None
    place: Any = None
    was_answered = False

    def __init__(self, protocol: ConnectionProtocol) -> None:
        self._protocol = protocol
        self._connections: Connections = protocol.app_state["service"].connections
        self._task: asyncio.Task[None] | None = None

    def begin(self, loop: asyncio.AbstractEventLoop, client: socket.socket, context: ssl.SSLContext, *, host: str) -> None:
        if self._connections.add(self, host):
            self._protocol.handshake = self
            self._task = loop.create_task(self._shake_hands(loop, client, context))
        else:
            client.close()

    async def _shake_hands(self, loop: asyncio.AbstractEventLoop, client: socket.socket, context: ssl.SSLContext) -> None:
        timeout = self._connections.head_timeout
        try:
            # Whatever is wrong with a handshake, it is not the service.
            with suppress(OSError):
                await loop.connect_accepted_socket(
                    lambda: self._protocol, client, ssl=context, ssl_handshake_timeout=timeout, ssl_shutdown_timeout=timeout
                )
        finally:
            self._connections.remove(self)

    def close_if_slow(self, now: float) -> None:
        """Do nothing: the event loop ends a handshake that takes too long."""

    def give_way(self) -> None:
        """Do nothing: if the handshake succeeds, the connection takes the place of another."""

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
