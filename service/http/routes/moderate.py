"""``POST /v1/moderate``: from the comments of a call to a decision for each."""

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from model.comment import LABELS, Comment, Format
from service.http.admission.community_choice import unknown_community_problem
from service.http.admission.load_shedding import mark_sheddable
from service.http.calls import (
    EXPLANATION_COST,
    MARKUP_COST,
    Judgement,
    Judging,
    Scope,
    admit_call,
    build_judge,
    dispatch,
    exceeds_bytes,
    extract_secret,
)
from service.http.connection.body import check_json_headers, read_body
from service.http.openapi_document import KEYS, reference
from service.http.problems import ProblemError, ProblemKind, problem_responses
from service.http.routes.moderate_messages import (
    CommentError,
    CommentRequest,
    ContributingSpan,
    JudgedComment,
    ModerateAnswer,
    ModerateRequest,
    UnjudgedComment,
    build_request_type,
    parse_json,
    render_answer,
    round_scores,
)
from service.http.state import get_state, require_moderator
from service.settings import Settings

if TYPE_CHECKING:
    from model.moderator import Span

__all__ = ["Judge", "add_moderate_route", "answer_comments", "moderate_endpoint"]

Judge = Callable[..., ModerateAnswer]
"""Takes what ``answer_comments`` takes."""

_LABEL_NAMES = tuple(label.value for label in LABELS)
_QUICK_FORMATS = (None, Format.PLAIN)
_DIGITS = 6
_PROBLEMS = (
    ProblemKind.NOT_JSON,
    ProblemKind.NOT_UTF8,
    ProblemKind.UNAUTHENTICATED,
    ProblemKind.FORBIDDEN,
    ProblemKind.BODY_TOO_SLOW,
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
    "schema": reference(ModerateRequest),
    "example": {"comments": [{"id": "1", "text": "What a lovely morning."}, {"id": "2", "text": "<p>Hello</p>", "format": "html"}]},
}
_REASONS = {"empty": "There is no text left to judge."}


def add_moderate_route(app: FastAPI, settings: Settings) -> None:
    """Adds the route, and what the documentation says about it."""
    app.add_api_route(
        "/v1/moderate",
        moderate_endpoint(settings, answer_comments),
        methods=["POST"],
        response_model=ModerateAnswer,
        responses=problem_responses(*_PROBLEMS),
        summary="Judge comments",
        description=_about(settings),
        operation_id="moderate",
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": _BODY}}, "security": KEYS},
        tags=["moderate"],
    )


def _about(settings: Settings) -> str:
    return (
        f"Takes up to {settings.max_comments} comments in a body of up to {settings.max_body_bytes} bytes and answers each in its place. "
        f"A comment of more than {settings.max_comment_bytes} bytes (`comment-too-long`) or without text (`comment-empty`) "
        "gets an error entry there instead of a decision; the others are judged all the same."
    )


def moderate_endpoint(settings: Settings, answer: Judge) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """The endpoint that reads a call, has it judged and writes the answer.

    Args:
        settings: the limits.
        answer: comments in, answer out; called in the event loop's thread if that is quick, else in another.
    """
    shape = build_request_type(settings.max_comments)

    async def moderate(request: Request) -> Response:
        caller = await admit_call(request, scope=Scope.SCORE, secret=extract_secret(request))
        require_moderator(request)
        check_json_headers(request)
        body = await read_body(request, limit=settings.max_body_bytes, timeout=settings.body_timeout)
        asked = parse_json(body, shape)

        if asked.community is not None and get_state(request).communities.book is None:
            raise unknown_community_problem()
        judging = build_judge(request, caller=caller, community=asked.community, policy=asked.policy)

        def work(fast: bool) -> bytes:
            return render_answer(answer(judging, asked, comments, settings, fast=fast))

        comments = [comment.comment() for comment in asked.comments]
        content = await dispatch(request, work, comments, effort=len(body) * _factor(asked), explain=bool(asked.explain))
        return Response(content, media_type="application/json")

    return mark_sheddable(moderate, ProblemError.response)


def _factor(asked: ModerateRequest) -> int:
    each = EXPLANATION_COST if asked.explain else 1
    return each if all(comment.format in _QUICK_FORMATS for comment in asked.comments) else each * MARKUP_COST


def answer_comments(
    judging: Judging, asked: ModerateRequest, comments: Sequence[Comment], settings: Settings, *, fast: bool = False
) -> ModerateAnswer:
    """Judges the comments of a call in the calling thread.

    Args:
        judging: what they are judged by.
        asked: the call.
        comments: its comments in the words of the house.
        settings: the limits.
        fast: whether the n-grams are to judge alone.

    Returns:
        A decision, or the reason why there is none, for each comment in order.
    """
    limit = settings.max_comment_bytes
    long = [at for at, comment in enumerate(comments) if exceeds_bytes(comment.text, limit)]
    kept: Sequence[CommentRequest] = asked.comments
    if long:
        kept = [comment for at, comment in enumerate(kept) if at not in long]
        comments = [comment for at, comment in enumerate(comments) if at not in long]
    judgement = judging.judge(comments, explain=bool(asked.explain), fast=fast)
    entries = _entries(kept, judgement)
    if judging.community is not None:
        _add_outcome(entries, judgement, observing=judging.community.observe)
    for at in long:
        entries.insert(at, _unjudged(asked.comments[at], "too-long", f"The text has more than {limit} bytes in UTF-8."))
    answer = ModerateAnswer(model=judgement.decisions.version, policy=judgement.decisions.policy, decisions=entries)
    if judgement.community is not None:
        answer["community"] = judgement.community
    return answer


def _add_outcome(entries: Sequence[JudgedComment | UnjudgedComment], judgement: Judgement, *, observing: bool) -> None:
    for entry, wanted, matched in zip(entries, judgement.wanted, judgement.matched, strict=True):
        if "error" in entry or wanted is None:
            continue
        if observing:
            entry["observed"] = wanted.value
        if matched is not None:
            entry["matched"] = matched


def _unjudged(comment: CommentRequest, reason: str, detail: str) -> UnjudgedComment:
    return UnjudgedComment(id=comment.id, error=CommentError(type=f"comment-{reason}", detail=detail))


def _entries(comments: Sequence[CommentRequest], judgement: Judgement) -> list[JudgedComment | UnjudgedComment]:
    entries: list[JudgedComment | UnjudgedComment] = []
    decisions = judgement.decisions
    names = decisions.names
    others = zip(judgement.verdicts, judgement.languages, judgement.foreign, strict=True)
    for comment, row, (verdict, language, foreign) in zip(comments, decisions.rows(), others, strict=True):
        if row.reason is not None or verdict is None:
            reason = row.reason or ""
            entries.append(_unjudged(comment, reason, _REASONS.get(reason, "The comment cannot be judged.")))
            continue
        entry: JudgedComment = {
            "id": comment.id,
            "label": _LABEL_NAMES[row.label],
            "scores": round_scores(*row.scores),
            "verdict": verdict.value,
        }
        if language is not None:
            entry["language"] = language
        if foreign:
            entry["foreign"] = True
        if names:
            entry["attributes"] = {name: round(row.attributes[at], _DIGITS) for at, name in enumerate(names)}
        if decisions.spans is not None:
            entry["spans"] = [_contribution(span) for span in decisions.spans[len(entries)]]
        entries.append(entry)
    return entries


def _contribution(span: "Span") -> ContributingSpan:
    return {"begin": span.begin, "end": span.end, "abusive": round(span.abusive, _DIGITS), "hateful": round(span.hateful, _DIGITS)}
