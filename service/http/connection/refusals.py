"""Answers to what is not a call yet: written to the connection as they are, since no route has anything to do with them."""

import secrets
from http import HTTPStatus

from starlette.responses import Response

from service.http.problems import ProblemError, ProblemKind
from service.http.responses import protect_headers

__all__ = [
    "FramingError",
    "head_too_large",
    "not_http",
    "render_refusal",
    "target_too_long",
    "too_many_connections",
    "too_many_headers",
]

_HEAD = "HTTP/1.1 {status} {phrase}\r\n{headers}x-request-id: {id}\r\nconnection: close\r\n\r\n"
_ID_BYTES = 12


class FramingError(Exception):
    """Ends the reading of a request that is not as it has to be, or is larger than it may be.

    Attributes:
        problem: what the client is told.
    """

    def __init__(self, problem: ProblemError) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def render_refusal(response: Response, *, is_encrypted: bool) -> bytes:
    """Return the bytes of an answer after which the connection is closed.

    Args:
        response: what the client is told.
        is_encrypted: whether the answer is sent by HTTPS.
    """
    fields = protect_headers(response.raw_headers, is_encrypted=is_encrypted)
    headers = "".join(f"{str(name, 'latin-1')}: {str(value, 'latin-1')}\r\n" for name, value in fields)
    head = _HEAD.format(
        status=response.status_code, phrase=HTTPStatus(response.status_code).phrase, headers=headers, id=secrets.token_hex(_ID_BYTES)
    )
    return head.encode("latin-1") + bytes(response.body)


def head_too_large(limit: int) -> ProblemError:
    """Build the problem that headers, or trailers, take more bytes than allowed."""
    return ProblemError(ProblemKind.HEAD_TOO_LARGE, f"Headers and trailers of a request may have {limit} bytes together: send less.")


def too_many_headers(limit: int) -> ProblemError:
    """Build the problem that there are more headers, or trailers, than allowed."""
    return ProblemError(ProblemKind.HEAD_TOO_LARGE, f"A request may have {limit} headers and trailers together: send fewer.")


def target_too_long(limit: int) -> ProblemError:
    """Build the problem that the path and the query take more bytes than allowed."""
    return ProblemError(ProblemKind.TARGET_TOO_LONG, f"The path and the query of a request may have {limit} bytes together: send less.")


def not_http(detail: str) -> ProblemError:
    """Build the problem that a request is not as HTTP/1.1 wants it."""
    return ProblemError(ProblemKind.NOT_HTTP, detail)


def too_many_connections() -> ProblemError:
    """Build the problem that there is no room for another connection."""
    return ProblemError(ProblemKind.OVERLOADED, "Too many connections.", headers={"Retry-After": "1"})
