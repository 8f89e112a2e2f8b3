"""What every call goes through, whatever its protocol: who calls and how often, then the judgement of its comments."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request

from model.comment import Comment, Format
from service.http.gate import Caller, secret_in
from service.http.judging import Judgement, Judging
from service.http.load import DEADLINE, too_late
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.state import ready_identifier, ready_moderator, serving
from service.store.records import Scope

__all__ = [
    "EXPLAINED",
    "MARKED_UP",
    "Caller",
    "Judgement",
    "Judging",
    "Scope",
    "admit",
    "carry_out",
    "chosen",
    "is_longer",
    "judge",
    "secret_in",
]

_T = TypeVar("_T")

# To hand work to a thread takes as long as judging three tweets; so much plain text holds the event loop up for about 2 ms.
_INLINE = 16_384

MARKED_UP = 5
"""How many times as long as plain text mark-up takes."""

EXPLAINED = 50
"""How many times as long an explanation takes."""


def is_longer(text: str, limit: int) -> bool:
    """Return whether a text has more than ``limit`` bytes in UTF-8."""
    size = len(text)
    # A code point takes one to four bytes, so few texts have to be encoded to know.
    return size > limit or (size * 4 > limit and len(text.encode()) > limit)


async def admit(request: Request, *, scope: Scope, secret: str | None, signed: bool = False) -> Caller:
    """Let a call in.

    Args:
        request: the call; nothing of its body is needed.
        scope: what the call does.
        secret: the key as the dialect's client sent it, None if it sent none.
        signed: whether the dialect has proved by a signature who calls, so that no key is needed.

    Raises:
        ProblemError: the key is missing, unknown, revoked or not for this; or its owner or address called too often.
    """
    return await serving(request).gate.admit(request, scope=scope, secret=secret, signed=signed)


async def judge(
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
    judging = chosen(request, caller=caller, community=community, policy=policy)

    def work() -> Judgement:
        return judging.judge(comments, explain=explain)

    return await carry_out(request, work, effort=_effort(comments, explain=explain))


def chosen(request: Request, *, caller: Caller, community: str | None, policy: str | None) -> Judging:
    """Return all that the comments of a call are judged by.

    Args:
        request: the call.
        caller: who asks.
        community: named by the call; the caller's own if None.
        policy: named by the call; the community's if None.

    Raises:
        ProblemError: the service is not ready, or policy or community is unknown; where the site has no communities, none is unknown.
    """
    state = serving(request)
    moderator, identifier = ready_moderator(request), ready_identifier(request)
    site = state.communities.of(request, caller, community)
    name = policy or (site.policy_name if site is not None else "default")
    if name not in moderator.policies:
        known = "has to be one of " + ", ".join(sorted(moderator.policies))
        raise ProblemError(ProblemKind.UNKNOWN_POLICY, f"policy: {known}", [FieldError(field="policy", detail=known)])
    return Judging(moderator, identifier, name, policy is not None, site, state.on_foreign)


async def carry_out(request: Request, work: Callable[[], _T], *, effort: int) -> _T:
    """Do work for a call: here if that is quick, in a thread if not.

    Args:
        request: the call; its deadline counts.
        work: what is to be done.
        effort: what that takes, in letters of plain text.

    Raises:
        ProblemError: the service is overloaded, or the call's deadline has passed.
    """
    deadline: float | None = request.scope.get(DEADLINE)
    if effort > _INLINE:
        return await serving(request).waiting.judge(work, effort=effort, deadline=deadline)
    if deadline is not None and time.monotonic() > deadline:
        raise too_late()
    return work()


def _effort(comments: Sequence[Comment], *, explain: bool) -> int:
    """Return what judging takes, in letters of plain text."""
    each = EXPLAINED if explain else 1
    return sum(len(comment.text) * (each if comment.format is Format.PLAIN else each * MARKED_UP) for comment in comments)
