"""Finds near duplicates exactly: every pair of texts whose sets of shingles overlap enough, and no other.

The join is a prefix filter (Chaudhuri et al. 2006; Xiao et al. 2008, "Efficient similarity joins for near duplicate detection"): two sets
whose Jaccard similarity is at least t share one of the ``m - ceil(t * m) + 1`` rarest of the m members of each, so only texts that do are
compared. Unlike MinHash it misses no pair, and needs no random numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from model.array_types import BoolArray, Int8Array, IntArray

__all__ = ["SHINGLE", "find_near_duplicates", "group_near_duplicates"]

SHINGLE = 5
"""Code points of a shingle; a shorter text is one shingle as a whole."""

# How often a shingle occurs is counted in 2**22 slots. Two shingles in one slot look too common, which costs time but changes no result.
_SLOTS = 1 << 22
_SLOT = np.uint64(_SLOTS - 1)
_COMMON = np.uint64(0xFFFF)
_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SLACK = 1e-9  # for rounding errors in comparisons with the threshold
# The most texts that one text is compared with, the nearest in the order of the texts first. Ordinary tables stay far below it; a raid of a
# hundred thousand variants would need the square of that.
_MOST_NEIGHBOURS = 500


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """The near duplicates among n texts.

    Attributes:
        is_kept: (n,) bool; False where an earlier kept text on the same side is a near duplicate that answers all that this one answers.
        cluster: (n,) int64; the position of one text of the cluster, the same for all of it. Near duplicates share a cluster.
        is_contrast: (n,) bool; True where a kept text has a kept near duplicate, on the same side, that contradicts it.
    """

    is_kept: BoolArray
    cluster: IntArray
    is_contrast: BoolArray


def find_near_duplicates(keys: Sequence[str], *, sides: Int8Array, answers: Int8Array, threshold: float) -> NearDuplicates:
    """Return the near duplicates among n texts, and which texts to keep: the first, and those that add an answer.

    Args:
        keys: (n,) the texts in canonical form.
        sides: (n,) which side of a split each text is on; none is dropped for one on another side.
        answers: (n, questions) 1, 0, or -1 where the text answers nothing.
        threshold: the least Jaccard similarity of two texts' sets of shingles that makes them near duplicates, above 0 and at most 1.

    Raises:
        ValueError: ``threshold`` is out of its range.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}; it must be above 0 and at most 1")
    members, bounds, tokens, first = _index(keys, threshold)
    return NearDuplicates(*_join(members, bounds, tokens, first, sides, np.ascontiguousarray(answers), threshold))


def group_near_duplicates(keys: Sequence[str], *, threshold: float) -> IntArray:
    """Return the group of each of n texts: near duplicates share one, and so do those that are linked by others (single linkage).

    Who is in a group with whom follows from the texts alone, never from their order. Where a text shares its rarest shingles with
    thousands of others, only the nearest of those in the order of code points are compared.

    Args:
        keys: (n,) the texts in canonical form.
        threshold: the least Jaccard similarity of two texts' sets of shingles that makes them near duplicates, above 0 and at most 1.

    Returns:
        (n,) int64: numbers from 0 without gaps, in the order in which the groups first occur in ``keys``.

    Raises:
        ValueError: ``threshold`` is out of its range.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}; it must be above 0 and at most 1")
    distinct = sorted(set(keys))
    roots = _link(*_index(distinct, threshold), threshold)
    root_of = dict(zip(distinct, roots.tolist(), strict=True))
    numbers: dict[int, int] = {}
    return np.fromiter((numbers.setdefault(root_of[key], len(numbers)) for key in keys), dtype=np.int64, count=len(keys))


def _index(keys: Sequence[str], threshold: float) -> tuple[NDArray[np.uint64], IntArray, IntArray, IntArray]:
    """Return the shingles of all texts, and the tokens by which texts find each other; each with the place where those of a text begin."""
    lengths = np.fromiter(map(len, keys), dtype=np.int64, count=len(keys))
    points = np.frombuffer("".join(keys).encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32)
    members, bounds = _shingle(points, _starts(lengths))
    sizes = np.diff(bounds)
    heads = sizes - np.ceil(threshold * sizes - _SLACK).astype(np.int64) + (sizes > 0)
    first = _starts(heads)
    tokens = np.unique(_heads(members, bounds, first), return_inverse=True)[1]
    return members, bounds, tokens, first


def _starts(lengths: IntArray) -> IntArray:
    """Return where each of several consecutive ranges starts, and the end of the last."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])


@njit(nogil=True, cache=True)
def _hash(points, begin, end):  # type: ignore[no-untyped-def]
    value = np.uint64(end - begin)
    for i in range(begin, end):
        value = (value ^ np.uint64(points[i])) * _PRIME
    value = (value ^ (value >> np.uint64(32))) * _MIX
    return value ^ (value >> np.uint64(29))


@njit(nogil=True, cache=True)
def _shingle(points, starts):  # type: ignore[no-untyped-def]
    """Return the shingles of every text, each once, rarest first in an order that all texts share; and where each text begins."""
    size = starts.size - 1
    counts = np.zeros(_SLOTS, dtype=np.int64)
    bounds = np.zeros(size + 1, dtype=np.int64)
    for text in range(size):
        shingles = 0
        if starts[text + 1] > starts[text]:
            shingles = max(starts[text + 1] - starts[text] - SHINGLE + 1, 1)
        for begin in range(starts[text], starts[text] + shingles):
            counts[_hash(points, begin, min(begin + SHINGLE, starts[text + 1])) & _SLOT] += 1
        bounds[text + 1] = bounds[text] + shingles
    members = np.empty(bounds[size], dtype=np.uint64)
    written = 0
    for text in range(size):
        shingles, bounds[text] = bounds[text + 1] - bounds[text], written
        own = np.empty(shingles, dtype=np.uint64)
        for i in range(shingles):
            value = _hash(points, starts[text] + i, min(starts[text] + i + SHINGLE, starts[text + 1]))
            own[i] = (min(np.uint64(counts[value & _SLOT]), _COMMON) << np.uint64(48)) | (value >> np.uint64(16))
        own.sort()
        for i in range(shingles):
            if i == 0 or own[i] != own[i - 1]:
                members[written] = own[i]
                written += 1
    bounds[size] = written
    return members[:written].copy(), bounds


@njit(nogil=True, cache=True)
def _heads(members, bounds, first):  # type: ignore[no-untyped-def]
    """Return the rarest members of every text, text by text."""
    heads = np.empty(first[-1], dtype=np.uint64)
    for text in range(first.size - 1):
        for i in range(first[text + 1] - first[text]):
            heads[first[text] + i] = members[bounds[text] + i]
    return heads


@njit(nogil=True, cache=True)
def _is_near(members, bounds, text, other, threshold):  # type: ignore[no-untyped-def]
    """Return whether the Jaccard similarity of two texts reaches the threshold; stop as soon as it cannot."""
    i, i_end, j, j_end = bounds[text], bounds[text + 1], bounds[other], bounds[other + 1]
    total = (i_end - i) + (j_end - j)
    least = threshold * total / (1 + threshold) - _SLACK
    common = 0
    while i < i_end and j < j_end:
        if common + min(i_end - i, j_end - j) < least:
            return False
        if members[i] == members[j]:
            common += 1
            i += 1
            j += 1
        elif members[i] < members[j]:
            i += 1
        else:
            j += 1
    return common >= least


@njit(nogil=True, cache=True)
def _root(parent, text):  # type: ignore[no-untyped-def]
    while parent[text] != text:
        parent[text] = parent[parent[text]]
        text = parent[text]
    return text


@njit(nogil=True, cache=True)
def _relate(answers, text, other):  # type: ignore[no-untyped-def]
    """Return 1 if other gives all answers of text, -1 if the two contradict each other, else 0."""
    covered = 1
    for question in range(answers.shape[1]):
        mine, its = answers[text, question], answers[other, question]
        if mine >= 0 and its >= 0 and mine != its:
            return -1
        if mine >= 0 and its < 0:
            covered = 0
    return covered


@njit(nogil=True, cache=True)
def _join(members, bounds, tokens, first, sides, answers, threshold):  # type: ignore[no-untyped-def]
    """Compare each text with the earlier kept ones that share a rare member; one loop, because it searches the index while filling it."""
    size = bounds.size - 1
    kept, contrast = np.ones(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    parent, compared = np.arange(size), np.full(size, -1)
    # The index: for each token a chain of postings, newest first; only kept texts are entered, so that spam costs one comparison each.
    newest = np.full(tokens.max() + 1 if tokens.size else 0, -1)
    older, owner = np.full(tokens.size, -1), np.full(tokens.size, -1)
    for text in range(size):
        length = bounds[text + 1] - bounds[text]
        for posting in range(first[text], first[text + 1]):
            entry = newest[tokens[posting]]
            while entry >= 0 and kept[text]:
                other, entry = owner[entry], older[entry]
                its_length = bounds[other + 1] - bounds[other]
                if compared[other] == text or min(length, its_length) < threshold * max(length, its_length) - _SLACK:
                    continue
                compared[other] = text
                if not _is_near(members, bounds, text, other, threshold):
                    continue
                parent[_root(parent, text)] = _root(parent, other)
                relation = _relate(answers, text, other) if sides[text] == sides[other] else 0
                kept[text] = relation != 1
                if relation == -1:
                    contrast[text] = contrast[other] = True
            if not kept[text]:
                break
        for posting in range(first[text], first[text + 1] if kept[text] else first[text]):
            owner[posting] = text
            older[posting] = newest[tokens[posting]]
            newest[tokens[posting]] = posting
    for text in range(size):
        contrast[text] = contrast[text] and kept[text]
    return kept, np.array([_root(parent, text) for text in range(size)]), contrast


@njit(nogil=True, cache=True)
def _link(members, bounds, tokens, first, threshold):  # type: ignore[no-untyped-def]
    """Return a number for each text that is the same for all texts of a group."""
    size = bounds.size - 1
    parent, compared = np.arange(size), np.full(size, -1)
    newest = np.full(tokens.max() + 1 if tokens.size else 0, -1)
    older, owner = np.full(tokens.size, -1), np.full(tokens.size, -1)
    for text in range(size):
        length = bounds[text + 1] - bounds[text]
        neighbours = 0
        for posting in range(first[text], first[text + 1]):
            entry = newest[tokens[posting]]
            while entry >= 0 and neighbours < _MOST_NEIGHBOURS:
                other, entry = owner[entry], older[entry]
                if compared[other] == text:
                    continue
                compared[other] = text
                neighbours += 1
                its_length = bounds[other + 1] - bounds[other]
                if min(length, its_length) < threshold * max(length, its_length) - _SLACK:
                    continue
                root, its_root = _root(parent, text), _root(parent, other)
                if root != its_root and _is_near(members, bounds, text, other, threshold):
                    parent[root] = its_root
        for posting in range(first[text], first[text + 1]):
            owner[posting] = text
            older[posting] = newest[tokens[posting]]
            newest[tokens[posting]] = posting
    return np.array([_root(parent, text) for text in range(size)], dtype=np.int64)
