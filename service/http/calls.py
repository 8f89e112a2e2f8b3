"""What every call goes through, whatever its protocol: who calls and how often, then the judgement of its comments."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from starlette.requests import Request

from model.comment import Comment, Format
from service.http.admission.access import Caller, extract_secret
from service.http.admission.queue import DEADLINE, Queue, deadline_problem
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.state import get_state, require_identifier, require_moderator
from service.judging.judge import Judge, Judgements
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from model.moderator import FirstPass

__all__ = [
    "EXPLANATION_COST",
    "MARKUP_COST",
    "Attempt",
    "Caller",
    "Judge",
    "Judgements",
    "Scope",
    "admit_call",
    "build_judge",
    "dispatch",
    "exceeds_bytes",
    "extract_secret",
    "judge_and_count",
    "judge_comments",
]

_T = TypeVar("_T")

# To hand work to a thread takes as long as judging three tweets; so much plain text holds the event loop up for about 2 ms.
_INLINE = 16_384

MARKUP_COST = 5
"""How many times as long as plain text mark-up takes."""

EXPLANATION_COST = 50
"""How many times as long an explanation takes."""

_ENCODED, _ENCODED_EACH, _ENCODED_MOST = 8_000, 400, 2_300
"""What it takes to have a comment read by the second reader too, in letters of plain text that the n-grams read: as such, for each
of its letters, and how many of these count, for of a very long comment a part is read."""

_OCCLUDED = 30
"""How many times as long it takes the second reader to explain."""

_ENOUGH = 0.01
"""Seconds before a call's deadline at which the n-grams' answer is given if the other is not there."""


def exceeds_bytes(text: str, limit: int) -> bool:
    """Return whether a text has more than ``limit`` bytes in UTF-8."""
    size = len(text)
    # A code point takes one to four bytes, so few texts have to be encoded to know.
    return size > limit or (size * 4 > limit and len(text.encode()) > limit)


async def admit_call(request: Request, *, scope: Scope, secret: str | None, signed: bool = False) -> Caller:
    """Let a call in.

    Args:
        request: the call; nothing of its body is needed.
        scope: what the call does.
        secret: the key as the dialect's client sent it, None if it sent none.
        signed: whether the dialect has proved by a signature who calls, so that no key is needed.

    Raises:
        ProblemError: the key is missing, unknown, revoked or not for this; or its owner or address called too often.
    """
    return await get_state(request).gate.admit(request, scope=scope, secret=secret, signed=signed)


class Attempt(NamedTuple):
    """One attempt at judging the comments of a call.

    Attributes:
        ngrams_only: whether the n-grams are to judge alone.
        first_pass: what they have said already, None if they have not been asked.
    """

    ngrams_only: bool = False
    first_pass: "FirstPass | None" = None


async def judge_comments(
    request: Request,
    comments: Sequence[Comment],
    *,
    caller: Caller,
    community: str | None = None,
    policy: str | None = None,
    explain: bool = False,
) -> Judgements:
    """Judge comments off the event loop where that takes long.

    Args:
        request: the call that they came with; its deadline counts.
        comments: n of them, none over the limit of bytes.
        caller: who asks.
        community: named by the call; the caller's own if None.
        policy: named by the call; the community's if None.
        explain: whether to find the words that moved the scores.

    Raises:
        ProblemError: the service is not ready or overloaded, the deadline has passed, or policy or community is unknown;
            where the site has no communities, none is unknown.
    """
    judge = build_judge(request, caller=caller, community=community, policy=policy)

    def work(attempt: Attempt) -> Judgements:
        return judge_and_count(request, judge, comments, attempt, explain=explain)

    return await dispatch(request, judge, work, comments, effort=_effort(comments, explain=explain), explain=explain)


def judge_and_count(request: Request, judge: Judge, comments: Sequence[Comment], attempt: Attempt, *, explain: bool = False) -> Judgements:
    """Judge comments in the calling thread, and count what is decided in the metrics."""
    judgements = judge.judge(comments, explain=explain, ngrams_only=attempt.ngrams_only, first_pass=attempt.first_pass)
    get_state(request).metrics.judged(judgements)
    return judgements


def build_judge(request: Request, *, caller: Caller, community: str | None, policy: str | None) -> Judge:
    """Return what judges the comments of a call.

    Args:
        request: the call.
        caller: who asks.
        community: named by the call; the caller's own if None.
        policy: named by the call; the community's if None.

    Raises:
        ProblemError: the service is not ready, or policy or community is unknown; where the site has no communities, none is unknown.
    """
    state = get_state(request)
    moderator, identifier = require_moderator(request), require_identifier(request)
    judge = Judge(moderator, identifier, policy, state.communities.of(request, caller, community), state.on_foreign)
    if judge.policy_name not in moderator.policies:
        known = "has to be one of " + ", ".join(sorted(moderator.policies))
        raise ProblemError(ProblemKind.UNKNOWN_POLICY, f"policy: {known}", [FieldError(field="policy", detail=known)])
    return judge


async def dispatch(
    request: Request,
    judge: Judge,
    work: Callable[[Attempt], _T],
    comments: Sequence[Comment],
    *,
    effort: int,
    explain: bool = False,
) -> _T:
    """Do work for a call: here if that is quick, in a thread if not.

    Where the encoder would take too long, the n-grams alone judge; the version in the answer says so.

    Args:
        request: the call; its deadline counts.
        judge: what the work judges by.
        work: what is to be done, as an attempt says.
        comments: what is judged.
        effort: what that takes the n-grams, in letters of plain text.
        explain: whether every comment is explained too.

    Raises:
        ProblemError: the service is overloaded, or the call's deadline has passed.
    """
    deadline: float | None = request.scope.get(DEADLINE)
    waiting = get_state(request).waiting
    attempt, quick = Attempt(), effort <= _INLINE
    if judge.moderator.combined is not None:
        if quick:
            attempt = Attempt(first_pass=judge.first_pass(comments))
        if more := _encoder_effort(comments, attempt.first_pass, explain=explain):
            answer = await _with_encoder(waiting, work, attempt, effort=effort + more, deadline=deadline)
            if answer is not None:
                return answer
            attempt = attempt._replace(ngrams_only=True)
    if not quick:
        return await waiting.judge(lambda: work(attempt), effort=effort, deadline=deadline)
    if deadline is not None and time.monotonic() > deadline:
        raise deadline_problem()
    return work(attempt)


def _encoder_effort(comments: Sequence[Comment], first_pass: "FirstPass | None", *, explain: bool) -> int:
    """Return what the encoder has to do, in letters of plain text; without a first pass, what it may have to do at most."""
    rows = range(len(comments)) if first_pass is None else first_pass.encoder_rows.tolist()
    each = (_ENCODED + _ENCODED_EACH * min(len(comments[row].text), _ENCODED_MOST) for row in rows)
    return sum(each) * (_OCCLUDED if explain else 1)


async def _with_encoder(
    waiting: Queue, work: Callable[[Attempt], _T], attempt: Attempt, *, effort: int, deadline: float | None
) -> _T | None:
    """Have both readers judge, in a thread; None if that would come too late."""
    soon = None if deadline is None else deadline - _ENOUGH
    try:
        return await waiting.judge(lambda: work(attempt), effort=effort, deadline=soon)
    except ProblemError as problem:
        if problem.kind in {ProblemKind.OVERLOADED, ProblemKind.DEADLINE}:
            return None
        raise


def _effort(comments: Sequence[Comment], *, explain: bool) -> int:
    """Return what judging takes, in letters of plain text."""
    each = EXPLANATION_COST if explain else 1
    return sum(len(comment.text) * (each if comment.format is Format.PLAIN else each * MARKUP_COST) for comment in comments)
