"""The weights of a classifier as the scoring kernel takes them, and a table of what frequent words add to a score.

The letter n-grams of a word are most of the work of scoring it. They add the same wherever the word stands, so for frequent
words their weights are summed once, when a classifier is loaded, and looked up by the word's hash afterwards.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, FloatArray, Int8Array, Int16Array, Int32Array, IntArray
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS, KernelSettings, feature_bucket, letter_buckets, max_features
from model.ngrams.tokens import has_letters, word_hash
from model.numba_cache import inlined, inner, kernel, prefetch

__all__ = [
    "BIAS_ROW",
    "DISCOUNT_ROW",
    "HASH_COLUMN",
    "INTERCEPT_ROW",
    "LETTER_STEPS",
    "NGRAMS_COLUMN",
    "SLOPE_ROW",
    "WeightTables",
    "build_weight_tables",
    "find_slot",
    "steps_of",
    "write_word_row",
]

BIAS_ROW, SLOPE_ROW, INTERCEPT_ROW, DISCOUNT_ROW = range(BLOCKS, BLOCKS + 4)
"""Rows of ``WeightTables.head_rows`` after those of the blocks."""

HASH_COLUMN, NGRAMS_COLUMN, LETTER_STEPS = range(3)
"""Columns of ``WeightTables.word_rows``: hash, number of letter n-grams, and the first of the columns, one for each head, that
hold the steps of the letter n-grams. The steps of the word itself follow, one column for each head."""

_SLOT_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4)
_MAX_WORD_ROWS = 1 << 16
_CACHE_LINE = 64  # bytes
_LINE_FEED = ord("\n")
_BYTE = 255


class WeightTables(NamedTuple):
    """What the features are multiplied with; made by ``build_weight_tables``.

    Attributes:
        values: codes of the weights, one row of bytes for each bucket; the first two heads are those of the label. A code has 8
            bits, int8, shape (2**bits, heads), or 16, the lower byte first, shape (2**bits, 2 * heads). A code c stands for
            c * abs(c) steps: fine where most weights are, and yet wide enough for the largest.
        head_rows: numbers of each head, float64, shape (7, heads). The first three rows are what one step of the words, of the
            pairs and of the letters is worth in log-odds; for the others see ``BIAS_ROW`` and its neighbours.
        word_slots: a hash table that finds rows of ``word_rows``, uint32; a power of two of entries, at most half of them used.
            An entry holds the number of the row in its lower half and 16 bits of the word's hash in the upper one; 0 is empty.
        word_rows: one row for each frequent word from the second on, int64; ``HASH_COLUMN`` and its neighbours name the columns.
            With three heads a row is one line of the processor's cache.
    """

    values: Int8Array
    head_rows: FloatArray
    word_slots: npt.NDArray[np.uint32]
    word_rows: IntArray


def build_weight_tables(
    values: Int8Array | Int16Array,
    *,
    settings: FeatureSettings,
    scales: FloatArray,
    biases: FloatArray,
    slopes: FloatArray,
    intercepts: FloatArray,
    words: Sequence[bytes] = (),
) -> WeightTables:
    """Return the weights of a classifier as the scoring kernel takes them.

    Args:
        values: codes in 8 or in 16 bits, shape (2**bits, heads), in C order, read-only as mapped arrays are: the kernel is compiled
            for these alone.
        settings: which features there are.
        scales: what one step of each head is worth in log-odds, shape (heads,).
        biases: log-odds of a comment without features, shape (heads,).
        slopes: of each head's calibration, shape (heads,).
        intercepts: of each head's calibration; like the slopes they serve to choose the window of a long comment, and to make
            probabilities of the log-odds.
        words: normalised frequent words, none of them twice, whose letters are summed in advance; scores do not depend on them.
    """
    label_heads = settings.discounts.size
    discounts = np.zeros(slopes.size)
    discounts[:label_heads] = settings.discounts / np.where(slopes > 0, slopes, 1.0)[:label_heads]
    head_rows = np.ascontiguousarray([*(settings.factors[:, None] * scales), biases, slopes, intercepts, discounts], np.float64)
    rows = min(len(words) + 1, _MAX_WORD_ROWS)
    slots = np.zeros(1 << (2 * rows).bit_length(), np.uint32)
    # As bytes, codes of either size are one type, for which the kernel is compiled once.
    tables = WeightTables(values.view(np.int8), head_rows, slots, _aligned_zeros(rows, LETTER_STEPS + 2 * values.shape[1]))
    _fill_word_rows(np.frombuffer(b"".join(word + b"\n" for word in words), np.uint8), settings.kernel_settings, tables)
    return tables


def _aligned_zeros(rows: int, columns: int) -> IntArray:
    """Return int64 zeros of at least so many columns, each row of which begins with a line of the processor's cache."""
    line = _CACHE_LINE // np.dtype(np.int64).itemsize
    width = -(-columns // line) * line
    buffer = np.zeros(rows * width + line, np.int64)
    first = -(buffer.ctypes.data // 8) % line
    return buffer[first : first + rows * width].reshape(rows, width)


@inner
def _mixed(h: np.uint64) -> np.uint64:
    """Return a word's hash mixed once more: the upper 16 bits are the tag of its entry, those below choose the slot."""
    return (h ^ (h >> np.uint64(32))) * _SLOT_MIX


@inner
def find_slot(word_slots: npt.NDArray[np.uint32], h: np.uint64) -> int:
    """Return the slot of a word with the tag of this hash, or the empty one where such a word belongs."""
    mixed = _mixed(h)
    tag = np.int64(mixed >> np.uint64(48))
    slot = np.int64(mixed >> np.uint64(24)) & (word_slots.size - 1)
    while word_slots[slot] != 0 and np.int64(word_slots[slot]) >> 16 != tag:
        slot = (slot + 1) & (word_slots.size - 1)
    return int(slot)


@inlined
def steps_of(values: Int8Array, bucket: int, head: int, is_wide: bool) -> int:
    """Return the weight of a bucket in steps; ``is_wide`` says whether its code has 16 bits."""
    if is_wide:
        code = (np.int64(values[bucket, 2 * head + 1]) << 8) | (np.int64(values[bucket, 2 * head]) & _BYTE)
    else:
        code = np.int64(values[bucket, head])
    return int(code * abs(code))


@inner
def _write_steps(values: Int8Array, heads: int, buckets: Int32Array, n: int, table: IntArray, row: int, column: int) -> None:
    """Write the sums of the weights of buckets[:n], in steps, to table[row, column:column + heads]."""
    is_wide = values.shape[1] != heads
    for k in range(n):
        prefetch(values, buckets[k])
    for head in range(heads):
        steps = np.int64(0)
        for k in range(n):
            steps += steps_of(values, buckets[k], head, is_wide)
        table[row, column + head] = steps


@inner
def write_word_row(
    b: ByteArray,
    begin: int,
    end: int,
    h: np.uint64,
    settings: KernelSettings,
    values: Int8Array,
    heads: int,
    buckets: Int32Array,
    table: IntArray,
    row: int,
) -> None:
    """Write the row of the word b[begin:end], whose hash is h, to a table laid out as ``WeightTables.word_rows``."""
    n = letter_buckets(b, begin, end, settings, buckets, 0) if has_letters(b[begin]) else 0
    table[row, HASH_COLUMN] = np.int64(h)
    table[row, NGRAMS_COLUMN] = n
    _write_steps(values, heads, buckets, n, table, row, LETTER_STEPS)
    buckets[0] = feature_bucket(h, settings.hash_shift)
    _write_steps(values, heads, buckets, 1, table, row, LETTER_STEPS + heads)


@kernel
def _fill_word_rows(lines: ByteArray, settings: KernelSettings, tables: WeightTables) -> None:
    """Enter the words of ``lines``, each ended by a line feed, into empty tables, until the rows are full.

    A word whose slot is taken by another word with the same tag is left out.
    """
    heads = tables.head_rows.shape[1]
    buckets = np.empty(max_features(lines.size, settings), np.int32)
    start = 0
    row = 1
    for i in range(lines.size):
        if lines[i] != _LINE_FEED:
            continue
        h = word_hash(lines, start, i)
        slot = find_slot(tables.word_slots, h)
        if tables.word_slots[slot] == 0 and row < tables.word_rows.shape[0]:
            tag = np.int64(_mixed(h) >> np.uint64(48))
            tables.word_slots[slot] = (tag << 16) | row
            write_word_row(lines, start, i, h, settings, tables.values, heads, buckets, tables.word_rows, row)
            row += 1
        start = i + 1
