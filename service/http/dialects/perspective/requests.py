"""The parts that ``comments:analyze`` and ``comments:suggestscore`` have in common: query, key, body, and the comment in it."""

import json
import re
from collections.abc import Mapping
from html import escape
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Format
from model.failures import Step, log_failure
from model.text.pipeline import strip_markup
from service.http.bodies.body import check_json_headers, expand_body, read_body
from service.http.bodies.json_body import error_details, syntax_problem, validate_json
from service.http.bodies.lenient_json import to_strict_json
from service.http.calls import exceeds_bytes, extract_secret
from service.http.dialects.perspective.fields import apply_mask, parse_mask
from service.http.dialects.perspective.google_errors import analyzer_error, bad_request, invalid_request
from service.http.dialects.perspective.schemas import Context, TextEntry
from service.http.problems import ProblemError
from service.http.responses import json_response
from service.settings import Settings

__all__ = [
    "add_context",
    "check_context",
    "check_query",
    "empty_comment_error",
    "extract_google_secret",
    "masked_response",
    "read_comment",
    "read_message",
    "visible_context",
]

_Message = TypeVar("_Message", bound=BaseModel)

_INVALID = "Invalid JSON payload received."
_PLAIN_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_@$.-]{0,63}")
_HIDDEN_NAME = "<a name not shown>"
_MAX_LISTED_ERRORS = 20
_MAX_DESCRIBED_ERRORS = 10_000
_MAX_QUERY_FIELDS = 50
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
_KEY_HEADER = b"x-goog-api-key"
_MAX_CONTEXT_LETTERS = 2_000


def extract_google_secret(request: Request) -> str | None:
    """Return the secret of a call's key from where `extract_secret` looks for it, or from ``X-Goog-Api-Key``; None if there is none."""
    secret = extract_secret(request)
    if secret is None:
        for name, value in request.scope["headers"]:
            if name == _KEY_HEADER and (header := value.strip()):
                return str(header, "latin-1")
    return secret


def check_query(request: Request) -> None:
    """Make sure that the client wants the answer in JSON, and that its mask of fields, if it sends one, can be understood.

    Google's other parameters (``prettyPrint``, ``quotaUser``, ``$.xgafv``, ``callback`` and so on) are ignored.

    Raises:
        AnalyzerError: the client wants another form, or its mask cannot be understood.
    """
    query = request.scope["query_string"]
    if b"alt" in query or b"fields" in query:
        parameters = _parse_query(query)
        if parameters.get("alt", "json").lower() != "json":
            raise bad_request([("alt", "Invalid value at 'alt': only json is served")])
        if parameters.get("fields"):
            parse_mask(parameters["fields"])


def _parse_query(query: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(str(query, "latin-1"), max_num_fields=_MAX_QUERY_FIELDS))
    except ValueError:
        raise bad_request([("", f"The query has more than {_MAX_QUERY_FIELDS} parameters")]) from None


def masked_response(request: Request, content: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON, or the part of it that the parameter ``fields`` selects."""
    query = request.scope["query_string"]
    fields = _parse_query(query).get("fields") if b"fields" in query else None
    return json_response(apply_mask(content, parse_mask(fields)) if fields else content, headers=headers)


async def read_message(request: Request, message_type: type[_Message], *, settings: Settings, allow_plain_text: bool = False) -> _Message:
    """Read the body of a request as a message; an empty body is an empty message.

    Args:
        request: a request whose body has not been read yet.
        message_type: the type of the message.
        settings: how large the body may be, and how long it may take to arrive.
        allow_plain_text: whether the body may be declared as plain text, as browsers do for scripts that declare nothing.

    Raises:
        ProblemError: the body is not declared to be JSON, is too large or too slow, or is not such a message.
    """
    # Google's own clients for Java and .NET compress what they send.
    check_json_headers(request, allow_plain_text=allow_plain_text, allow_gzip=True)
    limit = settings.max_single_body_bytes
    body = expand_body(request, await read_body(request, limit=limit, timeout=settings.body_timeout), limit=limit) or b"{}"
    try:
        return _validate(body, message_type)
    except ValidationError as error:
        failure = error
    syntax = syntax_problem(failure, body)
    if syntax is not None:
        raise bad_request([("", f"{_INVALID} {syntax.detail}")], kind=syntax.kind)
    count = failure.error_count()
    if count > _MAX_DESCRIBED_ERRORS:
        raise bad_request([("", f"{_INVALID} {count} fields are wrong, too many to list.")])
    raise bad_request(list(islice(dict.fromkeys(map(_violation, error_details(failure))), _MAX_LISTED_ERRORS)))


def _validate(body: bytes, message_type: type[_Message]) -> _Message:
    """Read a body as a message, as Google's front end does: what is no JSON is read leniently.

    Raises:
        ValidationError: it is not such a message; or it is no JSON even so, and what is wrong then is said of the body as it came.
    """
    try:
        return validate_json(body, message_type)
    except ValidationError as error:
        failure = error
    strict_body = to_strict_json(body) if syntax_problem(failure, body) is not None else body
    if strict_body != body:
        try:
            return validate_json(strict_body, message_type)
        except ValidationError as error:
            if syntax_problem(error, strict_body) is None:
                failure = error
    raise failure


def _violation(error: ErrorDetails) -> tuple[str, str]:
    steps = [_printable(step) for step in error["loc"]]
    if error["type"] == "extra_forbidden":
        parent = ".".join(steps[:-1])
        place = f" at '{parent}'" if parent else ""
        return parent, f"{_INVALID} Unknown name {json.dumps(steps[-1])}{place}: Cannot find field."
    path = ".".join(steps)
    if not path:
        return "", f"{_INVALID} Root element must be a message."
    return path, f"Invalid value at '{path}' ({_TYPES.get(error['type'], error['type'])})"


def _printable(step: str | int) -> str:
    # A name that a caller invented may be anything, even the text of a comment.
    return str(step) if isinstance(step, int) or _PLAIN_NAME.fullmatch(step) else _HIDDEN_NAME


def read_comment(entry: TextEntry | None, *, settings: Settings) -> Comment:
    """Return the comment of a call as the model takes it.

    Raises:
        AnalyzerError: there is no text, or it is too long.
    """
    text = (entry.text if entry is not None else None) or ""
    if not text.strip():
        raise empty_comment_error()
    if exceeds_bytes(text, settings.max_comment_bytes):
        raise analyzer_error("COMMENT_TOO_LONG", "Comment text too long.")
    return Comment("", text, Format.HTML if entry is not None and entry.type == "HTML" else Format.PLAIN)


def empty_comment_error() -> ProblemError:
    """Build the refusal of a comment without text."""
    return analyzer_error("COMMENT_EMPTY", "Comment must be non-empty.")


def check_context(context: Context | None) -> None:
    """Make sure that the context of a comment is of one kind only.

    Raises:
        AnalyzerError: it is of both kinds.
    """
    if context is not None and context.entries is not None and context.article_and_parent_comment is not None:
        raise invalid_request("context: oneof field 'context' is already set: send entries or articleAndParentComment, not both")


def add_context(comment: Comment, context: Context | None) -> Comment:
    """Return a comment with what it answers: the parent comment, or the last of several entries, under the article or the first of them.

    Only the beginning of either is read, so that an article may have any length.

    Args:
        comment: the comment.
        context: what the call says that it belongs to; None if it says nothing.
    """
    if context is None:
        return comment
    if (both := context.article_and_parent_comment) is not None:
        title, parent = both.article, both.parent_comment
    else:
        entries = [entry for entry in context.entries or () if entry.text]
        title, parent = (entries[0] if len(entries) > 1 else None), (entries[-1] if entries else None)
    parent_text = _plain_beginning(parent)
    if parent_text is not None and comment.format is Format.HTML:
        parent_text = escape(parent_text, quote=False)
    return comment._replace(title=_plain_beginning(title), parent_text=parent_text)


def _plain_beginning(entry: TextEntry | None) -> str | None:
    if entry is None or not entry.text:
        return None
    text = entry.text[:_MAX_CONTEXT_LETTERS]
    return visible_context(text, Format.HTML) if entry.type == "HTML" else text


def visible_context(text: str, text_format: Format) -> str:
    """Return a text without its mark-up; if that fails, with it: no comment goes unjudged for what it answers."""
    try:
        return strip_markup(text, text_format).text
    except Exception as error:
        log_failure(Step.MARKUP, error)
        return text
