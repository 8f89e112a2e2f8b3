"""Measures scores and labels on rows that were read again by our own definitions: the figures that come first.

All rows count as one sample, whatever their source, because their labels mean the same in each. What depends on how common abuse is is
computed for a stated prior, by weights that give each label its share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int8Array
from model.artefact.manifest import Prior
from model.comment import LABELS
from training.evaluation.intervals import RESAMPLES, bootstrap, percentile_intervals
from training.metrics.estimate import Estimate
from training.metrics.source_metrics import ABUSIVE_FPR, HATEFUL_FPR, RELIABILITY_BINS, auc, macro_f1

__all__ = ["FIGURE_TITLES", "RereadJudgements", "measure_reread", "own_prior"]

FIGURE_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "auc_abusive": "AUC abusive",
        "auc_hateful": "AUC hateful",
        "recall_abusive": "recall of abusive at 5 % false positives",
        "recall_hateful": "recall of hateful at the score that 1 % of the fine exceed",
        "macro_f1": "macro-F1 of the labels, at the stated prior",
        "macro_f1_own": "macro-F1 of the labels, with the prior set to that of the rows",
        "fine_otherwise": "fine comments called otherwise",
        "abusive_fine": "abusive comments called fine",
        "calibration_error": "calibration error of P(abusive)",
    }
)
"""Figure → its title, in the order of ``measure_reread``."""


@dataclass(frozen=True, eq=False)
class RereadJudgements:
    """n rows that were read again, and what a model says of them.

    Attributes:
        truth: codes into ``LABELS``, shape (n,).
        scores: at the stated prior, shape (n, 3).
        labels: at the stated prior, shape (n,).
        own_labels: with the prior set to that of the rows, shape (n,).
    """

    truth: Int8Array
    scores: FloatArray
    labels: Int8Array
    own_labels: Int8Array

    def take(self, rows: npt.NDArray[np.intp]) -> Self:
        """Return some of the rows, some perhaps more than once."""
        return type(self)(self.truth[rows], self.scores[rows], self.labels[rows], self.own_labels[rows])


def own_prior(truth: Int8Array) -> Prior:
    """Return the prior of rows with these labels, codes into ``LABELS``, of which some are fine and some of each other kind."""
    abusive = float((truth > 0).mean())
    return Prior(abusive=abusive, hateful=float((truth == 2).mean()) / abusive)


def measure_reread(judged: RereadJudgements, prior: Prior, *, resamples: int = RESAMPLES, seed: int = 0) -> Mapping[str, Estimate | None]:
    """Return the figures of ``FIGURE_TITLES`` with their intervals; None for one that the rows do not suffice for.

    Args:
        judged: the rows, of which some have each label.
        prior: the stated prior.
        resamples: how many resamples the intervals rest on.
        seed: of the resamples.
    """
    rows = np.arange(judged.truth.size)
    values = _figures(judged, prior)
    resampled = bootstrap(
        lambda weights: _figures(judged.take(np.repeat(rows, weights)), prior), np.array([0, rows.size]), count=resamples, seed=seed
    )
    low, high = percentile_intervals(resampled, values)
    return {
        name: None if np.isnan(value) else Estimate(float(value), float(first), float(last))
        for name, value, first, last in zip(FIGURE_TITLES, values, low, high, strict=True)
    }


def _figures(judged: RereadJudgements, prior: Prior) -> FloatArray:
    truth, abusive, hateful = judged.truth, 1 - judged.scores[:, 0], judged.scores[:, 2]
    fine = truth == 0
    if not fine.any() or fine.all():
        return np.full(len(FIGURE_TITLES), np.nan)
    areas = auc((~fine).astype(np.int8), abusive), auc((truth == 2).astype(np.int8), hateful)
    first, second = np.quantile(abusive[fine], 1 - ABUSIVE_FPR), np.quantile(hateful[fine], 1 - HATEFUL_FPR)
    return np.array(
        [
            *(np.nan if area is None else area for area in areas),
            (abusive[~fine] > first).mean(),
            (hateful[truth == 2] > second).mean() if (truth == 2).any() else np.nan,
            _macro_f1_at(truth, judged.labels, prior),
            macro_f1(truth, judged.own_labels),
            (judged.labels[fine] > 0).mean(),
            (judged.labels[~fine] == 0).mean(),
            _calibration_error(abusive, ~fine, prior.abusive),
        ]
    )


def _macro_f1_at(truth: Int8Array, labels: Int8Array, prior: Prior) -> float:
    """Return the macro-F1 of labels where each true label is as common as the prior says."""
    size = len(LABELS)
    table = np.bincount(truth.astype(np.int64) * size + labels, minlength=size**2).reshape(size, size).astype(np.float64)
    shares = np.array([1 - prior.abusive, prior.abusive * (1 - prior.hateful), prior.abusive * prior.hateful])
    table *= (shares / np.maximum(table.sum(axis=1), 1))[:, None]
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1e-12)))


def _calibration_error(abusive: FloatArray, is_abusive: npt.NDArray[np.bool_], share: float) -> float:
    """Return the mean distance of predicted and observed shares over ten bins of P(abusive), at a share of abusive comments."""
    weights = np.where(is_abusive, share / is_abusive.sum(), (1 - share) / (~is_abusive).sum())
    bins = np.minimum((abusive * RELIABILITY_BINS).astype(np.int64), RELIABILITY_BINS - 1)
    return float(np.abs(np.bincount(bins, weights * (abusive - is_abusive), minlength=RELIABILITY_BINS)).sum())
