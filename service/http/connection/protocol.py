"""The connections of clients: how many there may be, how long they may be silent, and when their calls were read."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.http.admission.queue import FIRST_BYTE_AT, LAST_BYTE_AT
from service.settings import Settings

if TYPE_CHECKING:
    from service.http.admission.queue import Queue

__all__ = ["ConnectionProtocol", "Connections"]

# In seconds: the time between two sweeps, and the time that an idle connection stays open when the service stops.
_SWEEP_INTERVAL = 1.0
_SHUTDOWN_GRACE = 0.5
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_REFUSAL_BODY = (
    b'{"type":"/docs#overloaded","title":"There is more to judge than can be judged in time","status":503,"detail":"Too many connections."}'
)


class Connections:
    """The open connections of a service.

    uvicorn waits for ever for the head of a request, for the first byte of a connection, and for a client to read the end of
    an answer. A sweep each second closes the connections that take too long.

    Args:
        settings: how long a client may take, and how many connections there may be.
        queue: takes note of when calls are read and answered.
    """

    def __init__(self, settings: Settings, queue: "Queue") -> None:
        self.queue = queue
        self._head_timeout = settings.header_timeout
        self._idle_timeout = settings.keep_alive_timeout
        self._max_connections = settings.max_connections
        self._connections: set[ConnectionProtocol] = set()

    def add(self, connection: "ConnectionProtocol") -> bool:
        """Add a connection, unless there are too many; return whether it was added."""
        if len(self._connections) >= self._max_connections:
            return False
        self._connections.add(connection)
        return True

    def __len__(self) -> int:
        """Return how many connections are open."""
        return len(self._connections)

    def remove(self, connection: "ConnectionProtocol") -> None:
        """Take note that a connection is closed; it need not be one that was added."""
        self._connections.discard(connection)

    async def sweep_forever(self) -> None:
        """Close the connections of clients that are too slow, again and again."""
        while True:
            await asyncio.sleep(_SWEEP_INTERVAL)
            now = time.monotonic()
            for connection in list(self._connections):
                connection.close_if_slow(now, head_timeout=self._head_timeout, idle_timeout=self._idle_timeout)


class ConnectionProtocol(HttpToolsProtocol):
    """One connection that speaks HTTP/1.1."""

    _connections: Connections
    _is_shutting_down = False
    _head_since: float | None = None
    _idle_since: float | None = None
    _closing_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to serve a client, or refuse it if there are too many connections."""
        super().connection_made(transport)
        self._connections = self.app_state["service"].connections
        self._connections.queue.track(self.tasks)
        self._idle_since = time.monotonic()
        if not self._connections.add(self):
            transport.write(_REFUSAL % (len(_REFUSAL_BODY), _REFUSAL_BODY))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        super().connection_lost(exc)
        self._connections.remove(self)

    def on_message_begin(self) -> None:
        """Take note of when the first byte of a call was read."""
        super().on_message_begin()
        self._head_since = self.scope[FIRST_BYTE_AT] = self._connections.queue.note_read()  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        """Take note that the head of a call is complete; its body has a time limit of its own."""
        self._head_since = None
        super().on_headers_complete()
        if self._is_shutting_down:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Take note of when the last byte of a call was read."""
        self.scope[LAST_BYTE_AT] = self._connections.queue.note_read()  # type: ignore[literal-required]
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Take note that a call has been answered."""
        super().on_response_complete()
        self._connections.queue.note_answer()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def shutdown(self) -> None:
        """Close the connection when the service stops: after the answer that is being made, otherwise after a short grace.

        uvicorn would close an idle connection at once, although a call may be on its way. Here that call is still answered, and
        its answer says that the connection is closed.
        """
        self._is_shutting_down = True
        if self._is_answering():
            super().shutdown()
        else:
            self.loop.call_later(_SHUTDOWN_GRACE, self._close_unless_busy)

    def _close_unless_busy(self) -> None:
        if self._head_since is not None:
            self.loop.call_later(_SHUTDOWN_GRACE, self._close_unless_busy)
        elif not self._is_answering() and not self.transport.is_closing():
            self.transport.close()

    def close_if_slow(self, now: float, *, head_timeout: float, idle_timeout: float) -> None:
        """Close the connection if its client takes too long.

        Args:
            now: the time, in seconds of ``time.monotonic``.
            head_timeout: the seconds that a client may take to send the head of a request, and to read the last answer of a
                connection that is being closed.
            idle_timeout: the seconds for which a client may send nothing between requests.
        """
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > head_timeout:
                self.transport.abort()
        elif self._head_since is not None:
            if now - self._head_since > head_timeout:
                self.transport.close()
        elif self.timeout_keep_alive_task is not None or self._is_answering():
            self._idle_since = None
        else:
            # Either nothing has arrived yet, or only blank lines, which end uvicorn's own wait for the next request.
            self._idle_since = self._idle_since or now
            if now - self._idle_since > idle_timeout:
                self.transport.close()
