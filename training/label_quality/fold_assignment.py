"""Deals rows to folds so that no copy of a text, nor a near duplicate, is in two of them."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from model.array_types import Int8Array, IntArray
from training.tables.near_duplicates import find_near_duplicates

__all__ = ["assign_folds", "cluster_texts"]


def cluster_texts(keys: Sequence[str], answers: Int8Array, *, threshold: float) -> IntArray:
    """Return a cluster for each of n texts, shape (n,): copies and near duplicates, directly or through others, share one.

    Args:
        keys: (n,) the texts in canonical form.
        answers: (n, questions) 1, 0, or -1 where the row answers nothing.
        threshold: the least Jaccard similarity of near duplicates, above 0 and at most 1.
    """
    near = find_near_duplicates(keys, sides=np.zeros(len(keys), np.int8), answers=answers, threshold=threshold)
    return np.unique(near.cluster, return_inverse=True)[1].astype(np.int64)


def assign_folds(keys: Sequence[str], strata: Sequence[object], clusters: IntArray, *, count: int) -> IntArray:
    """Return the fold of each of n rows, shape (n,), from 0 to ``count`` - 1.

    The clusters are dealt out in turn, those of each stratum in an order that depends on their texts alone, so that the folds are about
    as large and as mixed as each other, whatever the order of the rows.

    Args:
        keys: (n,) the texts in canonical form.
        strata: (n,) what the folds should have the same share of, such as source and label.
        clusters: (n,) numbers from 0; rows with one number go to one fold.
        count: the number of folds.
    """
    digests = [blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest() for key in keys]
    first: dict[int, tuple[str, bytes]] = {}
    for row, cluster in enumerate(clusters.tolist()):
        place = (repr(strata[row]), digests[row])
        first[cluster] = min(first.get(cluster, place), place)
    folds = {cluster: turn % count for turn, cluster in enumerate(sorted(first, key=lambda cluster: (first[cluster], cluster)))}
    return np.array([folds[cluster] for cluster in clusters.tolist()], np.int64)
