"""Metrics of scores for rows that count several times, as they do in a resample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, Int8Array, Int32Array
from training.evaluation.resample_kernels import group_areas

__all__ = ["RankedGroups", "ThresholdAtFpr", "divide", "summarise_bins"]

_RowNumbers = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class RankedGroups:
    """Rows in groups, each group sorted by score once, so that a resample is measured by counting alone.

    Attributes:
        order: row numbers, group by group, each by falling score; shape (m,).
        positive: whether each of these rows is positive; shape (m,).
        last: whether it is the last of its group with its score; shape (m,).
        starts: where each group starts, and the end; shape (g + 1,).
    """

    order: _RowNumbers
    positive: BoolArray
    last: BoolArray
    starts: _RowNumbers

    @classmethod
    def of(cls, answers: Int8Array, scores: FloatArray, groups: Sequence[_RowNumbers]) -> Self:
        """Return the rows of each group whose answer is known, sorted.

        Args:
            answers: 1, 0 or -1 (unknown), shape (n,).
            scores: shape (n,).
            groups: the row numbers of each of g groups; a row may be in several.
        """
        orders, lasts = [np.empty(0, np.intp)], [np.empty(0, np.bool_)]
        for group in groups:
            rows = group[answers[group] >= 0]
            rows = rows[np.argsort(-scores[rows], kind="stable")]
            orders.append(rows)
            lasts.append(np.append(np.diff(scores[rows]) != 0, np.ones(min(rows.size, 1), np.bool_)))
        order = np.concatenate(orders)
        starts = np.cumsum([0, *(rows.size for rows in orders[1:])], dtype=np.intp)
        return cls(order, answers[order] == 1, np.concatenate(lasts), starts)

    def areas(self, weights: Int32Array) -> FloatArray:
        """Return AUC and average precision of each group, shape (2, g); NaN where it does not answer both ways.

        Average precision is the mean, over the positive rows, of the precision at their scores (as scikit-learn's). It
        depends on how common positive rows are; AUC does not.

        Args:
            weights: how often each row counts, shape (n,).
        """
        out = np.empty((2, self.starts.size - 1))
        group_areas(self.order, self.positive, self.last, self.starts, weights, out)
        return out


@dataclass(frozen=True, eq=False)
class ThresholdAtFpr:
    """The score that a stated share of clean conversation exceeds: the threshold with that false-positive rate.

    Attributes:
        rows: row numbers of clean conversation by rising score, shape (m,).
        scores: their scores, shape (m,).
        rate: the false-positive rate, between 0 and 1.
    """

    rows: _RowNumbers
    scores: FloatArray
    rate: float

    @classmethod
    def of(cls, scores: FloatArray, is_clean: BoolArray, rate: float) -> Self:
        """Return the threshold of scores for a false-positive rate; both arrays have shape (n,)."""
        rows = np.flatnonzero(is_clean)
        rows = rows[np.argsort(scores[rows], kind="stable")]
        return cls(rows, scores[rows], rate)

    def weighted(self, weights: Int32Array) -> float:
        """Return the threshold of weighted rows: NumPy's linear quantile of the scores, repeated by weight; NaN without any.

        Args:
            weights: how often each row counts, shape (n,).
        """
        counts = np.cumsum(weights[self.rows], dtype=np.int64)
        if not counts.size or not counts[-1]:
            return float("nan")
        position = (int(counts[-1]) - 1) * (1 - self.rate)
        whole, part = int(position), position - int(position)
        low, high = self.scores[np.searchsorted(counts, [whole, min(whole + 1, int(counts[-1]) - 1)], side="right")]
        return float(low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part))


def summarise_bins(counts: FloatArray, sums: FloatArray, *, prior: float) -> FloatArray:
    """Return the share, mean probability and observed rate of each bin of a probability, with rows weighted to the prior.

    Args:
        counts: negative and positive rows in each bin; shape (…, 10, 2).
        sums: of the probabilities of these rows, of the same shape.
        prior: the share of positive rows to weight to.

    Returns:
        Shape (3, …, 10): the share of the weighted rows in each bin, their mean probability, the share of them that is positive.
        The last two are NaN for an empty bin, all three where not both answers occur.
    """
    scale = divide(np.array([1 - prior, prior]), counts.sum(axis=-2))[..., None, :]
    share = (counts * scale).sum(axis=-1)
    positive = counts[..., 1] * scale[..., 1]
    return np.stack([share, divide((sums * scale).sum(axis=-1), share), divide(positive, share)])


def divide(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Return the quotients of two arrays, which are broadcast; NaN where the denominator is 0 or NaN."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    quotients = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=quotients, where=denominator > 0)
    return quotients
