"""Measures of scores against answers, each also for rows that count several times, as they do in a resample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from training.evaluation.resample_kernels import areas
from training.evaluation.source_metrics import auc, calibration_error
from training.fit.label_thresholds import macro_f1

__all__ = [
    "RELIABILITY_BINS",
    "RankedGroups",
    "ThresholdAtFpr",
    "accuracy",
    "auc",
    "average_precision",
    "calibration_error",
    "confusion",
    "macro_f1",
    "ratio",
    "reliability",
]

Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Weights = npt.NDArray[np.int32]

RELIABILITY_BINS = 10


@dataclass(frozen=True, eq=False)
class RankedGroups:
    """Rows in groups, each sorted by score once, so that a resample only has to be counted.

    Attributes:
        order: row numbers, group by group, each by falling score; shape (m,).
        yes: whether each of these rows is positive; shape (m,).
        last: whether it is the last of its group with its score; shape (m,).
        starts: where each group starts, and the end; shape (g + 1,).
    """

    order: Rows
    yes: Flags
    last: Flags
    starts: Rows

    @classmethod
    def of(cls, answers: npt.NDArray[np.int8], scores: FloatArray, groups: Sequence[Rows]) -> Self:
        """Sort the rows of each group that answer.

        Args:
            answers: 1, 0 or -1 (unknown), shape (n,).
            scores: shape (n,).
            groups: the row numbers of each of g groups; a row may be in several.
        """
        parts, lasts = [np.empty(0, np.intp)], [np.empty(0, np.bool_)]
        for group in groups:
            known = group[answers[group] >= 0]
            known = known[np.argsort(-scores[known], kind="stable")]
            parts.append(known)
            lasts.append(np.append(np.diff(scores[known]) != 0, np.ones(min(known.size, 1), np.bool_)))
        order = np.concatenate(parts)
        starts = np.cumsum([0, *(part.size for part in parts[1:])], dtype=np.intp)
        return cls(order, answers[order] == 1, np.concatenate(lasts), starts)

    def areas(self, weights: Weights) -> FloatArray:
        """Return AUC and average precision of each group, shape (2, g); NaN where it does not answer both ways.

        Average precision is the mean, over the positive rows, of the precision at their scores (as scikit-learn's); it
        depends on how common positive rows are, AUC does not.

        Args:
            weights: how often each row counts, shape (n,).
        """
        out = np.empty((2, self.starts.size - 1))
        areas(self.order, self.yes, self.last, self.starts, weights, out)
        return out


def average_precision(answers: npt.NDArray[np.int8], scores: FloatArray) -> float | None:
    """Return the average precision of the rows that answer, None unless they answer both ways; shape (n,) each."""
    found = RankedGroups.of(answers, scores, [np.arange(answers.size)]).areas(np.ones(answers.size, np.int32))[1, 0]
    return None if np.isnan(found) else float(found)


@dataclass(frozen=True, eq=False)
class ThresholdAtFpr:
    """The score that a stated share of clean conversation exceeds.

    Attributes:
        calm: row numbers of clean conversation by rising score, shape (m,).
        scores: their scores, shape (m,).
        share: of them that may exceed the point, between 0 and 1.
    """

    calm: Rows
    scores: FloatArray
    share: float

    @classmethod
    def of(cls, scores: FloatArray, calm: Flags, share: float) -> Self:
        """Sort the rows of clean conversation; scores and calm have shape (n,)."""
        rows = np.flatnonzero(calm)
        rows = rows[np.argsort(scores[rows], kind="stable")]
        return cls(rows, scores[rows], share)

    def at(self, weights: Weights) -> float:
        """Return the point where rows count as often as stated: NumPy's linear quantile of the rows so repeated; NaN of none."""
        counts = np.cumsum(weights[self.calm], dtype=np.int64)
        if not counts.size or not counts[-1]:
            return float("nan")
        place = (int(counts[-1]) - 1) * (1 - self.share)
        whole, part = int(place), place - int(place)
        low, high = self.scores[np.searchsorted(counts, [whole, min(whole + 1, int(counts[-1]) - 1)], side="right")]
        return float(low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part))


def confusion(truth: npt.NDArray[np.int8], said: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Return how often each label (row) was called each label (column), shape (3, 3); truth and said are codes into ``LABELS``."""
    return np.bincount(truth.astype(np.int64) * 3 + said, minlength=9).reshape(3, 3)


def accuracy(truth: npt.NDArray[np.int8], said: npt.NDArray[np.int8]) -> float:
    """Return the share of rows that were called what they are, codes of shape (n,) with n at least 1."""
    return float((truth == said).mean())


def reliability(p: FloatArray, yes: Flags, *, prior: float) -> FloatArray:
    """Return what ten equal bins of a probability come to, rows weighted so that the prior's share is positive.

    Args:
        p: probabilities, shape (n,).
        yes: what is true, shape (n,); both answers occur.
        prior: the share of positive rows to weight to.

    Returns:
        Shape (3, 10): the share of the weighted rows in each bin, their mean probability, the share of them that is positive;
        the last two are NaN for an empty bin.
    """
    cells = np.minimum((p * RELIABILITY_BINS).astype(np.int64), RELIABILITY_BINS - 1) * 2 + yes
    counts = np.bincount(cells, minlength=2 * RELIABILITY_BINS).reshape(RELIABILITY_BINS, 2).astype(np.float64)
    sums = np.bincount(cells, p, minlength=2 * RELIABILITY_BINS).reshape(RELIABILITY_BINS, 2).astype(np.float64)
    return binned(counts, sums, prior=prior)


def binned(counts: FloatArray, sums: FloatArray, *, prior: float) -> FloatArray:
    """Return what ``reliability`` does of counted bins.

    Args:
        counts: rows in each bin, negative and positive; shape (…, 10, 2).
        sums: of their probabilities, likewise.
        prior: the share of positive rows to weight to.

    Returns:
        Shape (3, …, 10); all NaN where not both answers occur.
    """
    scale = ratio(np.array([1 - prior, prior]), counts.sum(axis=-2))[..., None, :]
    share = (counts * scale).sum(axis=-1)
    positive = counts[..., 1] * scale[..., 1]
    return np.stack([share, ratio((sums * scale).sum(axis=-1), share), ratio(positive, share)])


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return above / below, NaN where below is 0 or NaN; the two are broadcast."""
    above, below = np.broadcast_arrays(above, below)
    found = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
