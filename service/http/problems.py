"""Errors as the web sees them: problem documents after RFC 9457.

::

    400  not-json, not-utf-8; not-http: the request is not HTTP/1, or names no host
    401  unauthenticated: there is no key, or one that is not known; with WWW-Authenticate
    401  bad-signature: a call that has to be signed is not, or not with a secret that is known here
    403  forbidden: the key does not allow this
    403  foreign-host, foreign-origin: a web page calls that may not, or the service is called by a name that it does not have
    404  not-found: there is nothing at this address; in our own protocol about:blank
    405  wrong-method: the address takes another method; in our own protocol about:blank
    408  body-too-slow
    409  act-reused: the id of an act of ruling was used before for something else
    409  unknown-model: that version is not, or no longer, kept; not-activated, broken-model: the model that is served stays
    413  body-too-large, too-many-comments: always means "send less in one call"
    414  target-too-long
    415  not-json-content: the content type or the content coding is wrong
    422  wrong-fields, unknown-policy, unknown-community: always means "the call is wrong, sending it again will not help"
    429  rate-limited: with Retry-After
    431  head-too-large: the headers or the trailers are too many or too long
    500  internal
    503  not-ready, not-kept, overloaded: with Retry-After; not-set-up
    504  deadline: the time that the call itself or the service allows is over

In an answer to several comments, an error entry takes the place of each comment that cannot be judged. The type of such an entry
is the bare word: comment-too-long, comment-empty, comment-unreadable (a fault of the service, whose comment gets a verdict too).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NotRequired

from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

__all__ = ["FieldError", "Problem", "ProblemError", "ProblemKind", "problem_response", "problem_responses"]

_PROBLEM_TYPE = "application/problem+json"


class ProblemKind(Enum):
    """What can be wrong with a call.

    Attributes:
        code: the fragment of the problem's type.
        status: the HTTP status.
        title: the title of the problem document.
    """

    NOT_JSON = ("not-json", 400, "The body is not JSON")
    NOT_UTF8 = ("not-utf-8", 400, "The body is not UTF-8")
    NOT_HTTP = ("not-http", 400, "The request is not HTTP/1.1 as it has to be")
    UNAUTHENTICATED = ("unauthenticated", 401, "A key is missing or not known")
    FORBIDDEN = ("forbidden", 403, "The key does not allow this")
    FOREIGN_HOST = ("foreign-host", 403, "This service is not called by that name")
    FOREIGN_ORIGIN = ("foreign-origin", 403, "Web pages of that origin may not call")
    BAD_SIGNATURE = ("bad-signature", 401, "The signature is missing or wrong")
    NOT_FOUND = ("not-found", 404, "There is nothing at this address")
    WRONG_METHOD = ("wrong-method", 405, "This address takes another method")
    BODY_TOO_SLOW = ("body-too-slow", 408, "The body took too long to arrive")
    ACT_REUSED = ("act-reused", 409, "The id of an act was used before for something else")
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    TOO_MANY_COMMENTS = ("too-many-comments", 413, "There are too many comments in one call")
    TARGET_TOO_LONG = ("target-too-long", 414, "The address of the request is too long")
    NOT_JSON_CONTENT = ("not-json-content", 415, "The body is not declared as plain JSON")
    WRONG_FIELDS = ("wrong-fields", 422, "Some fields are wrong")
    UNKNOWN_POLICY = ("unknown-policy", 422, "There is no such policy")
    UNKNOWN_MODEL = ("unknown-model", 409, "That version of the model is not kept")
    NOT_ACTIVATED = ("not-activated", 409, "That model may not be served")
    BROKEN_MODEL = ("broken-model", 409, "That model cannot be used")
    UNKNOWN_COMMUNITY = ("unknown-community", 422, "There is no such community")
    RATE_LIMITED = ("rate-limited", 429, "There were too many calls")
    HEAD_TOO_LARGE = ("head-too-large", 431, "The headers or trailers of the request are too large")
    INTERNAL = ("internal", 500, "The service made a mistake")
    NOT_READY = ("not-ready", 503, "The service is not ready yet")
    NOT_KEPT = ("not-kept", 503, "What was sent could not be kept")
    OVERLOADED = ("overloaded", 503, "There is more to judge than can be judged in time")
    NOT_SET_UP = ("not-set-up", 503, "This service is not set up for that")
    DEADLINE = ("deadline", 504, "The time for the call is over")

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code = code
        self.status = status
        self.title = title


class FieldError(TypedDict):
    """What is wrong with one field of a call."""

    field: str
    detail: str


class Problem(TypedDict):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: NotRequired[str]
    errors: NotRequired[list[FieldError]]


@dataclass(eq=False)
class ProblemError(Exception):
    """A call cannot be answered; the error holds what its problem document says.

    Attributes:
        kind: what is wrong.
        detail: one sentence for the reader of the answer, which never holds the text of a comment.
        errors: the fields that are wrong, if the problem is about fields.
        headers: further headers of the answer.
    """

    kind: ProblemKind
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return the answer to the call."""
        kind = self.kind
        document = Problem(type=f"/docs#{kind.code}", title=kind.title, status=kind.status, detail=self.detail)
        if self.errors:
            document["errors"] = list(self.errors)
        return problem_response(document, headers=self.headers)


def problem_response(document: Problem, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that carries a problem document."""
    return Response(to_json(document), status_code=document["status"], media_type=_PROBLEM_TYPE, headers=headers)


def problem_responses(*kinds: ProblemKind) -> dict[int | str, dict[str, Any]]:
    """Describe, for the documentation of a route, the problems that it can answer with: OpenAPI responses by status."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        description = f"{kind.title} (`{kind.code}`)."
        if kind.status in responses:
            responses[kind.status]["description"] += " " + description
        else:
            content = {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            responses[kind.status] = {"description": description, "content": content}
    return responses
