"""The features of a normalised text, compiled: hashed words, pairs of words and letter n-grams, in three blocks.

The features are those of the distinct words and pairs of a text: a word that occurs twice counts once. The letter n-grams of
a word, which include its edges, come with the word, each as often as the word contains it. So what a word adds to a score
does not depend on where it stands, and can be computed in advance for frequent words (``model.ngrams.weight_tables``). Each
block is scaled by 1 / sqrt(number of its features), so that long and short comments weigh the same, and by a factor from the
settings.
"""

from typing import NamedTuple

import numpy as np

from model.array_types import ByteArray, Int32Array, IntArray
from model.ngrams.tokens import HASH_PRIME, Words, has_letters, mark_first_occurrences, split_words
from model.numba_cache import inner, kernel

__all__ = [
    "BLOCKS",
    "LETTERS",
    "PAIRS",
    "WORDS",
    "FeatureBuffers",
    "KernelSettings",
    "allocate_features",
    "collect_features",
    "feature_bucket",
    "find_words",
    "letter_buckets",
    "max_features",
]

BLOCKS = 3
WORDS, PAIRS, LETTERS = range(BLOCKS)
"""The blocks of features, in the order of every array that has a row or column for each."""

_BUCKET_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4)
_PAIR_SEED = np.uint64(0x84222325CBF29CE4)
_LETTER_SEED = np.uint64(0x9AE16A3B2F90404F)
_BLANK = np.uint64(ord(" "))


class KernelSettings(NamedTuple):
    """Which features a text has, as the kernels take it; ``model.ngrams.feature_settings.FeatureSettings`` explains the fields.

    Attributes:
        hash_shift: 64 - bits: what remains of a mixed hash after this shift is a bucket.
        shortest, longest: sizes of the letter n-grams in bytes, inclusive.
        window: words of a window.
        stride: words from the beginning of a window to that of the next.
    """

    hash_shift: np.uint64
    shortest: int
    longest: int
    window: int
    stride: int


class FeatureBuffers(NamedTuple):
    """Buffers for the features of a text, block by block, each as often as it occurs.

    Attributes:
        bucket: entry of the hash table, int32.
        begin, end: range of normalised bytes; of a letter n-gram, that of its word; int32.
        word: index of the first word or pair that equals the one to which the feature belongs, int32.
    """

    bucket: Int32Array
    begin: Int32Array
    end: Int32Array
    word: Int32Array


@kernel
def allocate_features(capacity: int) -> FeatureBuffers:
    """Return buffers for up to ``capacity`` features; see ``max_features``."""
    return FeatureBuffers(
        np.empty(capacity, np.int32), np.empty(capacity, np.int32), np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    )


@inner
def max_features(size: int, settings: KernelSettings) -> int:
    """Return the largest number of features that a text of ``size`` normalised bytes can have."""
    return (size + 2) * (2 * (settings.longest - settings.shortest + 1) + 2) + 8


@inner
def feature_bucket(h: np.uint64, hash_shift: np.uint64) -> int:
    """Return the entry of the hash table that a feature with this hash falls into."""
    return int(np.int64(((h ^ (h >> np.uint64(31))) * _BUCKET_MIX) >> hash_shift))


@inner
def find_words(b: ByteArray, lo: int, hi: int, words: Words, generation: int) -> tuple[int, int, int]:
    """Write the words of b[lo:hi] to ``words`` and mark which words and pairs of neighbours are repeated.

    Args:
        b: normalised UTF-8.
        lo: where the range to read begins.
        hi: where it ends, exclusive.
        words: gets the words.
        generation: see ``mark_first_occurrences``; this one and the next are used.

    Returns:
        The numbers of words, of distinct words, and of distinct pairs.
    """
    n = split_words(b, lo, hi, words)
    for w in range(n - 1):
        words.pair_hashes[w] = ((words.hashes[w] ^ _PAIR_SEED) * HASH_PRIME + words.hashes[w + 1]) * HASH_PRIME
    distinct = mark_first_occurrences(words.hashes, n, words.first, words.slots, generation)
    return n, distinct, mark_first_occurrences(words.pair_hashes, max(n - 1, 0), words.first_pair, words.slots, generation + 1)


@inner
def letter_buckets(b: ByteArray, begin: int, end: int, settings: KernelSettings, buckets: Int32Array, n: int) -> int:
    """Append the buckets of the letter n-grams of the word b[begin:end], with a blank at either edge, to buckets[:n].

    Returns:
        The new n.
    """
    first = begin - 1
    for i in range(first, end):
        h = _LETTER_SEED
        for j in range(i, min(i + settings.longest, end + 1)):
            h = (h ^ (_BLANK if j == first or j == end else np.uint64(b[j]))) * HASH_PRIME
            if j - i + 1 >= settings.shortest:
                buckets[n] = feature_bucket(h, settings.hash_shift)
                n += 1
    return n


@inner
def collect_features(
    b: ByteArray,
    lo: int,
    hi: int,
    settings: KernelSettings,
    words: Words,
    generation: int,
    distinct: bool,
    out: FeatureBuffers,
    ends: IntArray,
) -> int:
    """Write the features of b[lo:hi] to ``out``.

    Args:
        b: normalised UTF-8.
        lo: where the range to read begins.
        hi: where it ends, exclusive.
        settings: which features there are.
        words: buffers for the words.
        generation: see ``find_words``.
        distinct: whether repeated words and pairs are left out, rather than listed as often as they occur.
        out: gets the features.
        ends: gets the end of each block in ``out``, int64, shape (3,).

    Returns:
        The number of features.
    """
    n, _, _ = find_words(b, lo, hi, words, generation)
    k = 0
    for w in range(n):
        if words.first[w] == w or not distinct:
            out.bucket[k] = feature_bucket(words.hashes[w], settings.hash_shift)
            out.begin[k], out.end[k], out.word[k] = words.begin[w], words.end[w], words.first[w]
            k += 1
    ends[WORDS] = k
    for w in range(n - 1):
        if words.first_pair[w] == w or not distinct:
            out.bucket[k] = feature_bucket(words.pair_hashes[w], settings.hash_shift)
            out.begin[k], out.end[k], out.word[k] = words.begin[w], words.end[w + 1], words.first_pair[w]
            k += 1
    ends[PAIRS] = k
    for w in range(n):
        if (words.first[w] == w or not distinct) and has_letters(b[words.begin[w]]):
            last = letter_buckets(b, words.begin[w], words.end[w], settings, out.bucket, k)
            for each in range(k, last):
                out.begin[each], out.end[each], out.word[each] = words.begin[w], words.end[w], words.first[w]
            k = last
    ends[LETTERS] = k
    return k
