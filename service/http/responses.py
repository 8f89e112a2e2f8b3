"""Answers in JSON, which every protocol but Akismet's has."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

__all__ = ["json_response"]


def json_response(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON.

    Args:
        content: anything that pydantic can write as JSON.
        status: the HTTP status.
        headers: further headers.
    """
    return Response(to_json(content), status_code=status, media_type="application/json", headers=headers)
