"""Computes the metrics of a classifier on labelled rows, source by source, and their means over the sources."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from model.array_types import FloatArray, Int8Array
from training.public_keys import key_of, stored_as
from training.tables.labelled import Labelled
from training.tables.source_rows import rows_by_source, sources_with_both, three_class_sources

__all__ = [
    "ABUSIVE_FPR",
    "HATEFUL_FPR",
    "RELIABILITY_BINS",
    "SourceMetrics",
    "auc",
    "auc_low",
    "calibration_error",
    "largest_sources",
    "macro_f1",
    "measure_sources",
]

ABUSIVE_FPR, HATEFUL_FPR = 0.05, 0.01
"""The false-positive rates on clean conversation at which recall of abusive and of hateful comments is measured."""

RELIABILITY_BINS = 10
"""Bins of equal width that P(abusive) is sorted into."""


@dataclass(frozen=True, slots=True)
class SourceMetrics:
    """The metrics of one source, or their means over sources; None where the rows do not have the answers for a metric.

    Attributes:
        rows: number of comments.
        auc_hateful, auc_abusive: area under the ROC curve.
        recall_at_fpr5_abusive: share of the abusive comments above the score that 5 % of clean conversation exceeds.
        recall_at_fpr1_hateful: share of the hateful comments above the score that 1 % of clean conversation exceeds.
        macro_f1: mean F1 of the three labels by the label rule.
    """

    rows: int
    auc_hateful: float | None = None
    auc_abusive: float | None = None
    recall_at_fpr5_abusive: float | None = field(default=None, metadata=stored_as("caught_abusive"))
    recall_at_fpr1_hateful: float | None = field(default=None, metadata=stored_as("caught_hateful"))
    macro_f1: float | None = None

    def by_key(self) -> dict[str, Any]:
        """Return the metrics by the keys that manifests and reports store them under."""
        return {key_of(column): getattr(self, column.name) for column in fields(self)}


def auc(answers: Int8Array, scores: FloatArray) -> float | None:
    """Return the area under the ROC curve of the rows whose answer is known; None unless both answers occur.

    It is the share of pairs, one positive row and one negative, in which the positive one scores higher; a tie counts half.
    (scikit-learn has it too, but takes seconds to import.)

    Args:
        answers: 1, 0 or -1 (unknown), shape (n,).
        scores: shape (n,).
    """
    is_answered = answers >= 0
    positive = answers[is_answered] == 1
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    _, levels, counts = np.unique(scores[is_answered], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[levels]
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auc_low(value: float, *, positives: int, negatives: int, z: float = 1.96) -> float:
    """Return the lower bound of an AUC's interval by its standard error (Hanley & McNeil 1982, eq. 1 and 2).

    Args:
        value: the AUC.
        positives: number of positive rows.
        negatives: number of negative rows.
        z: standard errors below the AUC; 1.96 bounds the 95 % interval.
    """
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    variance = value * (1 - value) + (positives - 1) * (q1 - value**2) + (negatives - 1) * (q2 - value**2)
    return float(value - z * np.sqrt(variance / (positives * negatives)))


def macro_f1(truth: Int8Array, predicted: Int8Array, *, classes: int = 3) -> float:
    """Return the mean over the classes of F1 = 2 TP / (2 TP + FP + FN); a class that occurs in neither counts as 0."""
    table = np.bincount(truth.astype(np.int64) * classes + predicted, minlength=classes**2).reshape(classes, classes)
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)))


def calibration_error(abusive: FloatArray, rows: Labelled, *, prior: float) -> float | None:
    """Return the expected calibration error of P(abusive): ten equal bins, rows weighted to the prior.

    Only sources that have both clean and abusive rows count.

    Args:
        abusive: P(abusive), shape (n,).
        rows: n comments.
        prior: the share of abusive comments to weight them to.

    Returns:
        The mean, over the weighted rows, of the distance between the mean probability of a bin and its share of abusive rows;
        None where no source counts.
    """
    is_counted = np.isin(rows.source, sources_with_both(rows)) & (rows.abusive >= 0)
    if not is_counted.any():
        return None
    positive, p = rows.abusive[is_counted] == 1, abusive[is_counted]
    weights = np.where(positive, prior / positive.sum(), (1 - prior) / (~positive).sum())
    bins = np.minimum((p * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    gaps = [abs((weights * (p - positive))[bins == number].sum()) for number in range(RELIABILITY_BINS)]
    return float(sum(gaps))


def measure_sources(
    scores: FloatArray, labels: Int8Array, rows: Labelled, *, clean: Collection[str] | None = None
) -> Mapping[str, SourceMetrics]:
    """Return the metrics of scores and labels on labelled rows, by source.

    Args:
        scores: (n, 3) in the order of ``LABELS``.
        labels: (n,) codes by the label rule.
        rows: n comments.
        clean: sources whose fine rows are clean conversation; None for all.

    Returns:
        Metrics by source, and under "MEAN" their means over the sources that have them.
    """
    abusive, hateful = 1 - scores[:, 0], scores[:, 2]
    is_clean = (rows.abusive == 0) & (np.isin(rows.source, list(clean)) if clean is not None else True)
    abusive_threshold = np.quantile(abusive[is_clean], 1 - ABUSIVE_FPR) if is_clean.any() else None
    hateful_threshold = np.quantile(hateful[is_clean], 1 - HATEFUL_FPR) if is_clean.any() else None
    three_labels = three_class_sources(rows)
    metrics = {}
    for name, members in rows_by_source(rows).items():
        labelled = three_labels.get(name)
        metrics[name] = SourceMetrics(
            rows=members.size,
            auc_hateful=auc(rows.hateful[members], hateful[members]),
            auc_abusive=auc(rows.abusive[members], abusive[members]),
            recall_at_fpr5_abusive=_recall(abusive[members[rows.abusive[members] == 1]], abusive_threshold),
            recall_at_fpr1_hateful=_recall(hateful[members[rows.hateful[members] == 1]], hateful_threshold),
            macro_f1=None if labelled is None else macro_f1(rows.label[labelled], labels[labelled]),
        )
    means = {
        column.name: _mean(getattr(source, column.name) for source in metrics.values())
        for column in fields(SourceMetrics)
        if column.name != "rows"
    }
    metrics["MEAN"] = SourceMetrics(len(rows), **means)
    return metrics


def largest_sources(metrics: Mapping[str, SourceMetrics], most: int) -> dict[str, SourceMetrics]:
    """Return the metrics of the sources with the most rows, in the order of ``metrics``, and their mean."""
    ranked = sorted(metrics, key=lambda name: (name != "MEAN", -metrics[name].rows))[: most + 1]
    return {name: metrics[name] for name in metrics if name in set(ranked)}


def _recall(positives: FloatArray, threshold: float | None) -> float | None:
    """Return the share of the scores of positive rows above a threshold; None without rows or threshold."""
    return float((positives > threshold).mean()) if positives.size and threshold is not None else None


def _mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values, leaving out None; None without any."""
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if numbers else None
