"""The weights of a text's features added up, compiled: for the whole text, and for windows of it.

A text may hold abuse in a few words among many friendly ones. So a long text is read in windows of some words too. Each has
the features of its words, repeated ones included, scaled by their number. Sums over the words before each word make a window
cost next to nothing once the whole text has been read.
"""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray, FloatArray, Int8Array, Int32Array, IntArray
from model.ngrams.features import BLOCKS, LETTERS, PAIRS, WORDS, KernelSettings, feature_bucket, find_words, max_features
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD, LABEL_HEADS
from model.ngrams.tokens import Words
from model.ngrams.weight_tables import BIAS_ROW, HASH_COLUMN, LETTER_STEPS, NGRAMS_COLUMN, WeightTables, find_slot, steps_of, write_word_row
from model.numba_cache import inner, kernel, prefetch

__all__ = ["FeatureSums", "allocate_sums", "sum_features", "sum_window", "window_penalty", "write_log_odds"]

_NGRAMS, _WORD_STEPS, _LETTER_STEPS, _PAIR_STEPS, _PREFIX_COLUMNS = 0, 1, 3, 5, 7  # columns of FeatureSums.prefix
_MANY_WINDOWS, _PENALTY = 40, 0.2


class FeatureSums(NamedTuple):
    """Buffers for the sums of the weights of a text's features.

    Attributes:
        buckets: of the features whose weights have to be looked up one by one, int32.
        rows: of each word the row of ``WeightTables.word_rows`` with its tag, or 0; int32, shape (words,).
        sizes: number of features of each block, int64, shape (3,).
        steps: sum of the weights of each block and head, in steps, int64, shape (3, heads).
        rare_row: the row of a word that is not in ``WeightTables.word_rows``, laid out alike; int64, shape (1, columns).
        prefix: sums over all words before each word, and at the end over all words: the number of letter n-grams; then, for each
            of the two label heads, the steps of the words, of their letters, and of the pairs that begin there; int64,
            shape (words + 1, 7).
    """

    buckets: Int32Array
    rows: Int32Array
    sizes: IntArray
    steps: IntArray
    rare_row: IntArray
    prefix: IntArray


@kernel
def allocate_sums(size: int, settings: KernelSettings, heads: int) -> FeatureSums:
    """Return buffers for texts of up to ``size`` normalised bytes."""
    return FeatureSums(
        np.empty(max_features(size, settings), np.int32),
        np.empty(size + 1, np.int32),
        np.zeros(BLOCKS, np.int64),
        np.zeros((BLOCKS, heads), np.int64),
        np.empty((1, LETTER_STEPS + 2 * heads), np.int64),
        np.empty((size + 2, _PREFIX_COLUMNS), np.int64),
    )


@inner
def sum_features(
    b: ByteArray, hi: int, settings: KernelSettings, tables: WeightTables, words: Words, generation: int, sums: FeatureSums
) -> int:
    """Add up the weights of the features of b[:hi], block by block.

    The sums are whole steps, so they are the same whichever words the tables hold.

    Args:
        b: normalised UTF-8.
        hi: where the text ends.
        settings: which features there are.
        tables: the weights.
        words: buffers for the words.
        generation: see ``find_words``.
        sums: gets the sums.

    Returns:
        The number of words.
    """
    n, distinct, pairs = find_words(b, 0, hi, words, generation)
    # The tables are larger than the cache: all that is needed is requested before the first of it is waited for.
    for w in range(n):
        sums.rows[w] = np.int64(tables.word_slots[find_slot(tables.word_slots, words.hashes[w])]) & 0xFFFF
        prefetch(tables.word_rows, sums.rows[w])
    for w in range(n - 1):
        sums.buckets[w] = feature_bucket(words.pair_hashes[w], settings.hash_shift)
        prefetch(tables.values, sums.buckets[w])
    sums.steps[:] = 0
    sums.sizes[WORDS] = distinct
    sums.sizes[PAIRS] = pairs
    _sum_pairs(n - 1, tables.head_rows.shape[1], tables.values, words, sums)
    _sum_words(b, n, settings, tables, words, sums)
    return n


@inner
def _sum_pairs(n: int, heads: int, values: Int8Array, words: Words, sums: FeatureSums) -> None:
    """Add up the pairs, whose buckets are sums.buckets[:n]."""
    prefix, is_wide = sums.prefix, values.shape[1] != heads
    prefix[0, _PAIR_STEPS:] = 0
    hateful_total = abusive_total = np.int64(0)
    for w in range(n):
        bucket = sums.buckets[w]
        hateful, abusive = steps_of(values, bucket, HATEFUL_HEAD, is_wide), steps_of(values, bucket, ABUSIVE_HEAD, is_wide)
        prefix[w + 1, _PAIR_STEPS + HATEFUL_HEAD] = prefix[w, _PAIR_STEPS + HATEFUL_HEAD] + hateful
        prefix[w + 1, _PAIR_STEPS + ABUSIVE_HEAD] = prefix[w, _PAIR_STEPS + ABUSIVE_HEAD] + abusive
        if words.first_pair[w] == w:
            hateful_total += hateful
            abusive_total += abusive
            for head in range(LABEL_HEADS, heads):
                sums.steps[PAIRS, head] += steps_of(values, bucket, head, is_wide)
    sums.steps[PAIRS, HATEFUL_HEAD] = hateful_total
    sums.steps[PAIRS, ABUSIVE_HEAD] = abusive_total


@inner
def _sum_words(b: ByteArray, n: int, settings: KernelSettings, tables: WeightTables, words: Words, sums: FeatureSums) -> None:
    """Add up n words and their letter n-grams."""
    heads = tables.head_rows.shape[1]
    own_steps = LETTER_STEPS + heads
    prefix = sums.prefix
    prefix[0, :_PAIR_STEPS] = 0
    ngrams = np.int64(0)
    for w in range(n):
        first = words.first[w]
        if first != w:
            for column in range(_PAIR_STEPS):
                prefix[w + 1, column] = prefix[w, column] + prefix[first + 1, column] - prefix[first, column]
            continue
        table, row = tables.word_rows, int(sums.rows[w])
        if table[row, HASH_COLUMN] != np.int64(words.hashes[w]):
            table, row = sums.rare_row, 0
            write_word_row(b, words.begin[w], words.end[w], words.hashes[w], settings, tables.values, heads, sums.buckets, table, row)
        ngrams += table[row, NGRAMS_COLUMN]
        prefix[w + 1, _NGRAMS] = prefix[w, _NGRAMS] + table[row, NGRAMS_COLUMN]
        for head in range(LABEL_HEADS):
            prefix[w + 1, _WORD_STEPS + head] = prefix[w, _WORD_STEPS + head] + table[row, own_steps + head]
            prefix[w + 1, _LETTER_STEPS + head] = prefix[w, _LETTER_STEPS + head] + table[row, LETTER_STEPS + head]
        for head in range(heads):
            sums.steps[LETTERS, head] += table[row, LETTER_STEPS + head]
            sums.steps[WORDS, head] += table[row, own_steps + head]
    sums.sizes[LETTERS] = ngrams


@kernel
def window_penalty(words: int, window: int, stride: int) -> float:
    """Return what is subtracted from the calibrated log-odds of each window of a text with very many, beside the discount.

    The more windows there are, the worse the worst of them looks by chance: of 750 windows of friendly talk one was flagged in
    seven texts of ten.

    Args:
        words: number of words of the text, above ``window``.
        window: words of a window.
        stride: words from the beginning of a window to that of the next.
    """
    windows = (words - window + stride - 1) // stride + 1
    return 0.0 if windows <= _MANY_WINDOWS else _PENALTY * np.log(windows / _MANY_WINDOWS)


@inner
def sum_window(start: int, stop: int, sums: FeatureSums) -> None:
    """Replace the sums of the two label heads by those of words start to stop, at least one, of the text last summed."""
    prefix, last_pair = sums.prefix, stop - 1
    for head in range(LABEL_HEADS):
        sums.steps[WORDS, head] = prefix[stop, _WORD_STEPS + head] - prefix[start, _WORD_STEPS + head]
        sums.steps[PAIRS, head] = prefix[last_pair, _PAIR_STEPS + head] - prefix[start, _PAIR_STEPS + head]
        sums.steps[LETTERS, head] = prefix[stop, _LETTER_STEPS + head] - prefix[start, _LETTER_STEPS + head]
    sums.sizes[WORDS] = stop - start
    sums.sizes[PAIRS] = last_pair - start
    sums.sizes[LETTERS] = prefix[stop, _NGRAMS] - prefix[start, _NGRAMS]


@inner
def write_log_odds(sums: FeatureSums, head_rows: FloatArray, heads: int, log_odds: FloatArray) -> None:
    """Write the uncalibrated log-odds that the sums give the first ``heads`` heads to ``log_odds``."""
    for head in range(heads):
        log_odds[head] = head_rows[BIAS_ROW, head]
    for block in range(BLOCKS):
        if sums.sizes[block] > 0:
            factor = 1 / np.sqrt(np.float64(sums.sizes[block]))
            for head in range(heads):
                log_odds[head] += factor * head_rows[block, head] * np.float64(sums.steps[block, head])
