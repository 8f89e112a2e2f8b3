"""What can go wrong with a call. No error holds the text of a comment, or a key."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tipstaff_client.models import FieldError

__all__ = [
    "AuthenticationError",
    "CallTooLargeError",
    "ConfigurationError",
    "DeadlineError",
    "InvalidRequestError",
    "OverloadedError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServiceFaultError",
    "ServiceUnreachableError",
    "TipstaffClientError",
    "UnexpectedAnswerError",
    "error_of_answer",
]

_PROBLEM_TYPE = re.compile(r"\S*/docs#([a-z0-9-]{1,40})")
_LONGEST_RETRY_AFTER = 24 * 3600.0


class TipstaffClientError(Exception):
    """A call was not answered as it should have been.

    Attributes:
        status: the HTTP status of the answer; None if there was none.
        code: the kind of the problem as the service names it, such as ``overloaded`` or ``wrong-fields``; None if it names none.
        detail: what the service says about it; None if it says nothing.
        errors: the fields of the call that are wrong, if the service names any.
        retry_after: the seconds after which the service may be called again, if it says so.
        retryable: whether the same call may succeed later.
    """

    retryable = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        detail: str | None = None,
        errors: Sequence[FieldError] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after


class ConfigurationError(TipstaffClientError):
    """The client was made with an address, a key or a limit that cannot be right."""


class AuthenticationError(TipstaffClientError):
    """There is no key, or the service does not know it (401)."""


class PermissionDeniedError(TipstaffClientError):
    """The key does not allow this call, or the service is not called by that name (403)."""


class InvalidRequestError(TipstaffClientError):
    """The call is wrong, and would be so again (400, 404, 415, 422 and others): ``errors`` names the fields."""


class CallTooLargeError(InvalidRequestError):
    """There is more in the call than the service takes at once (413); batches are made smaller by themselves."""


class RateLimitError(TipstaffClientError):
    """There were too many calls (429)."""

    retryable = True


class OverloadedError(TipstaffClientError):
    """The service is being started, is being stopped, or has more to judge than it can (502, 503)."""

    retryable = True


class DeadlineError(TipstaffClientError):
    """The time for the call was over before there was an answer (504, or no answer at all)."""

    retryable = True


class ServiceFaultError(TipstaffClientError):
    """The service made a mistake (500)."""


class ServiceUnreachableError(TipstaffClientError):
    """There is no connection to the service, or it broke."""

    retryable = True


class UnexpectedAnswerError(TipstaffClientError):
    """Something answered that is not Tipstaff, or an address of it that is not this one."""


_CLASSES: Mapping[int, type[TipstaffClientError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    408: ServiceUnreachableError,
    413: CallTooLargeError,
    429: RateLimitError,
    500: ServiceFaultError,
    502: OverloadedError,
    503: OverloadedError,
    504: DeadlineError,
}


@dataclass(frozen=True)
class _Problem:
    """What the service says about a call that it refused; nothing of it if somebody else answered."""

    code: str | None = None
    detail: str | None = None
    errors: Sequence[FieldError] = ()


def error_of_answer(status: int, headers: Mapping[str, str], body: bytes) -> TipstaffClientError:
    """Return the error that an answer without success means.

    Args:
        status: the status of the answer.
        headers: its headers, whose names are taken in lower case.
        body: its body. Nothing of it is repeated unless it is a problem document of Tipstaff's, for others may quote the call.
    """
    problem = _read_problem(headers.get("content-type", ""), body)
    message = f"the service answered {status}"
    if problem.detail is not None:
        message += f": {problem.detail}"
    kind = _CLASSES.get(status)
    if kind is None:
        kind = InvalidRequestError if 400 <= status < 500 else ServiceFaultError if status >= 500 else UnexpectedAnswerError
    if _is_unknown_key(status, body):
        kind = AuthenticationError
    retry_after = _read_retry_after(headers.get("retry-after"))
    return kind(message, status=status, code=problem.code, detail=problem.detail, errors=problem.errors, retry_after=retry_after)


def _read_problem(media_type: str, body: bytes) -> _Problem:
    if not media_type.startswith("application/problem+json"):
        return _Problem()
    document = _read_object(body)
    match = _PROBLEM_TYPE.fullmatch(str(document.get("type", "")))
    if match is None:
        return _Problem()
    detail, entries = document.get("detail"), document.get("errors", [])
    fields = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    errors = [FieldError(field=str(entry.get("field", "")), detail=str(entry.get("detail", ""))) for entry in fields]
    return _Problem(match[1], detail if isinstance(detail, str) else None, errors)


def _is_unknown_key(status: int, body: bytes) -> bool:
    """Tell whether an answer in Perspective's form says that the key is not known, which is 400 there."""
    error = _read_object(body).get("error") if status == 400 else None
    details = error.get("details", []) if isinstance(error, dict) else []
    return any(isinstance(entry, dict) and entry.get("reason") == "API_KEY_INVALID" for entry in details)


def _read_object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _read_retry_after(value: str | None) -> float | None:
    """Return the seconds that a header asks to wait, which it says as a number or as a date; None if it says nothing of use."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), _LONGEST_RETRY_AFTER)
    try:
        moment = email.utils.parsedate_to_datetime(text)
        return min(max(moment.timestamp() - time.time(), 0.0), _LONGEST_RETRY_AFTER)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
