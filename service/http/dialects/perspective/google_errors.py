"""Refusals as Google's services word them, and as the comment analyzer itself words its own.

::

    400  INVALID_ARGUMENT    the call is wrong, or its key is unknown (API_KEY_INVALID)
    403  PERMISSION_DENIED   there is no key, or one that does not allow this
    404  NOT_FOUND           there is no such method
    405  UNIMPLEMENTED       the address takes another HTTP method
    408  DEADLINE_EXCEEDED   the body did not arrive in time
    429  RESOURCE_EXHAUSTED  too many calls (RATE_LIMIT_EXCEEDED)
    500  INTERNAL
    503  UNAVAILABLE         not ready, overloaded, or a suggestion that could not be kept
    504  DEADLINE_EXCEEDED
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

from pydantic import WithJsonSchema
from starlette.responses import Response
from typing_extensions import TypedDict

from service.http.problems import ProblemError, ProblemKind
from service.http.responses import json_response

__all__ = [
    "ERROR_STATUSES",
    "AnalyzerError",
    "PerspectiveError",
    "analyzer_error",
    "bad_request",
    "google_error",
    "google_refusal",
    "invalid_request",
    "language_error",
]

_TYPE_PREFIX = "type.googleapis.com/"
_ANALYZER = _TYPE_PREFIX + "google.commentanalyzer.v1alpha1.Error"
_SERVICE = "commentanalyzer.googleapis.com"
_NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
_QUOTA = (
    "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit 'Analysis requests (AnalyzeComment) per minute' "
    f"of service '{_SERVICE}'."
)
_STATUS_WORDS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

ERROR_STATUSES = (400, 403, 408, 429, 500, 503, 504)
"""The statuses that refusals may have."""

PerspectiveErrorDetail = TypedDict("PerspectiveErrorDetail", {"@type": str})
"""One of the details of a refusal; what else it holds depends on its type."""


class PerspectiveErrorBody(TypedDict):
    """Why a call is refused; the code is the HTTP status."""

    code: int
    message: str
    status: Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(set(_STATUS_WORDS.values()))})]
    details: NotRequired[list[PerspectiveErrorDetail]]


class PerspectiveError(TypedDict):
    """A refusal."""

    error: PerspectiveErrorBody


@dataclass(eq=False)
class AnalyzerError(ProblemError):
    """A call is refused with details as Google's services give them.

    Attributes:
        details: the details, each with its ``@type``.
    """

    details: Sequence[Mapping[str, Any]] = ()


def analyzer_error(error_type: str, message: str, **more: Any) -> AnalyzerError:
    """Build a refusal of the comment analyzer's own.

    Args:
        error_type: the type of the error, such as ``COMMENT_EMPTY``.
        message: the message, which must never hold the text of a comment.
        more: further fields that errors of this type have.
    """
    details = [{"@type": _ANALYZER, "errorType": error_type, **more}]
    return AnalyzerError(ProblemKind.WRONG_FIELDS, message, details=details)


def invalid_request(message: str) -> AnalyzerError:
    """Build the refusal of a call that is wrong in a way for which there is no special type."""
    return analyzer_error("INVALID_REQUEST", message)


def language_error(attribute: str, languages: Sequence[str], *, requested: bool) -> AnalyzerError:
    """Build the refusal of a language in which an attribute is not told.

    Args:
        attribute: the attribute that was requested.
        languages: the languages that are not supported.
        requested: whether the caller named them; otherwise they were detected.
    """
    error = {"requestedLanguages" if requested else "detectedLanguages": list(languages), "attribute": attribute}
    message = f"Attribute {attribute} does not support request languages: {', '.join(languages)}"
    return analyzer_error("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", message, languageNotSupportedByAttributeError=error)


def bad_request(violations: Sequence[tuple[str, str]], *, kind: ProblemKind = ProblemKind.WRONG_FIELDS) -> AnalyzerError:
    """Build the refusal of a body that is not a message of the protocol.

    Args:
        violations: the path of each wrong field, which is empty for the body itself, and what is wrong with it.
        kind: the kind of the problem.
    """
    entries = [{**({"field": field} if field else {}), "description": text} for field, text in violations]
    details = [{"@type": _TYPE_PREFIX + "google.rpc.BadRequest", "fieldViolations": entries}]
    return AnalyzerError(kind, "\n".join(text for _, text in violations), details=details)


def google_refusal(problem: ProblemError) -> Response:
    """Return the answer that says, as Google's services do, why a call is refused."""
    code, message, details = _translate(problem)
    headers = {name: value for name, value in problem.headers.items() if name != "WWW-Authenticate"}
    return google_error(code, message, details=details, headers=headers)


def google_error(
    code: int, message: str, *, details: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error in the form of Google's services."""
    error: dict[str, Any] = {"code": code, "message": message, "status": _STATUS_WORDS[code]}
    if details:
        error["details"] = details
    return json_response({"error": error}, status=code, headers=headers)


def _translate(problem: ProblemError) -> tuple[int, str, Sequence[Mapping[str, Any]]]:
    kind, status = problem.kind, problem.kind.status
    if isinstance(problem, AnalyzerError):
        return 400, problem.detail, problem.details
    if kind is ProblemKind.UNAUTHENTICATED:
        # By this word RFC 6750 distinguishes an unknown key from a missing one.
        if "invalid_token" in problem.headers.get("WWW-Authenticate", ""):
            return 400, "API key not valid. Please pass a valid API key.", [_error_info("API_KEY_INVALID")]
        return 403, f"{_NO_KEY} {problem.detail}", ()
    if kind is ProblemKind.FORBIDDEN:
        return 403, problem.detail, [_error_info("API_KEY_SERVICE_BLOCKED")]
    if kind is ProblemKind.NOT_FOUND:
        return 404, f"Method not found. {problem.detail}", ()
    if kind is ProblemKind.RATE_LIMITED:
        return 429, f"{_QUOTA} {problem.detail}", _quota_details(problem)
    return status if status in _STATUS_WORDS else 400, problem.detail, ()


def _error_info(reason: str, **metadata: str) -> dict[str, Any]:
    metadata = {"service": _SERVICE, **metadata}
    return {"@type": _TYPE_PREFIX + "google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": metadata}


def _quota_details(problem: ProblemError) -> list[dict[str, Any]]:
    details = [_error_info("RATE_LIMIT_EXCEEDED", quota_metric=f"{_SERVICE}/analyze_requests")]
    seconds = problem.headers.get("Retry-After", "")
    if seconds.isdecimal():
        details.append({"@type": _TYPE_PREFIX + "google.rpc.RetryInfo", "retryDelay": f"{seconds}s"})
    return details
