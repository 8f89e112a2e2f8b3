"""Perspective's addresses, and what the documentation says of them."""

from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from service.http.dialects.dialect import Dialect, Endpoint, answering
from service.http.dialects.messages import responses, takes
from service.http.dialects.perspective.analyze import analyzing, scored_as
from service.http.dialects.perspective.discovery import ADDRESSES, discovery
from service.http.dialects.perspective.google_errors import ERROR, STATUSES, refuse
from service.http.dialects.perspective.multipart_batch import batching
from service.http.dialects.perspective.schemas import (
    AnalyzeCommentRequest,
    AnalyzeCommentResponse,
    SuggestCommentScoreRequest,
    SuggestCommentScoreResponse,
    inlined,
)
from service.http.dialects.perspective.suggest_score import suggesting
from service.settings import Settings

__all__ = ["PERSPECTIVE"]

_ANALYZE = "/v1alpha1/comments:analyze"
_SUGGEST = "/v1alpha1/comments:suggestscore"
_BATCH = "/batch"
_MIXED = "multipart/mixed"
_TEXT = {"type": "string"}


def _add_routes(app: FastAPI, settings: Settings) -> None:
    analyze = answering(analyzing(settings), dialect=PERSPECTIVE, settings=settings, judges=True)
    suggest = answering(suggesting(settings), dialect=PERSPECTIVE, settings=settings)
    batch = answering(batching(settings, {_ANALYZE: analyze, _SUGGEST: suggest}), dialect=PERSPECTIVE, settings=settings)

    def add(path: str, endpoint: Endpoint, *, takes: dict[str, Any], responses: dict[int | str, dict[str, Any]], summary: str) -> None:
        app.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            response_model=None,
            responses=responses,
            summary=summary,
            operation_id="perspective_" + path.strip("/").rpartition(":")[2],
            openapi_extra=takes,
        )

    add(
        _ANALYZE,
        analyze,
        takes=takes(_schema(AnalyzeCommentRequest)),
        responses=responses(_schema(AnalyzeCommentResponse), ERROR, *STATUSES, about="The scores by attribute."),
        summary="Score a comment as Perspective does",
    )
    add(
        _SUGGEST,
        suggest,
        takes=takes(_schema(SuggestCommentScoreRequest)),
        responses=responses(_schema(SuggestCommentScoreResponse), ERROR, *STATUSES, about="The suggestion is kept."),
        summary="Say what the scores of a comment should be, as to Perspective",
    )
    add(
        _BATCH,
        batch,
        takes=takes(_TEXT, media=_MIXED),
        responses=responses(
            _TEXT, ERROR, 400, 408, 500, 503, about="An answer for each part, in order.", media=_MIXED, error_media="application/json"
        ),
        summary="Make several of Perspective's calls in one",
    )
    for at, address in enumerate(ADDRESSES):
        app.add_api_route(
            address,
            answering(discovery, dialect=PERSPECTIVE, settings=settings),
            response_model=None,
            responses=responses({"type": "object"}, ERROR, 400, 500, about="The document."),
            summary="Where and how Google's clients call",
            operation_id=f"perspective_discovery_{at}",
        )


def _schema(shape: Any) -> dict[str, Any]:
    return inlined(TypeAdapter(shape).json_schema())


def _approve(request: Request) -> Response:
    return scored_as(0.0, request)


def _reject(request: Request) -> Response:
    return scored_as(1.0, request)


PERSPECTIVE = Dialect(name="perspective", add_routes=_add_routes, refuse=refuse, approve=_approve, reject=_reject)
