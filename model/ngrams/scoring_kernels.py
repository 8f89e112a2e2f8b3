"""The kernels: packed comments in, normalised, split, hashed and added up in one go, a comment at a time.

They share everything but what they do with the features, so that scoring, training and explaining see the same ones. Each
works on a slice of a batch, without the interpreter lock; the threads are ``model.ngrams.reader``'s.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.ngrams.features import BLOCKS, Found, Shape, Sums, Weights, add_up, add_window, collect, crowding, log_odds, most_features
from model.ngrams.heads import finish
from model.ngrams.tokens import Words, words_room
from model.normaliser.normalise import buffers, normalise_bytes
from model.numba_cache import inner, kernel

__all__ = ["extract_slice", "find_occurrences", "score_slice"]


class _Room(NamedTuple):
    """Room for the words of a text and what they add up to.

    Attributes:
        words, sums: where these go.
        size: how many normalised bytes it is made for.
    """

    words: Words
    sums: Sums
    size: int


@inner
def _longest(offsets: npt.NDArray[np.int64], lo: int, hi: int) -> int:
    size = 0
    for i in range(lo, hi):
        size = max(size, offsets[i + 1] - offsets[i])
    return size


@kernel
def _room(size: int, shape: Shape, heads: int) -> _Room:
    sums = Sums(
        np.empty(most_features(size, shape), np.int32),
        np.empty(size + 1, np.int32),
        np.zeros(BLOCKS, np.int64),
        np.zeros((BLOCKS, heads), np.int64),
        np.empty((1, 2 + 2 * heads), np.int64),
        np.empty((size + 2, 7), np.int64),
    )
    return _Room(words_room(size), sums, size)


@kernel
def score_slice(
    data: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    lo: int,
    hi: int,
    lexicon: npt.NDArray[np.uint32],
    numbers: npt.NDArray[np.int64],
    values: npt.NDArray[np.int8],
    lines: npt.NDArray[np.float64],
    slots: npt.NDArray[np.uint32],
    known: npt.NDArray[np.int64],
    bounds: npt.NDArray[np.float64],
    floats: npt.NDArray[np.float64],
    codes: npt.NDArray[np.int64],
) -> None:
    """Write what is read out of comments lo to hi, and what follows from it, to floats and codes; see ``ngrams.Reading``.

    What the parameters are is told by ``ngrams.FeatureSettings`` and ``Weights``. They come one by one, for to take tuples apart
    at the door takes longer than to read a short comment.
    """
    shape = Shape(np.uint64(numbers[0]), numbers[1], numbers[2], numbers[3], numbers[4])
    weights = Weights(values, lines, slots, known)
    heads = weights.lines.shape[1]
    longest = _longest(offsets, lo, hi)
    text = buffers(longest, False)
    # The normalisation can make five bytes of one, but hardly ever does: less room is less memory to fetch.
    room = _room(longest + 16, shape, heads)
    z = np.empty(2, np.float64)
    turn = 1
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, text)
        if n > room.size:
            room = _room(n, shape, heads)
            turn = 1
        a = text.one.data
        words = add_up(a, n, shape, weights, room.words, turn, room.sums)
        turn += 2
        log_odds(room.sums, weights.lines, heads, floats[i])
        codes[i, 0] = codes[i, 4] = 0
        codes[i, 1] = codes[i, 5] = n
        if words > shape.window:
            _worst_windows(words, shape, weights, room, z, floats[i], codes[i])
        finish(floats[i], codes[i], weights.lines, bounds)


@inner
def _worst_windows(
    words: int,
    shape: Shape,
    weights: Weights,
    room: _Room,
    z: npt.NDArray[np.float64],
    floats: npt.NDArray[np.float64],
    codes: npt.NDArray[np.int64],
) -> None:
    """Look at the text that was added up last in windows; for each label head one that is worse than the whole takes its place."""
    start = 0
    more = crowding(words, shape.window, shape.stride)
    while True:
        stop = min(start + shape.window, words)
        add_window(start, stop, room.sums)
        log_odds(room.sums, weights.lines, 2, z)
        for head in range(2):
            less = z[head] - weights.lines[6, head] - more / weights.lines[4, head]
            if less > floats[head]:
                floats[head] = less
                codes[4 - 4 * head] = room.words.begin[start]
                codes[5 - 4 * head] = room.words.end[stop - 1]
        if stop == words:
            return
        start += shape.stride


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
    text = buffers(longest, False)
    words = words_room(5 * longest + 8)
    found = _found(most_features(5 * longest + 8, shape))
    ends = np.zeros(BLOCKS, np.int64)
    total = 0
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, text)
        many = collect(text.one.data, 0, n, shape, words, 2 * (i - lo) + 1, True, found, ends)
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
