"""Whose job works next: as many at a time as there are processors, by turns between those who wait."""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
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
        kind: which of the caller's jobs it takes turns with, and which it comes after: those of its own kind.
    """

    def __init__(self, begin: Callable[[], object], *, caller: str, is_long: bool, kind: Hashable = None) -> None:
        self.caller = caller
        self.kind = kind
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


class _Kind:
    """The jobs of one caller and kind that wait.

    Attributes:
        jobs: in the order of their turns.
        seconds: for how long jobs of this kind have worked since one of them began to wait, besides what others had worked before.
    """

    def __init__(self, seconds: float) -> None:
        self.jobs: deque[Turn] = deque()
        self.seconds = seconds


_Waiting: TypeAlias = dict[str, dict[Hashable, _Kind]]
"""The jobs that wait, by caller and kind; the caller whose turn is next comes first."""


class Turns:
    """Shares the processors between jobs; safe to use from several threads.

    Short jobs and long ones take turns, and among each the callers do. So however many long jobs a caller has, the jobs of others go on
    beside them, and a short job waits for a turn or two. Of the jobs of a caller those have their turn whose kind has worked for less.

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
                self._pause(turn)
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
            self._pause(turn)
            self._put(turn, is_first=True)
            self._free += 1
            self._grant()
        turn.wait()

    def _put(self, turn: Turn, *, is_first: bool = False) -> None:
        kinds = self._lanes[turn.is_long].setdefault(turn.caller, {})
        if turn.kind not in kinds:
            kinds[turn.kind] = _Kind(min((kind.seconds for kind in kinds.values()), default=0.0))
        jobs = kinds[turn.kind].jobs
        if is_first:
            # A caller's jobs end in their order, so that few of them have begun at the same time.
            jobs.appendleft(turn)
        else:
            jobs.append(turn)

    def _pause(self, turn: Turn) -> None:
        before = turn.seconds
        turn.pause()
        kind = self._lanes[turn.is_long].get(turn.caller, {}).get(turn.kind)
        if kind is not None:
            kind.seconds += turn.seconds - before

    def _discard(self, turn: Turn) -> bool:
        """Take a job out of those that wait; return whether it was among them."""
        lane = self._lanes[turn.is_long]
        kinds = lane.get(turn.caller, {})
        if turn.kind not in kinds or turn not in kinds[turn.kind].jobs:
            return False
        kinds[turn.kind].jobs.remove(turn)
        if not kinds[turn.kind].jobs:
            del kinds[turn.kind]
        if not kinds:
            del lane[turn.caller]
        return True

    def _grant(self) -> None:
        while self._free and any(self._lanes):
            self._free -= 1
            self._next().take()

    def _next(self) -> Turn:
        lane = self._lanes[self._long_is_next] or self._lanes[not self._long_is_next]
        caller = next(iter(lane))
        kinds = lane.pop(caller)
        name = min(kinds, key=lambda name: kinds[name].seconds)
        turn = kinds[name].jobs.popleft()
        if not kinds[name].jobs:
            del kinds[name]
        if kinds:
            lane[caller] = kinds
        self._long_is_next = not turn.is_long
        return turn
