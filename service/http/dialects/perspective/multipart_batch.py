"""``POST /batch``: several calls in one body of MIME parts, answered in their order."""

import asyncio
import re
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from service.http.admission.queue import LAST_BYTE_AT
from service.http.connection.body import read_body
from service.http.dialects.dialect import Endpoint
from service.http.dialects.perspective.google_errors import AnalyzerError, bad_request, google_error
from service.settings import Settings

__all__ = ["batch_endpoint"]

_BOUNDARY = re.compile(r'multipart/mixed\s*;.{0,200}?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE | re.DOTALL)
# The longest that RFC 2046, section 5.1.1, allows.
_BOUNDARY_LINE = re.compile(rb"\s*--([^\r\n]{1,70})\r?\n")
_MIXED = "multipart/mixed"
_BYTES = "application/octet-stream"
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_ID = re.compile(r"<([\x20-\x3b\x3d\x3f-\x7e]{1,300})>")
_MOST_HEAD = 16_384
# Headers of the whole call that count for its parts, unless they say something else.
_INHERITED = frozenset({b"authorization", b"x-api-key", b"x-goog-api-key", b"x-request-timeout"})
_OF_TRANSFER = frozenset({b"content-length", b"transfer-encoding", b"expect", b"connection"})


class _Part(NamedTuple):
    """A call of a batch.

    Attributes:
        id: what the client calls it, empty if it does not say.
        method, target: of the call.
        headers: names in small letters.
        body: of the call.
    """

    id: str
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def batch_endpoint(settings: Settings, endpoints: Mapping[str, Endpoint]) -> Endpoint:
    """Return the endpoint.

    Args:
        settings: how many parts and bytes there may be.
        endpoints: what may be called in a batch, by its path; each lets its callers in itself, and answers whatever happens.
    """

    async def batch(request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        declared = _BOUNDARY.match(content_type)
        if declared is None and content_type != _BYTES:
            raise _boundary_problem("the content type has to be multipart/mixed with a boundary")
        body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
        boundary = _leading_boundary(body) if declared is None else (declared[1] or declared[2]).encode("latin-1")
        parts = _split(body, boundary, most=settings.max_comments)
        answers = []
        for part in map(_read, parts):
            answers.append(_written(part, await _called(request, part, endpoints)))
            # Others have their turn between two of these.
            await asyncio.sleep(0)
        return _joined(answers, media=_MIXED if declared else _BYTES)

    return batch


def _leading_boundary(body: bytes) -> bytes:
    """Return the boundary that a body begins with, for clients that can send bytes but not name a boundary.

    Raises:
        AnalyzerError: it begins with none.
    """
    line = _BOUNDARY_LINE.match(body)
    if line is None:
        raise _boundary_problem("the body has to begin with a boundary")
    return line[1]


def _boundary_problem(detail: str) -> AnalyzerError:
    return bad_request([("", f"Failed to parse batch request, error: {detail}.")])


def _split(body: bytes, boundary: bytes, *, most: int) -> list[bytes]:
    """Return the parts of a body.

    Raises:
        AnalyzerError: there is none, or there are too many.
    """
    pieces = (b"\n" + body).split(b"\n--" + boundary, most + 2)[1:]
    parts = []
    for piece in pieces:
        if piece.startswith(b"--"):
            break
        parts.append(piece)
    if len(parts) > most:
        raise bad_request([("", f"The batch request exceeds the limit of {most} calls.")])
    if not parts:
        raise bad_request([("", "Failed to parse batch request, error: 0 items. Received batch body: no part.")])
    return parts


def _halves(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the lines of a head, which is folded no more, and what follows it."""
    found = _BLANK.search(data, 0, _MOST_HEAD)
    head, rest = (data[: found.start()], data[found.end() :]) if found else (data[:_MOST_HEAD], b"")
    return _FOLD.sub(b" ", head).splitlines(), rest


def _headers(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    found = (line.partition(b":") for line in lines)
    return [(name.strip().lower(), value.strip()) for name, colon, value in found if colon]


def _read(data: bytes) -> _Part:
    # Behind the boundary comes the end of its line.
    outer, inner = _halves(data.partition(b"\n")[2])
    named = _ID.fullmatch(str(dict(_headers(outer)).get(b"content-id", b""), "latin-1"))
    lines, body = _halves(inner.lstrip(b"\r\n"))
    method, _, rest = (lines[0] if lines else b"").partition(b" ")
    headers = [(name, value) for name, value in _headers(lines[1:]) if name not in _OF_TRANSFER]
    return _Part(named[1] if named else "", str(method, "latin-1"), rest.partition(b" ")[0], headers, body.strip())


async def _called(request: Request, part: _Part, endpoints: Mapping[str, Endpoint]) -> Response:
    path, _, query = part.target.partition(b"?")
    asked = unquote(str(path, "latin-1"))
    endpoint = next((each for known, each in endpoints.items() if asked.endswith(known)), None)
    if endpoint is None or part.method != "POST":
        return google_error(HTTPStatus.NOT_FOUND, "Method not found.")
    given = {name for name, _ in part.headers}
    inherited = [(name, value) for name, value in request.scope["headers"] if name in _INHERITED - given]
    outer: bytes = request.scope["query_string"]
    scope: dict[str, Any] = {
        **request.scope,
        **{"headers": part.headers + inherited, "query_string": query if b"key=" in query or not outer else query + b"&" + outer},
        # The parts before this one are no queue.
        LAST_BYTE_AT: time.monotonic(),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": part.body, "more_body": False}

    return await endpoint(Request(scope, receive))


def _written(part: _Part, answer: Response) -> bytes:
    named = f"Content-ID: <response-{part.id}>\r\n" if part.id else ""
    headers = "".join(f"{str(name, 'latin-1').title()}: {str(value, 'latin-1')}\r\n" for name, value in answer.raw_headers)
    status = HTTPStatus(answer.status_code)
    head = f"Content-Type: application/http\r\n{named}\r\nHTTP/1.1 {status.value} {status.phrase}\r\n{headers}\r\n"
    return head.encode("latin-1") + bytes(answer.body)


def _joined(answers: list[bytes], *, media: str) -> Response:
    boundary = f"batch_{secrets.token_hex(16)}"
    line = f"--{boundary}"
    content = b"".join(f"{line}\r\n".encode() + answer + b"\r\n" for answer in answers) + f"{line}--\r\n".encode()
    return Response(content, headers={"Content-Type": f"{_MIXED}; boundary={boundary}" if media == _MIXED else media})
