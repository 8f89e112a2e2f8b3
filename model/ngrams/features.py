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

from model.ngrams.tokens import HASH_PRIME, Words, is_written, mark_first, split, word_hash
from model.numba_cache import inner, kernel, prefetch

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
        slots: a hash table of the words whose sums are known, uint32, a power of two entries, at most half full. An entry has the
            number of the word's row in its lower half and 16 bits of its hash in the upper one; 0 is none.
        known: a row for each of them from the second on, int64: the word's hash, the number of its letter n-grams, and in steps of
            each head first what these add up to, then what the word itself is worth. With three heads that is one line of the
            processor's cache.
    """

    values: npt.NDArray[np.int8]
    lines: npt.NDArray[np.float64]
    slots: npt.NDArray[np.uint32]
    known: npt.NDArray[np.int64]


class Sums(NamedTuple):
    """Room for what the features of a text add up to.

    Attributes:
        buckets: of the features whose weights are still to be looked up, int32.
        rows: of each word that in ``Weights.known``, of another or 0 if it is not there; int32, shape (words,).
        sizes: number of features of each block, int64, shape (3,).
        steps: sum of the weights of each block and head, in steps, int64, shape (3, heads).
        unknown: a row as those of ``Weights.known``, of a word that is not among them; int64, shape (1, columns).
        before: what stands before each word, the last one's end included, adds up to: number of letter n-grams; for each label
            head the steps of the words, of their letters, and of the pairs that begin there; int64, shape (words + 1, 7).
    """

    buckets: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    sizes: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    unknown: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]


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
def _mixed(h: np.uint64) -> np.uint64:
    """Return a word's hash mixed once more: the upper 16 bits stand beside its row's number, those below tell the slot."""
    return (h ^ (h >> np.uint64(32))) * _MIX


@inner
def _slot(slots: npt.NDArray[np.uint32], h: np.uint64) -> int:
    """Return where the slots have a word with the 16 bits of this hash, or the free entry where one would stand."""
    mixed = _mixed(h)
    tag = np.int64(mixed >> np.uint64(48))
    slot = np.int64(mixed >> np.uint64(24)) & (slots.size - 1)
    while slots[slot] != 0 and np.int64(slots[slot]) >> 16 != tag:
        slot = (slot + 1) & (slots.size - 1)
    return int(slot)


@inner
def _look_up(
    values: npt.NDArray[np.int8], buckets: npt.NDArray[np.int32], n: int, table: npt.NDArray[np.int64], row: int, first: int
) -> None:
    """Write the sums of the weights of buckets[:n] to table[row, first:first + heads]."""
    for k in range(n):
        prefetch(values, buckets[k])
    for head in range(values.shape[1]):
        total = np.int64(0)
        for k in range(n):
            code = np.int64(values[buckets[k], head])
            total += code * abs(code)
        table[row, first + head] = total


@inner
def _enter(
    b: npt.NDArray[np.uint8],
    begin: int,
    end: int,
    h: np.uint64,
    shape: Shape,
    values: npt.NDArray[np.int8],
    buckets: npt.NDArray[np.int32],
    table: npt.NDArray[np.int64],
    row: int,
) -> None:
    """Write the row of the word b[begin:end] with the hash h, as ``Weights.known`` has them, to a table."""
    n = _letters(b, begin, end, shape, buckets, 0) if is_written(b[begin]) else 0
    table[row, 0] = np.int64(h)
    table[row, 1] = n
    _look_up(values, buckets, n, table, row, 2)
    buckets[0] = _bucket(h, shape.shift)
    _look_up(values, buckets, 1, table, row, 2 + values.shape[1])


@inner
def add_up(b: npt.NDArray[np.uint8], hi: int, shape: Shape, weights: Weights, words: Words, turn: int, out: Sums) -> int:
    """Add up the weights of the features of b[:hi], block by block, in whole steps: the same sums whatever is known.

    Returns:
        How many words there are. ``turn`` is used with the next.
    """
    n, different, pairs = read_words(b, 0, hi, words, turn)
    # The tables are larger than the cache: all that is needed is asked for before the first is waited for.
    for w in range(n):
        out.rows[w] = np.int64(weights.slots[_slot(weights.slots, words.hashes[w])]) & 0xFFFF
        prefetch(weights.known, out.rows[w])
    for w in range(n - 1):
        out.buckets[w] = _bucket(words.pairs[w], shape.shift)
        prefetch(weights.values, out.buckets[w])
    out.steps[:] = 0
    out.sizes[0] = different
    out.sizes[1] = pairs
    _add_pairs(n - 1, weights.values, words, out)
    _add_words(b, n, shape, weights, words, out)
    return n


@inner
def _add_pairs(n: int, values: npt.NDArray[np.int8], words: Words, out: Sums) -> None:
    """Add up the pairs, whose buckets are out.buckets[:n]."""
    before = out.before
    before[0, 5:] = 0
    hateful = given = np.int64(0)
    for w in range(n):
        row = out.buckets[w]
        one, other = np.int64(values[row, 0]), np.int64(values[row, 1])
        one *= abs(one)
        other *= abs(other)
        before[w + 1, 5] = before[w, 5] + one
        before[w + 1, 6] = before[w, 6] + other
        if words.first_pair[w] == w:
            hateful += one
            given += other
            for head in range(2, values.shape[1]):
                more = np.int64(values[row, head])
                out.steps[1, head] += more * abs(more)
    out.steps[1, 0] = hateful
    out.steps[1, 1] = given


@inner
def _add_words(b: npt.NDArray[np.uint8], n: int, shape: Shape, weights: Weights, words: Words, out: Sums) -> None:
    """Add up n words and their letters."""
    heads = weights.values.shape[1]
    before = out.before
    before[0, :5] = 0
    letters = np.int64(0)
    for w in range(n):
        like = words.first[w]
        if like != w:
            for column in range(5):
                before[w + 1, column] = before[w, column] + before[like + 1, column] - before[like, column]
            continue
        table, row = weights.known, int(out.rows[w])
        if table[row, 0] != np.int64(words.hashes[w]):
            table, row = out.unknown, 0
            _enter(b, words.begin[w], words.end[w], words.hashes[w], shape, weights.values, out.buckets, table, row)
        letters += table[row, 1]
        before[w + 1, 0] = before[w, 0] + table[row, 1]
        before[w + 1, 1] = before[w, 1] + table[row, 2 + heads]
        before[w + 1, 2] = before[w, 2] + table[row, 3 + heads]
        before[w + 1, 3] = before[w, 3] + table[row, 2]
        before[w + 1, 4] = before[w, 4] + table[row, 3]
        for column in range(heads):
            out.steps[2, column] += table[row, 2 + column]
            out.steps[0, column] += table[row, 2 + heads + column]
    out.sizes[2] = letters


@kernel
def crowding(words: int, window: int, stride: int) -> float:
    """Return what is taken off the calibrated log-odds of each window of a text with very many, beside the discount.

    The worst of many looks the worse the more there are; of 750 windows of friendly talk one was flagged in seven texts of ten.
    """
    windows = (words - window + stride - 1) // stride + 1
    return 0.0 if windows <= _MANY else _CROWDING * np.log(windows / _MANY)


@inner
def add_window(start: int, stop: int, out: Sums) -> None:
    """Add up the weights of words start to stop, at least one, of the text that was added up last, for the label heads."""
    before, pairs = out.before, stop - 1
    for head in range(2):
        out.steps[0, head] = before[stop, 1 + head] - before[start, 1 + head]
        out.steps[1, head] = before[pairs, 5 + head] - before[start, 5 + head]
        out.steps[2, head] = before[stop, 3 + head] - before[start, 3 + head]
    out.sizes[0] = stop - start
    out.sizes[1] = pairs - start
    out.sizes[2] = before[stop, 0] - before[start, 0]


@inner
def log_odds(sums: Sums, lines: npt.NDArray[np.float64], heads: int, z: npt.NDArray[np.float64]) -> None:
    """Write the log-odds of the first so many heads to z."""
    for head in range(heads):
        z[head] = lines[BLOCKS, head]
    for block in range(BLOCKS):
        if sums.sizes[block] > 0:
            factor = 1 / np.sqrt(np.float64(sums.sizes[block]))
            for head in range(heads):
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
    """Enter the words of lines, each ended by LF, into the empty tables of the weights, as far as there are rows.

    A word that another's 16 bits of hash stand in the way of is left out.
    """
    buckets = np.empty(most_features(lines.size, shape), np.int32)
    start = 0
    row = 1
    for i in range(lines.size):
        if lines[i] != 10:
            continue
        h = word_hash(lines, start, i)
        slot = _slot(weights.slots, h)
        if weights.slots[slot] == 0 and row < weights.known.shape[0]:
            tag = np.int64(_mixed(h) >> np.uint64(48))
            weights.slots[slot] = (tag << 16) | row
            _enter(lines, start, i, h, shape, weights.values, buckets, weights.known, row)
            row += 1
        start = i + 1
