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
from service.http.bodies.body import read_body
from service.http.dialects.dialect import Endpoint
from service.http.dialects.perspective.google_errors import AnalyzerError, bad_request, google_error
from service.http.workload.deadlines import share_deadline
from service.http.workload.effort import share_explanations
from service.settings import Settings

__all__ = ["batch_endpoint"]

_BOUNDARY = re.compile(r'multipart/mixed\s*;.{0,200}?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE | re.DOTALL)
# The longest that RFC 2046, section 5.1.1, allows.
_BOUNDARY_LINE = re.compile(rb"\s*--([^\r\n]{1,70})\r?\n")
_MIXED = "multipart/mixed"
_BYTES = "application/octet-stream"
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLDED_LINE = re.compile(rb"\r?\n[ \t]+")
_CONTENT_ID = re.compile(r"<([\x20-\x3b\x3d\x3f-\x7e]+)>")
# Some clients take a comment itself for the id of its call, of which every byte of UTF-8 may become three.
_MAX_HEAD_BYTES = 262_144
# Headers of the whole batch that count for each of its calls, unless that call has its own.
_INHERITED_HEADERS = frozenset({b"authorization", b"x-api-key", b"x-goog-api-key", b"x-request-timeout"})
_TRANSFER_HEADERS = frozenset({b"content-length", b"transfer-encoding", b"expect", b"connection"})


class _BatchCall(NamedTuple):
    """A call of a batch.

    Attributes:
        id: the client's id for the call; empty if there is none.
        method: the method of the request.
        target: its path and query.
        headers: its headers, with names in lower case.
        body: its body.
    """

    id: str
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def batch_endpoint(settings: Settings, endpoints: Mapping[str, Endpoint]) -> Endpoint:
    """Return the endpoint of ``batch``.

    Args:
        settings: how many calls and bytes a batch may have.
        endpoints: the endpoints that may be called in a batch, by their paths; each admits its callers itself, and always answers.
    """

    async def batch(request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        match = _BOUNDARY.match(content_type)
        if match is None and content_type != _BYTES:
            raise _boundary_problem("the content type has to be multipart/mixed with a boundary")
        body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
        boundary = _leading_boundary(body) if match is None else (match[1] or match[2]).encode("latin-1")
        parts = _split_parts(body, boundary, max_calls=settings.max_comments)
        share_deadline(request.scope, seconds=settings.judging_timeout)
        share_explanations(request.scope)
        answers = []
        for call in map(_parse_call, parts):
            answers.append(_render_answer_part(call, await _answer_call(request, call, endpoints)))
            # Other requests have their turn between two calls of a batch.
            await asyncio.sleep(0)
        return _join_parts(answers, media=_MIXED if match else _BYTES)

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


def _split_parts(body: bytes, boundary: bytes, *, max_calls: int) -> list[bytes]:
    """Return the parts of a body.

    Raises:
        AnalyzerError: there are no parts, or too many.
    """
    pieces = (b"\n" + body).split(b"\n--" + boundary, max_calls + 2)[1:]
    parts = []
    for piece in pieces:
        if piece.startswith(b"--"):
            break
        parts.append(piece)
    if len(parts) > max_calls:
        raise bad_request([("", f"The batch request exceeds the limit of {max_calls} calls.")])
    if not parts:
        raise bad_request([("", "Failed to parse batch request, error: 0 items. Received batch body: no part.")])
    return parts


def _split_head(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the lines of a head, in which folded lines are joined, and the body after it."""
    blank_line = _BLANK_LINE.search(data, 0, _MAX_HEAD_BYTES)
    head, body = (data[: blank_line.start()], data[blank_line.end() :]) if blank_line else (data[:_MAX_HEAD_BYTES], b"")
    return _FOLDED_LINE.sub(b" ", head).splitlines(), body


def _parse_headers(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    fields = (line.partition(b":") for line in lines)
    return [(name.strip().lower(), value.strip()) for name, colon, value in fields if colon]


def _parse_call(data: bytes) -> _BatchCall:
    # A part begins with the end of the line that holds the boundary.
    outer, inner = _split_head(data.partition(b"\n")[2])
    content_id = _CONTENT_ID.fullmatch(str(dict(_parse_headers(outer)).get(b"content-id", b""), "latin-1"))
    lines, body = _split_head(inner.lstrip(b"\r\n"))
    method, _, target_and_version = (lines[0] if lines else b"").partition(b" ")
    headers = [(name, value) for name, value in _parse_headers(lines[1:]) if name not in _TRANSFER_HEADERS]
    return _BatchCall(
        content_id[1] if content_id else "", str(method, "latin-1"), target_and_version.partition(b" ")[0], headers, body.strip()
    )


async def _answer_call(request: Request, call: _BatchCall, endpoints: Mapping[str, Endpoint]) -> Response:
    raw_path, _, query = call.target.partition(b"?")
    decoded_path = unquote(str(raw_path, "latin-1"))
    endpoint = next((endpoint for path, endpoint in endpoints.items() if decoded_path.endswith(path)), None)
    if endpoint is None or call.method != "POST":
        return google_error(HTTPStatus.NOT_FOUND, "Method not found.")
    own_names = {name for name, _ in call.headers}
    inherited = [(name, value) for name, value in request.scope["headers"] if name in _INHERITED_HEADERS - own_names]
    outer_query: bytes = request.scope["query_string"]
    scope: dict[str, Any] = {
        **request.scope,
        **{
            "headers": call.headers + inherited,
            "query_string": query if b"key=" in query or not outer_query else query + b"&" + outer_query,
        },
        # The time that the calls before this one took does not count as waiting.
        LAST_BYTE_AT: time.monotonic(),
    }

    messages: list[Message] = [{"type": "http.request", "body": call.body, "more_body": False}]

    async def receive() -> Message:
        # After its body a call hears of nothing but the end of the connection, which is that of the whole batch.
        return messages.pop() if messages else await request.receive()

    return await endpoint(Request(scope, receive))


def _render_answer_part(call: _BatchCall, answer: Response) -> bytes:
    content_id = f"Content-ID: <response-{call.id}>\r\n" if call.id else ""
    headers = "".join(f"{str(name, 'latin-1').title()}: {str(value, 'latin-1')}\r\n" for name, value in answer.raw_headers)
    status = HTTPStatus(answer.status_code)
    head = f"Content-Type: application/http\r\n{content_id}\r\nHTTP/1.1 {status.value} {status.phrase}\r\n{headers}\r\n"
    return head.encode("latin-1") + bytes(answer.body)


def _join_parts(answers: list[bytes], *, media: str) -> Response:
    boundary = f"batch_{secrets.token_hex(16)}"
    line = f"--{boundary}"
    content = b"".join(f"{line}\r\n".encode() + answer + b"\r\n" for answer in answers) + f"{line}--\r\n".encode()
    return Response(content, headers={"Content-Type": f"{_MIXED}; boundary={boundary}" if media == _MIXED else media})
