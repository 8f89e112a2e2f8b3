"""The arrays that the compiled normalisation works in, and how text is written to them.

Nothing in the normalisation allocates: its callers bring these arrays. No index is checked either: what may be written is bounded
where the arrays are made, in :func:`make_buffers`.
"""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray, Int32Array
from model.normaliser.hashing import HashArray
from model.numba_cache import inner, kernel

__all__ = ["Buffers", "Scratch", "TracedBytes", "append", "append_byte", "append_word", "copy_word", "make_buffers"]


class TracedBytes(NamedTuple):
    """A text under way, with the way back to its source unless begin and end have no room.

    Attributes:
        data: its bytes.
        begin, end: the half-open range of the source's bytes that each byte stands for.
    """

    data: ByteArray
    begin: Int32Array
    end: Int32Array


class Scratch(NamedTuple):
    """Room for a word under way.

    Attributes:
        raw: the signs that are read as a word, 64 bytes.
        candidate: a word that they may be, 64 bytes.
        replacement: what is written in their place, 64 bytes.
        hashes: of candidates, 64.
    """

    raw: ByteArray
    candidate: ByteArray
    replacement: ByteArray
    hashes: HashArray


class Buffers(NamedTuple):
    """Room for the normalisation of a text: before a pass, after it, and for its words."""

    text: TracedBytes
    other: TracedBytes
    scratch: Scratch


@kernel
def _make_traced(size: int, ranges: int) -> TracedBytes:
    return TracedBytes(np.empty(size, np.uint8), np.empty(ranges, np.int32), np.empty(ranges, np.int32))


@kernel
def make_buffers(size: int, traced: bool) -> Buffers:
    """Return room for texts of up to so many bytes, with their ranges in the source if they are to be traced.

    What grows most is "&": each becomes "and " or " and ". Mentions grow too ("@a" to "@user"), but once only, and less.
    """
    room = 5 * size + 8
    ranges = room if traced else 0
    return Buffers(
        _make_traced(room, ranges),
        _make_traced(room, ranges),
        Scratch(np.empty(64, np.uint8), np.empty(64, np.uint8), np.empty(64, np.uint8), np.empty(64, np.uint64)),
    )


@inner
def append(text: TracedBytes, lo: int, hi: int, out: TracedBytes, n: int) -> int:
    """Append text[lo:hi] to out[:n]; return the new n."""
    for k in range(hi - lo):
        out.data[n + k] = text.data[lo + k]
    if out.begin.size:
        for k in range(hi - lo):
            out.begin[n + k] = text.begin[lo + k]
            out.end[n + k] = text.end[lo + k]
    return n + hi - lo


@inner
def append_word(word: ByteArray, size: int, begin: int, end: int, out: TracedBytes, n: int) -> int:
    """Append word[:size], which stands for the source's bytes from begin to end, to out[:n]; return the new n."""
    for k in range(size):
        out.data[n + k] = word[k]
    if out.begin.size:
        for k in range(size):
            out.begin[n + k] = begin
            out.end[n + k] = end
    return n + size


@inner
def append_byte(b: int, at: int, out: TracedBytes, n: int) -> int:
    """Append a byte, which stands for the source's byte at a place, to out[:n]; return the new n."""
    out.data[n] = b
    if out.begin.size:
        out.begin[n] = at
        out.end[n] = at + 1
    return n + 1


@inner
def copy_word(word: ByteArray, size: int, replacement: ByteArray) -> int:
    """Copy word[:size] to replacement; return size."""
    for k in range(size):
        replacement[k] = word[k]
    return size
