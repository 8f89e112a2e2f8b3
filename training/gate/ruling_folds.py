"""Cuts rulings into parts for cross-fitting: each part is a stretch of time, and no near-duplicate group lies in two of them.

A model is fitted on all parts but one and measured on that one, for each in turn, so that every ruling takes part in the measure and none
is judged by a model that has seen it. Stretches of time, because what people say changes: a model that only remembers last week's raid
must not look good on last week's raid.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from model.array_types import FloatArray, IntArray

__all__ = ["FOLDS", "assign_time_folds"]

FOLDS = 5
"""Parts; with more of them, the fits take longer, with fewer, each has less to learn from."""


def assign_time_folds(created_at: FloatArray, groups: IntArray, texts: Sequence[str], *, folds: int = FOLDS) -> IntArray:
    """Return the part that each of n rulings is in, whatever order they come in; shape (n,).

    Args:
        created_at: seconds, NaN where no time is known (such rows are spread over all parts); shape (n,).
        groups: the near-duplicate group of each, shape (n,).
        texts: the comments, which tell apart what was ruled in the same second.
        folds: number of parts, at least 2.
    """
    size = groups.size
    if not size:
        return np.zeros(0, np.int64)
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts]
    _, numbers = np.unique(groups, return_inverse=True)
    first, key = np.full(numbers.max() + 1, np.inf), [""] * (numbers.max() + 1)
    for row, group in enumerate(numbers.tolist()):
        key[group] = min(key[group] or digests[row], digests[row])
        if np.isfinite(created_at[row]):
            first[group] = min(first[group], created_at[row])
    sizes = np.bincount(numbers)
    of_group = np.zeros(sizes.size, np.int64)
    dated = sorted(np.flatnonzero(np.isfinite(first)).tolist(), key=lambda group: (first[group], key[group]))
    undated = sorted(np.flatnonzero(~np.isfinite(first)).tolist(), key=lambda group: key[group])
    of_group[dated] = _stretches(sizes[dated], folds)
    of_group[undated] = np.arange(len(undated)) % folds
    return of_group[numbers]


def _stretches(sizes: IntArray, folds: int) -> IntArray:
    """Return the part of each group in a row of groups, so that the parts are stretches with about as many rows each."""
    middles = np.cumsum(sizes) - sizes / 2
    return np.minimum((middles * folds / max(int(sizes.sum()), 1)).astype(np.int64), folds - 1)
