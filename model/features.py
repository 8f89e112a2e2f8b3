"""The features of a normalised text, compiled: hashed words, pairs of words, letter n-grams, in three blocks.

The features are those of the different words and pairs of a text: what occurs twice counts once. A word's letter n-grams, its
edges included, come with the word, each as often as it stands in it; thus what they add to a score is the same wherever
the word stands, and for words that are met often it is known beforehand. Each block is scaled
by 1 / sqrt(its number of features), so that long and short comments weigh the same, and by a factor from the settings.

Abuse may stand in a few words among many that are friendly. So a text is read in windows of some words too: each has the
features of its words, those that occur twice counted twice, scaled by their number. Since what a word adds is known from
reading the whole, a window costs next to nothing.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.compiled import inner, kernel
from model.tokens import HASH_PRIME, Words, is_written, mark_first, split, word_hash

__all__ = [
    "BLOCKS",
    "Found",
    "Shape",
    "Sums",
    "Weights",
    "add_up",
    "add_window",
    "collect",
    "know",
    "log_odds",
    "most_features",
    "read_words",
]

BLOCKS = 3

_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4)
_PAIRS = np.uint64(0x84222325CBF29CE4)
_MANY, _CROWDING = 40, 0.2
_LETTERS = np.uint64(0x9AE16A3B2F90404F)


class Shape(NamedTuple):
    """What is read out of a text, as the kernels take it; see ``ngrams.FeatureSettings``."""

    shift: np.uint64
    shortest: int
    longest: int
    window: int
    stride: int


class Weights(NamedTuple):
    """What the features are multiplied with, made by ``ngrams.weights``.

    Attributes:
        values: codes, int8, shape (2**bits, heads), the first two those of the label. A code c stands
            for c * abs(c) steps: fine where most weights are, and yet wide enough for the largest.
        lines: float64, shape (7, heads): what a step of the words, of the pairs and of the letters is worth in log-odds;
            log-odds of a comment without features; slopes and intercepts of the calibration; what is taken off a window.
        known: a hash table of words, int64, a power of two rows, at most three quarters full. A row holds the word's hash (0
            where there is none), the number of its letter n-grams, and in steps of each head first what these add up
            to, then what the word itself is worth. With three heads that is one line of the processor's cache.
    """

    values: npt.NDArray[np.int8]
    lines: npt.NDArray[np.float64]
    known: npt.NDArray[np.int64]


class Sums(NamedTuple):
    """Room for what the features of a text add up to.

    Attributes:
        buckets: of the features whose weights are still to be looked up, int32.
        sizes: number of features of each block, int64, shape (3,).
        steps: sum of the weights of each block and head, in steps, int64, shape (3, heads).
        each: of each word its number of letter n-grams, then for each head the steps of the word, of the pair that it
            begins, and of its letters; int64, shape (words, 1 + 3 * heads). Only what stands first among its like is filled in.
    """

    buckets: npt.NDArray[np.int32]
    sizes: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    each: npt.NDArray[np.int64]


class Found(NamedTuple):
    """Room for the features of a text, block by block, each as often as it occurs.

    Attributes:
        bucket: int32.
        begin, end: where it stands in the normalised bytes, int32.
        word: place of the first word or pair that is alike, whose feature it is; int32.
    """

    bucket: npt.NDArray[np.int32]
    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    word: npt.NDArray[np.int32]


@inner
def most_features(size: int, shape: Shape) -> int:
    """Return how many features a text of so many normalised bytes can have at most."""
    return (size + 2) * (2 * (shape.longest - shape.shortest + 1) + 2) + 8


@inner
def _bucket(h: np.uint64, shift: np.uint64) -> int:
    return int(np.int64(((h ^ (h >> np.uint64(31))) * _MIX) >> shift))


@inner
def read_words(b: npt.NDArray[np.uint8], lo: int, hi: int, words: Words, turn: int) -> tuple[int, int, int]:
    """Find the words of b[lo:hi] and mark those, and those pairs of neighbours, that come again.

    Returns:
        How many words there are, how many different ones, and how many different pairs. ``turn`` is used with the next.
    """
    n = split(b, lo, hi, words)
    for w in range(n - 1):
        words.pairs[w] = ((words.hashes[w] ^ _PAIRS) * HASH_PRIME + words.hashes[w + 1]) * HASH_PRIME
    different = mark_first(words.hashes, n, words.first, words.met, turn)
    return n, different, mark_first(words.pairs, max(n - 1, 0), words.first_pair, words.met, turn + 1)


@inner
def _letters(b: npt.NDArray[np.uint8], begin: int, end: int, shape: Shape, buckets: npt.NDArray[np.int32], n: int) -> int:
    """Append the letter n-grams of the word b[begin:end] to buckets[:n], a blank at either edge; return the new n."""
    first = begin - 1
    for i in range(first, end):
        h = _LETTERS
        for j in range(i, min(i + shape.longest, end + 1)):
            h = (h ^ (np.uint64(32) if j == first or j == end else np.uint64(b[j]))) * HASH_PRIME
            if j - i + 1 >= shape.shortest:
                buckets[n] = _bucket(h, shape.shift)
                n += 1
    return n


@inner
def _place(known: npt.NDArray[np.int64], h: np.uint64) -> int:
    """Return the row of a word's hash in a table, or the free one where it would stand."""
    mask = np.uint64(known.shape[0] - 1)
    key = np.int64(h)
    slot = ((h ^ (h >> np.uint64(32))) * _MIX >> np.uint64(40)) & mask
    while known[slot, 0] != 0 and known[slot, 0] != key:
        slot = (slot + np.uint64(1)) & mask
    return int(np.int64(slot))


@inner
def _look_up(
    values: npt.NDArray[np.int8], buckets: npt.NDArray[np.int32], n: int, each: npt.NDArray[np.int64], w: int, first: int, heads: int
) -> None:
    """Write the sums of the weights of buckets[:n] to each[w, first:first + heads]."""
    hateful = np.int64(0)
    given = np.int64(0)
    for k in range(n):
        row = buckets[k]
        one, other = np.int64(values[row, 0]), np.int64(values[row, 1])
        hateful += one * abs(one)
        given += other * abs(other)
    each[w, first] = hateful
    each[w, first + 1] = given
    for head in range(2, heads):
        more = np.int64(0)
        for k in range(n):
            code = np.int64(values[buckets[k], head])
            more += code * abs(code)
        each[w, first + head] = more


@inner
def add_up(b: npt.NDArray[np.uint8], hi: int, shape: Shape, weights: Weights, words: Words, turn: int, out: Sums) -> int:
    """Add up the weights of the features of b[:hi], block by block, in whole steps: the same sums whatever is known.

    Returns:
        How many words there are. ``turn`` is used with the next.
    """
    n, different, pairs = read_words(b, 0, hi, words, turn)
    heads = out.steps.shape[1]
    for w in range(n - 1):
        if words.first_pair[w] == w:
            out.buckets[0] = _bucket(words.pairs[w], shape.shift)
            _look_up(weights.values, out.buckets, 1, out.each, w, 1 + heads, heads)
    known = weights.known
    for w in range(n):
        if words.first[w] != w:
            continue
        row = _place(known, words.hashes[w])
        if known[row, 0] != 0:
            out.each[w, 0] = known[row, 1]
            for head in range(heads):
                out.each[w, 1 + 2 * heads + head] = known[row, 2 + head]
                out.each[w, 1 + head] = known[row, 2 + heads + head]
        else:
            out.buckets[0] = _bucket(words.hashes[w], shape.shift)
            _look_up(weights.values, out.buckets, 1, out.each, w, 1, heads)
            many = 0
            if is_written(b[words.begin[w]]):
                many = _letters(b, words.begin[w], words.end[w], shape, out.buckets, 0)
            _look_up(weights.values, out.buckets, many, out.each, w, 1 + 2 * heads, heads)
            out.each[w, 0] = many
    out.steps[:] = 0
    letters = np.int64(0)
    for w in range(n):
        if words.first[w] == w:
            letters += out.each[w, 0]
            for head in range(heads):
                out.steps[0, head] += out.each[w, 1 + head]
                out.steps[2, head] += out.each[w, 1 + 2 * heads + head]
        if w < n - 1 and words.first_pair[w] == w:
            for head in range(heads):
                out.steps[1, head] += out.each[w, 1 + heads + head]
    out.sizes[0] = different
    out.sizes[1] = pairs
    out.sizes[2] = letters
    return n


@kernel
def crowding(words: int, window: int, stride: int) -> float:
    """Return what is taken off the calibrated log-odds of each window of a text with very many, beside the discount.

    The worst of many looks the worse the more there are; of 750 windows of friendly talk one was flagged in seven texts of ten.
    """
    windows = (words - window + stride - 1) // stride + 1
    return 0.0 if windows <= _MANY else _CROWDING * np.log(windows / _MANY)


@inner
def add_window(start: int, stop: int, words: Words, out: Sums) -> None:
    """Add up the weights of words start to stop, at least one, of the text that was added up last."""
    heads = out.steps.shape[1]
    out.steps[:] = 0
    letters = np.int64(0)
    for w in range(start, stop):
        like = words.first[w]
        letters += out.each[like, 0]
        for head in range(heads):
            out.steps[0, head] += out.each[like, 1 + head]
            out.steps[2, head] += out.each[like, 1 + 2 * heads + head]
        if w < stop - 1:
            like = words.first_pair[w]
            for head in range(heads):
                out.steps[1, head] += out.each[like, 1 + heads + head]
    out.sizes[0] = stop - start
    out.sizes[1] = stop - start - 1
    out.sizes[2] = letters


@inner
def log_odds(sums: Sums, lines: npt.NDArray[np.float64], z: npt.NDArray[np.float64]) -> None:
    """Write the log-odds of each head to z, shape (heads,)."""
    for head in range(z.size):
        z[head] = lines[BLOCKS, head]
    for block in range(BLOCKS):
        if sums.sizes[block] > 0:
            factor = 1 / np.sqrt(np.float64(sums.sizes[block]))
            for head in range(z.size):
                z[head] += factor * lines[block, head] * np.float64(sums.steps[block, head])


@inner
def collect(
    b: npt.NDArray[np.uint8], lo: int, hi: int, shape: Shape, words: Words, turn: int, once: bool, found: Found, ends: npt.NDArray[np.int64]
) -> int:
    """Write the features of b[lo:hi] to found, those of the different words and pairs alone if once, and each block's end to ends.

    Returns:
        Their number.
    """
    n, _, _ = read_words(b, lo, hi, words, turn)
    k = 0
    for w in range(n):
        if words.first[w] == w or not once:
            found.bucket[k] = _bucket(words.hashes[w], shape.shift)
            found.begin[k], found.end[k], found.word[k] = words.begin[w], words.end[w], words.first[w]
            k += 1
    ends[0] = k
    for w in range(n - 1):
        if words.first_pair[w] == w or not once:
            found.bucket[k] = _bucket(words.pairs[w], shape.shift)
            found.begin[k], found.end[k], found.word[k] = words.begin[w], words.end[w + 1], words.first_pair[w]
            k += 1
    ends[1] = k
    for w in range(n):
        if (words.first[w] == w or not once) and is_written(b[words.begin[w]]):
            last = _letters(b, words.begin[w], words.end[w], shape, found.bucket, k)
            for each in range(k, last):
                found.begin[each], found.end[each], found.word[each] = words.begin[w], words.end[w], words.first[w]
            k = last
    ends[2] = k
    return k


@kernel
def know(lines: npt.NDArray[np.uint8], shape: Shape, weights: Weights) -> None:
    """Enter the words of lines, each ended by LF, into the empty tables of the weights."""
    heads = weights.values.shape[1]
    buckets = np.empty(most_features(lines.size, shape), np.int32)
    one = np.empty(1, np.int32)
    start = 0
    for i in range(lines.size):
        if lines[i] != 10:
            continue
        h = word_hash(lines, start, i)
        row = _place(weights.known, h)
        n = _letters(lines, start, i, shape, buckets, 0)
        weights.known[row, 0] = np.int64(h)
        weights.known[row, 1] = n
        _look_up(weights.values, buckets, n, weights.known, row, 2, heads)
        one[0] = _bucket(h, shape.shift)
        _look_up(weights.values, one, 1, weights.known, row, 2 + heads, heads)
        start = i + 1
