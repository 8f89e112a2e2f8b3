"""Coral's external moderation phase: ``POST /coral/moderate``.

Any status in an answer ends Coral's pipeline, so that the site's own phases would be skipped. Therefore fine comments are answered
``{}``, and comments for review are flagged without a status. An answer that is not 200 lets the comment pass without our judgement.
"""

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Comment, Format, Label, Verdict
from service.http.bodies.json_body import parse_json
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.messages import LenientMessage, field_problem, openapi_body, openapi_responses
from service.http.dialects.signatures import parse_secrets, read_signed, signature_scheme
from service.http.dialects.verdicts import CommentVerdict, Flagging
from service.http.openapi_document import KEYS, schema_reference
from service.http.problems import Problem
from service.http.responses import json_response
from service.settings import Settings

__all__ = ["CORAL"]

_SIGNATURE = "X-Coral-Signature"
_SCHEME = "coralSignature"
_FLAG = {"actionType": "FLAG", "reason": "COMMENT_DETECTED_TOXIC"}
_WITHHELD = {"status": "SYSTEM_WITHHELD"}
_STATUSES = {"reject": "REJECTED", "withhold": "SYSTEM_WITHHELD", "premod": "PREMOD"}
_FORMATS = {"html": Format.HTML, "plain": Format.PLAIN}

_EXPLANATIONS = {
    "HATE_SPEECH": "Judged automatically: attacks or demeans people for what they are.",
    "ABUSIVE": "Judged automatically: insults, threatens or harasses.",
    "BANNED_WORD": "Matched a rule of this site.",
}

_TEXT = {"type": "string"}
_ACTION = {"type": "object", "required": ["actionType", "reason"], "properties": {"actionType": _TEXT, "reason": _TEXT}}
_REASON = {"type": "object", "required": ["code", "detailedExplanation"], "properties": {"code": _TEXT, "detailedExplanation": _TEXT}}
_MODERATION = {"type": "object", "required": ["status", "rejectionReason"], "properties": {"status": _TEXT, "rejectionReason": _REASON}}
_ANSWER = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": list(_STATUSES.values())},
        "actions": {"type": "array", "items": _ACTION},
        "moderationAction": _MODERATION,
    },
}


class CoralComment(LenientMessage):
    """A comment; Coral does not say what its own id is."""

    body: str
    parentID: str | None = None  # noqa: N815 - Coral's name


class CoralAuthor(LenientMessage):
    """Who wrote it."""

    id: str | None = None


class CoralCall(LenientMessage):
    """What Coral sends in its external moderation phase."""

    comment: CoralComment
    author: CoralAuthor | None = None
    tenantID: str | None = None  # noqa: N815 - Coral's name


def _add_routes(app: FastAPI, settings: Settings) -> None:
    query = {"name": "format", "in": "query", "required": False, "schema": {"type": "string", "enum": list(_FORMATS), "default": "html"}}
    example = {"comment": {"body": "<div>What a lovely morning.</div>"}, "author": {"id": "1"}}
    body = openapi_body(schema_reference(CoralCall), example=example, security=(*KEYS, {_SCHEME: []}))
    app.add_api_route(
        "/coral/moderate",
        wrap_endpoint(_moderate(settings), dialect=CORAL, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=openapi_responses(
            _ANSWER,
            schema_reference(Problem),
            *(400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 504),
            about="What Coral is to do; `{}` is nothing.",
            error_media="application/problem+json",
        ),
        summary="Judge a comment in Coral's external moderation phase",
        description=f"For the phase's URL in Coral's configuration. Signed in `{_SIGNATURE}`, if this service was told the secret.",
        operation_id="coral_moderate",
        openapi_extra=body | {"parameters": [query]},
        tags=[CORAL.name],
    )


def _moderate(settings: Settings) -> Endpoint:
    secrets = parse_secrets(settings.coral_secrets)
    flagging = Flagging.for_dialect("coral", settings)

    async def moderate(request: Request) -> Response:
        text_format = _FORMATS.get(request.query_params.get("format", "html"))
        if text_format is None:
            raise field_problem("format", "has to be html or plain, as the phase in Coral's configuration is set")
        body, caller = await read_signed(request, header=_SIGNATURE, secrets=secrets, settings=settings)
        call = parse_json(body, CoralCall)
        comment = Comment(
            "", call.comment.body, format=text_format, author=call.author.id if call.author else None, parent=call.comment.parentID
        )
        result = await judge_in_parts(request, [comment], limit=settings.max_comment_bytes, caller=caller, community=call.tenantID)
        return json_response(_build_answer(result, settings) if flagging.flags(result) else {})

    return moderate


def _build_answer(result: CommentVerdict, settings: Settings) -> dict[str, Any]:
    """Return the answer to a comment that is flagged."""
    if result.verdict is Verdict.REJECT:
        return _build_rejection(settings, code=_rejection_code(result))
    if result.must_wait:
        return _WITHHELD
    return {"actions": [_FLAG]} if settings.coral_review == "flag" else {"status": "PREMOD", "actions": [_FLAG]}


def _rejection_code(result: CommentVerdict) -> str:
    if result.matched is not None and result.label in (None, Label.FINE):
        return "BANNED_WORD"
    return "HATE_SPEECH" if result.label is Label.HATEFUL else "ABUSIVE"


def _build_rejection(settings: Settings, *, code: str) -> dict[str, Any]:
    status = _STATUSES[settings.coral_reject]
    answer: dict[str, Any] = {"status": status, "actions": [_FLAG]}
    if status == "REJECTED":
        # Coral shows this to the author, whatever the status in it says; so it is sent with a rejection alone.
        answer["moderationAction"] = {"status": status, "rejectionReason": {"code": code, "detailedExplanation": _EXPLANATIONS[code]}}
    return answer


def _withhold(_request: Request) -> Response:
    return json_response(_WITHHELD)


CORAL = Dialect(
    name="coral",
    about="Coral's external moderation phase.",
    paths=("/coral/",),
    add_routes=_add_routes,
    refuse=lambda problem: problem.response(),
    approve=lambda _request: json_response({}),
    reject=_withhold,
    message_types=(CoralCall,),
    security_schemes={_SCHEME: signature_scheme(_SIGNATURE, setting="TIPSTAFF_CORAL_SECRETS")},
)
