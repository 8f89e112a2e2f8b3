"""HTTPS: connections are counted before they shake hands, so that nobody fills the memory with those that never do."""

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Any

from service.http.connection.open_connections import Connections
from service.http.connection.protocol import ConnectionProtocol

__all__ = ["Handshake"]


class Handshake:
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
        """Shake hands with a client, or close its connection if there is no room for it."""
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
        """End the handshake, in favour of another connection."""
        """Do nothing: if the handshake succeeds, the connection takes the place of another."""

    def end(self) -> None:
        """Give the handshake up."""
        if self._task is not None:
            self._task.cancel()
