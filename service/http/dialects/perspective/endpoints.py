"""Perspective's addresses, and what the documentation says of them."""

import json
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.messages import openapi_body, openapi_responses
from service.http.dialects.perspective.analyze import analyze_endpoint, uniform_scores
from service.http.dialects.perspective.discovery import DISCOVERY_PATHS, serve_discovery
from service.http.dialects.perspective.google_errors import ERROR_STATUSES, PerspectiveError, google_refusal
from service.http.dialects.perspective.multipart_batch import batch_endpoint
from service.http.dialects.perspective.schemas import (
    AnalyzeCommentRequest,
    AnalyzeCommentResponse,
    SuggestCommentScoreRequest,
    SuggestCommentScoreResponse,
)
from service.http.dialects.perspective.suggest_score import suggest_endpoint
from service.http.openapi_document import KEYS, schema_reference
from service.settings import Settings

__all__ = ["PERSPECTIVE"]

_ANALYZE = "/v1alpha1/comments:analyze"
_SUGGEST = "/v1alpha1/comments:suggestscore"
_BATCH = "/batch"
_MIXED = "multipart/mixed"
_BYTES = "application/octet-stream"
_BINARY = {"type": "string", "format": "binary"}
_SCHEME = "googleKeyHeader"
_KEYS = (*KEYS, {_SCHEME: []})
_COMMENT = {"text": "What a lovely morning."}
_ANALYZE_EXAMPLE = {"comment": _COMMENT, "requestedAttributes": {"TOXICITY": {}}}
_SUGGEST_EXAMPLE = {"comment": _COMMENT, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0}}}}
_TEXT = {"type": "string"}
_ERROR = schema_reference(PerspectiveError)
_BATCH_DESCRIPTION = (
    "Each part is of type `application/http` and holds a call of its own: a request line, headers, a body. Clients that cannot "
    "name the boundary in the content type send `application/octet-stream`, and are answered so: then the first line names it, "
    "after `--`."
)


def _add_routes(app: FastAPI, settings: Settings) -> None:
    analyze = wrap_endpoint(analyze_endpoint(settings), dialect=PERSPECTIVE, settings=settings, judges=True)
    suggest = wrap_endpoint(suggest_endpoint(settings), dialect=PERSPECTIVE, settings=settings)
    batch = wrap_endpoint(batch_endpoint(settings, {_ANALYZE: analyze, _SUGGEST: suggest}), dialect=PERSPECTIVE, settings=settings)
    _add_call_route(
        app,
        _ANALYZE,
        analyze,
        body=openapi_body(schema_reference(AnalyzeCommentRequest), example=_ANALYZE_EXAMPLE, security=_KEYS),
        responses=openapi_responses(schema_reference(AnalyzeCommentResponse), _ERROR, *ERROR_STATUSES, about="The scores by attribute."),
        summary="Score a comment as Perspective does",
    )
    _add_call_route(
        app,
        _SUGGEST,
        suggest,
        body=openapi_body(schema_reference(SuggestCommentScoreRequest), example=_SUGGEST_EXAMPLE, security=_KEYS),
        responses=openapi_responses(
            schema_reference(SuggestCommentScoreResponse), _ERROR, *ERROR_STATUSES, about="The suggestion is kept."
        ),
        summary="Say what the scores of a comment should be, as to Perspective",
    )
    _add_call_route(
        app,
        _BATCH,
        batch,
        body=_batch_body(),
        responses=_batch_responses(),
        summary="Make several of Perspective's calls in one",
        description=_BATCH_DESCRIPTION,
    )
    _add_discovery_routes(app, settings)


def _add_call_route(
    app: FastAPI,
    path: str,
    endpoint: Endpoint,
    *,
    body: dict[str, Any],
    responses: dict[int | str, dict[str, Any]],
    summary: str,
    description: str | None = None,
) -> None:
    """Add the route of a call that clients make by POST, with its documentation."""
    app.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        response_model=None,
        response_class=Response,
        responses=responses,
        summary=summary,
        description=description,
        operation_id="perspective_" + path.strip("/").rpartition(":")[2],
        openapi_extra=body,
        tags=[PERSPECTIVE.name],
    )


def _add_discovery_routes(app: FastAPI, settings: Settings) -> None:
    for at, path in enumerate(DISCOVERY_PATHS):
        app.add_api_route(
            path,
            wrap_endpoint(serve_discovery, dialect=PERSPECTIVE, settings=settings),
            response_model=None,
            responses=openapi_responses({"type": "object"}, _ERROR, 400, 403, 500, about="The document."),
            summary="Where and how Google's clients call",
            operation_id=f"perspective_discovery_{at}",
            openapi_extra={"security": []},
            tags=[PERSPECTIVE.name],
        )


def _batch_body() -> dict[str, Any]:
    example = (
        "--part\r\nContent-Type: application/http\r\nContent-ID: <1>\r\n\r\n"
        f"POST {_ANALYZE} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{json.dumps(_ANALYZE_EXAMPLE)}\r\n--part--\r\n"
    )
    body = openapi_body(_TEXT, example=example, media=_MIXED, security=_KEYS)
    body["requestBody"]["content"][_BYTES] = {"schema": _BINARY}
    return body


def _batch_responses() -> dict[int | str, dict[str, Any]]:
    about = "An answer for each part, in order."
    responses = openapi_responses(_TEXT, _ERROR, 400, 403, 408, 500, 503, about=about, media=_MIXED, error_media="application/json")
    responses[200]["content"][_BYTES] = {"schema": _BINARY}
    return responses


def _approve(request: Request) -> Response:
    return uniform_scores(0.0, request)


def _reject(request: Request) -> Response:
    return uniform_scores(1.0, request)


PERSPECTIVE = Dialect(
    name="perspective",
    about="Google's Perspective API.",
    paths=("/v1alpha1/", _BATCH, "/$discovery/", "/discovery/v1/"),
    add_routes=_add_routes,
    refuse=google_refusal,
    approve=_approve,
    reject=_reject,
    message_types=(
        AnalyzeCommentRequest,
        AnalyzeCommentResponse,
        SuggestCommentScoreRequest,
        SuggestCommentScoreResponse,
        PerspectiveError,
    ),
    security_schemes={
        _SCHEME: {"type": "apiKey", "in": "header", "name": "X-Goog-Api-Key", "description": "As Google's newer clients send it."}
    },
)
