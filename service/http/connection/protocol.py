"""The server's side of a connection: when a call was read, and no patience with clients that send nothing or read nothing."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.http.admission.queue import FIRST_BYTE_AT, LAST_BYTE_AT
from service.settings import Settings

if TYPE_CHECKING:
    from service.http.admission.queue import Queue

__all__ = ["ConnectionProtocol", "Connections"]

_SWEEP = 1.0
_FAREWELL = 0.5
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_FULL_BODY = (
    b'{"type":"/docs#overloaded","title":"There is more to judge than can be judged in time","status":503,"detail":"Too many connections."}'
)


class Connections:
    """The connections that are open.

    uvicorn waits for ever for the head of a request, for the first byte of a connection, and for a client to read the end of
    an answer. Here a sweep each second ends what has taken too long.

    Args:
        settings: how long who may take, how many there may be.
        waiting: is told when calls are read and answered.
    """

    def __init__(self, settings: Settings, waiting: "Queue") -> None:
        self.waiting = waiting
        self._head = settings.header_timeout
        self._idle = settings.keep_alive_timeout
        self._most = settings.max_connections
        self._present: set[ConnectionProtocol] = set()

    def take(self, guest: "ConnectionProtocol") -> bool:
        """Take in a connection, unless there are too many."""
        if len(self._present) >= self._most:
            return False
        self._present.add(guest)
        return True

    def __len__(self) -> int:
        """How many are open."""
        return len(self._present)

    def leave(self, guest: "ConnectionProtocol") -> None:
        """Take note that a connection is closed."""
        self._present.discard(guest)

    async def watch(self) -> None:
        """End the connections of clients that are too slow, for ever."""
        while True:
            await asyncio.sleep(_SWEEP)
            now = time.monotonic()
            for guest in list(self._present):
                guest.hurry(now, head=self._head, idle=self._idle)


class ConnectionProtocol(HttpToolsProtocol):
    """A connection of HTTP/1.1."""

    _guests: Connections
    _leaving = False
    _head_since: float | None = None
    _idle_since: float | None = None
    _closing_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Greet a client, or send it away if there are too many."""
        super().connection_made(transport)
        self._guests = self.app_state["service"].guests
        self._guests.waiting.count(self.tasks)
        self._idle_since = time.monotonic()
        if not self._guests.take(self):
            transport.write(_FULL % (len(_FULL_BODY), _FULL_BODY))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        super().connection_lost(exc)
        self._guests.leave(self)

    def on_message_begin(self) -> None:
        """Note when the first byte of a call was read."""
        super().on_message_begin()
        self._head_since = self.scope[FIRST_BYTE_AT] = self._guests.waiting.read()  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        """Note that the head of a call is there; from now on its body has a limit of its own."""
        self._head_since = None
        super().on_headers_complete()
        if self._leaving:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Note when the last byte of a call was read."""
        self.scope[LAST_BYTE_AT] = self._guests.waiting.read()  # type: ignore[literal-required]
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Note that a call was answered."""
        super().on_response_complete()
        self._guests.waiting.answered()

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def shutdown(self) -> None:
        """Let the client go when the service stops: after the answer that it waits for, or soon if it waits for none.

        Not at once, as uvicorn does: a call may be on its way. It is answered, and told that it was the last one.
        """
        self._leaving = True
        if self._answering():
            super().shutdown()
        else:
            self.loop.call_later(_FAREWELL, self._leave)

    def _leave(self) -> None:
        if self._head_since is not None:
            self.loop.call_later(_FAREWELL, self._leave)
        elif not self._answering() and not self.transport.is_closing():
            self.transport.close()

    def hurry(self, now: float, *, head: float, idle: float) -> None:
        """End the connection if its client takes too long.

        Args:
            now: by ``time.monotonic``.
            head: seconds that the head of a request may take, and an answer to be read once the connection is to be closed.
            idle: seconds that nothing may come.
        """
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > head:
                self.transport.abort()
        elif self._head_since is not None:
            if now - self._head_since > head:
                self.transport.close()
        elif self.timeout_keep_alive_task is not None or self._answering():
            self._idle_since = None
        else:
            # Nothing came yet, or only blank lines, which end uvicorn's own wait for the next request.
            self._idle_since = self._idle_since or now
            if now - self._idle_since > idle:
                self.transport.close()
