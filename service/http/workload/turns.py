"""Whose job works next: as many at a time as there are processors, by turns between those who wait."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Turn", "Turns"]

# In seconds: for how long a job works before it lets others go first, if any wait.
_TURN = 0.05


class Turn:
    """The place of one job among those that work or wait to.

    Args:
        begin: starts the job; called once, in whichever thread ends a turn, and must not block.
        caller: who wants the job done.
        is_long: whether the job is expected to take long.
    """

    def __init__(self, begin: Callable[[], object], *, caller: str, is_long: bool) -> None:
        self.caller = caller
        self.is_long = is_long
        self.seconds = 0.0
        """For how long the job has worked, up to its last pause."""
        self._begin = begin
        self._has_begun = False
        self._since: float | None = None
        self._may_go_on = threading.Event()

    @property
    def has_begun(self) -> bool:
        """Whether the job has ever worked."""
        return self._has_begun

    @property
    def is_over(self) -> bool:
        """Whether the job has worked for long enough to let others go first."""
        return self._since is not None and time.monotonic() - self._since > _TURN

    @property
    def is_working(self) -> bool:
        """Whether it is this job's turn."""
        return self._since is not None

    def wait(self) -> None:
        """Wait, in the thread of the job, until it may go on."""
        self._may_go_on.wait()

    def take(self) -> None:
        """Let the job begin, or go on."""
        self._since = time.monotonic()
        if self._has_begun:
            self._may_go_on.set()
        else:
            self._has_begun = True
            self._begin()

    def pause(self) -> None:
        """Take note that the turn has ended, before the job waits for another."""
        if self._since is not None:
            self.seconds += time.monotonic() - self._since
        self._since = None
        self._may_go_on.clear()

    def wake(self) -> None:
        """Have a job that waits go on although it is not its turn, so that it finds out that it is not wanted."""
        self._may_go_on.set()


_Waiting: TypeAlias = dict[str, deque[Turn]]
"""The jobs that wait, by caller; the caller whose turn is next comes first."""


class Turns:
    """Shares the processors between jobs; safe to use from several threads.

    Short jobs and long ones take turns, and among each the callers do. So however many long jobs a caller has, the jobs of others go on
    beside them, and a short job waits for a turn or two.

    Args:
        places: how many jobs work at a time.
    """

    def __init__(self, *, places: int) -> None:
        self._free = places
        self._lanes: tuple[_Waiting, _Waiting] = ({}, {})
        self._long_is_next = False
        self._lock = threading.Lock()

    def enter(self, turn: Turn) -> None:
        """Let a job work as soon as it is its turn."""
        with self._lock:
            self._put(turn)
            self._grant()

    def leave(self, turn: Turn) -> None:
        """Take note that a job has ended, however it did."""
        with self._lock:
            self._discard(turn)
            if turn.is_working:
                turn.pause()
                self._free += 1
                self._grant()

    def withdraw(self, turn: Turn) -> None:
        """Take out a job that is not wanted any more: it never begins; or, if it waits between two turns, it finds that out at once."""
        with self._lock:
            if self._discard(turn):
                turn.wake()

    def let_others_work(self, turn: Turn) -> None:
        """End a turn in favour of other jobs, if any wait, and wait for the next one. To be called in the thread of the job."""
        with self._lock:
            if not turn.is_working or not any(self._lanes):
                return
            turn.pause()
            self._put(turn, is_first=True)
            self._free += 1
            self._grant()
        turn.wait()

    def _put(self, turn: Turn, *, is_first: bool = False) -> None:
        queue = self._lanes[turn.is_long].setdefault(turn.caller, deque())
        if is_first:
            # A caller's jobs end in their order, so that few of them have begun at the same time.
            queue.appendleft(turn)
        else:
            queue.append(turn)

    def _discard(self, turn: Turn) -> bool:
        """Take a job out of those that wait; return whether it was among them."""
        lane = self._lanes[turn.is_long]
        queue = lane.get(turn.caller, deque())
        if turn not in queue:
            return False
        queue.remove(turn)
        if not queue:
            del lane[turn.caller]
        return True

    def _grant(self) -> None:
        while self._free and any(self._lanes):
            self._free -= 1
            self._next().take()

    def _next(self) -> Turn:
        lane = self._lanes[self._long_is_next] or self._lanes[not self._long_is_next]
        caller = next(iter(lane))
        queue = lane.pop(caller)
        turn = queue.popleft()
        if queue:
            lane[caller] = queue
        self._long_is_next = not turn.is_long
        return turn
