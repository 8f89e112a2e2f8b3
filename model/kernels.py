"""The kernels: packed comments in, normalised, split, hashed and added up in one go, a comment at a time.

They share everything but what they do with the features, so that scoring, training and explaining see the same ones. Each
works on a slice of a batch, without the interpreter lock; the threads are ``model.ngrams``'s.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.compiled import inner, kernel
from model.features import BLOCKS, Found, Shape, Sums, Weights, add_up, collect, log_odds, most_features
from model.normalise import Buffers, buffers, normalise_bytes
from model.tokens import Words, words_room

__all__ = ["extract_slice", "find_occurrences", "score_slice"]


class _Room(NamedTuple):
    """Room for the normalised text, its words and what they add up to."""

    text: Buffers
    words: Words
    sums: Sums


@inner
def _longest(offsets: npt.NDArray[np.int64], lo: int, hi: int) -> int:
    size = 0
    for i in range(lo, hi):
        size = max(size, offsets[i + 1] - offsets[i])
    return size


@kernel
def _room(longest: int, shape: Shape, heads: int) -> _Room:
    """Return room for comments of up to so many bytes, of which the normalisation can make five times as many."""
    size = 5 * longest + 8
    return _Room(
        buffers(longest, False),
        words_room(size),
        Sums(np.empty(most_features(size, shape), np.int32), np.zeros(BLOCKS, np.int64), np.zeros((BLOCKS, heads), np.int64)),
    )


@inner
def _next_window(b: npt.NDArray[np.uint8], start: int, size: int, window: int) -> int:
    """Return where the window that starts at start ends, at a blank if there is one near."""
    stop = min(start + window, size)
    if stop == size:
        return stop
    k = stop
    while k > start + window // 2 and b[k] != 32:
        k -= 1
    return k if b[k] == 32 else stop


@kernel
def _not_abusive(z: npt.NDArray[np.float64], lines: npt.NDArray[np.float64]) -> float:
    """Return P(not abusive) of the first two heads, the lower the worse."""
    hateful = 1.0 / (1.0 + np.exp(-(lines[4, 0] * z[0] + lines[5, 0])))
    toxic = 1.0 / (1.0 + np.exp(-(lines[4, 1] * z[1] + lines[5, 1])))
    return float((1.0 - hateful) * (1.0 - toxic))


@kernel
def score_slice(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    lo: int,
    hi: int,
    lexicon: npt.NDArray[np.uint32],
    shape: Shape,
    weights: Weights,
    out: npt.NDArray[np.float64],
    where: npt.NDArray[np.int64],
) -> None:
    """Write the log-odds of comments lo to hi to out, shape (n, heads), and the normalised range that they are of to where, (n, 2)."""
    room = _room(_longest(offsets, lo, hi), shape, out.shape[1])
    z = np.empty(out.shape[1], np.float64)
    turn = 1
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, room.text)
        a = room.text.one.data
        add_up(a, 0, n, shape, weights, room.words, turn, room.sums)
        turn += 2
        log_odds(room.sums, weights.lines, z)
        for head in range(z.size):
            out[i, head] = z[head]
        where[i, 0] = 0
        where[i, 1] = n
        if 2 * n <= 3 * shape.window:
            continue
        best = _not_abusive(z, weights.lines)
        start = 0
        while True:
            stop = _next_window(a, start, n, shape.window)
            add_up(a, start, stop, shape, weights, room.words, turn, room.sums)
            turn += 2
            log_odds(room.sums, weights.lines, z)
            fine = _not_abusive(z, weights.lines)
            if fine < best:
                best = fine
                out[i] = z
                where[i, 0] = start
                where[i, 1] = stop
            if stop == n:
                break
            start = _next_window(a, start, stop, (stop - start) // 2)


@kernel
def _found(most: int) -> Found:
    return Found(np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int32))


@kernel
def extract_slice(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    lo: int,
    hi: int,
    lexicon: npt.NDArray[np.uint32],
    shape: Shape,
    out: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int32],
) -> int:
    """Write the buckets of comments lo to hi one after the other to out and the size of each block to counts, (hi - lo, 3).

    Returns:
        The number of buckets, -1 if out is too small.
    """
    longest = _longest(offsets, lo, hi)
    room = _room(longest, shape, 1)
    found = _found(most_features(5 * longest + 8, shape))
    ends = np.zeros(BLOCKS, np.int64)
    total = 0
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, room.text)
        many = collect(room.text.one.data, 0, n, shape, room.words, 2 * (i - lo) + 1, True, found, ends)
        if total + many > out.size:
            return -1
        out[total : total + many] = found.bucket[:many]
        total += many
        counts[i - lo, 0] = ends[0]
        counts[i - lo, 1] = ends[1] - ends[0]
        counts[i - lo, 2] = ends[2] - ends[1]
    return total


@kernel
def find_occurrences(b: npt.NDArray[np.uint8], lo: int, hi: int, shape: Shape, ends: npt.NDArray[np.int64]) -> tuple[Found, int]:
    """Return every occurrence of every feature of b[lo:hi] and how many there are; write each block's end to ends."""
    found = _found(most_features(hi - lo, shape))
    return found, collect(b, lo, hi, shape, words_room(hi - lo), 1, False, found, ends)
