"""How the threads of one call share its comments, and how many cores there are for them."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from model.array_types import IntArray

__all__ = ["available_cores", "run_in_slices"]

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
