"""OpenAI's moderation: ``POST /v1/moderations``, for its official clients with nothing but their base URL changed.

``flagged`` follows the policy: a text is flagged unless its verdict is to approve it, or to review it for its language alone; if the
setting ``openai_flagged`` is ``reject``, only if its verdict is to reject it. Of the thirteen categories these are judged: ``harassment``
(our toxic) and ``hate`` (our hateful), their ``/threatening`` halves and ``violence`` where the model has a head for threats, and
``sexual`` where it has one for what is sexually explicit. The others are false, 0.0 and applied to nothing.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Label
from service.http.bodies.json_body import read_json
from service.http.calls import Scope, admit_call, extract_secret, judge_comments
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.messages import LenientMessage, check_length, field_problem, openapi_body, openapi_responses
from service.http.dialects.verdicts import UNJUDGED, CommentVerdict, Flagging, comment_verdicts
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.reloading.served_models import is_pin
from service.http.responses import json_response
from service.http.state import pin_model
from service.perspective.attribute_names import head_name
from service.settings import Settings

__all__ = ["CATEGORIES", "OPENAI"]

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)

_PART_TYPES = ("text", "image_url")
_INPUT_COUNT = "openai.inputs"
_NO_CATEGORIES = dict.fromkeys(CATEGORIES, False)
_ZERO_SCORES = dict.fromkeys(CATEGORIES, 0.0)
_BASE_CATEGORIES = ("harassment", "hate")
_THREAT_CATEGORIES = ("harassment/threatening", "hate/threatening")
_VIOLENCE = "violence"
# By category the attribute of Perspective that answers it, of whatever kind the abuse is. A threat is the nearest that we have to violence.
_ATTRIBUTE_CATEGORIES = {"sexual": "SEXUALLY_EXPLICIT", _VIOLENCE: "THREAT"}
_ATTRIBUTE_THRESHOLD = 0.5
_DIGITS = 6

# Its clients know one status for a wrong call. After others they try again, or report an unexpected error.
_STATUSES = {409: 404, 413: 400, 414: 400, 415: 400, 422: 400, 431: 400}
_TYPES = {429: "rate_limit_error", 401: "authentication_error", 403: "permission_error"}
_CODES = {429: "rate_limit_exceeded", 401: "invalid_api_key", 403: "insufficient_permissions"}
_RETRYABLE = frozenset({408, 429, 503})

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "code", "param"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "code": {"type": ["string", "null"]},
                "param": {"type": ["string", "null"]},
            },
        }
    },
}
_TEXT_PART = {
    "type": "object",
    "required": ["type", "text"],
    "properties": {"type": {"type": "string", "const": "text"}, "text": {"type": "string"}},
}
_IMAGE_PART = {
    "type": "object",
    "required": ["type", "image_url"],
    "properties": {"type": {"type": "string", "const": "image_url"}, "image_url": {"type": "object"}},
}


class ModerationCreate(LenientMessage):
    """A call; `_read_texts` checks what ``input`` may be, and says better what is wrong."""

    input: Any
    model: str | None = None


def _add_routes(app: FastAPI, settings: Settings) -> None:
    app.add_api_route(
        "/v1/moderations",
        wrap_endpoint(_moderations(settings), dialect=OPENAI, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=openapi_responses(
            _answer_schema(), _ERROR, 400, 401, 403, 404, 408, 429, 500, 503, 504, about="One result for each input."
        ),
        summary="Judge texts as OpenAI's moderation does",
        description="For the official `openai` clients: set their base URL to this service's address and `/v1`. Images are not judged.",
        operation_id="openai_moderations",
        openapi_extra=openapi_body(_call_schema(settings), example={"input": ["What a lovely morning."]}),
        tags=[OPENAI.name],
    )


def _call_schema(settings: Settings) -> dict[str, Any]:
    many = {"type": "array", "minItems": 1, "maxItems": settings.max_comments}
    inputs = [{"type": "string"}, many | {"items": {"type": "string"}}, many | {"items": {"oneOf": [_TEXT_PART, _IMAGE_PART]}}]
    model = {
        "type": ["string", "null"],
        "description": "A version, such as `default@3f2a9c1d04be`, is the one that judges, if it is kept; any other name is passed over.",
    }
    return {"type": "object", "required": ["input"], "properties": {"input": {"oneOf": inputs}, "model": model}}


def _answer_schema() -> dict[str, Any]:
    def by_category(schema: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "required": list(CATEGORIES), "properties": dict.fromkeys(CATEGORIES, schema)}

    properties = {
        "flagged": {"type": "boolean"},
        "categories": by_category({"type": "boolean"}),
        "category_scores": by_category({"type": "number", "minimum": 0, "maximum": 1}),
        "category_applied_input_types": by_category({"type": "array", "items": {"type": "string", "enum": ["text"]}}),
    }
    result = {"type": "object", "required": list(properties), "properties": properties}
    answer_properties = {"id": {"type": "string"}, "model": {"type": "string"}, "results": {"type": "array", "items": result}}
    return {"type": "object", "required": list(answer_properties), "properties": answer_properties}


def _moderations(settings: Settings) -> Endpoint:
    flagging = Flagging.for_dialect("openai", settings, mildest=settings.openai_flagged)

    async def moderations(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        call = await read_json(request, ModerationCreate, settings=settings)
        if call.model is not None and is_pin(call.model):
            pin_model(request, call.model)
        comments = [Comment(str(at), text) for at, text in enumerate(_read_texts(call.input, settings))]
        request.scope[_INPUT_COUNT] = len(comments)
        judgements = await judge_comments(request, comments, caller=caller)
        heads = _find_heads(judgements.decisions.attribute_names)
        results = [_build_result(result, heads, flagged=flagging.flags(result)) for result in comment_verdicts(judgements)]
        return _answer(results, version=judgements.decisions.version)

    return moderations


def _read_texts(content: Any, settings: Settings) -> list[str]:
    """Return one text for each result.

    Raises:
        ProblemError: the input does not have a form that the protocol knows, or is too long.
    """
    if isinstance(content, str):
        check_length(content, field="input", limit=settings.max_comment_bytes)
        return [content]
    if not isinstance(content, list) or not content:
        raise field_problem("input", "has to be a string, or an array of strings or of parts with at least one")
    if len(content) > settings.max_comments:
        detail = f"input: may hold at most {settings.max_comments}, holds {len(content)}: send fewer in one call"
        raise ProblemError(ProblemKind.TOO_MANY_COMMENTS, detail, [FieldError(field="input", detail=detail)])
    if isinstance(content[0], str):
        for at, text in enumerate(content):
            if not isinstance(text, str):
                raise field_problem(f"input[{at}]", "has to be a string, as the first is")
            check_length(text, field=f"input[{at}]", limit=settings.max_comment_bytes)
        return content
    parts = (_read_part(part, f"input[{at}]") for at, part in enumerate(content))
    text = "\n".join(part for part in parts if part is not None)
    check_length(text, field="input", limit=settings.max_comment_bytes)
    return [text]


def _read_part(part: Any, field: str) -> str | None:
    """Return the text of a part; None for an image, which is neither fetched nor judged."""
    if not isinstance(part, dict) or part.get("type") not in _PART_TYPES:
        raise field_problem(field, "has to be a part whose type is text or image_url")
    if part["type"] == "image_url":
        if not isinstance(part.get("image_url"), dict):
            raise field_problem(f"{field}.image_url", "has to be an object")
        return None
    text = part.get("text")
    if not isinstance(text, str):
        raise field_problem(f"{field}.text", "has to be a string")
    return text


def _find_heads(published: Collection[str]) -> Mapping[str, str]:
    """Return the names of the model's heads by the categories that they answer, of whatever kind the abuse is."""
    heads = {category: head_name(attribute, published=published) for category, attribute in _ATTRIBUTE_CATEGORIES.items()}
    return {category: head for category, head in heads.items() if head is not None}


def _build_result(result: CommentVerdict, heads: Mapping[str, str], *, flagged: bool) -> dict[str, Any]:
    scores = dict(_ZERO_SCORES)
    # Those that are told in the language of the text.
    heads = {category: head for category, head in heads.items() if result.tells(head)}
    if result.label is not None:
        kinds = result.scores[1], result.hateful
        scores["harassment"], scores["hate"] = (round(score, _DIGITS) for score in kinds)
        for name, head in heads.items():
            scores[name] = round(result.attributes[head], _DIGITS)
        if _VIOLENCE in heads:
            # A threat is abusive; it is divided between the two kinds of abuse as their scores are.
            threat = result.attributes[heads[_VIOLENCE]]
            for name, score in zip(_THREAT_CATEGORIES, kinds, strict=True):
                scores[name] = round(threat * score / result.abusive, _DIGITS)
    applied = _applied_categories(result, heads)
    category = _flagged_category(result) if flagged else None
    categories = dict(_NO_CATEGORIES)
    if category is not None:
        categories[category] = True
        for name in (f"{category}/threatening", *_ATTRIBUTE_CATEGORIES):
            categories[name] = scores[name] >= _ATTRIBUTE_THRESHOLD
    return {
        "flagged": flagged,
        "categories": categories,
        "category_scores": scores,
        "category_applied_input_types": {name: ["text"] if name in applied else [] for name in CATEGORIES},
    }


def _applied_categories(result: CommentVerdict, heads: Mapping[str, str]) -> tuple[str, ...]:
    if result.label is None or result.foreign:
        return ()
    applied = (*_BASE_CATEGORIES, *(_THREAT_CATEGORIES if _VIOLENCE in heads else ()), *heads)
    return applied if result.tells_hateful else tuple(name for name in applied if not name.startswith("hate"))


def _flagged_category(result: CommentVerdict) -> str | None:
    """Return the category for which a text is flagged; None if it is flagged for another reason, its language or a rule."""
    if result.label is None or result.foreign or result.must_wait:
        return None
    if result.label is Label.FINE:
        if result.matched is not None:
            return None
        return "hate" if result.hateful > result.scores[1] else "harassment"
    return "hate" if result.label is Label.HATEFUL else "harassment"


def _answer(results: list[dict[str, Any]], *, version: str) -> Response:
    return json_response({"id": f"modr-{secrets.token_hex(16)}", "model": version, "results": results})


def _answer_unjudged(*, flagged: bool) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        return _answer([_build_result(UNJUDGED, {}, flagged=flagged)] * request.scope.get(_INPUT_COUNT, 1), version="unavailable")

    return answer


def _refuse(problem: ProblemError) -> Response:
    status = _STATUSES.get(problem.kind.status, problem.kind.status)
    kind = "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error")
    error = {
        "message": problem.detail,
        "type": kind,
        "code": "model_not_found" if problem.kind is ProblemKind.UNKNOWN_MODEL else _CODES.get(status, problem.kind.code.replace("-", "_")),
        "param": problem.errors[0]["field"] if problem.errors else None,
    }
    headers = dict(problem.headers) | {"x-should-retry": "true" if status in _RETRYABLE else "false"}
    seconds = headers.get("Retry-After", "")
    if seconds.isdecimal():
        headers["retry-after-ms"] = str(int(seconds) * 1000)
    return json_response({"error": error}, status=status, headers=headers)


OPENAI = Dialect(
    name="openai",
    about="OpenAI's moderation, for its official clients.",
    paths=("/v1/moderations",),
    add_routes=_add_routes,
    refuse=_refuse,
    approve=_answer_unjudged(flagged=False),
    reject=_answer_unjudged(flagged=True),
)
