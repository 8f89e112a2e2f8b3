"""Keeps the heap of the C library small, and spares the garbage collector what stays for good."""

import ctypes
import gc
from contextlib import suppress

__all__ = ["settle_heap", "share_one_heap", "trim_heap"]

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def share_one_heap() -> None:
    """Let all threads share one heap, since a heap for each of them would hold some MB. Does nothing where the C library is not glibc.

    Call this before any thread is started.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def trim_heap() -> None:
    """Give back to the system what loading needed and serving does not. Does nothing where the C library is not glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def settle_heap() -> None:
    """Trim the heap, and have the garbage collector pass over all that exists now, for as long as the process runs.

    A loaded service has some 200,000 objects. Looking through them takes the collector a tenth of a second or more, every few
    seconds under load, and nothing is answered meanwhile.
    """
    gc.collect()
    gc.freeze()
    trim_heap()
