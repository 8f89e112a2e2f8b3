"""Keeps the heap of the C library small: it would otherwise hold on to memory that was freed."""

import ctypes
from contextlib import suppress

__all__ = ["share_one_heap", "trim_heap"]

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
