"""Reads the body of a request, once and within limits."""

import asyncio
import time
import zlib
from collections.abc import MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect, Request

from service.http.admission.addresses import address_group
from service.http.admission.body_budget import HeldBody
from service.http.admission.queue import KEY_ID, overload_problem
from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state

__all__ = ["check_json_headers", "expand_body", "read_body"]

# A client that is cut off while it is sending often loses the answer together with the connection. So up to this many bytes
# beyond the limit are still received, and discarded: the memory in use stays within the limit.
_MAX_DISCARDED_BYTES = 16 * 1024 * 1024

_SMALL_BYTES = 16_384

_GZIP = "gzip"
# Tells zlib that the data have gzip's head and foot.
_GZIP_BITS = zlib.MAX_WBITS | 16
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_MAX_LENGTH_DIGITS = 20


def check_json_headers(request: Request, *, allow_plain_text: bool = False, allow_gzip: bool = False) -> None:
    """Make sure that a body is declared to be JSON in UTF-8, or not declared at all.

    Args:
        request: the request.
        allow_plain_text: whether it may be declared as plain text too, which web pages can send without the browser's asking first.
        allow_gzip: whether it may be compressed, for `expand_body` to expand.

    Raises:
        ProblemError: another content type, character set or content coding is declared.
    """
    headers = request.headers
    content_type = headers.get("content-type")
    if content_type is not None and content_type != "application/json" and not _is_json(content_type, allow_plain_text):
        raise ProblemError(
            ProblemKind.NOT_JSON_CONTENT,
            "Send JSON in UTF-8 with the header Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    if _coding(request) not in ({"identity", _GZIP} if allow_gzip else {"identity"}):
        raise ProblemError(
            ProblemKind.NOT_JSON_CONTENT,
            "Send the body without compression: no Content-Encoding is supported.",
            headers={"Accept-Encoding": "identity"},
        )


def _is_json(content_type: str, allow_plain_text: bool) -> bool:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    main, _, sub = media_type.partition("/")
    charsets = [parameter.partition("=")[2].strip(' "') for parameter in parameters if parameter.startswith("charset=")]
    names_json = media_type == "text/json" or (main == "application" and (sub == "json" or sub.endswith("+json")))
    names_json = names_json or (allow_plain_text and media_type == "text/plain")
    return names_json and all(charset in _CHARSETS for charset in charsets)


def _coding(request: Request) -> str:
    return request.headers.get("content-encoding", "identity").strip().lower()


def expand_body(request: Request, body: bytes, *, limit: int) -> bytes:
    """Return the body of a request as it was before the client compressed it, if it did.

    Args:
        request: the request.
        body: its body as it came.
        limit: the most bytes that it may have when it is expanded.

    Raises:
        ProblemError: it is larger than ``limit`` then, or is not compressed as its headers say.
    """
    if not body or _coding(request) != _GZIP:
        return body
    decompressor = zlib.decompressobj(wbits=_GZIP_BITS)
    try:
        expanded = decompressor.decompress(body, limit + 1)
    except zlib.error:
        raise _not_gzip_problem() from None
    if len(expanded) > limit:
        raise _too_large_problem(limit, close=False)
    if not decompressor.eof or decompressor.unused_data:
        raise _not_gzip_problem()
    return expanded


def _not_gzip_problem() -> ProblemError:
    return ProblemError(ProblemKind.NOT_JSON, "The body is not compressed by gzip, as its Content-Encoding says, or not whole.")


async def read_body(request: Request, *, limit: int, timeout: float) -> bytes:
    """Read the whole body.

    Args:
        request: a request whose body has not been read yet.
        limit: the most bytes that a body may have.
        timeout: the seconds within which the whole body has to arrive.

    Raises:
        ProblemError: the body is larger than ``limit``, declared or not; or it arrives too slowly; or the bodies that are being
            received together take too much memory.
        ClientDisconnect: the client went away.
    """
    waits_for_permission = "expect" in request.headers
    if _declared_length(request) > limit + (0 if waits_for_permission else _MAX_DISCARDED_BYTES):
        raise _too_large_problem(limit, close=True)
    held: HeldBody | None = None
    try:
        async with asyncio.timeout(timeout) as reading:
            message = await request.receive()
            if message["type"] == "http.request" and not message.get("more_body", False) and len(message.get("body", b"")) <= limit:
                # Nearly every body is complete at once.
                whole: bytes = message.get("body", b"")
                return whole
            held = HeldBody(owner=_owner(request), end=partial(_end, reading), since=time.monotonic())
            return await _receive_body(request, message, held, limit=limit)
    except TimeoutError:
        if held is not None and held.gave_way:
            raise overload_problem(headers={"Connection": "close"}) from None
        raise ProblemError(
            ProblemKind.BODY_TOO_SLOW,
            f"The body did not arrive within {timeout:g} seconds.",
            headers={"Connection": "close"},
        ) from None


class _Body:
    """The pieces of a body. Small ones are put together, since as single ones they would take forty times as much memory."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._small = bytearray()

    def add(self, piece: bytes) -> None:
        self._small += piece
        if len(self._small) > _SMALL_BYTES:
            self._pieces.append(bytes(self._small))
            self._small.clear()

    def join(self) -> bytes:
        return b"".join((*self._pieces, self._small))

    def clear(self) -> None:
        self._pieces.clear()
        self._small.clear()


async def _receive_body(request: Request, message: MutableMapping[str, Any], held: HeldBody, *, limit: int) -> bytes:
    """Receive the rest of a body of which the first message has arrived."""
    bodies = get_state(request).bodies
    budget = bodies.keyless if request.scope.get(KEY_ID) is None else bodies.keyed
    body = _Body()
    size = 0
    try:
        while True:
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            has_more = message.get("more_body", False)
            if size > limit:
                budget.release(held)
                body.clear()
                if not has_more or size > limit + _MAX_DISCARDED_BYTES:
                    raise _too_large_problem(limit, close=has_more)
            else:
                body.add(chunk)
                if not has_more:
                    return body.join()
                budget.grow(held, len(chunk))
            message = await request.receive()
    finally:
        budget.release(held)
        # An exception would keep them for as long as its traceback is there.
        body.clear()


def _end(reading: asyncio.Timeout) -> None:
    # If its time is over anyhow, there is nothing to bring forward.
    with suppress(RuntimeError):
        reading.reschedule(asyncio.get_running_loop().time())


def _owner(request: Request) -> str:
    """Return who sends a body: a key that has been checked, or an address."""
    key: str | None = request.scope.get(KEY_ID)
    if key is not None:
        return key
    return address_group(request.client.host) if request.client is not None else ""


def _declared_length(request: Request) -> int:
    digits = request.headers.get("content-length", "")
    return int(digits[:_MAX_LENGTH_DIGITS]) if digits.isdecimal() else 0


def _too_large_problem(limit: int, *, close: bool) -> ProblemError:
    return ProblemError(
        ProblemKind.BODY_TOO_LARGE,
        f"A body may have at most {limit} bytes: send fewer comments in one call.",
        headers={"Connection": "close"} if close else {},
    )
