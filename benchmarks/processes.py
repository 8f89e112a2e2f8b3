"""The processes of a service that is measured: their memory, and the cores that they may use."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["family", "memory_bytes", "pinned_apart"]


def family(pid: int) -> list[int]:
    """Return a process and its child processes; those that have ended are left out."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return []
    return [pid, *(descendant for child in children for descendant in family(int(child)))]


def memory_bytes(pid: int) -> int:
    """Return the resident memory (RSS) of a process and its child processes, in bytes; pages that they share count for each."""
    pages = 0
    for member in family(pid):
        try:
            pages += int(Path(f"/proc/{member}/statm").read_text(encoding="utf-8").split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def pinned_apart() -> Iterator[Callable[[], None]]:
    """Give a service one core and what calls it the others, since otherwise the measurement would measure itself.

    Yields:
        A function to call when the service has started: it moves this process, and what it starts later, to the other cores.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    try:
        yield lambda: os.sched_setaffinity(0, cores[1:] or cores)
    finally:
        os.sched_setaffinity(0, cores)
