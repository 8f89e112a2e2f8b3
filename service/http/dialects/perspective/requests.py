"""What both calls share: the query, the key, the body, the comment that is in it."""

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_json
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Format
from service.http.calls import exceeds_bytes, extract_secret
from service.http.connection.body import check_json_headers, read_body
from service.http.dialects.perspective.fields import apply_mask, parse_mask
from service.http.dialects.perspective.google_errors import analyzer_error, bad_request, invalid_request
from service.http.dialects.perspective.schemas import Context, TextEntry
from service.http.problems import ProblemError
from service.http.routes.moderate_messages import error_details, syntax_problem, validate_json
from service.settings import Settings

__all__ = [
    "check_context",
    "check_query",
    "empty_comment_error",
    "extract_google_secret",
    "json_response",
    "masked_response",
    "read_comment",
    "read_message",
]

_Shape = TypeVar("_Shape", bound=BaseModel)

_INVALID = "Invalid JSON payload received."
_PLAIN_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_@$.-]{0,63}")
_HIDDEN = "<a name not shown>"
_LISTED = 20
_EXPLAINED = 10_000
_MOST_QUERY_FIELDS = 50
_TYPES = {
    "string_type": "TYPE_STRING",
    "bool_type": "TYPE_BOOL",
    "float_type": "TYPE_FLOAT",
    "finite_number": "TYPE_FLOAT",
    "int_type": "TYPE_INT32",
    "literal_error": "TYPE_ENUM",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a message",
    "string_too_long": "a shorter string",
    "too_long": "a shorter list",
}
_API_KEY = b"x-goog-api-key"


def extract_google_secret(request: Request) -> str | None:
    """Return the secret of the key that a call carries, as `secret_in` does, or in ``X-Goog-Api-Key``."""
    found = extract_secret(request)
    if found is None:
        for name, value in request.scope["headers"]:
            if name == _API_KEY and (secret := value.strip()):
                return str(secret, "latin-1")
    return found


def check_query(request: Request) -> None:
    """Make sure that the answer is wanted as JSON, and that what is wanted of it can be understood.

    Google's other parameters (``prettyPrint``, ``quotaUser``, ``$.xgafv``, ``callback`` and so on) are not heeded.

    Raises:
        AnalyzerError: another form is wanted, or the mask of fields is none.
    """
    query = request.scope["query_string"]
    if b"alt" in query or b"fields" in query:
        wanted = _query(query)
        if wanted.get("alt", "json") != "json":
            raise bad_request([("alt", "Invalid value at 'alt': only json is served")])
        if wanted.get("fields"):
            parse_mask(wanted["fields"])


def _query(query: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(str(query, "latin-1"), max_num_fields=_MOST_QUERY_FIELDS))
    except ValueError:
        raise bad_request([("", f"The query has more than {_MOST_QUERY_FIELDS} parameters")]) from None


def masked_response(request: Request, content: Mapping[str, Any]) -> Response:
    """Return an answer, or the part of it that the query's ``fields`` wants."""
    query = request.scope["query_string"]
    wanted = _query(query).get("fields") if b"fields" in query else None
    return json_response(apply_mask(content, parse_mask(wanted)) if wanted else content)


def json_response(content: Mapping[str, Any]) -> Response:
    """Return an answer as JSON."""
    return Response(to_json(content), media_type="application/json")


async def read_message(request: Request, shape: type[_Shape], *, settings: Settings) -> _Shape:
    """Read a body; an empty one is an empty message.

    Raises:
        ProblemError: it is not JSON, not of this shape, too large or too slow.
    """
    check_json_headers(request)
    body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
    try:
        return validate_json(body or b"{}", shape)
    except ValidationError as error:
        failure = error
    syntax = syntax_problem(failure, body)
    if syntax is not None:
        raise bad_request([("", f"{_INVALID} {syntax.detail}")], kind=syntax.kind)
    count = failure.error_count()
    if count > _EXPLAINED:
        raise bad_request([("", f"{_INVALID} {count} fields are wrong, too many to list.")])
    raise bad_request(list(islice(dict.fromkeys(map(_violation, error_details(failure))), _LISTED)))


def _violation(error: ErrorDetails) -> tuple[str, str]:
    steps = [_shown(step) for step in error["loc"]]
    if error["type"] == "extra_forbidden":
        where, at = ".".join(steps[:-1]), ""
        if where:
            at = f" at '{where}'"
        return where, f"{_INVALID} Unknown name {json.dumps(steps[-1])}{at}: Cannot find field."
    where = ".".join(steps)
    if not where:
        return "", f"{_INVALID} Root element must be a message."
    return where, f"Invalid value at '{where}' ({_TYPES.get(error['type'], error['type'])})"


def _shown(step: str | int) -> str:
    # A name that a caller made up may be anything, even the text of a comment.
    return str(step) if isinstance(step, int) or _PLAIN_NAME.fullmatch(step) else _HIDDEN


def read_comment(entry: TextEntry | None, *, settings: Settings) -> Comment:
    """Return the comment of a call.

    Raises:
        AnalyzerError: there is none, or it is too long.
    """
    text = (entry.text if entry is not None else None) or ""
    if not text.strip():
        raise empty_comment_error()
    if exceeds_bytes(text, settings.max_comment_bytes):
        raise analyzer_error("COMMENT_TOO_LONG", "Comment text too long.")
    return Comment("", text, Format.HTML if entry is not None and entry.type == "HTML" else Format.PLAIN)


def empty_comment_error() -> ProblemError:
    """Return the refusal of a comment without text."""
    return analyzer_error("COMMENT_EMPTY", "Comment must be non-empty.")


def check_context(context: Context | None) -> None:
    """Make sure that the context of a comment is of one kind.

    Raises:
        AnalyzerError: it is of both.
    """
    if context is not None and context.entries is not None and context.article_and_parent_comment is not None:
        raise invalid_request("context: oneof field 'context' is already set: send entries or articleAndParentComment, not both")
