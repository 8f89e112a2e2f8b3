"""The compiled reader: packed UTF-8 comments to hashed n-grams, in one kernel with three ways out.

``extract`` yields the features of each comment, for training (``training.fit.feature_matrix`` makes a SciPy matrix of them); ``score``
multiplies them with the weights at once, for serving; ``occurrences`` tells where each stood, for explanations. All three
normalise, split and hash with the same compiled functions, so that their features are the same.

A feature is a bucket of a hash table of 2**bits entries; ``model.ngrams.features`` says which there are and how they are weighted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.ngrams.features import BLOCKS, Shape, Weights, know
from model.ngrams.scoring_kernels import extract_slice, find_occurrences, score_slice
from model.threads import run_in_slices

__all__ = [
    "BLOCKS",
    "LABEL_HEADS",
    "NO_BOUNDS",
    "FeatureSettings",
    "Occurrences",
    "Packed",
    "Reading",
    "Weights",
    "extract",
    "occurrences",
    "pack_bytes",
    "room",
    "score",
    "weights",
]


NO_BOUNDS = np.full(6, np.inf)
_MOST_KNOWN = 1 << 16
LABEL_HEADS = 2
"""The first heads of every classifier, which give the label."""


@dataclass(frozen=True)
class FeatureSettings:
    """What the kernel reads out of a comment.

    Attributes:
        bits: the hash table has 2**bits buckets, 1 to 30.
        shortest, longest: sizes of the letter n-grams, in bytes, inclusive; 1 to 16.
        words, pairs, letters: factor of each block.
        window: words of a window, at least 2; comments of more words are read in windows too.
        stride: words from the beginning of a window to that of the next, 1 to ``window``.
        discount, discount_hateful: what is taken off the calibrated log-odds of being abusive (given not hateful), and of being
            hateful, in a window, for the worst of many looks worse than it is; at least 0.

    Raises:
        ValueError: one of them is outside its range.
    """

    bits: int = 21
    shortest: int = 2
    longest: int = 5
    words: float = 1.0
    pairs: float = 1.0
    letters: float = 1.0
    window: int = 8
    stride: int = 4
    discount: float = 1.9
    discount_hateful: float = 2.2

    def __post_init__(self) -> None:
        """Refuse what the kernel cannot work with."""
        if not (1 <= self.bits <= 30 and 1 <= self.shortest <= self.longest <= 16):
            raise ValueError(f"feature settings are out of range: {self}: bits 1-30, 1 <= shortest <= longest <= 16")
        if not (self.window >= 2 and 1 <= self.stride <= self.window and min(self.discount, self.discount_hateful) >= 0):
            raise ValueError(f"feature settings are out of range: {self}: window 2 or more, stride 1 to window, discount 0 or more")

    @cached_property
    def shape(self) -> Shape:
        """Return the whole-number settings as the kernels take them."""
        return Shape(np.uint64(64 - self.bits), self.shortest, self.longest, self.window, self.stride)

    @cached_property
    def numbers(self) -> npt.NDArray[np.int64]:
        """Return the shape as an array, int64, shape (5,)."""
        return np.array(self.shape, np.int64)

    @cached_property
    def discounts(self) -> npt.NDArray[np.float64]:
        """Return the discounts of the label heads, in their order, shape (2,)."""
        return np.array([self.discount_hateful, self.discount], np.float64)

    @cached_property
    def factors(self) -> npt.NDArray[np.float64]:
        """Return the factor of each block, shape (3,)."""
        return np.array([self.words, self.pairs, self.letters], np.float64)


class Packed(NamedTuple):
    """Comments as the kernel takes them.

    Attributes:
        data: their UTF-8 bytes one after the other, uint8.
        offsets: comment i is data[offsets[i]:offsets[i + 1]]; int64, shape (n + 1,).
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]


def pack_bytes(texts: Sequence[bytes]) -> Packed:
    """Return UTF-8 texts packed."""
    if len(texts) == 1:
        return Packed(np.frombuffer(texts[0], np.uint8), _alone(len(texts[0])))
    offsets = np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)
    return Packed(np.frombuffer(b"".join(texts), np.uint8), offsets)


@lru_cache(1024)
def _alone(size: int) -> npt.NDArray[np.int64]:
    return np.array([0, size], np.int64)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the features of a normalised text stand.

    Attributes:
        bucket: of each occurrence, int32, shape (k,).
        block: its block (0 words, 1 pairs, 2 letters), int64, shape (k,); every word of the text, also one that comes
            again, has its occurrence in block 0, in the order of the text.
        begin, end: its range in the normalised bytes, of letters that of their word; int32, shape (k,).
        share: how much it counts, float64, shape (k,): the factor of its block / sqrt(number of features of the block),
            divided, in a whole text, by the number of times that its word or pair occurs.
    """

    bucket: npt.NDArray[np.int32]
    block: npt.NDArray[np.int64]
    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    share: npt.NDArray[np.float64]


def occurrences(normalised: npt.NDArray[np.uint8], *, lo: int, hi: int, settings: FeatureSettings) -> Occurrences:
    """Return every occurrence of every feature of normalised[lo:hi]: of the whole text, or of one of its windows."""
    ends = np.zeros(BLOCKS, np.int64)
    found, n = find_occurrences(normalised, lo, hi, settings.shape, ends)
    block = np.repeat(np.arange(BLOCKS), np.diff(ends, prepend=0))
    word = found.word[:n]
    times = [np.bincount(word[block == which], minlength=1) for which in (0, 1, 0)]
    once = np.concatenate([1 / times[which][word[block == which]] for which in range(BLOCKS)])
    if (lo, hi) != (0, normalised.size):
        once = np.ones(n)
    sizes = np.bincount(block, once, BLOCKS)
    share = once * settings.factors[block] / np.sqrt(sizes[block])
    return Occurrences(found.bucket[:n], block, found.begin[:n], found.end[:n], share)


class Reading(NamedTuple):
    """What is read out of n comments, and what follows from it.

    Attributes:
        floats: shape (n, 2 * heads + 3): log-odds of each head before calibration, probability of each head, scores of fine,
            toxic and hateful.
        codes: int64, shape (n, 6): the range of normalised bytes that the log-odds of being abusive are of, the whole of a comment,
            or its worst window if that is worse; codes of label and verdict, -1 where there is nothing to read; the range that
            the log-odds of being hateful are of.
    """

    floats: FloatArray
    codes: npt.NDArray[np.int64]

    @property
    def log_odds(self) -> FloatArray:
        """Before calibration, shape (n, heads)."""
        return self.floats[:, : (self.floats.shape[1] - 3) // 2]

    @property
    def scores(self) -> FloatArray:
        """Of fine, toxic and hateful, shape (n, 3)."""
        return self.floats[:, -3:]

    def part(self, lo: int, hi: int) -> "Reading":
        """Return what comments lo to hi have of it; writing there writes here."""
        return Reading(self.floats[lo:hi], self.codes[lo:hi])

    @property
    def where(self) -> npt.NDArray[np.int64]:
        """The ranges of bytes that the heads hateful and abusive are of, shape (n, 2, 2)."""
        return np.stack([self.codes[:, 4:], self.codes[:, :2]], axis=1)


def room(n: int, *, heads: int) -> Reading:
    """Return room for what is read out of n comments."""
    return Reading(np.empty((n, 2 * heads + 3)), np.empty((n, 6), np.int64))


def weights(
    values: npt.NDArray[np.int8],
    *,
    settings: FeatureSettings,
    scales: FloatArray,
    biases: FloatArray,
    slopes: FloatArray,
    intercepts: FloatArray,
    words: Sequence[bytes] = (),
) -> Weights:
    """Return weights as ``score`` takes them.

    Args:
        values: codes, int8, shape (2**bits, heads), read-only as mapped ones are: the kernel is compiled for that alone.
        settings: what is read.
        scales: what one step of each head is worth in log-odds, shape (heads,).
        biases: log-odds of a comment without features, shape (heads,).
        slopes: of each head's calibration, shape (heads,).
        intercepts: of each head's calibration; both choose the window of a long comment and are
            not applied to what ``score`` returns.
        words: normalised words whose letters need not be looked at one by one, none twice; the scores do not depend on which.
    """
    discounts = np.zeros(slopes.size)
    discounts[:LABEL_HEADS] = settings.discounts / np.where(slopes > 0, slopes, 1.0)[:LABEL_HEADS]
    lines = np.ascontiguousarray([*(settings.factors[:, None] * scales), biases, slopes, intercepts, discounts], np.float64)
    rows = min(len(words) + 1, _MOST_KNOWN)
    slots = np.zeros(1 << (2 * rows).bit_length(), np.uint32)
    made = Weights(values, lines, slots, _aligned(rows, 2 + 2 * values.shape[1]))
    know(np.frombuffer(b"".join(word + b"\n" for word in words), np.uint8), settings.shape, made)
    return made


def _aligned(rows: int, columns: int) -> npt.NDArray[np.int64]:
    """Return zeros whose rows begin with a line of the cache: 64 bytes."""
    width = -(-columns // 8) * 8
    room = np.zeros(rows * width + 8, np.int64)
    first = -(room.ctypes.data // 8) % 8
    return room[first : first + rows * width].reshape(rows, width)


def score(
    packed: Packed,
    *,
    settings: FeatureSettings,
    lexicon: npt.NDArray[np.uint32],
    weights: Weights,
    bounds: FloatArray = NO_BOUNDS,
    threads: int = 1,
    out: Reading | None = None,
) -> Reading:
    """Read comments, multiply what is found with the weights, judge.

    Args:
        packed: n comments, as ``model.text.pipeline.prepare`` leaves them.
        settings: what to read.
        lexicon: words that disguises may be read as.
        weights: made by the function of that name for these settings.
        bounds: the thresholds of labels and verdicts, as of ``heads.finish``; without them every label is fine.
        threads: how many threads share the work; 1 stays in the calling thread. The result does not depend on it.
        out: where to write it, of n comments; new room if None.
    """
    reading = out or room(packed.offsets.size - 1, heads=weights.values.shape[1])
    what: tuple[Any, ...] = (lexicon, settings.numbers, *weights, bounds, *reading)
    if threads == 1:
        score_slice(packed.data, packed.offsets, 0, packed.offsets.size - 1, *what)
        return reading

    def run(lo: int, hi: int) -> None:
        score_slice(packed.data, packed.offsets, lo, hi, *what)

    run_in_slices(run, packed.offsets, threads)
    return reading


def extract(
    packed: Packed, *, settings: FeatureSettings, lexicon: npt.NDArray[np.uint32], threads: int = 1
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Read comments and return what is found.

    Args:
        packed: n comments, as ``model.text.pipeline.prepare`` leaves them.
        settings: what to read.
        lexicon: words that disguises may be read as.
        threads: how many threads share the work.

    Returns:
        The buckets of all comments one after the other, int32; and how many of them each block of each comment has, int32,
        shape (n, 3).
    """
    counts = np.empty((packed.offsets.size - 1, BLOCKS), np.int32)
    found: dict[int, npt.NDArray[np.int32]] = {}

    def run(lo: int, hi: int) -> None:
        room = 8 * int(packed.offsets[hi] - packed.offsets[lo]) + 1024
        while True:
            out = np.empty(room, np.int32)
            size = extract_slice(packed.data, packed.offsets, lo, hi, lexicon, settings.shape, out, counts[lo:hi])
            if size >= 0:
                found[lo] = out[:size].copy()
                return
            room *= 2

    run_in_slices(run, packed.offsets, threads)
    return np.concatenate([found[lo] for lo in sorted(found)]) if found else np.empty(0, np.int32), counts
