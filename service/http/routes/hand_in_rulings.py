"""``POST /v1/rulings``: what moderators say about comments is stored, all of a call or nothing, before the call is acknowledged."""

import re
from collections.abc import Iterator

from fastapi import FastAPI
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from model.comment import Format, Label
from service.http.bodies.body import check_json_headers, read_body
from service.http.bodies.json_body import parse_json
from service.http.calls import Caller, Scope, admit_call, exceeds_bytes, extract_secret
from service.http.feedback.recorded_acts import record_acts, ruling_community
from service.http.openapi_document import KEYS, schema_reference
from service.http.problems import FieldError, ProblemError, ProblemKind, problem_responses
from service.http.routes.ruling_messages import MOST_RULINGS, RecordedRuling, RulingRequest, RulingsAnswer, RulingsRequest
from service.http.state import get_state
from service.settings import Settings
from service.store.rulings.act import Act, RecordedAct, ReusedActError

__all__ = ["add_rulings_route"]

_DIALECT = "native"
_MAX_ID_LENGTH = 500
_MAX_ATTRIBUTES = 50
_MAX_LISTED_ERRORS = 20
_ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PROBLEMS = (
    ProblemKind.NOT_JSON,
    ProblemKind.NOT_UTF8,
    ProblemKind.UNAUTHENTICATED,
    ProblemKind.FORBIDDEN,
    ProblemKind.BODY_TOO_SLOW,
    ProblemKind.ACT_REUSED,
    ProblemKind.BODY_TOO_LARGE,
    ProblemKind.TOO_MANY_COMMENTS,
    ProblemKind.NOT_JSON_CONTENT,
    ProblemKind.WRONG_FIELDS,
    ProblemKind.UNKNOWN_COMMUNITY,
    ProblemKind.RATE_LIMITED,
    ProblemKind.INTERNAL,
    ProblemKind.NOT_READY,
    ProblemKind.NOT_KEPT,
)
_BODY = {
    "schema": schema_reference(RulingsRequest),
    "example": {
        "rulings": [
            {"act": "queue-1831", "comment": "c1", "text": "Shut up, you pathetic idiot.", "label": "toxic", "moderator": "ann"},
            {"act": "queue-1832", "comment": "c2", "text": "Cheap watches here!", "reason": "spam", "moderator": "ann"},
        ]
    },
}
_ABOUT = (
    f"Takes 1 to {MOST_RULINGS} rulings; the key needs the scope `feedback`. When the call is answered all of them are on the disk, "
    "otherwise none is. An act that is sent again under its id counts once; an id that was used before for something else is answered "
    "409 (`act-reused`). "
    "Whose word a ruling is, is a matter of the role of the key."
)


def add_rulings_route(app: FastAPI, settings: Settings) -> None:
    """Add the route to an app, with its documentation."""

    async def hand_in_rulings(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.FEEDBACK, secret=extract_secret(request))
        check_json_headers(request)
        body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
        message = parse_json(body, RulingsRequest, is_dotted=True)
        acts = _read_acts(request, message, caller, limit=settings.max_comment_bytes)
        try:
            recorded = await record_acts(request, acts, caller=caller)
        except ReusedActError as error:
            detail = "was used before for something else: give each act an id of its own"
            raise _fields_problem(ProblemKind.ACT_REUSED, [FieldError(field=f"rulings.{error.place}.act", detail=detail)]) from None
        entries = [_answer(ruling, act) for ruling, act in zip(message.rulings, recorded, strict=True)]
        return Response(to_json(RulingsAnswer(rulings=entries)), media_type="application/json")

    app.add_api_route(
        "/v1/rulings",
        hand_in_rulings,
        methods=["POST"],
        response_model=RulingsAnswer,
        responses=problem_responses(*_PROBLEMS),
        summary="Hand in rulings",
        description=_ABOUT,
        operation_id="handInRulings",
        response_description="One entry for each ruling, in the order of the call.",
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}, "security": KEYS},
        tags=["moderate"],
    )


def _answer(ruling: RulingRequest, act: RecordedAct) -> RecordedRuling:
    return RecordedRuling(act=act.act_id, comment=ruling.comment, is_retry=act.is_retry)


def _read_acts(request: Request, message: RulingsRequest, caller: Caller, *, limit: int) -> list[Act]:
    """Return the acts of a call.

    Raises:
        ProblemError: something is wrong with a field, which the problem names; or the path names a community that there is not.
    """
    get_state(request).communities.choose(request, caller, None)
    errors = [
        FieldError(field=f"rulings.{place}.{field}", detail=detail)
        for place, ruling in enumerate(message.rulings)
        for field, detail in _find_errors(ruling, limit=limit)
    ]
    if errors:
        raise _fields_problem(ProblemKind.WRONG_FIELDS, errors)
    return [_build_act(request, ruling, caller) for ruling in message.rulings]


def _find_errors(ruling: RulingRequest, *, limit: int) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a ruling, each with its field: what its type does not say."""
    if not 0 < len(str(ruling.comment)) <= _MAX_ID_LENGTH:
        yield "comment", f"has to have 1 to {_MAX_ID_LENGTH} characters"
    if ruling.text is not None and exceeds_bytes(ruling.text, limit):
        yield "text", f"has more than {limit} bytes in UTF-8: send less"
    if ruling.label is None and ruling.reason is None and ruling.abusive is None and not ruling.attributes:
        yield "label", "is missing: say fine, toxic or hateful, or give a reason, such as spam"
    if ruling.label is not None and ruling.abusive not in (None, ruling.label is not Label.FINE):
        yield "abusive", "contradicts the label: leave it out"
    attributes = ruling.attributes or {}
    if len(attributes) > _MAX_ATTRIBUTES:
        yield "attributes", f"holds {len(attributes)} answers; send at most {_MAX_ATTRIBUTES}"
    if not all(map(_ATTRIBUTE_NAME.fullmatch, attributes)):
        yield "attributes", "holds a wrong name: use at most 64 small letters, digits and _, a letter first"


def _fields_problem(kind: ProblemKind, errors: list[FieldError]) -> ProblemError:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return ProblemError(kind, f"{errors[0]['field']}: {errors[0]['detail']}{more}", errors[:_MAX_LISTED_ERRORS])


def _build_act(request: Request, ruling: RulingRequest, caller: Caller) -> Act:
    return Act(
        dialect=_DIALECT,
        text=ruling.text,
        label=ruling.label,
        abusive=ruling.abusive if ruling.label is None else None,
        attributes=ruling.attributes or {},
        reason=ruling.reason,
        community=ruling_community(request, caller, ruling.community),
        comment=str(ruling.comment),
        format=ruling.format or Format.PLAIN,
        language=ruling.language,
        author=ruling.author,
        why=ruling.why,
        sampling_probability=ruling.sampling_probability,
        key=caller.key,
        role=caller.role,
        moderator=caller.person(ruling.moderator),
        act_id=ruling.act,
    )
