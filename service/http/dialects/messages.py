"""What the dialects share: their messages, what is wrong with a field, and what the documentation says of their routes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict

from service.http.calls import exceeds_bytes
from service.http.openapi_document import KEYS, Security
from service.http.problems import FieldError, ProblemError, ProblemKind

__all__ = [
    "LenientMessage",
    "Schema",
    "check_length",
    "field_problem",
    "openapi_body",
    "openapi_responses",
]

Schema = Mapping[str, Any]


class LenientMessage(BaseModel):
    """A message of a protocol that is not ours: the fields that we read have to have their types, and others are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def field_problem(field: str, detail: str) -> ProblemError:
    """Build the problem that a field of a call is wrong; the detail says what the field has to be."""
    return ProblemError(ProblemKind.WRONG_FIELDS, f"{field}: {detail}", [FieldError(field=field, detail=detail)])


def check_length(text: str, *, field: str, limit: int) -> None:
    """Make sure that a comment has at most ``limit`` bytes in UTF-8.

    Raises:
        ProblemError: it has more; the problem names the field.
    """
    if exceeds_bytes(text, limit):
        raise field_problem(field, f"has more than {limit} bytes in UTF-8: send less")


def openapi_responses(
    answer: Schema, error: Schema, *statuses: int, about: str, media: str = "application/json", error_media: str | None = None
) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route, for its documentation.

    Args:
        answer: the JSON schema of the answer with status 200.
        error: the JSON schema of a refusal.
        statuses: the statuses of refusals.
        about: what the answer with status 200 is.
        media: the content type of that answer.
        error_media: the content type of a refusal; None if it is ``media``.

    Returns:
        OpenAPI responses by status.
    """
    error_content = {(error_media or media): {"schema": dict(error)}}
    success: dict[int | str, dict[str, Any]] = {200: {"description": about, "content": {media: {"schema": dict(answer)}}}}
    return success | {status: {"description": f"{HTTPStatus(status).phrase}.", "content": error_content} for status in statuses}


def openapi_body(
    schema: Schema, *, example: object, media: str = "application/json", required: bool = True, security: Security = KEYS
) -> dict[str, Any]:
    """Describe the body of a route, and how its callers authenticate, for its documentation.

    Args:
        schema: the JSON schema of the body.
        example: a body that is answered with success; ``/docs`` offers it to readers who try the call.
        media: the content type of the body.
        required: whether there has to be a body.
        security: the ways in which callers may authenticate.

    Returns:
        A part of an OpenAPI operation.
    """
    content = {media: {"schema": dict(schema), "example": example}}
    return {"requestBody": {"required": required, "content": content}, "security": [*map(dict, security)]}
