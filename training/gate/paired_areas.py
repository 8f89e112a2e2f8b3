"""The difference of two areas under the ROC curve on the same weighted rows, with its standard error.

The error is DeLong's (DeLong, DeLong & Clarke-Pearson 1988) for weighted rows that come in clusters: each row's share in the
difference is known exactly (how its rank among the other side's rows changes), shares are added up within a cluster, and the spread of
these sums over the clusters gives the variance (Obuchowski 1997). No random numbers are needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from model.array_types import BoolArray, FloatArray, Int8Array, IntArray

__all__ = ["PairedChange", "change_of_areas", "change_of_means", "join_changes"]


@dataclass(frozen=True, slots=True, eq=False)
class PairedChange:
    """A figure of the champion and of the candidate on the same rows.

    Attributes:
        before, after: the figure of either.
        error: the standard error of their difference, at least 0.
        n: number of rows that it rests on.
        shares: (n,) what each of the rows given adds to the difference, less its mean; 0 where it adds nothing.
        clusters: (n,) the cluster of each.
    """

    before: float
    after: float
    error: float
    n: int
    shares: FloatArray = field(repr=False)
    clusters: IntArray = field(repr=False)

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


def change_of_areas(
    answers: Int8Array, before: FloatArray, after: FloatArray, *, weights: FloatArray, clusters: IntArray
) -> PairedChange | None:
    """Return the AUC of two scores on the same rows; None unless both answers occur.

    Args:
        answers: 1, 0 or -1 (unknown, left out), shape (n,).
        before: the champion's scores, shape (n,).
        after: the candidate's, shape (n,).
        weights: at least 0; rows of weight 0 are left out; shape (n,).
        clusters: rows of one number are not independent of each other, such as near duplicates; shape (n,).
    """
    is_used = (answers >= 0) & (weights > 0)
    positive, w = answers[is_used] == 1, weights[is_used]
    if not positive.any() or positive.all():
        return None
    areas, places = zip(*(_placements(scores[is_used], positive, w) for scores in (before, after)), strict=True)
    sides = np.where(positive, w[positive].sum(), w[~positive].sum())
    shares = np.zeros(answers.size)
    shares[is_used] = w / sides * (places[1] - places[0] - (areas[1] - areas[0]))
    return _paired_change(areas[0], areas[1], shares, clusters, n=int(is_used.sum()))


def change_of_means(before: FloatArray, after: FloatArray, *, weights: FloatArray, clusters: IntArray) -> PairedChange | None:
    """Return the weighted means of two figures of the same rows; None without rows of a weight above 0.

    Args:
        before: the champion's figure of each row, shape (n,).
        after: the candidate's, shape (n,).
        weights: at least 0, shape (n,).
        clusters: rows of one number are not independent of each other, shape (n,).
    """
    total = float(weights.sum())
    if total <= 0:
        return None
    means = [float((weights * figures).sum() / total) for figures in (before, after)]
    shares = weights / total * (after - before - (means[1] - means[0]))
    return _paired_change(means[0], means[1], shares, clusters, n=int((weights > 0).sum()))


def join_changes(changes: Sequence[PairedChange]) -> PairedChange | None:
    """Return the mean of several figures of the same rows, with the error that follows from what each row adds to all of them."""
    if not changes:
        return None
    before, after = (float(np.mean([getattr(change, side) for change in changes])) for side in ("before", "after"))
    shares = np.mean([change.shares for change in changes], axis=0)
    return _paired_change(before, after, shares, changes[0].clusters, n=max(change.n for change in changes))


def _placements(scores: FloatArray, positive: BoolArray, weights: FloatArray) -> tuple[float, FloatArray]:
    """Return the AUC, and of each row the weighted share of the other side's rows that it is on the right side of; ties count half."""
    _, levels = np.unique(scores, return_inverse=True)
    size = int(levels.max()) + 1
    positives, negatives = (np.bincount(levels, weights * side, minlength=size) for side in (positive, ~positive))
    below = (np.cumsum(negatives) - negatives / 2) / negatives.sum()
    above = (positives.sum() - np.cumsum(positives) + positives / 2) / positives.sum()
    places = np.where(positive, below[levels], above[levels])
    return float((weights * places)[positive].sum() / weights[positive].sum()), places


def _paired_change(before: float, after: float, shares: FloatArray, clusters: IntArray, *, n: int) -> PairedChange:
    """Return a change whose error is the spread of the sums of its shares within independent clusters."""
    _, numbers = np.unique(clusters, return_inverse=True)
    sums = np.bincount(numbers, shares)
    size = int((np.bincount(numbers, shares != 0) > 0).sum())
    error = float(np.sqrt((sums**2).sum() * size / max(size - 1, 1)))
    return PairedChange(before, after, error, n, shares, clusters)
