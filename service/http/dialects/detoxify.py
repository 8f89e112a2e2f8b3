"""detoxify-api, which Discourse's old toxicity module calls: ``POST /api/v1/classify``, ``GET /health``.

Its client compares seven numbers with thresholds and breaks if one is missing. Therefore a number that is not told, since the model has no
head for it or not in the language of the text, is that of the nearest neighbour (`NEIGHBOURS` in
``service.perspective.attribute_catalogue``) or, where there is none, 0.
"""

from typing import Annotated

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Verdict
from service.http.bodies.json_body import read_json
from service.http.calls import Scope, admit_call, extract_secret
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.messages import LenientMessage, field_problem, openapi_body, openapi_responses
from service.http.dialects.verdicts import CommentVerdict
from service.http.openapi_document import PUBLIC_OPERATION, schema_reference
from service.http.problems import ProblemError
from service.http.reloading.served_models import is_pin
from service.http.responses import json_response
from service.http.state import pin_model, require_moderator
from service.perspective.attribute_catalogue import nearest_score
from service.settings import Settings

__all__ = ["DETOXIFY"]

_ATTRIBUTES = {
    "toxicity": "TOXICITY",
    "severe_toxicity": "SEVERE_TOXICITY",
    "obscene": "PROFANITY",
    "identity_attack": "IDENTITY_ATTACK",
    "insult": "INSULT",
    "threat": "THREAT",
    "sexual_explicit": "SEXUALLY_EXPLICIT",
}
"""The names of numbers → the attributes of Perspective that they are."""
_LABELS = tuple(_ATTRIBUTES)
_MAX_CHARACTERS = 85_000
# JSON may write a character as two escapes of six bytes each.
_MAX_BYTES = 12 * _MAX_CHARACTERS + 4096
_MAX_NUMBER = 100

# The original server answers a wrong call with 422, whatever is wrong.
_STATUSES = {400: 422, 409: 422, 413: 422, 414: 422, 415: 422, 431: 422}

_ANSWER = {
    "type": "object",
    "required": list(_LABELS),
    "properties": {name: {"type": "integer", "minimum": 0, "maximum": _MAX_NUMBER} for name in _LABELS},
}
_HEALTH = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string", "const": "ok"}}}
_ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


class ClassifyCall(LenientMessage):
    """What Discourse sends; whichever model it names, ours judges, and that version of it that is named, if one is."""

    content: Annotated[str, Field(description="The text.", json_schema_extra={"maxLength": _MAX_CHARACTERS})]
    model: Annotated[str | None, Field(description="A version of the model, such as `default@3f2a9c1d04be`, or any name.")] = None


def _add_routes(app: FastAPI, settings: Settings) -> None:
    app.add_api_route(
        "/api/v1/classify",
        wrap_endpoint(_classify(settings), dialect=DETOXIFY, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=openapi_responses(_ANSWER, _ERROR, 401, 403, 408, 422, 429, 500, 503, 504, about="Seven numbers from 0 to 100."),
        summary="Judge a text as detoxify-api does",
        description="`toxicity` is abusive, `identity_attack` hateful; a number for which the model has no head is that of "
        "its nearest neighbour, or 0 where there is none.",
        operation_id="detoxify_classify",
        openapi_extra=openapi_body(schema_reference(ClassifyCall), example={"content": "What a lovely morning."}),
        tags=[DETOXIFY.name],
    )
    app.add_api_route(
        "/health",
        wrap_endpoint(_health, dialect=DETOXIFY, settings=settings),
        response_model=None,
        responses=openapi_responses(_HEALTH, _ERROR, 503, about="Texts can be judged."),
        summary="Can texts be judged? As detoxify-api says it",
        operation_id="detoxify_health",
        openapi_extra=PUBLIC_OPERATION,
        tags=[DETOXIFY.name],
    )


def _classify(settings: Settings) -> Endpoint:
    async def classify(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        call = await read_json(request, ClassifyCall, settings=settings, limit=min(settings.max_body_bytes, _MAX_BYTES))
        if len(call.content) > _MAX_CHARACTERS:
            raise field_problem("content", f"has more than {_MAX_CHARACTERS} characters: send less")
        if call.model is not None and is_pin(call.model):
            pin_model(request, call.model)
        result = await judge_in_parts(request, [Comment("", call.content)], limit=settings.max_comment_bytes, caller=caller)
        return json_response(_build_numbers(result))

    return classify


async def _health(request: Request) -> Response:
    require_moderator(request)
    return json_response({"status": "ok"})


def _build_numbers(result: CommentVerdict) -> dict[str, int]:
    if result.matched is not None and result.verdict is Verdict.APPROVE:
        return dict.fromkeys(_LABELS, 0)
    if result.must_wait:
        return dict.fromkeys(_LABELS, _MAX_NUMBER)
    published = tuple(result.attributes)
    numbers = {name: _percent(_attribute_score(result, attribute, published)) for name, attribute in _ATTRIBUTES.items()}
    if result.matched is not None and result.verdict is Verdict.REJECT:
        numbers["toxicity"] = _MAX_NUMBER
    return numbers


def _attribute_score(result: CommentVerdict, attribute: str, published: tuple[str, ...]) -> float:
    nearest = nearest_score(attribute, published)
    return 0.0 if nearest is None else result.score(nearest.source)


def _percent(score: float) -> int:
    return round(_MAX_NUMBER * score)


def _refuse(problem: ProblemError) -> Response:
    status = _STATUSES.get(problem.kind.status, problem.kind.status)
    return json_response({"error": "Invalid API key" if status == 401 else problem.detail}, status=status, headers=problem.headers)


DETOXIFY = Dialect(
    name="detoxify",
    about="detoxify-api, which Discourse's old toxicity module calls.",
    paths=("/api/v1/classify", "/health"),
    add_routes=_add_routes,
    refuse=_refuse,
    approve=lambda _request: json_response(dict.fromkeys(_LABELS, 0)),
    reject=lambda _request: json_response(dict.fromkeys(_LABELS, _MAX_NUMBER)),
    message_types=(ClassifyCall,),
)
