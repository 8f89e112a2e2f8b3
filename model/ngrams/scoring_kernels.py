"""The kernels of the n-gram reader: each normalises packed texts, splits them into words and hashes their features in one pass.

They differ only in what they do with the features, so that scoring, training and explaining see the same ones. Each works on
a slice of a batch without the interpreter lock; ``model.ngrams.reader`` hands the slices to threads.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, FloatArray, Int8Array, Int32Array, IntArray
from model.ngrams.feature_sums import FeatureSums, allocate_sums, sum_features, sum_window, window_penalty, write_log_odds
from model.ngrams.features import (
    BLOCKS,
    LETTERS,
    PAIRS,
    WORDS,
    FeatureBuffers,
    KernelSettings,
    allocate_features,
    collect_features,
    max_features,
)
from model.ngrams.heads import (
    ABUSIVE_BEGIN,
    ABUSIVE_END,
    HATEFUL_BEGIN,
    HATEFUL_END,
    HATEFUL_HEAD,
    LABEL_HEADS,
    write_scores,
)
from model.ngrams.tokens import Words, allocate_words
from model.ngrams.weight_tables import DISCOUNT_ROW, SLOPE_ROW, WeightTables
from model.normaliser.buffers import make_buffers
from model.normaliser.normalise import normalise_bytes
from model.numba_cache import inner, kernel

__all__ = ["collect_occurrences", "extract_slice", "score_slice"]

_SLACK = 16


class _TextBuffers(NamedTuple):
    """Buffers for the words of a text and for the sums of their weights.

    Attributes:
        words, sums: the buffers.
        capacity: how many normalised bytes they are large enough for.
    """

    words: Words
    sums: FeatureSums
    capacity: int


@kernel
def _allocate_text(capacity: int, settings: KernelSettings, heads: int) -> _TextBuffers:
    return _TextBuffers(allocate_words(capacity), allocate_sums(capacity, settings, heads), capacity)


@inner
def _longest(offsets: IntArray, lo: int, hi: int) -> int:
    size = 0
    for i in range(lo, hi):
        size = max(size, offsets[i + 1] - offsets[i])
    return size


@inner
def _most_normalised(size: int) -> int:
    """Return how many bytes a text of so many bytes can have at most once it is normalised."""
    return 5 * size + 8


@kernel
def score_slice(
    data: ByteArray,
    offsets: IntArray,
    lo: int,
    hi: int,
    lexicon: npt.NDArray[np.uint32],
    settings_array: IntArray,
    values: Int8Array,
    head_rows: FloatArray,
    word_slots: npt.NDArray[np.uint32],
    word_rows: IntArray,
    bounds: FloatArray,
    floats: FloatArray,
    codes: IntArray,
) -> None:
    """Score texts lo to hi, and write what follows from their log-odds to the rows of ``floats`` and ``codes``; see ``write_scores``.

    The settings (``FeatureSettings.kernel_array``) and the fields of ``WeightTables`` come one by one: unpacking tuples where
    Python calls the kernel takes longer than scoring a short comment.
    """
    settings = KernelSettings(np.uint64(settings_array[0]), settings_array[1], settings_array[2], settings_array[3], settings_array[4])
    tables = WeightTables(values, head_rows, word_slots, word_rows)
    heads = head_rows.shape[1]
    longest = _longest(offsets, lo, hi)
    buffers = make_buffers(longest, False)
    # Normalisation can make five bytes of one, but hardly ever does: smaller buffers are less memory to touch.
    room = _allocate_text(longest + _SLACK, settings, heads)
    window_log_odds = np.empty(LABEL_HEADS, np.float64)
    generation = 1
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, buffers)
        if n > room.capacity:
            room = _allocate_text(n, settings, heads)
            generation = 1
        words = sum_features(buffers.text.data, n, settings, tables, room.words, generation, room.sums)
        generation += 2
        write_log_odds(room.sums, head_rows, heads, floats[i])
        codes[i, ABUSIVE_BEGIN] = codes[i, HATEFUL_BEGIN] = 0
        codes[i, ABUSIVE_END] = codes[i, HATEFUL_END] = n
        if words > settings.window:
            _take_worst_windows(words, settings, tables, room, window_log_odds, floats[i], codes[i])
        write_scores(floats[i], codes[i], head_rows, bounds)


@inner
def _take_worst_windows(
    words: int,
    settings: KernelSettings,
    tables: WeightTables,
    room: _TextBuffers,
    window_log_odds: FloatArray,
    floats: FloatArray,
    codes: IntArray,
) -> None:
    """Read the text last summed in windows; for each label head, a window that is worse than the whole text replaces it."""
    start = 0
    penalty = window_penalty(words, settings.window, settings.stride)
    while True:
        stop = min(start + settings.window, words)
        sum_window(start, stop, room.sums)
        write_log_odds(room.sums, tables.head_rows, LABEL_HEADS, window_log_odds)
        for head in range(LABEL_HEADS):
            discounted = window_log_odds[head] - tables.head_rows[DISCOUNT_ROW, head] - penalty / tables.head_rows[SLOPE_ROW, head]
            if discounted > floats[head]:
                floats[head] = discounted
                codes[HATEFUL_BEGIN if head == HATEFUL_HEAD else ABUSIVE_BEGIN] = room.words.begin[start]
                codes[HATEFUL_END if head == HATEFUL_HEAD else ABUSIVE_END] = room.words.end[stop - 1]
        if stop == words:
            return
        start += settings.stride


@kernel
def extract_slice(
    data: ByteArray,
    offsets: IntArray,
    lo: int,
    hi: int,
    lexicon: npt.NDArray[np.uint32],
    settings: KernelSettings,
    out: Int32Array,
    counts: Int32Array,
) -> int:
    """Write the buckets of texts lo to hi to ``out``, one text after the other, and the sizes of their blocks to ``counts``.

    Args:
        data: of the packed texts.
        offsets: of the packed texts.
        lo: the first text to read.
        hi: the last one, exclusive.
        lexicon: words that disguises may be read as.
        settings: which features there are.
        out: gets the buckets, int32.
        counts: gets the number of features of each block, int32, shape (hi - lo, 3).

    Returns:
        The number of buckets, -1 if ``out`` is too small.
    """
    longest = _longest(offsets, lo, hi)
    buffers = make_buffers(longest, False)
    words = allocate_words(_most_normalised(longest))
    features = allocate_features(max_features(_most_normalised(longest), settings))
    ends = np.zeros(BLOCKS, np.int64)
    total = 0
    for i in range(lo, hi):
        n = normalise_bytes(data, offsets[i], offsets[i + 1], lexicon, buffers)
        size = collect_features(buffers.text.data, 0, n, settings, words, 2 * (i - lo) + 1, True, features, ends)
        if total + size > out.size:
            return -1
        out[total : total + size] = features.bucket[:size]
        total += size
        counts[i - lo, WORDS] = ends[WORDS]
        counts[i - lo, PAIRS] = ends[PAIRS] - ends[WORDS]
        counts[i - lo, LETTERS] = ends[LETTERS] - ends[PAIRS]
    return total


@kernel
def collect_occurrences(b: ByteArray, lo: int, hi: int, settings: KernelSettings, ends: IntArray) -> tuple[FeatureBuffers, int]:
    """Return every occurrence of every feature of b[lo:hi], and their number; write the end of each block to ``ends``."""
    features = allocate_features(max_features(hi - lo, settings))
    return features, collect_features(b, lo, hi, settings, allocate_words(hi - lo), 1, False, features, ends)
