"""Divides rows into train and dev so that no text, nor a near duplicate of it, is in both."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from model.array_types import IntArray
from model.errors import TableError
from training.tables.labelled import Labelled

__all__ = ["DEV_SHARE", "Split", "split_rows"]

DEV_SHARE = 0.1
"""The share of the rows without a ``split`` that becomes dev."""

_OPEN, _TRAIN, _DEV = 0, 1, 2  # the side of a cluster is the highest among its rows
_SIDES = {"train": _TRAIN, "dev": _DEV}


@dataclass(frozen=True, eq=False)
class Split:
    """A division of rows, as sorted row numbers; every row is in exactly one part.

    Attributes:
        train: rows to learn from.
        dev: rows to calibrate and judge by.
        dropped: train rows of the table that have a near duplicate among its dev rows.
    """

    train: NDArray[np.intp]
    dev: NDArray[np.intp]
    dropped: NDArray[np.intp]


def split_rows(labelled: Labelled, clusters: IntArray, *, dev_share: float = DEV_SHARE, seed: int = 0) -> Split:
    """Divide rows into train and dev.

    A row's own ``split`` is honoured, except that a train row whose cluster holds a dev row is dropped. Rows without one follow their
    cluster: to dev if it holds a dev row, else to train if it holds a train row. The other clusters are divided at random, separately for
    each source and pair of answers, by a hash of the texts and the seed: their order does not matter, and rows that join later move few.

    Args:
        labelled: n rows.
        clusters: (n,) numbers from 0; near duplicates share one.
        dev_share: the share of the rows to divide that becomes dev, between 0 and 1. Of each source and pair of answers with two clusters
            or more, at least one row does.
        seed: of the division.

    Raises:
        ValueError: ``dev_share`` is out of its range.
        TableError: a side would be empty.
    """
    if not 0 < dev_share < 1:
        raise ValueError(f"dev_share is {dev_share}; it must be between 0 and 1")
    row_sides = np.array([_SIDES.get(split or "", _OPEN) for split in labelled.split], dtype=np.int8)
    cluster_sides = np.full(int(clusters.max(initial=-1)) + 1, _OPEN, dtype=np.int8)
    np.maximum.at(cluster_sides, clusters, row_sides)
    open_rows = np.flatnonzero(cluster_sides[clusters] == _OPEN)
    is_dev_cluster = cluster_sides == _DEV
    is_dev_cluster[_draw_dev_clusters(labelled.take(open_rows), clusters[open_rows], dev_share=dev_share, seed=seed)] = True
    in_dev = is_dev_cluster[clusters]
    split = Split(
        train=np.flatnonzero(~in_dev),
        dev=np.flatnonzero(in_dev & (row_sides != _TRAIN)),
        dropped=np.flatnonzero(in_dev & (row_sides == _TRAIN)),
    )
    for name, rows in (("train", split.train), ("dev", split.dev)):
        if not len(rows):
            raise TableError(
                f"no row is left for {name} ({len(labelled)} rows in {len(cluster_sides)} groups of near duplicates): "
                f"give more rows, or put {name} into the column split of some"
            )
    return split


def _draw_dev_clusters(labelled: Labelled, clusters: IntArray, *, dev_share: float, seed: int) -> list[int]:
    """Return the clusters that become dev, so that of each source and pair of answers about ``dev_share`` of the rows does."""
    sizes = np.bincount(clusters)
    strata: dict[tuple[str, int, int], list[int]] = {}
    for row in _shuffled_cluster_rows(labelled.text, clusters, seed).tolist():
        stratum = (labelled.source[row], int(labelled.abusive[row]), int(labelled.hateful[row]))
        strata.setdefault(stratum, []).append(int(clusters[row]))
    return [cluster for stratum in strata.values() for cluster in _fill_share(stratum, sizes, dev_share)]


def _shuffled_cluster_rows(texts: list[str], clusters: IntArray, seed: int) -> NDArray[np.intp]:
    """Return one row of each cluster, in an order that depends on texts and seed alone."""
    digests = np.array([blake2b(f"{seed} {text}".encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts], dtype="S8")
    order = np.argsort(digests, kind="stable")
    return order[np.sort(np.unique(clusters[order], return_index=True)[1])]


def _fill_share(clusters: list[int], sizes: NDArray[np.intp], dev_share: float) -> list[int]:
    """Return the clusters, taken in order, that fit into the share; at least one and never all of them."""
    if len(clusters) == 1:
        return []
    rows = int(sizes[clusters].sum())
    quota, dev_clusters, dev_rows = min(max(round(dev_share * rows), 1), rows - 1), [], 0
    for cluster in clusters:
        if dev_rows + sizes[cluster] <= quota:
            dev_clusters.append(cluster)
            dev_rows += int(sizes[cluster])
    return dev_clusters or [min(clusters, key=lambda cluster: int(sizes[cluster]))]
