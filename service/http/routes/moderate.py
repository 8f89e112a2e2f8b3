"""``POST /v1/moderate``: from the comments of a call to a decision for each."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NamedTuple, Self, TypeAlias

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from model.comment import Comment, Format, Verdict
from service.http.admission.community_choice import unknown_community_problem
from service.http.admission.load_shedding import mark_queued
from service.http.bodies.body import check_json_headers, read_body
from service.http.bodies.json_body import parse_json
from service.http.calls import (
    Attempt,
    Judge,
    Judgements,
    Scope,
    admit_call,
    build_judge,
    count_judgements,
    dispatch,
    exceeds_bytes,
    extract_secret,
)
from service.http.observability.faults import report_judging_fault
from service.http.openapi_document import KEYS, TIMEOUT_PARAMETER, schema_reference
from service.http.problems import ProblemError, ProblemKind, problem_responses
from service.http.routes.moderate_entries import UNREADABLE_REASON, build_entries, error_entry
from service.http.routes.moderate_messages import (
    CommentErrorType,
    CommentRequest,
    JudgedComment,
    ModerateAnswer,
    ModerateRequest,
    UnjudgedComment,
    build_request_type,
    render_answer,
)
from service.http.state import get_state, pin_model, require_moderator
from service.http.workload.effort import EXPLANATION_COST, MARKUP_COST
from service.settings import Settings

__all__ = ["ModerateCall", "add_moderate_route", "moderate_endpoint"]

_PLAIN_FORMATS = (None, Format.PLAIN)
_PROBLEMS = (
    ProblemKind.NOT_JSON,
    ProblemKind.NOT_UTF8,
    ProblemKind.UNAUTHENTICATED,
    ProblemKind.FORBIDDEN,
    ProblemKind.BODY_TOO_SLOW,
    ProblemKind.UNKNOWN_MODEL,
    ProblemKind.BODY_TOO_LARGE,
    ProblemKind.TOO_MANY_COMMENTS,
    ProblemKind.NOT_JSON_CONTENT,
    ProblemKind.WRONG_FIELDS,
    ProblemKind.UNKNOWN_POLICY,
    ProblemKind.UNKNOWN_COMMUNITY,
    ProblemKind.RATE_LIMITED,
    ProblemKind.INTERNAL,
    ProblemKind.NOT_READY,
    ProblemKind.OVERLOADED,
    ProblemKind.DEADLINE,
)
_BODY = {
    "schema": schema_reference(ModerateRequest),
    "example": {
        "comments": [
            {"id": "1", "text": "What a lovely morning."},
            {"id": "2", "text": "<p>Yes, all of them.</p>", "format": "html", "parent_text": "<p>Have you read her books?</p>"},
        ]
    },
}

_AnswerCall: TypeAlias = "Callable[[Judge, ModerateCall, Attempt], tuple[ModerateAnswer, Judgements | None]]"
"""Makes the answer to a call, as `_answer_moderate` does; None if nothing was judged that counts."""


class ModerateCall(NamedTuple):
    """A call, whose comments are divided into those that are judged and those that are too long for that.

    Attributes:
        message: the body of the call.
        requests: the comments of the message that are judged, in order.
        comments: the same comments, as the model takes them.
        too_long: of each comment that has too many bytes, the index in the message → the field that has them.
        limit: the most bytes that a text may have in UTF-8, and a title or the text of a parent as well.
    """

    message: ModerateRequest
    requests: Sequence[CommentRequest]
    comments: Sequence[Comment]
    too_long: Mapping[int, str]
    limit: int

    @classmethod
    def split(cls, message: ModerateRequest, *, limit: int) -> Self:
        """Separate the comments that are judged from those that have more than ``limit`` bytes."""
        fields = (_long_field(request, limit) for request in message.comments)
        too_long = {at: field for at, field in enumerate(fields) if field is not None}
        requests: Sequence[CommentRequest] = message.comments
        if too_long:
            requests = [request for at, request in enumerate(requests) if at not in too_long]
        return cls(message, requests, [request.to_comment() for request in requests], too_long, limit)


def _long_field(request: CommentRequest, limit: int) -> str | None:
    """Return the field of a comment that has more than ``limit`` bytes; None if none has."""
    if exceeds_bytes(request.text, limit):
        return "text"
    if request.parent_text is not None and exceeds_bytes(request.parent_text, limit):
        return "parent_text"
    return "title" if request.title is not None and exceeds_bytes(request.title, limit) else None


def add_moderate_route(app: FastAPI, settings: Settings) -> None:
    """Add the route to an app, with its documentation."""
    app.add_api_route(
        "/v1/moderate",
        moderate_endpoint(settings, _answer_moderate),
        methods=["POST"],
        response_model=ModerateAnswer,
        responses=problem_responses(*_PROBLEMS),
        summary="Judge comments",
        description=_describe_limits(settings),
        operation_id="moderate",
        response_description="One decision for each comment, in the order of the call.",
        openapi_extra={
            "parameters": [TIMEOUT_PARAMETER],
            "requestBody": {"required": True, "content": {"application/json": _BODY}},
            "security": KEYS,
        },
        tags=["moderate"],
    )


def _describe_limits(settings: Settings) -> str:
    return (
        f"Takes up to {settings.max_comments} comments in a body of up to {settings.max_body_bytes} bytes and answers each in its place. "
        f"A comment whose text, title or `parent_text` has more than {settings.max_comment_bytes} bytes (`comment-too-long`), or that has "
        "no text (`comment-empty`), gets an error entry there instead of a decision; the others are judged all the same."
    )


def moderate_endpoint(settings: Settings, answer_call: "_AnswerCall") -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """Return the endpoint that reads a call, has it judged and writes the answer.

    Args:
        settings: the limits.
        answer_call: makes the answer; called in the event loop's thread if that is quick, otherwise in another thread.
    """
    message_type = build_request_type(settings.max_comments)

    async def moderate(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        require_moderator(request)
        check_json_headers(request)
        body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
        message = parse_json(body, message_type)

        if message.model is not None:
            pin_model(request, message.model)
        if message.community is not None and get_state(request).communities.file is None:
            raise unknown_community_problem()
        try:
            judge = build_judge(request, caller=caller, community=message.community, policy=message.policy)
            call = ModerateCall.split(message, limit=settings.max_comment_bytes)

            def work(attempt: Attempt) -> tuple[bytes, Judgements | None]:
                answer, judgements = answer_call(judge, call, attempt)
                return render_answer(answer), judgements

            effort, explain = len(body) * _cost_per_letter(message), bool(message.explain)
            content, judgements = await dispatch(request, judge, work, call.comments, caller=caller, effort=effort, explain=explain)
        except (ProblemError, ClientDisconnect):
            raise
        except Exception as error:
            report_judging_fault(error, request.scope)
            content, judgements = render_answer(_answer_unreadable(message, version=require_moderator(request).version)), None
        if judgements is not None:
            count_judgements(request, judgements)
        return Response(content, media_type="application/json")

    return mark_queued(moderate, refuse=ProblemError.response)


def _cost_per_letter(message: ModerateRequest) -> int:
    cost = EXPLANATION_COST if message.explain else 1
    return cost if all(comment.format in _PLAIN_FORMATS for comment in message.comments) else cost * MARKUP_COST


def _answer_moderate(judge: Judge, call: ModerateCall, attempt: Attempt) -> tuple[ModerateAnswer, Judgements]:
    """Judge the comments of a call in the calling thread, and return the answer, and the judgements in it.

    Args:
        judge: judges the comments.
        call: the comments.
        attempt: how they are judged this time.

    Returns:
        For each comment, in order, a decision, or the reason why there is none.
    """
    explain = bool(call.message.explain)
    judgements = judge.judge(call.comments, explain=explain, ngrams_only=attempt.ngrams_only, first_pass=attempt.first_pass)
    is_observing = judge.community is not None and judge.community.observe
    entries = build_entries(call.requests, judgements, is_observing=is_observing)
    for at, field in call.too_long.items():
        detail = f"The {field} has more than {call.limit} bytes in UTF-8."
        entries.insert(at, error_entry(call.message.comments[at], CommentErrorType.TOO_LONG, detail))
    decisions = judgements.decisions
    answer = ModerateAnswer(model=decisions.version, policy=decisions.policy, decisions=entries)
    if judgements.community is not None:
        answer["community"] = judgements.community
    return answer, judgements


def _answer_unreadable(message: ModerateRequest, *, version: str) -> ModerateAnswer:
    """Return the answer to a call that the service cannot judge through a fault of its own: a moderator has to see all its comments."""
    entries: list[JudgedComment | UnjudgedComment] = []
    for comment in message.comments:
        entry = error_entry(comment, CommentErrorType.UNREADABLE, UNREADABLE_REASON)
        entry["verdict"] = Verdict.REVIEW.value
        entries.append(entry)
    return ModerateAnswer(model=version, policy=message.policy or "default", decisions=entries)
