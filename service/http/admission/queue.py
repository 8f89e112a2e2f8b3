"""Keeps account of the calls that wait, and refuses a call at once if it would have to wait too long."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sized
from contextlib import suppress

from starlette.types import Scope

from service.http.problems import FieldError, ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["DEADLINE", "FIRST_BYTE_AT", "KEY_ID", "LAST_BYTE_AT", "MAX_WAIT", "Queue", "deadline_problem", "overload_problem"]

FIRST_BYTE_AT = "tipstaff.first_byte_at"
"""Key of a request's scope: when its first byte was read, in seconds of ``time.monotonic``."""

LAST_BYTE_AT = "tipstaff.last_byte_at"
"""Key of a request's scope: when its last byte was read; missing until then."""

DEADLINE = "tipstaff.deadline"
"""Key of a request's scope: until when its answer is of use, on the same clock; missing if the call does not say."""

KEY_ID = "tipstaff.key_id"
"""Key of a request's scope: the id of the key that it was admitted with; missing before that, and without a key."""

MAX_WAIT = "tipstaff.max_wait"
"""Key of a request's scope: the seconds for which it may wait before it is judged; missing if it is as usual."""

# Key of a request's scope: whether it has been let in although it is late.
_IS_LET_IN = "tipstaff.is_let_in"
_TIMEOUT_HEADER = b"x-request-timeout"
_MAX_TIMEOUT = 3600.0
_MAX_TIMEOUT_DIGITS = 12
# After so many late calls in a row one is let in all the same, since a service that spent all its time on reading and refusing calls would
# never recover.
_MAX_REFUSALS_IN_A_ROW = 31
# In seconds: after so much judging the event loop looks who else has come.
_MAX_ROUND = 0.01
# For how long after a small call was read the encoder may read it while others wait, in longest waits: what is waited and what is read by
# the encoder together leave some time for the answer.
_ENCODER_SHARE = 1.3
# How many times as long as expected it may take over a long one, after the longest wait.
_ENCODER_PATIENCE = 2
# How many of the calls that wait for a later round are let go on in one: as many as it has time for.
_MIN_CALLS_IN_ROUND, _MAX_CALLS_IN_ROUND = 2, 8
# Of so many calls that are let go on, all but one are those that may wait least, if such calls wait; the others are not left out either.
_IMPATIENT_SHARE = 4
# A pause between two rounds of the event loop that is longer than this, in seconds, means that nothing was waiting.
_IDLE_PAUSE = 0.001
_MAX_CALLS_NEVER_LATE = 2


class Queue:
    """The work that waits to be judged. It belongs to the event loop's thread.

    Calls wait in three places:

    - In the event loop. Small calls are judged there in short rounds, between which the event loop reads what has arrived and
      answers what is not judged, such as whether the service is alive. The time since a call was read says how long it has waited.
      Calls that may wait equally long are judged in the order in which they were read. However many wait that may do so for
      seconds, those that may wait less go first; but every fourth turn is that of others.
    - Before that, unseen, in the kernel: at most for as long as the last round of the event loop took.
    - In front of the threads, if they are large (`service.http.workload.jobs`).

    Args:
        settings: the longest waits.
        clock: tells the time in seconds.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._usual_wait = settings.longest_waits.seconds()
        self._clock = clock
        self._calls: Sized = ()
        self._round_began = self._read_at = 0.0
        self._is_reading = False
        self._refusals_in_a_row = 0
        # By how long the calls may wait, in seconds: when each of them began to, and what it waits for. Whoever has not had a turn for
        # longest comes first.
        self._waiting: dict[float, deque[tuple[float, asyncio.Future[None]]]] = {}
        self._turns = 0
        self._calls_in_round = _MAX_CALLS_IN_ROUND
        self._judging_since: float | None = None
        # When the round of judging ended that is in progress, or the last one, and when the one before it did.
        self._judged_at = self._judged_before = 0.0
        self._last_answer = 0.0
        self._unseen_wait = 0.0

    def track(self, calls: Sized) -> None:
        """Take the number of calls in progress, including those that wait, from this collection from now on."""
        self._calls = calls

    @property
    def in_progress(self) -> int:
        """How many calls are in progress, including those that wait."""
        return len(self._calls)

    def note_read(self) -> float:
        """Take note that the first or the last byte of a call has just been read.

        Returns:
            The time, in seconds of ``time.monotonic``.
        """
        self._read_at = now = self._clock()
        if not self._is_reading:
            # This is the first of the calls that arrived since the event loop last looked, while nothing was read.
            looked_at = max(self._round_began, self._judged_before)
            self._unseen_wait = now - looked_at if now - self._last_answer < _IDLE_PAUSE else 0.0
            self._round_began = now
            self._is_reading = True
            asyncio.get_running_loop().call_soon(self._end_reading)
        return now

    def _end_reading(self) -> None:
        self._is_reading = False

    def max_wait(self, scope: Scope) -> float:
        """Return the seconds for which a call may wait before it is judged."""
        wait: float = scope.get(MAX_WAIT, self._usual_wait)
        return wait

    def begin_judging(self, scope: Scope) -> "asyncio.Future[None] | None":
        """Let a small call go on in this round of the event loop.

        Returns:
            None if it may go on; otherwise what it has to wait for first. A call waits until its own deadline at the most.
        """
        loop = asyncio.get_running_loop()
        now = self._clock()
        if self._judging_since is None:
            self._judging_since = now
            loop.call_soon(self._end_round)
        elif self._waiting or now - self._judging_since > _MAX_ROUND:
            turn: asyncio.Future[None] = loop.create_future()
            max_wait = self.max_wait(scope)
            self._waiting.setdefault(max_wait, deque()).append((now, turn))
            deadline = None
            # A deadline that cannot be read is refused once the call has its turn.
            with suppress(ProblemError):
                deadline = _read_deadline(scope, now)
            if deadline is not None and deadline - now < max_wait:
                expiry = loop.call_later(max(0.0, deadline - now), _let_go_on, turn)
                turn.add_done_callback(lambda _: expiry.cancel())
            return turn
        return None

    def _end_round(self) -> None:
        """Begin a round with some of the calls that wait, if any do.

        Where the first of those that may wait equally long have waited too long and will be refused, the newest is let go on as well: it
        is answered in time, even if calls come faster than they can be refused.
        """
        now = self._clock()
        is_long = now - max(self._judged_at, self._read_at) > _MAX_ROUND
        self._calls_in_round += -1 if is_long else 1
        self._calls_in_round = min(max(self._calls_in_round, _MIN_CALLS_IN_ROUND), _MAX_CALLS_IN_ROUND)
        self._judged_before, self._judged_at = self._judged_at, now
        self._judging_since = now if self._waiting else None
        for max_wait, calls in list(self._waiting.items()):
            if now - calls[0][0] > max_wait:
                self._take(max_wait, calls.pop())
        for _ in range(self._calls_in_round):
            if not self._waiting:
                break
            self._turns += 1
            max_wait = next(iter(self._waiting)) if self._turns % _IMPATIENT_SHARE == 0 else min(self._waiting)
            self._take(max_wait, self._waiting[max_wait].popleft())
        if self._judging_since is not None:
            asyncio.get_running_loop().call_soon(self._end_round)

    def _take(self, max_wait: float, waiting: tuple[float, "asyncio.Future[None]"]) -> None:
        """Let a call go on that was just taken out of those which may wait for so long; these are the last of all to have a turn again."""
        if calls := self._waiting.pop(max_wait):
            self._waiting[max_wait] = calls
        _let_go_on(waiting[1])

    def note_answer(self) -> None:
        """Take note that a call has just been answered."""
        self._last_answer = self._clock()

    def is_late(self, scope: Scope) -> bool:
        """Return whether a call has waited too long already, and would keep others waiting if it were answered."""
        # A few calls are answered sooner than refused, however long the machine was busy with other things.
        if len(self._calls) <= _MAX_CALLS_NEVER_LATE:
            return False
        now = self._clock()
        # A client that sends its body slowly is not waiting for us.
        wait: float = now - (scope.get(LAST_BYTE_AT) or scope.get(FIRST_BYTE_AT, now))
        if wait + self._unseen_wait <= self.max_wait(scope) or scope.get(_IS_LET_IN):
            self._refusals_in_a_row = 0
            return False
        self._refusals_in_a_row += 1
        if self._refusals_in_a_row > _MAX_REFUSALS_IN_A_ROW:
            self._refusals_in_a_row = 0
            scope[_IS_LET_IN] = True
            return False
        return True

    def latest_answer(self, scope: Scope, *, seconds: float = 0.0) -> float:
        """Return until when, in seconds of ``time.monotonic``, the encoder may read a comment while others wait.

        Args:
            scope: the call.
            seconds: how long that will take, if it is more than a moment.
        """
        read_at: float = scope.get(LAST_BYTE_AT) or self._clock()
        max_wait = self.max_wait(scope)
        return read_at + max(_ENCODER_SHARE * max_wait, max_wait + _ENCODER_PATIENCE * seconds)

    def enter(self, scope: Scope) -> None:
        """Refuse a call that has waited too long already; otherwise note its deadline in its scope.

        Raises:
            ProblemError: the service is overloaded, or the call's deadline cannot be read.
        """
        if self.is_late(scope):
            raise overload_problem()
        if (deadline := _read_deadline(scope, self._clock())) is not None:
            # In a call that is part of another that of the whole counts, too.
            scope[DEADLINE] = min(deadline, scope.get(DEADLINE, deadline))


def _let_go_on(turn: "asyncio.Future[None]") -> None:
    if not turn.done():  # otherwise its client has gone away, or its deadline has passed
        turn.set_result(None)


def _read_deadline(scope: Scope, now: float) -> float | None:
    """Return until when the answer to a call is of use, as its headers say, of several the earliest; None if they say nothing.

    Raises:
        ProblemError: a header cannot be read.
    """
    timeouts = [_parse_timeout(value) for name, value in scope["headers"] if name == _TIMEOUT_HEADER]
    return float(scope.get(FIRST_BYTE_AT, now)) + min(timeouts) if timeouts else None


def overload_problem(headers: Mapping[str, str] | None = None) -> ProblemError:
    """Build the problem that more work is waiting than can be done in time, with further headers if there are any."""
    return ProblemError(
        ProblemKind.OVERLOADED,
        "More calls come than can be answered in time: try again in a second.",
        headers={"Retry-After": "1", **(headers or {})},
    )


def deadline_problem() -> ProblemError:
    """Build the problem that a call's own deadline has passed."""
    return ProblemError(ProblemKind.DEADLINE, "X-Request-Timeout: the time that it allows was over before the comments were judged.")


def _parse_timeout(value: bytes) -> float:
    """Return the seconds that ``800ms``, ``2s`` or ``0.8`` means."""
    text, unit = value.strip(), 1.0
    if text.endswith(b"ms"):
        text, unit = text[:-2], 1e-3
    elif text.endswith(b"s"):
        text = text[:-1]
    whole, point, fraction = text.partition(b".")
    if len(text) <= _MAX_TIMEOUT_DIGITS and whole.isdigit() and (fraction.isdigit() or not point):
        seconds = float(text) * unit
        if 0 < seconds <= _MAX_TIMEOUT:
            return seconds
    detail = "has to be seconds such as 0.8 or 2s, or milliseconds such as 800ms, more than 0 and at most an hour"
    raise ProblemError(ProblemKind.WRONG_FIELDS, f"X-Request-Timeout: {detail}", [FieldError(field="X-Request-Timeout", detail=detail)])
