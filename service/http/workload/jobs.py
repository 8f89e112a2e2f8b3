"""Judges large calls in threads: each caller has its share, and what nobody waits for any more is not done."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar

from starlette.requests import ClientDisconnect

from model.threads import Interruption, interruptible
from service.http.admission.queue import overload_problem
from service.http.problems import ProblemError, ProblemKind
from service.http.workload.deadlines import Deadline
from service.http.workload.turns import Turn, Turns

__all__ = ["MAX_JOBS_PER_THREAD", "CancelReason", "JudgingJobs", "stop_problem"]

_T = TypeVar("_T")

# This many jobs of a caller are let in for each thread, however long they may take: only this caller's other jobs wait for them.
_CALLER_JOBS_PER_THREAD = 8
# The effort from which on a job is long: some tenths of a second. A comment of the usual length is short even if both readers read it.
_LONG_EFFORT = 2_000_000
# What all callers together may have waiting, for each thread: a long job may hold some megabytes. Short jobs are counted together if they
# may wait equally long, so that those which may do so for seconds leave room for the others.
_LONG_JOBS_PER_THREAD = 16
_SHORT_JOBS_PER_THREAD = 320
_SHORT_EFFORT_PER_THREAD = 64 * _LONG_EFFORT
# Seconds that a letter of plain text takes, until that has been measured; and the weight of each new measurement.
_INITIAL_SECONDS_PER_LETTER = 2e-7
_MEASUREMENT_WEIGHT = 0.1

MAX_JOBS_PER_THREAD = _LONG_JOBS_PER_THREAD + _SHORT_JOBS_PER_THREAD
"""How many jobs that may wait equally long may have begun and not ended, for each that works: so many threads may be needed."""


class CancelReason(StrEnum):
    """Why a job is not wanted any more."""

    LEFT = "left"
    DEADLINE = "deadline"
    STOP = "stop"


class _Job(Generic[_T]):
    """Some work in a thread, and its outcome in the event loop."""

    def __init__(
        self,
        work: Callable[[], _T],
        begin: "Callable[[_Job[_T]], None]",
        *,
        caller: str,
        effort: int,
        max_wait: float,
        is_replaceable: bool,
    ) -> None:
        self.work = work
        self.max_wait = max_wait
        self.effort = effort
        self.is_replaceable = is_replaceable
        self.is_cancelled = False
        # Jobs that may wait for long, and those that something quicker can take the place of, keep no others of their caller waiting.
        self.turn = Turn(partial(begin, self), caller=caller, is_long=effort > _LONG_EFFORT, kind=(max_wait, is_replaceable))
        self.outcome: asyncio.Future[_T] = asyncio.get_running_loop().create_future()


class JudgingJobs:
    """The large calls that are judged in threads, or wait for that. It belongs to the event loop's thread.

    Args:
        pool: the threads; at least ``MAX_JOBS_PER_THREAD`` times ``threads``.
        threads: how many of them work at a time.
        count_cancelled: counts a job that was cancelled, by the reason.
    """

    def __init__(self, pool: ThreadPoolExecutor, *, threads: int, count_cancelled: Callable[[str], None]) -> None:
        self._pool = pool
        self._threads = threads
        self._count_cancelled = count_cancelled
        self._turns = Turns(places=threads)
        self._jobs: set[_Job[Any]] = set()
        self._seconds_per_letter = _INITIAL_SECONDS_PER_LETTER
        self._is_hurrying = self._is_closed = False

    def __len__(self) -> int:
        """Return how many large calls are waiting for a thread or being judged in one."""
        return len(self._jobs)

    def estimate_seconds(self, effort: int) -> float:
        """Return how long work of some effort takes if nothing else is done meanwhile."""
        return effort * self._seconds_per_letter

    def hurry(self) -> None:
        """Cancel the jobs that something quicker can take the place of, and refuse such jobs from now on: the service stops soon."""
        self._is_hurrying = True
        for job in [job for job in self._jobs if job.is_replaceable]:
            self._cancel(job, CancelReason.STOP, stop_problem())

    def close(self) -> None:
        """Refuse all jobs from now on: the service stops now."""
        self._is_closed = True

    async def run(
        self,
        work: Callable[[], _T],
        *,
        caller: str,
        effort: int,
        max_wait: float,
        deadline: Deadline,
        wait_for_leave: Callable[[], Coroutine[Any, Any, bool]],
        is_replaceable: bool = False,
    ) -> _T:
        """Have a large call judged in one of the threads.

        If nobody waits for it any more, a job that has not begun never begins; one that has begun ends with its next step.

        Args:
            work: judges the call.
            caller: who shares the threads with others.
            effort: the effort of judging the call, in letters of plain text.
            max_wait: the seconds that may pass before the job is done, as far as that can be known; it is refused otherwise.
            deadline: until when the answer is of use.
            wait_for_leave: waits until the client goes away, and returns whether it has.
            is_replaceable: whether something quicker can take the place of this job.

        Raises:
            ProblemError: the call would wait too long, its deadline passes, or the service stops.
            ClientDisconnect: the client went away.
        """
        job: _Job[_T] = _Job(work, self._begin, caller=caller, effort=effort, max_wait=max_wait, is_replaceable=is_replaceable)
        self._check_room(job)
        loop = asyncio.get_running_loop()
        self._jobs.add(job)
        expiry = loop.call_later(max(0.0, deadline.at - time.monotonic()), self._cancel, job, CancelReason.DEADLINE, deadline.problem())
        watch = loop.create_task(wait_for_leave())
        watch.add_done_callback(partial(self._note_leaving, job))
        self._turns.enter(job.turn)
        try:
            return await job.outcome
        finally:
            expiry.cancel()
            watch.cancel()
            self._cancel(job, CancelReason.STOP, stop_problem())
            self._jobs.discard(job)
            if not job.outcome.cancelled():
                job.outcome.exception()  # taken note of, so that nobody is warned that it was not

    def _check_room(self, job: _Job[Any]) -> None:
        """Refuse a job that would wait too long.

        The callers share the threads equally, and so do the kinds of jobs of one caller. So before a job is done, of each other kind of
        its caller as much gets done as of its own, or less; and of each other caller as much as of all that together, or less.
        """
        if self._is_closed or (self._is_hurrying and job.is_replaceable):
            raise stop_problem()
        turn = job.turn
        lane = [other for other in self._jobs if other.turn.is_long == turn.is_long]
        room = self._count_room(job, lane)
        own_count = sum(other.turn.caller == turn.caller and other.turn.kind == turn.kind for other in lane)
        if room <= 0:
            raise overload_problem()
        if own_count < _CALLER_JOBS_PER_THREAD * self._threads:
            return
        # Whoever takes more than that leaves as much room to others.
        if own_count >= room or self._estimate_wait(job, lane) > job.max_wait:
            raise overload_problem()

    def _count_room(self, job: _Job[Any], lane: "Sequence[_Job[Any]]") -> int:
        """Return how many jobs like one could be let in besides all that are in its lane, whoever sends them."""
        if job.turn.is_long:
            return _LONG_JOBS_PER_THREAD * self._threads - len(lane)
        if sum(other.effort for other in lane) > _SHORT_EFFORT_PER_THREAD * self._threads:
            return 0
        return _SHORT_JOBS_PER_THREAD * self._threads - sum(other.max_wait == job.max_wait for other in lane)

    def _estimate_wait(self, job: _Job[Any], lane: "Sequence[_Job[Any]]") -> float:
        """Return the seconds until those that wait before a job are done, from all jobs of its lane."""
        efforts: dict[str, dict[Hashable, int]] = defaultdict(lambda: defaultdict(int))
        for other in lane:
            efforts[other.turn.caller][other.turn.kind] += other.effort
        own_kinds = efforts.pop(job.turn.caller)
        before = sum(min(effort, own_kinds[job.turn.kind]) for effort in list(own_kinds.values()))
        before += sum(min(sum(kinds.values()), before) for kinds in efforts.values())
        share = self._threads / (1 if len(lane) == len(self._jobs) else 2)
        return self.estimate_seconds(before) / share

    def _note_leaving(self, job: _Job[Any], watch: asyncio.Task[bool]) -> None:
        if not watch.cancelled() and watch.exception() is None and watch.result():
            self._cancel(job, CancelReason.LEFT, ClientDisconnect())

    def _cancel(self, job: _Job[Any], reason: CancelReason, error: Exception) -> None:
        """End the wait for a job with an error, unless it has ended."""
        if job.is_cancelled or job not in self._jobs:
            return
        if job.outcome.done() and not job.outcome.cancelled():
            return
        job.is_cancelled = True
        if not job.outcome.done():
            job.outcome.set_exception(error)
        self._turns.withdraw(job.turn)
        self._count_cancelled(reason)

    def _begin(self, job: _Job[Any]) -> None:
        # Once the threads are closed, nobody waits for a job.
        with suppress(RuntimeError):
            self._pool.submit(self._work, job, job.outcome.get_loop())

    def _work(self, job: _Job[Any], loop: asyncio.AbstractEventLoop) -> None:
        """Do the work of a job; runs in a thread."""
        outcome, error = None, None
        try:
            with interruptible(partial(self._check, job)):
                self._check(job)
                outcome = job.work()
        except BaseException as failure:  # whatever it is, the call has to hear of it
            error = failure
        self._turns.leave(job.turn)
        # The loop is closed if the service was ended by force.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._end, job, outcome, error)

    def _check(self, job: _Job[Any]) -> None:
        """Take a step of a job: it ends if it was cancelled, and lets others go first if it has worked for long."""
        if job.is_cancelled:
            raise Interruption
        if job.turn.is_over:
            self._turns.let_others_work(job.turn)
            if job.is_cancelled:
                raise Interruption

    def _end(self, job: _Job[_T], outcome: _T, error: BaseException | None) -> None:
        if job.outcome.done():
            return
        if error is not None:
            job.outcome.set_exception(error)
            return
        job.outcome.set_result(outcome)
        seconds = job.turn.seconds / max(job.effort, 1)
        self._seconds_per_letter += _MEASUREMENT_WEIGHT * (seconds - self._seconds_per_letter)


def stop_problem() -> ProblemError:
    """Build the problem that the service stops before a call can be answered."""
    return ProblemError(ProblemKind.OVERLOADED, "This service is being stopped: send the call again.", headers={"Retry-After": "1"})
