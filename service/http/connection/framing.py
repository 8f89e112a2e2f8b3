"""What a client may send before, between and after the bodies of its calls: counted as it arrives, and refused beyond the limits."""

import time
from urllib.parse import unquote

import httptools
from starlette.responses import Response
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.http.connection.deferred_callbacks import DeferredCallbacks
from service.http.connection.open_connections import Connections
from service.http.connection.refusals import FramingError, head_too_large, not_http, render_refusal, target_too_long, too_many_headers
from service.http.problems import ProblemError

__all__ = ["BoundedProtocol"]

# A client that is cut off while it is sending often loses the answer together with the connection. So up to this many bytes are
# still received, and discarded.
_MAX_DISCARDED_BYTES = 16 * 1024 * 1024
_MAX_TARGET_BYTES = 8192
_MAX_HEADERS = 100
# The separators of a header: a colon, a blank and the end of the line.
_HEADER_OVERHEAD = 4
# What is neither a header nor a body (blanks, blank lines, sizes and extensions of chunks) may take this much beyond the limit of
# the head, and this many bytes for each byte of the body, since a chunk may have as little as one.
_FRAMING_BYTES = 16_384
_FRAMING_PER_BODY_BYTE = 16
# Requests that come in one piece are read in slices of this size, so that only few of them wait in memory for their turn.
_SLICE_BYTES = 1024
_BODY_SLICE_BYTES = 16_384
_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})
_OLD_VERSIONS = frozenset({"0.9", "1.0"})


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 within limits: of the target, the headers and the trailers, and of whatever else is no part of a body.

    Requests that arrive before an earlier one is answered wait unread, so that a client cannot fill the memory with them. What is
    refused is answered once, after the calls before it; then the connection ends.
    """

    _connections: Connections
    # The target of the request that is arriving, or of the last one.
    url = b""
    _active: RequestResponseCycle | None = None
    # Since when a part of a head is missing, and since when the connection is about to end.
    _head_since: float | None = None
    _closing_since: float | None = None
    # Whether nothing that arrives is read any more.
    _is_deaf = False
    # The header that announces the body of a request which offers another protocol.
    _offer: tuple[bytes, bytes] | None = None
    _pending_refusal: Response | None = None
    _discarded = 0
    _unread = b""
    # Whether the head of a request is complete, and its end has not arrived yet.
    _is_in_body = False
    _awaits_chunk = False
    _max_head = 0
    _head_size = _hosts = 0
    _max_headers = _MAX_HEADERS
    # The bytes that are no part of a body, and those that are, since the last head or the last request was complete.
    _framing = 0
    _body_size = 0

    def data_received(self, data: bytes) -> None:
        """Read what a client has sent, as far as the calls before it have been answered."""
        if self._is_deaf:
            self._ignore(data)
        elif self._unread or len(data) > _SLICE_BYTES:
            self._read_in_slices(data)
        else:
            self._read(data)

    def _read_in_slices(self, data: bytes) -> None:
        data = self._unread + data
        self._drop_unread()
        view, at = memoryview(data), 0
        while at < len(view) and not self.pipeline and not self._is_deaf:
            end = at + (_BODY_SLICE_BYTES if self._is_in_body else _SLICE_BYTES)
            self._read(view[at:end])
            at = end
        if at < len(view) and not self._is_deaf:
            self._keep_unread(data[at:])

    def _keep_unread(self, data: bytes) -> None:
        if self._connections.hold_unread(len(data)):
            self._unread = data
            self.flow.pause_reading()
        else:
            self._connections.count_closing("too-many")
            self._is_deaf = True
            self.transport.abort()

    def _read_on(self) -> None:
        if self._unread and not self._is_deaf:
            self._read_in_slices(b"")

    def _drop_unread(self) -> None:
        self._connections.hold_unread(-len(self._unread))
        self._unread = b""

    def _ignore(self, data: bytes) -> None:
        self._discard(len(data))

    def _discard(self, count: int) -> None:
        self._discarded += count
        if self._discarded > _MAX_DISCARDED_BYTES:
            self.transport.abort()

    def _read(self, data: bytes | memoryview) -> None:
        self._framing += len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._decline(data[offer.args[0] :])
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause.problem if isinstance(cause, FramingError) else not_http("It cannot be read."))
        else:
            if self._framing > self._max_head + _FRAMING_BYTES + _FRAMING_PER_BODY_BYTE * self._body_size:
                self._refuse(head_too_large(self._max_head))
            elif self._is_in_body or self._head_since is not None:
                if self._awaits_chunk and self._head_since is None:
                    # Either the first byte of a chunk is missing, or there are trailers, which have the time that a head has.
                    self._head_since = time.monotonic()
                self._note_unfinished()

    def _decline(self, rest: bytes | memoryview) -> None:
        """Go on with HTTP/1.1 after a request that offers another protocol, and with its body: the parser would not."""
        callbacks = DeferredCallbacks(self)
        self.parser = httptools.HttpRequestParser(callbacks)
        if self._offer is not None:
            self.parser.feed_data(b"POST / HTTP/1.1\r\n%s: %s\r\n\r\n" % self._offer)
            self._offer = None
        callbacks.is_open = True
        self._framing -= len(rest)
        if rest:
            self._read(rest)

    def _note_unfinished(self) -> None:
        """Take note that a part of a request has arrived, and another is missing."""

    def _refuse(self, problem: ProblemError) -> None:
        """Refuse the request that is arriving, after those before it have been answered, and end the connection."""
        self._connections.count_closing(problem.kind.code)
        broken = self.cycle if self._is_in_body else None
        if broken is not None and broken is not self._active:
            self.pipeline.popleft()
        self._is_deaf = True
        if broken is not self._active and not self._is_idle():
            self._pending_refusal = self._response(problem)
            return
        if broken is None or not broken.response_started:
            self.transport.write(render_refusal(self._response(problem), is_encrypted=self.scheme == "https"))
        if broken is not None:
            # Its call need not go on: nobody would read the answer.
            broken.disconnected = True
            broken.message_event.set()
        self._linger()

    def _response(self, problem: ProblemError) -> Response:
        """Return what the client is told, in the form of the protocol whose address it calls, as far as that has arrived."""
        path = unquote(str(self.url.partition(b"?")[0], "latin-1")).removeprefix(self.root_path)
        return self._connections.refusals.refuse_at(path, problem)

    def _linger(self) -> None:
        """Close the connection on this side, and discard what still arrives for a while."""
        self._closing_since = time.monotonic()
        if self.transport.can_write_eof():
            self.flow.resume_reading()
            self.transport.write_eof()
        else:
            self.transport.close()

    def _is_idle(self) -> bool:
        """Return whether no call is being answered, or received to be answered."""
        return self._active is None or self._active.response_complete

    # What the parser finds.

    def on_message_begin(self) -> None:
        """Begin to count anew."""
        super().on_message_begin()
        self._head_size = self._hosts = 0
        self._max_headers = _MAX_HEADERS

    # These are called so often that they do the work of uvicorn's instead of calling it.

    def on_url(self, url: bytes) -> None:
        """Add a piece of the target, within the limit."""
        self._head_size += len(url)
        self.url += url
        if len(self.url) > _MAX_TARGET_BYTES:
            raise FramingError(target_too_long(_MAX_TARGET_BYTES))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header, or a trailer, within the limits."""
        self._head_size = size = self._head_size + len(name) + len(value) + _HEADER_OVERHEAD
        headers = self.headers
        if size > self._max_head or len(headers) >= self._max_headers:
            raise FramingError(head_too_large(self._max_head) if size > self._max_head else too_many_headers(_MAX_HEADERS))
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        elif name == b"host":
            self._hosts += 1
        headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Begin the call, if it names one host; its body is limited elsewhere."""
        if self._hosts != 1 and (self._hosts or self.parser.get_http_version() not in _OLD_VERSIONS):
            raise FramingError(not_http("It has to have exactly one header Host."))
        super().on_headers_complete()
        if not self.pipeline:
            self._active = self.cycle
        if self.parser.should_upgrade():
            self._offer = next((header for header in self.headers if header[0] in _BODY_HEADERS and header[1] != b"0"), None)
        # Trailers are counted with the headers, and go nowhere: they could name a key or an address after the proxy has looked.
        self._max_headers = _MAX_HEADERS - len(self.headers)
        self.headers = []
        self._head_since = None
        self._is_in_body = True
        self._framing = self._body_size = 0

    def on_chunk_header(self) -> None:
        """Take note that a chunk, or the trailers, have to follow."""
        self._awaits_chunk = True

    def on_body(self, body: bytes) -> None:
        """Add a piece of a body; what comes after the answer is discarded."""
        self._awaits_chunk, self._head_since = False, None
        self._framing -= len(body)
        self._body_size += len(body)
        cycle = self.cycle
        if cycle.response_complete:
            self._discard(len(body))
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """End a request."""
        if self._offer is not None:
            return
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()
        self._is_in_body = self._awaits_chunk = False
        self._head_since = None
        self._framing = self._body_size = self._discarded = 0

    def on_response_complete(self) -> None:
        """Go on with what has arrived in the meantime: a request, or one that is refused."""
        following = self.pipeline[-1][0] if self.pipeline else None
        if self._active is not None and self._active.body:
            # What the app has not asked for.
            self._active.body = bytearray()
        super().on_response_complete()
        self._active = following or self._active
        if self._pending_refusal is not None and self._is_idle():
            self.transport.write(render_refusal(self._pending_refusal, is_encrypted=self.scheme == "https"))
            self._linger()
        elif self._unread and not self.pipeline:
            self.loop.call_soon(self._read_on)
