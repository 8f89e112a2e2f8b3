"""The steps of every call, whatever its protocol: it is admitted, and its comments are judged, in the event loop or in a thread."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from starlette.requests import Request

from model.comment import Comment, Format
from model.failures import Step, log_failure
from service.http.admission.access import Caller, extract_secret
from service.http.admission.queue import DEADLINE, KEY_ID, Queue, deadline_problem
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
    "count_judgements",
    "dispatch",
    "exceeds_bytes",
    "extract_secret",
    "judge_comments",
]

_T = TypeVar("_T")

# Letters of plain text. Judging this many keeps the event loop busy for about 2 ms; handing work to a thread takes as long as judging
# three tweets.
_MAX_INLINE_EFFORT = 16_384

MARKUP_COST = 5
"""How many times as long mark-up takes as plain text."""

EXPLANATION_COST = 50
"""How many times as long an explanation takes as a judgement."""

# The effort of the encoder, in letters of plain text that the n-grams read in the same time: for each comment, and for each of its
# letters up to a maximum, since the encoder reads only a part of a very long comment.
_ENCODER_COST_PER_COMMENT = 8_000
_ENCODER_COST_PER_LETTER = 400
_ENCODER_MAX_LETTERS = 2_300

# How many times as long the encoder takes to explain a judgement as to make it.
_ENCODER_EXPLANATION_COST = 30

# Seconds before a call's deadline at which the n-grams answer alone, if the encoder has not answered by then.
_FALLBACK_MARGIN = 0.01


def exceeds_bytes(text: str, limit: int) -> bool:
    """Return whether a text has more than ``limit`` bytes in UTF-8."""
    size = len(text)
    # A code point takes one to four bytes, so only few texts have to be encoded to find out.
    return size > limit or (size * 4 > limit and len(text.encode()) > limit)


async def admit_call(request: Request, *, scope: Scope, secret: str | None, signed: bool = False) -> Caller:
    """Admit a call or refuse it.

    Args:
        request: the call; its body is not needed.
        scope: what the call does.
        secret: the secret of the key that the client sent; None if it sent none.
        signed: whether a signature has proved who calls, so that no key is needed.

    Raises:
        ProblemError: the key is missing, unknown, revoked or lacks the scope; its owner or the address called too often; or the
            service is overloaded or not ready.
    """
    caller = await get_state(request).access.admit(request, scope=scope, secret=secret, signed=signed)
    if caller.key is not None:
        request.scope[KEY_ID] = caller.key
    return caller


class Attempt(NamedTuple):
    """One attempt at judging the comments of a call.

    Attributes:
        ngrams_only: whether the n-grams judge alone.
        first_pass: the scores of the n-grams; None if they have not read the comments yet.
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
    """Judge the comments of a call: in the event loop if that is quick, otherwise in a thread.

    Args:
        request: the call; its deadline counts.
        comments: n comments, none of them over the limit of bytes.
        caller: who made the call.
        community: the community that the call names; None for the community of its path or its caller.
        policy: the policy that the call names; None for the community's.
        explain: whether to find the words that moved the scores.

    Raises:
        ProblemError: the service is not ready or overloaded, the deadline has passed, or there is no such policy or community.
            Where the site has no communities, any name of a community is accepted.
    """
    judge = build_judge(request, caller=caller, community=community, policy=policy)

    def work(attempt: Attempt) -> Judgements:
        return judge.judge(comments, explain=explain, ngrams_only=attempt.ngrams_only, first_pass=attempt.first_pass)

    judgements = await dispatch(request, judge, work, comments, effort=_effort(comments, explain=explain), explain=explain)
    count_judgements(request, judgements)
    return judgements


def count_judgements(request: Request, judgements: Judgements) -> None:
    """Count in the metrics what a call is answered with.

    It is not part of the work: an attempt may still be at work when the call has been answered by another, or that its time is over.
    """
    try:
        get_state(request).metrics.count_judgements(judgements)
    except Exception as error:  # what was judged is answered, counted or not
        log_failure(Step.CALL, error)


def build_judge(request: Request, *, caller: Caller, community: str | None, policy: str | None) -> Judge:
    """Build the judge of a call's comments.

    Args:
        request: the call.
        caller: who made it.
        community: the community that the call names; None for the community of its path or its caller.
        policy: the policy that the call names; None for the community's.

    Raises:
        ProblemError: the service is not ready, or there is no such policy or community. Where the site has no communities, any name
            of a community is accepted.
    """
    state = get_state(request)
    moderator, identifier = require_moderator(request), require_identifier(request)
    judge = Judge(moderator, identifier, policy, state.communities.choose(request, caller, community), state.on_foreign)
    if judge.policy_name not in moderator.policies:
        detail = "has to be one of " + ", ".join(sorted(moderator.policies))
        raise ProblemError(ProblemKind.UNKNOWN_POLICY, f"policy: {detail}", [FieldError(field="policy", detail=detail)])
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
    """Do the work of a call: in the event loop if that is quick, otherwise in a thread.

    Where the encoder would take too long, the n-grams judge alone, and the version in the answer says so.

    Args:
        request: the call; its deadline counts.
        judge: the judge that the work uses.
        work: judges the comments as an attempt says, and returns what the call is answered with.
        comments: the comments.
        effort: the effort of the n-grams, in letters of plain text.
        explain: whether the judgement of each comment is explained too.

    Raises:
        ProblemError: the service is overloaded, or the call's deadline has passed.
    """
    deadline: float | None = request.scope.get(DEADLINE)
    queue = get_state(request).queue
    attempt, is_quick = Attempt(), effort + judge.list_effort(comments) <= _MAX_INLINE_EFFORT
    if judge.moderator.combined is not None:
        if is_quick:
            attempt = Attempt(first_pass=judge.first_pass(comments))
        if encoder_effort := _encoder_effort(comments, attempt.first_pass, explain=explain):
            answer = await _try_with_encoder(queue, work, attempt, effort=effort + encoder_effort, deadline=deadline)
            if answer is not None:
                return answer
            attempt = attempt._replace(ngrams_only=True)
    if not is_quick:
        return await queue.run(lambda: work(attempt), effort=effort, deadline=deadline)
    if deadline is not None and time.monotonic() > deadline:
        raise deadline_problem()
    return work(attempt)


def _encoder_effort(comments: Sequence[Comment], first_pass: "FirstPass | None", *, explain: bool) -> int:
    """Return the effort of the encoder, in letters of plain text; without a first pass, the most that it may be."""
    rows = range(len(comments)) if first_pass is None else first_pass.encoder_rows.tolist()
    letters = (min(len(comments[row].text), _ENCODER_MAX_LETTERS) for row in rows)
    effort = sum(_ENCODER_COST_PER_COMMENT + _ENCODER_COST_PER_LETTER * count for count in letters)
    return effort * (_ENCODER_EXPLANATION_COST if explain else 1)


async def _try_with_encoder(
    queue: Queue, work: Callable[[Attempt], _T], attempt: Attempt, *, effort: int, deadline: float | None
) -> _T | None:
    """Do work in a thread, with the encoder; return None if there is no time for that."""
    encoder_deadline = None if deadline is None else deadline - _FALLBACK_MARGIN
    try:
        return await queue.run(lambda: work(attempt), effort=effort, deadline=encoder_deadline)
    except ProblemError as problem:
        if problem.kind in {ProblemKind.OVERLOADED, ProblemKind.DEADLINE}:
            return None
        raise


def _effort(comments: Sequence[Comment], *, explain: bool) -> int:
    """Return the effort of judging comments by the n-grams, in letters of plain text."""
    letters = sum(len(comment.text) * (1 if comment.format is Format.PLAIN else MARKUP_COST) for comment in comments)
    return letters * (EXPLANATION_COST if explain else 1)
