"""Finds the texts that share most n-grams with each text, at a cost that grows with the number of texts and no faster."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from model.array_types import FloatArray, IntArray

__all__ = ["NearestTexts", "find_nearest_texts"]

_MOST_RARE_FEATURES = 24  # of a text, by which candidates are found
_MOST_TEXTS_OF_A_FEATURE = 256  # beyond which it finds none: so a text has at most 24 × 256 candidates
_MOST_CANDIDATES = 16  # of a text, which are compared by all their features
_LEAST_SIMILARITY = 0.2
_BLOCK = 1024  # texts that are compared at a time


@dataclass(frozen=True, eq=False)
class NearestTexts:
    """The nearest texts of each of n texts, the nearest first.

    Attributes:
        texts: (n, k) int64 their numbers; -1 where there are fewer than k.
        similarity: (n, k) the cosine of the two texts' features, weighted by how rare they are; 0 where there is none.
    """

    texts: IntArray
    similarity: FloatArray


def find_nearest_texts(features: csr_matrix, clusters: IntArray, *, count: int = 5) -> NearestTexts:
    """Return the nearest texts of each text outside of its own cluster.

    A text is compared with those that share one of its rarest features; one whose features are all common has no neighbours.

    Args:
        features: of n texts, float32, shape (n, features).
        clusters: (n,) texts of one cluster are near duplicates, and no neighbours of each other.
        count: k, at most 16.
    """
    size = features.shape[0]
    weighted = features.copy()
    weighted.sum_duplicates()
    frequency = np.bincount(weighted.indices, minlength=features.shape[1])
    weighted.data = weighted.data * np.log((size + 1) / frequency[weighted.indices]).astype(np.float32)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = (diags(1 / np.maximum(lengths, 1e-12)) @ weighted).tocsr()
    rare = _rarest(weighted, frequency)
    texts, similarity = np.full((size, count), -1, np.int64), np.zeros((size, count))
    columns = rare.T.tocsr()
    for start in range(0, size, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, size))
        pairs = _candidates((rare[block] @ columns).tocsr(), block, clusters)
        cosines = np.asarray(weighted[pairs[:, 0]].multiply(weighted[pairs[:, 1]]).sum(axis=1)).ravel().astype(np.float64)
        # Rounded, so that no rounding error of a sum decides between two neighbours that are as near.
        cosines = np.round(cosines, 5)
        order = np.lexsort((pairs[:, 1], -cosines, pairs[:, 0]))
        pairs, cosines = pairs[order], cosines[order]
        place = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0])
        is_near = (place < count) & (cosines >= _LEAST_SIMILARITY)
        texts[pairs[is_near, 0], place[is_near]] = pairs[is_near, 1]
        similarity[pairs[is_near, 0], place[is_near]] = cosines[is_near]
    return NearestTexts(texts, similarity)


def _rarest(weighted: csr_matrix, frequency: npt.NDArray[np.int64]) -> csr_matrix:
    """Return the matrix with the rarest features of each text alone, of those that another text has and not too many have."""
    rows = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
    often = frequency[weighted.indices]
    usable = np.flatnonzero((often >= 2) & (often <= _MOST_TEXTS_OF_A_FEATURE))
    usable = usable[np.lexsort((weighted.indices[usable], often[usable], rows[usable]))]
    place = np.arange(len(usable)) - np.searchsorted(rows[usable], rows[usable])
    usable = usable[place < _MOST_RARE_FEATURES]
    return csr_matrix((weighted.data[usable], (rows[usable], weighted.indices[usable])), shape=weighted.shape)


def _candidates(shared: csr_matrix, block: npt.NDArray[np.int64], clusters: IntArray) -> npt.NDArray[np.int64]:
    """Return pairs of a text and a candidate, shape (pairs, 2): for each text those that share most with it."""
    rows = block[np.repeat(np.arange(len(block)), np.diff(shared.indptr))]
    others = shared.indices.astype(np.int64)
    outside = np.flatnonzero(clusters[rows] != clusters[others])
    rows, others, amounts = rows[outside], others[outside], np.round(shared.data[outside], 5)
    order = np.lexsort((others, -amounts, rows))
    rows, others = rows[order], others[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    chosen = place < _MOST_CANDIDATES
    return np.column_stack([rows[chosen], others[chosen]])
