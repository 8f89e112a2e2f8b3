"""Reads JSON bodies as messages, which are pydantic models, and says what is wrong with those that are not."""

import re
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from service.http.bodies.body import check_json_headers, read_body
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["error_details", "parse_json", "read_json", "syntax_problem", "validate_json"]

_MAX_LISTED_ERRORS = 20
# Describing 400,000 errors, as many as fit into a body of 4 MiB, takes three seconds.
_MAX_DESCRIBED_ERRORS = 10_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What stands before half of a surrogate pair whose other half is missing, and a run of such halves. A body may be full of
# escape sequences, so the expressions read many at a time, and possessively.
_WHOLE = re.compile(rb"(?:[^\\]++|\\[^u]|\\u(?:[dD][89abAB]..\\u[dD][c-fC-F]..|(?![dD][89a-fA-F])....))*+", re.DOTALL)
_HALVES = re.compile(rb"(?:\\u[dD](?:[89abAB]..(?!\\u[dD][c-fC-F]..)|[c-fC-F]..))++", re.DOTALL)
_ESCAPE_LENGTH = 6
_REPLACEMENT_CHARACTER = rb"\ufffd"
# A text that was cut has one such half; a body with hundreds of thousands of them is made in order to take time.
_MAX_COMPLETED_RUNS = 10_000
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
# The branches of a type that is a string or an integer, as pydantic names them in the place of an error.
_ID_BRANCHES = frozenset({"str", "constrained-int", "int"})
_DETAILS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field that this call has",
    "string_type": "has to be a string",
    "bool_type": "has to be true or false",
    "list_type": "has to be an array",
    "model_type": "has to be an object",
    "too_short": "has to hold at least one entry",
    "float_type": "has to be a number",
    "dict_type": "has to be an object",
}

_Message = TypeVar("_Message", bound=BaseModel)


async def read_json(request: Request, message_type: type[_Message], *, settings: Settings, limit: int | None = None) -> _Message:
    """Read the body of a request as a message.

    Args:
        request: a request whose body has not been read yet.
        message_type: the type of the message.
        settings: how large the body may be, and how long it may take to arrive.
        limit: the most bytes that it may have, if that is less than the settings say.

    Raises:
        ProblemError: the body is not declared to be JSON, is too large or too slow, or is not such a message.
        ClientDisconnect: the client went away.
    """
    check_json_headers(request)
    return parse_json(await read_body(request, limit=limit or settings.max_body_bytes, timeout=settings.body_timeout), message_type)


def parse_json(body: bytes, message_type: type[_Message], *, is_dotted: bool = False) -> _Message:
    """Read a body as a message.

    Half of a surrogate pair, which is what remains where a program has cut a text in the middle of an emoji, counts as U+FFFD.

    Args:
        body: JSON in UTF-8.
        message_type: the type of the message.
        is_dotted: whether a place in a list is written ``list.3.field`` where something is wrong, rather than ``list[3].field``.

    Raises:
        ProblemError: the body is not UTF-8, not JSON, or not such a message. The problem never holds a value from the body.
    """
    try:
        return validate_json(body, message_type)
    except ValidationError as error:
        raise syntax_problem(error, body) or _wrong_fields_problem(error, is_dotted=is_dotted) from None


def validate_json(body: bytes, message_type: type[_Message]) -> _Message:
    """Read a body as `parse_json` does, for protocols that word their errors themselves.

    Raises:
        ValidationError: the body is not UTF-8, not JSON, or not such a message.
    """
    try:
        return message_type.model_validate_json(body)
    except ValidationError as error:
        if not _is_syntax_error(error):
            raise
    return message_type.model_validate_json(_complete_pairs(body.removeprefix(_BYTE_ORDER_MARK)))


def _complete_pairs(body: bytes) -> bytes:
    """Replace halves of surrogate pairs, as far as there are escape sequences and not too many halves."""
    pieces = []
    at = 0
    for _ in range(_MAX_COMPLETED_RUNS):
        whole = _match_end(_WHOLE, body, at)
        end = _match_end(_HALVES, body, whole)
        if end == whole:
            break
        pieces += [body[at:whole], _REPLACEMENT_CHARACTER * ((end - whole) // _ESCAPE_LENGTH)]
        at = end
    return b"".join(pieces) + body[at:]


def _match_end(pattern: re.Pattern[bytes], body: bytes, start: int) -> int:
    match = pattern.match(body, start)
    return match.end() if match else start


def error_details(error: ValidationError) -> list[ErrorDetails]:
    """Return the single errors of a validation, without the values that caused them."""
    return error.errors(include_url=False, include_input=False)


def _is_syntax_error(error: ValidationError) -> bool:
    return error.error_count() == 1 and error_details(error)[0]["type"] == "json_invalid"


def syntax_problem(error: ValidationError, body: bytes) -> ProblemError | None:
    """Return the problem that a body is not JSON in UTF-8; None if it is, so that something else is wrong with it."""
    if not _is_syntax_error(error):
        return None
    try:
        body.decode()
    except UnicodeDecodeError as unicode_error:
        return ProblemError(ProblemKind.NOT_UTF8, f"Byte {unicode_error.start} of the body does not belong to UTF-8.")
    return ProblemError(ProblemKind.NOT_JSON, error_details(error)[0]["msg"] + ".")


def _wrong_fields_problem(error: ValidationError, *, is_dotted: bool) -> ProblemError:
    count = error.error_count()
    if count > _MAX_DESCRIBED_ERRORS:
        return ProblemError(ProblemKind.WRONG_FIELDS, f"{count} fields are wrong, too many to list.")
    details_by_path: dict[str, str] = {}
    for details in error_details(error):
        if details["type"] == "too_long":
            return _too_many_problem(details)
        details_by_path.setdefault(_format_path(details, is_dotted=is_dotted), _describe(details))
    errors = [FieldError(field=path, detail=detail) for path, detail in islice(details_by_path.items(), _MAX_LISTED_ERRORS)]
    more = f" (and {len(details_by_path) - 1} more)" if len(details_by_path) > 1 else ""
    return ProblemError(ProblemKind.WRONG_FIELDS, f"{errors[0]['field']}: {errors[0]['detail']}{more}", errors)


def _too_many_problem(error: ErrorDetails) -> ProblemError:
    path = _format_path(error, is_dotted=False)
    detail = f"may hold at most {error['ctx']['max_length']}, holds {error['ctx']['actual_length']}: send fewer in one call"
    return ProblemError(ProblemKind.TOO_MANY_COMMENTS, f"{path}: {detail}", [FieldError(field=path, detail=detail)])


def _format_path(error: ErrorDetails, *, is_dotted: bool) -> str:
    path = ""
    for step in error["loc"]:
        if isinstance(step, int):
            path += f".{step}" if is_dotted else f"[{step}]"
        elif step not in _ID_BRANCHES:
            # The name of a field that a caller invented may be anything, even the text of a comment.
            path += "." + (step if _PLAIN_NAME.fullmatch(step) else "<a name not shown>")
    return path.removeprefix(".") or "<the body>"


def _describe(error: ErrorDetails) -> str:
    if any(step in _ID_BRANCHES for step in error["loc"]):
        return "has to be a string or an integer of 64 bits"
    if error["type"] == "enum":
        return "has to be one of " + str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
    return _DETAILS.get(error["type"], error["msg"])
