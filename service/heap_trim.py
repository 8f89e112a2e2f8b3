"""What the C library keeps of memory that nobody uses any more, given back."""

import ctypes
from contextlib import suppress

__all__ = ["give_back", "keep_less"]

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def keep_less() -> None:
    """Let all threads share one heap, where the C library is glibc, for each of their own would keep some MB.

    To be called before there are threads.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Give the system back what was freed, where the C library is glibc: loading needs more than serving does."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
