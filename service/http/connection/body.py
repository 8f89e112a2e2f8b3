"""Reads the body of a request once, within limits."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state

__all__ = ["check_json_headers", "read_body"]

# A client that is cut off in the middle of sending often loses the answer with the connection. So what comes
# after the limit is still taken and thrown away, up to this many bytes; the memory held stays within the limit.
_DISCARDED_BYTES = 16 * 1024 * 1024

_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def check_json_headers(request: Request) -> None:
    """Makes sure that a body is declared as JSON in UTF-8, or not declared at all.

    Raises:
        ProblemError: another content type, character set or content coding is declared.
    """
    headers = request.headers
    declared = headers.get("content-type")
    if declared is not None and declared != "application/json" and not _is_json(declared):
        raise ProblemError(
            ProblemKind.NOT_JSON_CONTENT,
            "Send JSON in UTF-8 with the header Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError(
            ProblemKind.NOT_JSON_CONTENT,
            "Send the body without compression: no Content-Encoding is supported.",
            headers={"Accept-Encoding": "identity"},
        )


def _is_json(declared: str) -> bool:
    kind, *parameters = (part.strip().lower() for part in declared.split(";"))
    main, _, sub = kind.partition("/")
    charsets = [parameter.partition("=")[2].strip(' "') for parameter in parameters if parameter.startswith("charset=")]
    named_json = kind == "text/json" or (main == "application" and (sub == "json" or sub.endswith("+json")))
    return named_json and all(charset in _CHARSETS for charset in charsets)


async def read_body(request: Request, *, limit: int, timeout: float) -> bytes:
    """Reads the whole body.

    Args:
        request: whose body nobody has read yet.
        limit: most bytes of a body.
        timeout: seconds for the whole body to arrive.

    Raises:
        ProblemError: the body is larger than ``limit``, whether declared or not, or arrives too slowly; or too much is being
            received as it is.
        ClientDisconnect: the client went away.
    """
    announced = _announced(request)
    waits = "expect" in request.headers
    if announced > limit + (0 if waits else _DISCARDED_BYTES):
        raise _too_large(limit, close=True)
    try:
        async with asyncio.timeout(timeout):
            return await _gather(request, limit)
    except TimeoutError:
        raise ProblemError(
            ProblemKind.BODY_TOO_SLOW,
            f"The body did not arrive within {timeout:g} seconds.",
            headers={"Connection": "close"},
        ) from None


async def _gather(request: Request, limit: int) -> bytes:
    waiting = get_state(request).waiting
    chunks: list[bytes] = []
    size = held = 0
    try:
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                chunks.clear()
            else:
                chunks.append(chunk)
            more = message.get("more_body", False)
            if size > limit + _DISCARDED_BYTES or (size > limit and not more):
                raise _too_large(limit, close=more)
            if not more:
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)
            waiting.hold(len(chunk))
            held += len(chunk)
    finally:
        waiting.hold(-held)


def _announced(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared[:20]) if declared.isdecimal() else 0


def _too_large(limit: int, *, close: bool) -> ProblemError:
    return ProblemError(
        ProblemKind.BODY_TOO_LARGE,
        f"A body may have at most {limit} bytes: send fewer comments in one call.",
        headers={"Connection": "close"} if close else {},
    )
