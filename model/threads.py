"""How the threads of one call share its comments, how many cores there are for them, and how long work is interrupted."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise

import numpy as np

from model.array_types import IntArray

__all__ = [
    "Interruption",
    "available_cores",
    "check_interruption",
    "interruptible",
    "is_interruptible",
    "run_in_slices",
    "run_in_steps",
]

_SLICE = 1 << 16  # bytes; for less, a thread costs more than it saves
_SLICES_PER_THREAD = 4  # at least, so that a slice of long words does not keep the other threads waiting


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_in_slices(run: Callable[[int, int], None], ends: IntArray, threads: int) -> None:
    """Call ``run`` on slices of n comments of about equal size, in threads if there is enough work to share.

    Args:
        run: processes comments lo to hi; called once for each slice, in any order, and at the same time if there are threads.
        ends: bytes or characters before each comment, and of all, int64, shape (n + 1,), ascending from 0.
        threads: how many may share the work; 1 stays in the calling thread.

    Raises:
        Exception: anything that ``run`` raises.
    """
    n, size = ends.size - 1, int(ends[-1])
    slices = 1 if threads == 1 else min(n, max(1, size // _SLICE))
    if slices <= 1:
        if n:
            run(0, n)
        return
    slices = max(slices, _SLICES_PER_THREAD * threads) if n >= _SLICES_PER_THREAD * threads else slices
    cuts = np.searchsorted(ends, np.linspace(0, size, slices + 1)[1:-1]).tolist()
    bounds = sorted({0, *cuts, n})
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, bounds[:-1], bounds[1:]))


def run_in_steps(run: Callable[[int, int], None], ends: IntArray) -> None:
    """Call ``run`` in the calling thread on slices of n comments of about equal size, in order.

    Args:
        run: processes comments lo to hi.
        ends: bytes or characters before each comment, and of all, int64, shape (n + 1,), ascending from 0.
    """
    size = int(ends[-1])
    bounds = sorted({0, *np.searchsorted(ends, np.arange(_SLICE, size, _SLICE)).tolist(), ends.size - 1})
    for lo, hi in pairwise(bounds):
        run(lo, hi)


class Interruption(BaseException):
    """The work is no longer wanted.

    Like ``asyncio.CancelledError`` it is no ``Exception``: whoever contains the failure of one comment must not take it for one.
    """


# A thread cannot be stopped from outside, and the steps are several layers below whoever knows that nobody waits any more. Where nobody
# has asked for it, which is everywhere but in the threads of the service, work is never interrupted.
_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


@contextmanager
def interruptible(check: Callable[[], None]) -> Iterator[None]:
    """Have a function called between the steps of the work that is done in this context.

    Args:
        check: called in the thread that works. It may wait, to let other work go first, and raises ``Interruption`` to end the work.
    """
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


def is_interruptible() -> bool:
    """Return whether somebody may interrupt the work of this context, so that it is worth doing in small steps."""
    return _check.get() is not None


def check_interruption() -> None:
    """Take a step of long work; to be called before each.

    Raises:
        Interruption: the work is no longer wanted.
    """
    check = _check.get()
    if check is not None:
        check()
