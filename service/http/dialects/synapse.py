"""Matrix Synapse, through its module ``synapse-http-antispam``: ``POST /synapse/check_event_for_spam``.

The module takes every 2xx for consent, and every other answer whose body is JSON for a rejection. So only rejections are answered in
JSON. All other refusals are plain text, which the module treats as its own setting ``fail_open`` says.
"""

import json
from typing import Any

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from model.comment import Label, Verdict
from service.http.bodies.body import check_json_headers, read_body
from service.http.bodies.json_body import parse_json, read_json
from service.http.calls import Scope, admit_call, extract_secret
from service.http.dialects.dialect import Dialect, Endpoint, wrap_endpoint
from service.http.dialects.long_comments import judge_in_parts
from service.http.dialects.matrix_events import event_comments
from service.http.dialects.messages import LenientMessage, openapi_body, openapi_responses
from service.http.dialects.verdicts import CommentVerdict, Flagging
from service.http.openapi_document import schema_reference
from service.http.problems import ProblemError, ProblemKind
from service.http.responses import json_response
from service.http.state import require_moderator
from service.settings import Settings

__all__ = ["SYNAPSE"]

# The module asks about these too, unless its configuration says which callbacks to enable. All of them are allowed.
_ALLOWED_CALLBACKS = frozenset(
    {
        "accept_make_join",
        "check_login_for_spam",
        "check_username_for_spam",
        "federated_user_may_invite",
        "user_may_create_room",
        "user_may_create_room_alias",
        "user_may_invite",
        "user_may_join_room",
        "user_may_publish_room",
        "user_may_send_3pid_invite",
    }
)
_UNREADABLE = "it cannot be checked at the moment"
_REASONS = {Label.HATEFUL: "it was judged hateful", Label.TOXIC: "it was judged abusive"}

_EVENT = {"type": "m.room.message", "sender": "@alice:example.org", "content": {"msgtype": "m.text", "body": "What a lovely morning."}}
_CONSENT = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "const": Verdict.REVIEW.value, "description": "There if a moderator should see it."}},
}
_TEXT = {"type": "string"}
_REJECTION = {
    "type": "object",
    "required": ["errcode", "error"],
    "properties": {"errcode": {"type": "string", "const": "M_FORBIDDEN"}, "error": {"type": "string"}},
}


class EventCall(LenientMessage):
    """An event, in the form in which clients get it."""

    event: dict[str, Any] = Field(description="Its `type` and `content` are read, and its `sender`.")


class PingCall(LenientMessage):
    """A ping; its id is returned."""

    id: str


def _add_routes(app: FastAPI, settings: Settings) -> None:
    responses = openapi_responses(
        _CONSENT, _TEXT, 400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 504, about="Not spam.", error_media="text/plain"
    )
    responses[403]["content"] = responses[403]["content"] | {"application/json": {"schema": _REJECTION}}
    app.add_api_route(
        "/synapse/check_event_for_spam",
        wrap_endpoint(_check(settings), dialect=SYNAPSE, settings=settings, judges=True),
        methods=["POST"],
        response_model=None,
        responses=responses,
        summary="Judge an event as synapse-http-antispam asks",
        description="The module's `base_url` is this service's address and `/synapse`. Only a rejection is answered 403 in JSON.",
        operation_id="synapse_check_event_for_spam",
        openapi_extra=openapi_body(schema_reference(EventCall), example={"event": _EVENT}),
        tags=[SYNAPSE.name],
    )
    callbacks = wrap_endpoint(_answer_callback(settings), dialect=SYNAPSE, settings=settings)
    app.add_api_route("/synapse/{callback}", callbacks, methods=["POST"], response_model=None, include_in_schema=False)


def _check(settings: Settings) -> Endpoint:
    rejecting = Flagging.for_dialect("synapse", settings, mildest=settings.synapse_rejected)

    async def check_event_for_spam(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        check_json_headers(request)
        body = await read_body(request, limit=settings.max_single_body_bytes, timeout=settings.body_timeout)
        try:
            call = parse_json(body, EventCall)
        except ProblemError as problem:
            if problem.kind is ProblemKind.NOT_JSON and _is_json_of_others(body):
                return _reject(_UNREADABLE)
            raise
        comments = event_comments(call.event)
        if comments:
            result = await judge_in_parts(request, comments, limit=settings.max_comment_bytes, caller=caller)
            if rejecting.flags(result):
                return _reject(_reason(result) if result.verdict in rejecting.verdicts else _UNREADABLE)
            if result.verdict is Verdict.REVIEW:
                return json_response({"verdict": result.verdict})
        return json_response({})

    return check_event_for_spam


def _is_json_of_others(body: bytes) -> bool:
    """Return whether a body that is no JSON to us may be JSON to Synapse, of which older versions read what is nested deeper.

    Whatever its author puts beside the text of an event must not keep the text from being judged.
    """
    try:
        json.loads(body.decode())
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _reason(result: CommentVerdict) -> str:
    if result.matched is not None and result.label in (None, Label.FINE):
        return "it breaks a rule of this server"
    return _REASONS.get(result.label or Label.FINE, "it would need a moderator's eye first")


def _answer_callback(settings: Settings) -> Endpoint:
    async def answer_callback(request: Request) -> Response:
        callback = request.path_params["callback"]
        await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        if callback == "ping":
            call = await read_json(request, PingCall, settings=settings, limit=settings.max_single_body_bytes)
            require_moderator(request)
            return json_response({"id": call.id, "status": "ok"})
        if callback in _ALLOWED_CALLBACKS:
            await read_json(request, LenientMessage, settings=settings, limit=settings.max_single_body_bytes)
            return json_response({})
        return PlainTextResponse("tipstaff: this callback is not known here", status_code=404)

    return answer_callback


def _reject(reason: str) -> Response:
    return json_response({"errcode": "M_FORBIDDEN", "error": f"The message was not sent: {reason}."}, status=403)


def _refuse(problem: ProblemError) -> Response:
    return PlainTextResponse(f"tipstaff: {problem.detail}", status_code=problem.kind.status, headers=dict(problem.headers))


SYNAPSE = Dialect(
    name="synapse",
    about="Matrix Synapse, through its module synapse-http-antispam.",
    paths=("/synapse/",),
    add_routes=_add_routes,
    refuse=_refuse,
    approve=lambda _request: json_response({}),
    reject=lambda _request: _reject(_UNREADABLE),
    message_types=(EventCall,),
)
