"""Refusals as Google's services word them, and those of the comment analyzer itself.

::

    400  INVALID_ARGUMENT    the call is wrong; an unknown key too (API_KEY_INVALID)
    403  PERMISSION_DENIED   no key, or one that is not for this
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
from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

from service.http.problems import ProblemError, ProblemKind

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

_TYPE = "type.googleapis.com/"
_ANALYZER = _TYPE + "google.commentanalyzer.v1alpha1.Error"
_SERVICE = "commentanalyzer.googleapis.com"
_NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
_QUOTA = (
    "Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit 'Analysis requests (AnalyzeComment) per minute' "
    f"of service '{_SERVICE}'."
)
_WORDS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

ERROR_STATUSES = (400, 403, 408, 429, 500, 503, 504)
"""The statuses of refusals."""

PerspectiveErrorDetail = TypedDict("PerspectiveErrorDetail", {"@type": str})
"""One of the details of a refusal; what else it holds depends on its type."""


class PerspectiveErrorBody(TypedDict):
    """Why a call is refused; the code is the HTTP status."""

    code: int
    message: str
    status: Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(set(_WORDS.values()))})]
    details: NotRequired[list[PerspectiveErrorDetail]]


class PerspectiveError(TypedDict):
    """A refusal."""

    error: PerspectiveErrorBody


@dataclass(eq=False)
class AnalyzerError(ProblemError):
    """A call is refused with details of Google's.

    Attributes:
        details: each with its ``@type``.
    """

    details: Sequence[Mapping[str, Any]] = ()


def analyzer_error(error_type: str, message: str, **more: Any) -> AnalyzerError:
    """Return a refusal of the comment analyzer's own.

    Args:
        error_type: such as ``COMMENT_EMPTY``.
        message: never holds the text of a comment.
        more: fields that this type of error has besides.
    """
    details = [{"@type": _ANALYZER, "errorType": error_type, **more}]
    return AnalyzerError(ProblemKind.WRONG_FIELDS, message, details=details)


def invalid_request(message: str) -> AnalyzerError:
    """Return the refusal of a call that is wrong in a way for which there is no type of its own."""
    return analyzer_error("INVALID_REQUEST", message)


def language_error(attribute: str, languages: Sequence[str], *, requested: bool) -> AnalyzerError:
    """Return the refusal of a language that the model did not learn.

    Args:
        attribute: as requested.
        languages: that are not supported.
        requested: whether the caller named them; else they were detected.
    """
    which = {"requestedLanguages" if requested else "detectedLanguages": list(languages), "attribute": attribute}
    message = f"Attribute {attribute} does not support request languages: {', '.join(languages)}"
    return analyzer_error("LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE", message, languageNotSupportedByAttributeError=which)


def bad_request(violations: Sequence[tuple[str, str]], *, kind: ProblemKind = ProblemKind.WRONG_FIELDS) -> AnalyzerError:
    """Return the refusal of a body that is not as its message is.

    Args:
        violations: field, empty for the body itself, and what is wrong with it.
        kind: of the problem.
    """
    listed = [{**({"field": field} if field else {}), "description": text} for field, text in violations]
    details = [{"@type": _TYPE + "google.rpc.BadRequest", "fieldViolations": listed}]
    return AnalyzerError(kind, "\n".join(text for _, text in violations), details=details)


def google_refusal(problem: ProblemError) -> Response:
    """Say in Google's shape why a call is not answered."""
    code, message, details = _told(problem)
    headers = {name: value for name, value in problem.headers.items() if name != "WWW-Authenticate"}
    return google_error(code, message, details=details, headers=headers)


def google_error(
    code: int, message: str, *, details: Sequence[Mapping[str, Any]] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return a refusal in Google's shape."""
    error: dict[str, Any] = {"code": code, "message": message, "status": _WORDS[code]}
    if details:
        error["details"] = details
    return Response(to_json({"error": error}), status_code=code, media_type="application/json", headers=headers)


def _told(problem: ProblemError) -> tuple[int, str, Sequence[Mapping[str, Any]]]:
    kind, status = problem.kind, problem.kind.status
    if isinstance(problem, AnalyzerError):
        return 400, problem.detail, problem.details
    if kind is ProblemKind.UNAUTHENTICATED:
        # RFC 6750 tells a key that is unknown from one that is missing by this word.
        if "invalid_token" in problem.headers.get("WWW-Authenticate", ""):
            return 400, "API key not valid. Please pass a valid API key.", [_info("API_KEY_INVALID")]
        return 403, f"{_NO_KEY} {problem.detail}", ()
    if kind is ProblemKind.FORBIDDEN:
        return 403, problem.detail, [_info("API_KEY_SERVICE_BLOCKED")]
    if kind is ProblemKind.RATE_LIMITED:
        return 429, f"{_QUOTA} {problem.detail}", _quota_details(problem)
    return status if status in _WORDS else 400, problem.detail, ()


def _info(reason: str, **metadata: str) -> dict[str, Any]:
    about = {"service": _SERVICE, **metadata}
    return {"@type": _TYPE + "google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": about}


def _quota_details(problem: ProblemError) -> list[dict[str, Any]]:
    details = [_info("RATE_LIMIT_EXCEEDED", quota_metric=f"{_SERVICE}/analyze_requests")]
    seconds = problem.headers.get("Retry-After", "")
    if seconds.isdecimal():
        details.append({"@type": _TYPE + "google.rpc.RetryInfo", "retryDelay": f"{seconds}s"})
    return details
