"""How much waits to be judged, and when there is so much that whoever comes now is better told so at once."""

import asyncio
import time
from collections.abc import Callable, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.types import Scope

from service.http.problems import FieldError, ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["DEADLINE", "FIRST_BYTE_AT", "LAST_BYTE_AT", "Queue", "deadline_problem", "overload_problem"]

FIRST_BYTE_AT = "tipstaff.read_at"
"""Where a request's scope holds when its first byte was read, in seconds of ``time.monotonic``."""

LAST_BYTE_AT = "tipstaff.whole_at"
"""Where it holds when its last byte was read, once it was."""

DEADLINE = "tipstaff.deadline"
"""Where it holds until when an answer is of use, likewise, if the call says so."""

_T = TypeVar("_T")

_HEADER = b"x-request-timeout"
_LONGEST = 3600.0
# In each round of the event loop so much of the queue's time goes to judging, however long its calls have waited: a service that
# spends all its time on reading and refusing would go on so.
_ALWAYS = 0.25
# A pause between two rounds of the event loop that is longer means that nothing waited.
_NO_PAUSE = 0.001
_FEW = 2
# So many large calls for each thread are let in however long they may take: nobody waits for them but their like.
_FEW_LARGE = 8
# Seconds that a letter of plain text takes until that is measured, and the weight of each new measurement.
_FIRST_GUESS = 2e-7
_WEIGHT = 0.1
_HELD_BODIES = 64


class Queue:
    """Keeps account of what waits; for the event loop's thread.

    Calls wait in three places. In the event loop: small calls are judged there, one after another, in the order in which
    they were read, so that the time since a call was read tells how long it has waited. Before that, in the kernel, unseen: for
    as long as the event loop's last round took, at most. And large calls before the threads: what was let in there is known,
    and how long such work takes is measured.

    Args:
        settings: the longest wait, the largest body.
        pool: judges large calls.
        threads: as many as the pool has.
    """

    def __init__(self, settings: Settings, pool: ThreadPoolExecutor, *, threads: int) -> None:
        self._queue = settings.queue_ms / 1e3
        self._most_bytes = _HELD_BODIES * settings.max_body_bytes
        self._pool = pool
        self._threads = threads
        self._present: Sized = ()
        self._round_began = 0.0
        self._in_round = False
        self._judging_since = 0.0
        self._last_answer = 0.0
        self._unseen = 0.0
        self._pending = self._large = 0
        self._seconds_each = _FIRST_GUESS
        self._bytes = 0

    def count(self, present: Sized) -> None:
        """Take the calls that are in progress, those that wait included, from here from now on."""
        self._present = present

    @property
    def in_progress(self) -> int:
        """How many calls are in progress, those that wait included."""
        return len(self._present)

    @property
    def large(self) -> int:
        """How many large calls wait for a thread or are judged in one."""
        return self._large

    def read(self) -> float:
        """Return the time, for a call of which the first or the last byte was read just now."""
        now = time.monotonic()
        if not self._in_round:
            # The first of those that came during the last round: while it lasted nothing was read.
            self._unseen = now - self._round_began if now - self._last_answer < _NO_PAUSE else 0.0
            self._round_began = now
            self._in_round = True
            asyncio.get_running_loop().call_soon(self._read_all)
        return now

    def _read_all(self) -> None:
        self._in_round = False
        self._judging_since = time.monotonic()

    def answered(self) -> None:
        """Take note that a call was answered just now."""
        self._last_answer = time.monotonic()

    def is_late(self, scope: Scope) -> bool:
        """Return whether a call has waited too long already, and would let others wait if it were answered."""
        # A few are answered sooner than they are refused, however long the machine had other things to do.
        if len(self._present) <= _FEW:
            return False
        now = time.monotonic()
        # A client's own slowness is no queue.
        waited: float = now - (scope.get(LAST_BYTE_AT) or scope.get(FIRST_BYTE_AT, now))
        return waited + self._unseen > self._queue and now - self._judging_since > _ALWAYS * self._queue

    def enter(self, scope: Scope) -> None:
        """Refuse a call that has waited too long already; note its deadline.

        Raises:
            ProblemError: the service is overloaded, or the call's deadline cannot be read.
        """
        if self.is_late(scope):
            raise overload_problem()
        for name, value in scope["headers"]:
            if name == _HEADER:
                scope[DEADLINE] = scope.get(FIRST_BYTE_AT, time.monotonic()) + _seconds(value)

    def hold(self, count: int) -> None:
        """Take note that so many bytes of a body that is not complete are held, or, if negative, no longer.

        Raises:
            ProblemError: that would be too many of all bodies together.
        """
        if count > 0 and self._bytes + count > self._most_bytes:
            raise overload_problem()
        self._bytes += count

    async def judge(self, work: Callable[[], _T], *, effort: int, deadline: float | None) -> _T:
        """Have a large call judged by the threads.

        Args:
            work: judges it.
            effort: what that takes, in letters of plain text.
            deadline: until when an answer is of use.

        Raises:
            ProblemError: it would wait too long, or its deadline passes.
        """
        if self._large >= _FEW_LARGE * self._threads and self._pending * self._seconds_each / self._threads > self._queue:
            raise overload_problem()

        def timed() -> _T:
            # Whoever waits for it has been told already that it is too late.
            if deadline is not None and time.monotonic() > deadline:
                raise deadline_problem()
            began = time.monotonic()
            made = work()
            loop.call_soon_threadsafe(self._measured, effort, time.monotonic() - began)
            return made

        loop = asyncio.get_running_loop()
        self._pending += effort
        self._large += 1
        future = loop.run_in_executor(self._pool, timed)
        future.add_done_callback(lambda _: self._done(effort))
        try:
            async with asyncio.timeout(None if deadline is None else deadline - time.monotonic()):
                return await future
        except TimeoutError:
            raise deadline_problem() from None

    def _done(self, effort: int) -> None:
        self._pending -= effort
        self._large -= 1

    def _measured(self, effort: int, seconds: float) -> None:
        self._seconds_each += _WEIGHT * (seconds / max(effort, 1) - self._seconds_each)


def overload_problem() -> ProblemError:
    """Return the problem that more waits than can be judged in time."""
    return ProblemError(
        ProblemKind.OVERLOADED, "More calls come than can be answered in time: try again in a second.", headers={"Retry-After": "1"}
    )


def deadline_problem() -> ProblemError:
    """Return the problem that a call's own deadline has passed."""
    return ProblemError(ProblemKind.DEADLINE, "X-Request-Timeout: the time that it allows was over before the comments were judged.")


def _seconds(value: Any) -> float:
    """Return the seconds that ``800ms``, ``2s`` or ``0.8`` means."""
    text, unit = value.strip(), 1.0
    if text.endswith(b"ms"):
        text, unit = text[:-2], 1e-3
    elif text.endswith(b"s"):
        text = text[:-1]
    whole, point, part = text.partition(b".")
    if len(text) <= 12 and whole.isdigit() and (part.isdigit() or not point):
        seconds = float(text) * unit
        if 0 < seconds <= _LONGEST:
            return seconds
    detail = "has to be seconds such as 0.8 or 2s, or milliseconds such as 800ms, more than 0 and at most an hour"
    raise ProblemError(ProblemKind.WRONG_FIELDS, f"X-Request-Timeout: {detail}", [FieldError(field="X-Request-Timeout", detail=detail)])
