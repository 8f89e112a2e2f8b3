"""The n-gram reader: packed UTF-8 comments in, scores, features or their positions out.

``score_texts`` multiplies the features of each comment with the weights at once, for serving; ``extract_features`` returns the
features, for training (``training.fit.feature_matrix`` makes a SciPy matrix of them); ``find_occurrences`` returns where each
feature is in a text, for explanations. All three normalise, split and hash with the same compiled functions, so that their
features are the same.

A feature is a bucket of a hash table of 2**bits entries; ``model.ngrams.features`` says which features there are, and how they
are weighted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int32Array, IntArray
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS, LETTERS, PAIRS, WORDS
from model.ngrams.packed_texts import PackedTexts
from model.ngrams.raw_scores import RawScores, allocate_scores
from model.ngrams.scoring_kernels import collect_occurrences, extract_slice, score_slice
from model.ngrams.weight_tables import WeightTables
from model.threads import run_in_slices

__all__ = ["NO_BOUNDS", "Occurrences", "extract_features", "find_occurrences", "score_texts"]


NO_BOUNDS = np.full(6, np.inf)
"""Thresholds that no score reaches: every label is fine, every verdict is approve."""

_FEATURES_PER_BYTE, _SPARE_FEATURES = 8, 1024  # more than nearly all texts have


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The positions of the k occurrences of features in a normalised text.

    Attributes:
        bucket: of each occurrence, int32, shape (k,).
        block: its block (``WORDS``, ``PAIRS`` or ``LETTERS``), int64, shape (k,). Every word of the text, a repeated one too,
            has its occurrence in the block of words, in the order of the text.
        begin, end: its range of normalised bytes; of a letter n-gram, that of its word; int32, shape (k,).
        share: how much it counts, float64, shape (k,): the factor of its block / sqrt(number of features of the block),
            divided, in a whole text, by the number of times that its word or pair occurs.
    """

    bucket: Int32Array
    block: IntArray
    begin: Int32Array
    end: Int32Array
    share: FloatArray


def find_occurrences(normalised: npt.NDArray[np.uint8], *, lo: int, hi: int, settings: FeatureSettings) -> Occurrences:
    """Return every occurrence of every feature of normalised[lo:hi].

    Args:
        normalised: UTF-8 of a normalised text.
        lo: where the range to read begins.
        hi: where it ends, exclusive; in a part of the text, a window, every occurrence counts as a whole.
        settings: which features there are.
    """
    ends = np.zeros(BLOCKS, np.int64)
    features, n = collect_occurrences(normalised, lo, hi, settings.kernel_settings, ends)
    block = np.repeat(np.arange(BLOCKS), np.diff(ends, prepend=0))
    word = features.word[:n]
    # A letter n-gram comes with its word, so it counts as often as that occurs.
    times = [np.bincount(word[block == repeated], minlength=1) for repeated in (WORDS, PAIRS, WORDS)]
    once = np.concatenate([1 / times[which][word[block == which]] for which in (WORDS, PAIRS, LETTERS)])
    if (lo, hi) != (0, normalised.size):
        once = np.ones(n)
    sizes = np.bincount(block, once, BLOCKS)
    share = once * settings.factors[block] / np.sqrt(sizes[block])
    return Occurrences(features.bucket[:n], block, features.begin[:n], features.end[:n], share)


def score_texts(
    packed: PackedTexts,
    *,
    settings: FeatureSettings,
    lexicon: npt.NDArray[np.uint32],
    tables: WeightTables,
    bounds: FloatArray = NO_BOUNDS,
    threads: int = 1,
    out: RawScores | None = None,
) -> RawScores:
    """Score comments, and apply thresholds to the scores.

    Args:
        packed: n comments, as ``model.text.pipeline.prepare`` leaves them.
        settings: which features there are.
        lexicon: words that disguises may be read as.
        tables: the weights, built for these settings.
        bounds: the thresholds of labels and verdicts, see ``model.ngrams.heads.write_scores``.
        threads: how many threads share the work; 1 stays in the calling thread. The result does not depend on it.
        out: gets the result, of n comments; a new one if None.
    """
    raw = out or allocate_scores(packed.offsets.size - 1, heads=tables.head_rows.shape[1])
    arguments: tuple[Any, ...] = (lexicon, settings.kernel_array, *tables, bounds, *raw)
    if threads == 1:
        score_slice(packed.data, packed.offsets, 0, packed.offsets.size - 1, *arguments)
        return raw

    def run(lo: int, hi: int) -> None:
        score_slice(packed.data, packed.offsets, lo, hi, *arguments)

    run_in_slices(run, packed.offsets, threads)
    return raw


def extract_features(
    packed: PackedTexts, *, settings: FeatureSettings, lexicon: npt.NDArray[np.uint32], threads: int = 1
) -> tuple[Int32Array, Int32Array]:
    """Return the features of comments.

    Args:
        packed: n comments, as ``model.text.pipeline.prepare`` leaves them.
        settings: which features there are.
        lexicon: words that disguises may be read as.
        threads: how many threads share the work.

    Returns:
        The buckets of all comments, one comment after the other, int32; and the number of features of each block of each
        comment, int32, shape (n, 3).
    """
    counts = np.empty((packed.offsets.size - 1, BLOCKS), np.int32)
    slices: dict[int, Int32Array] = {}

    def run(lo: int, hi: int) -> None:
        capacity = _FEATURES_PER_BYTE * int(packed.offsets[hi] - packed.offsets[lo]) + _SPARE_FEATURES
        while True:
            buckets = np.empty(capacity, np.int32)
            size = extract_slice(packed.data, packed.offsets, lo, hi, lexicon, settings.kernel_settings, buckets, counts[lo:hi])
            if size >= 0:
                slices[lo] = buckets[:size].copy()
                return
            capacity *= 2

    run_in_slices(run, packed.offsets, threads)
    return np.concatenate([slices[lo] for lo in sorted(slices)]) if slices else np.empty(0, np.int32), counts
