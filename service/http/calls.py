"""What every call goes through, whatever its protocol: who calls and how often, then the judgement of its comments."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import Request

from model.comment import Comment, Format
from service.http.admission.access import Caller, extract_secret
from service.http.admission.queue import DEADLINE, Queue, deadline_problem
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.state import get_state, require_identifier, require_moderator
from service.judging.judge import Judgement, Judging
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = [
    "EXPLANATION_COST",
    "MARKUP_COST",
    "Caller",
    "Judgement",
    "Judging",
    "Scope",
    "admit_call",
    "build_judge",
    "dispatch",
    "exceeds_bytes",
    "extract_secret",
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


async def judge_comments(
    request: Request,
    comments: Sequence[Comment],
    *,
    caller: Caller,
    community: str | None = None,
    policy: str | None = None,
    explain: bool = False,
) -> Judgement:
    """Judge comments off the event loop where that takes long.

    Args:
        request: the call that they came with; its deadline counts.
        comments: n of them, none over the limit of bytes.
        caller: who asks.
        community: named by the call; the caller's own if None.
        policy: named by the call; the community's if None.
        explain: whether to tell the spans that moved the scores.

    Raises:
        ProblemError: the service is not ready or overloaded, the deadline has passed, or policy or community is unknown;
            where the site has no communities, none is unknown.
    """
    judging = build_judge(request, caller=caller, community=community, policy=policy)

    def work(fast: bool) -> Judgement:
        return judging.judge(comments, explain=explain, fast=fast)

    return await dispatch(request, work, comments, effort=_effort(comments, explain=explain), explain=explain)


def build_judge(request: Request, *, caller: Caller, community: str | None, policy: str | None) -> Judging:
    """Return all that the comments of a call are judged by.

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
    site = state.communities.of(request, caller, community)
    name = policy or (site.policy_name if site is not None else "default")
    if name not in moderator.policies:
        known = "has to be one of " + ", ".join(sorted(moderator.policies))
        raise ProblemError(ProblemKind.UNKNOWN_POLICY, f"policy: {known}", [FieldError(field="policy", detail=known)])
    return Judging(moderator, identifier, name, policy is not None, site, state.on_foreign, state.metrics)


async def dispatch(request: Request, work: Callable[[bool], _T], comments: Sequence[Comment], *, effort: int, explain: bool = False) -> _T:
    """Do work for a call: here if that is quick, in a thread if not.

    Where a second reader would have to wait too long, the n-grams alone judge; the answer's version says so.

    Args:
        request: the call; its deadline counts.
        work: what is to be done, by the n-grams alone if it is told so.
        comments: what is judged.
        effort: what that takes of the n-grams, in letters of plain text.
        explain: whether every comment is explained too.

    Raises:
        ProblemError: the service is overloaded, or the call's deadline has passed.
    """
    deadline: float | None = request.scope.get(DEADLINE)
    waiting, moderator = get_state(request).waiting, require_moderator(request)
    fast = False
    if moderator.second is not None and (more := _second_effort(moderator, comments, quick=effort <= _INLINE, explain=explain)):
        found = await _with_second(waiting, work, effort=effort + more, deadline=deadline)
        if found is not None:
            return found
        fast = True
    if effort > _INLINE:
        return await waiting.judge(lambda: work(fast), effort=effort, deadline=deadline)
    if deadline is not None and time.monotonic() > deadline:
        raise deadline_problem()
    return work(fast)


def _second_effort(moderator: "Moderator", comments: Sequence[Comment], *, quick: bool, explain: bool) -> int:
    """Return what the second reader has to do, in letters of plain text; if it is not quick to tell, what it may have to."""
    passed = moderator.passes(comments) if quick else range(len(comments))
    each = (_ENCODED + _ENCODED_EACH * min(len(comments[at].text), _ENCODED_MOST) for at in passed)
    return sum(each) * (_OCCLUDED if explain else 1)


async def _with_second(waiting: Queue, work: Callable[[bool], _T], *, effort: int, deadline: float | None) -> _T | None:
    """Have both readers judge, in a thread; None if that would come too late."""
    soon = None if deadline is None else deadline - _ENOUGH
    try:
        return await waiting.judge(lambda: work(False), effort=effort, deadline=soon)
    except ProblemError as problem:
        if problem.kind in {ProblemKind.OVERLOADED, ProblemKind.DEADLINE}:
            return None
        raise


def _effort(comments: Sequence[Comment], *, explain: bool) -> int:
    """Return what judging takes, in letters of plain text."""
    each = EXPLANATION_COST if explain else 1
    return sum(len(comment.text) * (each if comment.format is Format.PLAIN else each * MARKUP_COST) for comment in comments)
