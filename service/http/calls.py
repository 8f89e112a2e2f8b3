"""The steps of every call, whatever its protocol: it is admitted, and its comments are judged, in the event loop or in a thread."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from starlette.requests import Request

from model.comment import Comment
from model.failures import Step, log_failure
from service.http.admission.access import Caller, extract_secret
from service.http.admission.addresses import address_group
from service.http.admission.queue import KEY_ID
from service.http.problems import FieldError, ProblemError, ProblemKind
from service.http.reloading.served_models import JUDGED_BY
from service.http.state import get_state, require_model
from service.http.workload.deadlines import Deadline, find_deadline
from service.http.workload.effort import charge_explanation, encoder_effort, ngrams_effort
from service.http.workload.jobs import JudgingJobs
from service.judging.judge import Judge, Judgements
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from service.judging.judge import FirstReading

__all__ = [
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

# Seconds before a call's deadline at which the n-grams answer alone, if the encoder has not answered by then.
_FALLBACK_MARGIN = 0.01
# The n-grams may have to wait for others. So for a large call they get this share of the time that is left or, if that is more, this many
# times as long as they need; but never more than the second share.
_FALLBACK_SHARE = 0.1
_FALLBACK_SECONDS_PER_SECOND = 4
_MAX_FALLBACK_SHARE = 0.5


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
    first_pass: "FirstReading | None" = None


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
        ProblemError: the service is not ready or overloaded, the deadline has passed, more is to be explained than may be, or there is
            no such policy or community. Where the site has no communities, any name of a community is accepted.
        ClientDisconnect: the client went away.
    """
    judge = build_judge(request, caller=caller, community=community, policy=policy)

    def work(attempt: Attempt) -> Judgements:
        return judge.judge(comments, explain=explain, ngrams_only=attempt.ngrams_only, first_pass=attempt.first_pass)

    effort = ngrams_effort(comments, explain=explain)
    judgements = await dispatch(request, judge, work, comments, caller=caller, effort=effort, explain=explain)
    count_judgements(request, judgements)
    return judgements


def count_judgements(request: Request, judgements: Judgements) -> None:
    """Count in the metrics what a call is answered with, and note which version says it.

    It is not part of the work: an attempt may still be at work when the call has been answered by another, or that its time is over.
    """
    request.scope[JUDGED_BY] = judgements.decisions.version
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
    moderator, identifier, packs = require_model(request)
    judge = Judge(moderator, identifier, policy, state.communities.choose(request, caller, community), state.on_foreign, packs)
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
    caller: Caller,
    effort: int,
    explain: bool = False,
) -> _T:
    """Do the work of a call: in the event loop if that is quick, otherwise in a thread.

    Where the encoder would take too long, the n-grams judge alone, and the version in the answer says so.

    Args:
        request: the call; its deadline counts, and whether its client is still there.
        judge: the judge that the work uses.
        work: judges the comments as an attempt says, and returns what the call is answered with.
        comments: the comments.
        caller: who made the call.
        effort: the effort of the n-grams, in letters of plain text.
        explain: whether the judgement of each comment is explained too.

    Raises:
        ProblemError: the service is overloaded or stops, the call's deadline has passed, or it asks for more to be explained than may be.
        ClientDisconnect: the client went away.
    """
    state = get_state(request)
    if explain:
        charge_explanation(request.scope, comments, limit=state.settings.max_explained_bytes, field="explain")
    deadline = find_deadline(request.scope, seconds=state.settings.judging_timeout)
    if time.monotonic() > deadline.at:
        raise deadline.problem()
    list_effort = judge.list_effort(comments)
    attempt, is_quick = Attempt(), effort + list_effort <= _MAX_INLINE_EFFORT
    # The worst text for the patterns of a list takes thousands of times as long as others do; what counts in the queue is the usual.
    effort += min(list_effort, effort)
    if judge.has_encoder:
        if is_quick:
            attempt = Attempt(first_pass=judge.first_pass(comments))
        if more_effort := encoder_effort(comments, attempt.first_pass, explain=explain):
            early = deadline._replace(at=deadline.at - _fallback_margin(state.jobs, deadline, 0 if is_quick else effort))
            if len(state.jobs) and (is_quick or (len(comments) == 1 and not explain)):
                seconds = 0.0 if is_quick else state.jobs.estimate_seconds(effort + more_effort)
                early = early._replace(at=min(early.at, state.queue.latest_answer(request.scope, seconds=seconds)))
            try:
                return await _run_job(
                    request, partial(work, attempt), caller=caller, effort=effort + more_effort, deadline=early, is_replaceable=True
                )
            except ProblemError as problem:
                if problem.kind not in {ProblemKind.OVERLOADED, ProblemKind.DEADLINE}:
                    raise
            attempt = attempt._replace(ngrams_only=True)
    if not is_quick:
        return await _run_job(request, partial(work, attempt), caller=caller, effort=effort, deadline=deadline)
    if time.monotonic() > deadline.at:
        raise deadline.problem()
    return work(attempt)


async def _run_job(
    request: Request, work: Callable[[], _T], *, caller: Caller, effort: int, deadline: Deadline, is_replaceable: bool = False
) -> _T:
    """Do the work of a large call in a thread, as `JudgingJobs.run` does, for as long as its client waits."""
    state = get_state(request)
    return await state.jobs.run(
        work,
        caller=_name_caller(request, caller),
        effort=effort,
        max_wait=state.queue.max_wait(request.scope),
        deadline=deadline,
        wait_for_leave=partial(_wait_for_leave, request),
        is_replaceable=is_replaceable,
    )


def _fallback_margin(jobs: JudgingJobs, deadline: Deadline, effort: int) -> float:
    """Return how many seconds before a deadline the encoder has to be done, so that the n-grams could still answer alone.

    Args:
        jobs: the large calls.
        deadline: the deadline of the call.
        effort: the effort of the n-grams in a thread; 0 if they are quick.
    """
    if not effort:
        return _FALLBACK_MARGIN
    left = max(0.0, deadline.at - time.monotonic())
    needed = max(_FALLBACK_SECONDS_PER_SECOND * jobs.estimate_seconds(effort), _FALLBACK_SHARE * left)
    return _FALLBACK_MARGIN + min(needed, _MAX_FALLBACK_SHARE * left)


def _name_caller(request: Request, caller: Caller) -> str:
    """Return the name of whoever shares the threads with others: a key or, where there is none, an address."""
    if caller.key is not None:
        return f"key:{caller.key}"
    return "" if request.client is None else address_group(request.client.host)


async def _wait_for_leave(request: Request) -> bool:
    """Wait until the client goes away; return whether it has, which it has not if the server has something else to say."""
    message = await request.receive()
    return bool(message["type"] == "http.disconnect")
