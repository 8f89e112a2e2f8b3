"""One connection of a client: its place among the others, the time that it may take, and when its calls were read."""

import asyncio
import re
import time
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from service.http.admission.hosts import TARGET_HOST, find_target_host
from service.http.admission.queue import FIRST_BYTE_AT, LAST_BYTE_AT
from service.http.connection.framing import BoundedProtocol
from service.http.connection.refusals import render_refusal, too_many_connections

__all__ = ["ConnectionProtocol"]

# In seconds: the time that an idle connection stays open when the service stops.
_SHUTDOWN_GRACE = 0.5
# In seconds: the time that a client has to read that there is no room for it.
_REFUSAL_GRACE = 1.0
_SLASHES = re.compile("//+")


class _ForgivingTransport:
    """A transport that takes no notice of what is written after its client has gone away, for which uvloop raises an error."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write, unless the connection is closed."""
        if not self._transport.is_closing():
            self._transport.write(data)


class ConnectionProtocol(BoundedProtocol):
    """One connection that speaks HTTP/1.1."""

    group: Any = None
    place: Any = None
    was_answered = False
    # What has counted as this connection until now, if it has shaken hands.
    handshake: Any = None
    _is_shutting_down = False
    # Whether the connection has lost its place to another, and whether a part of a call has been lost with it.
    _has_place = True
    _is_broken = False
    # Since when the first byte of the connection, and that of a further request, is missing.
    _silent_since: float | None = None
    _idle_since: float | None = None
    # Since when more of an answer is waiting to be read than there is room for.
    _unread_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to serve a client, or refuse it if there are too many connections."""
        super().connection_made(cast(asyncio.Transport, _ForgivingTransport(transport)))
        self._connections = self.app_state["service"].connections
        self._connections.queue.track(self.tasks)
        self._max_head = self._connections.max_head_bytes
        self._silent_since = time.monotonic()
        if self.handshake is not None:
            self._connections.remove(self.handshake)
            self.handshake = None
        self._take_place()

    def _take_place(self) -> None:
        self._has_place = True
        if not self._connections.add(self, self.client[0] if self.client else None):
            self._is_deaf = True
            self.transport.write(render_refusal(too_many_connections().response(), is_encrypted=self.scheme == "https"))
            self._linger()
            self.loop.call_later(_REFUSAL_GRACE, self.transport.abort)
        elif self.app_state["service"].graceful_stop.has_begun:
            # It was accepted just before; nobody else will shut it down.
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        super().connection_lost(exc)
        self._is_deaf = True
        self._drop_unread()
        self._connections.remove(self)

    def give_way(self) -> None:
        """Read nothing more, in favour of another connection; what has arrived of a call is forgotten."""
        self._has_place = False
        self._is_deaf = True
        self._is_broken = self._head_since is not None or self._is_in_body or self.flow.write_paused
        self._drop_unread()
        if self.flow.write_paused:
            # What has not been read takes memory, and its client does not care.
            self.loop.call_soon(self.transport.abort)
        if self._is_broken:
            self.parser = None  # type: ignore[assignment]
            if self._is_answering():
                self.cycle.body = bytearray()
                self.cycle.disconnected = True
                self.cycle.message_event.set()

    def _ignore(self, data: bytes) -> None:
        if self._has_place:
            super()._ignore(data)
        elif self._is_broken:
            self.end()
        else:
            # A whole call may be on its way.
            self._connections.remove(self)
            self._is_deaf = False
            self._take_place()
            self.data_received(data)

    def end(self) -> None:
        """Close the connection, as soon as what has been written is sent."""
        if self.transport.get_write_buffer_size():
            self.transport.close()
            self.loop.call_later(self._connections.head_timeout, self.transport.abort)
        else:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Take note of when the first byte of a call was read."""
        super().on_message_begin()
        self._silent_since = None
        self._head_since = self.scope[FIRST_BYTE_AT] = self._connections.queue.note_read()  # type: ignore[literal-required]

    def _note_unfinished(self) -> None:
        if self._waits_for_client():
            self._connections.note_waiting(self)

    def _waits_for_client(self) -> bool:
        active: RequestResponseCycle | None = self._active
        if self.flow.write_paused:
            return True
        return active is None or active.response_complete or (active is self.cycle and self._is_in_body)

    def on_headers_complete(self) -> None:
        """Begin the call; if the service is about to stop, it is the last of its connection.

        Several slashes count as one, as in most web servers: software puts a path behind an address that ends in a slash already.
        """
        super().on_headers_complete()
        if (host := find_target_host(self.url)) is not None:
            self.scope[TARGET_HOST] = host  # type: ignore[literal-required]
        if b"//" in self.url and "path" in self.scope:
            self.scope["path"] = _SLASHES.sub("/", self.scope["path"])
        if self._is_shutting_down:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Take note of when the last byte of a call was read."""
        if not self.cycle.response_complete and not self.flow.write_paused:
            self._connections.note_busy(self)
        self.scope[LAST_BYTE_AT] = self._connections.queue.note_read()  # type: ignore[literal-required]
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Take note that a call has been answered."""
        super().on_response_complete()
        self.was_answered = True
        self._connections.queue.note_answer()
        if self._waits_for_client():
            self._connections.note_waiting(self)

    def pause_writing(self) -> None:
        """Take note that the client does not read its answers."""
        super().pause_writing()
        self._unread_since = time.monotonic()
        self._connections.note_waiting(self)

    def resume_writing(self) -> None:
        """Take note that the client has read its answers."""
        super().resume_writing()
        self._unread_since = None
        if not self._waits_for_client():
            self._connections.note_busy(self)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete and not cycle.disconnected

    def shutdown(self) -> None:
        """Close the connection when the service stops: after the answer that is being made, otherwise after a short grace.

        uvicorn would close an idle connection at once, although a call may be on its way. Here that call is still answered, and
        its answer says that the connection is closed.
        """
        self._is_shutting_down = True
        self.app_state["service"].graceful_stop.begin(self.tasks, self.connections)
        if self._is_answering():
            super().shutdown()
        else:
            self.loop.call_later(_SHUTDOWN_GRACE, self._close_unless_busy)

    def _close_unless_busy(self) -> None:
        if self._head_since is not None and not self._is_deaf:
            self.loop.call_later(_SHUTDOWN_GRACE, self._close_unless_busy)
        elif not self._is_answering() and not self.transport.is_closing():
            self.transport.close()

    def abort_unread(self) -> None:
        """Close the connection at once if its client does not read the answer that is being sent."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
            self.abort()

    def abort(self) -> None:
        """Close the connection at once."""
        self.transport.abort()

    def close_if_slow(self, now: float) -> None:
        """Close the connection if its client takes too long.

        Args:
            now: the time, in seconds of ``time.monotonic``.
        """
        limits = self._connections
        if self._closing_since is not None or self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > limits.head_timeout:
                self.transport.abort()
        elif self._unread_since is not None:
            if now - self._unread_since > limits.idle_timeout:
                self._connections.count_closing("too-slow")
                self.transport.abort()
        elif self._head_since is not None and self.flow.read_paused:
            # It is not the client that is slow.
            self._head_since = now
        elif (since := self._silent_since or self._head_since) is not None:
            if now - since > limits.head_timeout:
                self._close_slow()
        elif self.timeout_keep_alive_task is not None or self._is_answering():
            self._idle_since = None
        else:
            # Only blank lines have arrived, or the rest of a call that is answered; they end uvicorn's own wait for the next call.
            self._idle_since = self._idle_since or now
            if now - self._idle_since > limits.idle_timeout:
                self._close_slow()

    def _close_slow(self) -> None:
        self._connections.count_closing("too-slow")
        self.transport.close()
