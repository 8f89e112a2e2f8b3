"""detoxify-api, which Discourse's old toxicity module calls: ``POST /api/v1/classify``, ``GET /health``.

Its client compares seven numbers with thresholds and breaks if one is missing: here alone a head that the model lacks answers 0.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import Field
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Verdict
from service.http.calls import Scope, admit_call, extract_secret
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.messages import CommentVerdict, LenientMessage, field_problem, openapi_body, openapi_responses, read_json
from service.http.openapi_document import ANSWERS_ANYBODY, reference
from service.http.problems import ProblemError
from service.http.state import require_moderator
from service.settings import Settings

__all__ = ["DETOXIFY"]

_LABELS = ("toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat", "sexual_explicit")
_MOST_CHARACTERS = 85_000
_FULL = 100

# Its own server answers a wrong call with 422 whatever is wrong.
_STATUS = {400: 422, 413: 422, 415: 422}

_ANSWER = {
    "type": "object",
    "required": list(_LABELS),
    "properties": {name: {"type": "integer", "minimum": 0, "maximum": _FULL} for name in _LABELS},
}
_HEALTH = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string", "const": "ok"}}}
_ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


class ClassifyCall(LenientMessage):
    """What Discourse sends; whatever model it names, ours judges."""

    content: Annotated[str, Field(description="The text.", json_schema_extra={"maxLength": _MOST_CHARACTERS})]
    model: Annotated[str | None, Field(description="Any name.")] = None


def _add_routes(app: FastAPI, settings: Settings) -> None:
    app.add_api_route(
        "/api/v1/classify",
        wrap_endpoint(_classify(settings), dialect=DETOXIFY, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=openapi_responses(_ANSWER, _ERROR, 401, 403, 408, 422, 429, 500, 503, 504, about="Seven numbers from 0 to 100."),
        summary="Judge a text as detoxify-api does",
        description="`toxicity` is abusive, `identity_attack` hateful; a number for which the model has no head is 0.",
        operation_id="detoxify_classify",
        openapi_extra=openapi_body(reference(ClassifyCall), example={"content": "What a lovely morning."}),
        tags=[DETOXIFY.name],
    )
    app.add_api_route(
        "/health",
        wrap_endpoint(_health, dialect=DETOXIFY, settings=settings),
        response_model=None,
        responses=openapi_responses(_HEALTH, _ERROR, 503, about="Texts can be judged."),
        summary="Can texts be judged? As detoxify-api says it",
        operation_id="detoxify_health",
        openapi_extra=ANSWERS_ANYBODY,
        tags=[DETOXIFY.name],
    )


def _classify(settings: Settings) -> Endpoint:
    async def classify(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        asked = await read_json(request, ClassifyCall, settings=settings)
        if len(asked.content) > _MOST_CHARACTERS:
            raise field_problem("content", f"has more than {_MOST_CHARACTERS} characters: send less")
        one = await judge_in_parts(request, [Comment("", asked.content)], limit=settings.max_comment_bytes, caller=caller)
        return _json(_numbers(one))

    return classify


async def _health(request: Request) -> Response:
    require_moderator(request)
    return _json({"status": "ok"})


def _numbers(one: CommentVerdict) -> dict[str, int]:
    if one.matched is not None and one.verdict is Verdict.APPROVE:
        return dict.fromkeys(_LABELS, 0)
    numbers = {name: _percent(one.attributes.get(name, 0.0)) for name in _LABELS}
    numbers |= {"toxicity": _percent(one.abusive), "identity_attack": _percent(one.scores[2])}
    if one.matched is not None and one.verdict is Verdict.REJECT:
        numbers["toxicity"] = _FULL
    return numbers


def _percent(score: float) -> int:
    return round(_FULL * score)


def _json(content: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(to_json(content), status_code=status, media_type="application/json", headers=headers)


def _refuse(problem: ProblemError) -> Response:
    status = _STATUS.get(problem.kind.status, problem.kind.status)
    return _json({"error": "Invalid API key" if status == 401 else problem.detail}, status=status, headers=problem.headers)


DETOXIFY = Dialect(
    name="detoxify",
    about="detoxify-api, which Discourse's old toxicity module calls.",
    add_routes=_add_routes,
    refuse=_refuse,
    approve=lambda _request: _json(dict.fromkeys(_LABELS, 0)),
    reject=lambda _request: _json(dict.fromkeys(_LABELS, _FULL)),
    shapes=(ClassifyCall,),
)
