"""How good a classifier is on labelled rows that it has not seen, source by source."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from training.fit.label_thresholds import macro_f1
from training.tables.labelled import Labelled
from training.tables.source_rows import rows_by_source, sources_with_both, three_class_sources

__all__ = ["ABUSIVE_FPR", "HATEFUL_FPR", "SourceMetrics", "auc", "auc_low", "calibration_error", "largest_sources", "measure_sources"]

ABUSIVE_FPR, HATEFUL_FPR = 0.05, 0.01
"""The false-positive rates on clean conversation at which recall of abusive and of hateful comments is measured."""


@dataclass(frozen=True, slots=True)
class SourceMetrics:
    """What is measured on one source, or the mean over sources; None where the source does not answer.

    Attributes:
        rows: how many comments.
        auc_hateful, auc_abusive: area under the ROC curve.
        caught_abusive: share of abusive comments above the score that 5 % of clean conversation exceeds.
        caught_hateful: share of hateful comments above the score that 1 % of clean conversation exceeds.
        macro_f1: mean F1 of the three labels by the label rule.
    """

    rows: int
    auc_hateful: float | None = None
    auc_abusive: float | None = None
    caught_abusive: float | None = None
    caught_hateful: float | None = None
    macro_f1: float | None = None


def auc(answers: npt.NDArray[np.int8], scores: FloatArray) -> float | None:
    """Return the area under the ROC curve of the rows that answer, None unless they answer both ways; shape (n,) each.

    It is the share of pairs, one row that says yes and one that says no, in which the first scores higher; a tie counts half.
    (scikit-learn has it too, but takes seconds to import.)
    """
    known = answers >= 0
    yes = answers[known] == 1
    positives, negatives = int(yes.sum()), int((~yes).sum())
    if not positives or not negatives:
        return None
    _, place, counts = np.unique(scores[known], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[yes].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def auc_low(value: float, *, positives: int, negatives: int, z: float = 1.96) -> float:
    """Return the lower bound of an AUC's interval by its standard error (Hanley & McNeil 1982, eq. 1 and 2).

    Args:
        value: the AUC.
        positives: how many rows say yes.
        negatives: how many say no.
        z: standard errors below the AUC; 1.96 bounds the 95 % interval.
    """
    q1, q2 = value / (2 - value), 2 * value**2 / (1 + value)
    variance = value * (1 - value) + (positives - 1) * (q1 - value**2) + (negatives - 1) * (q2 - value**2)
    return float(value - z * np.sqrt(variance / (positives * negatives)))


def calibration_error(abusive: FloatArray, rows: Labelled, *, prior: float) -> float | None:
    """Return the expected calibration error of P(abusive): ten equal bins, rows weighted to the prior.

    Only sources that have both clean and abusive rows count.

    Args:
        abusive: P(abusive), shape (n,).
        rows: n comments.
        prior: the share of abusive comments to weight them to.

    Returns:
        The mean distance, over the weighted rows, of the mean probability of a bin from the share of abusive rows in it; None
        where no source counts.
    """
    known = np.isin(rows.source, sources_with_both(rows)) & (rows.abusive >= 0)
    if not known.any():
        return None
    yes, p = rows.abusive[known] == 1, abusive[known]
    weights = np.where(yes, prior / yes.sum(), (1 - prior) / (~yes).sum())
    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [abs((weights * (p - yes))[bins == b].sum()) for b in range(10)]
    return float(sum(gaps))


def measure_sources(
    scores: FloatArray, labels: npt.NDArray[np.int8], rows: Labelled, *, clean: Collection[str] | None = None
) -> Mapping[str, SourceMetrics]:
    """Measure scores against what is known of the rows.

    Args:
        scores: (n, 3) in the order of ``LABELS``.
        labels: (n,) codes that the label rule gave.
        rows: n comments.
        clean: sources whose fine rows are clean conversation; None for all.

    Returns:
        Figures by source, and under "MEAN" their means over the sources that answer.
    """
    abusive, hateful = 1 - scores[:, 0], scores[:, 2]
    calm = (rows.abusive == 0) & (np.isin(rows.source, list(clean)) if clean is not None else True)
    at5 = np.quantile(abusive[calm], 1 - ABUSIVE_FPR) if calm.any() else np.nan
    at1 = np.quantile(hateful[calm], 1 - HATEFUL_FPR) if calm.any() else np.nan
    three = three_class_sources(rows)
    table = {}
    for name, of in rows_by_source(rows).items():
        bad, hate = of[rows.abusive[of] == 1], of[rows.hateful[of] == 1]
        table[name] = SourceMetrics(
            rows=of.size,
            auc_hateful=auc(rows.hateful[of], hateful[of]),
            auc_abusive=auc(rows.abusive[of], abusive[of]),
            caught_abusive=float((abusive[bad] > at5).mean()) if bad.size and calm.any() else None,
            caught_hateful=float((hateful[hate] > at1).mean()) if hate.size and calm.any() else None,
            macro_f1=macro_f1(rows.label[three[name]], labels[three[name]]) if name in three else None,
        )
    table["MEAN"] = SourceMetrics(
        len(rows), **{f.name: _mean([getattr(row, f.name) for row in table.values()]) for f in fields(SourceMetrics)[1:]}
    )
    return table


def largest_sources(figures: Mapping[str, SourceMetrics], most: int) -> dict[str, SourceMetrics]:
    """Return the figures of the sources with the most rows, in the order given, and the mean."""
    ranked = sorted(figures, key=lambda name: (name != "MEAN", -figures[name].rows))[: most + 1]
    return {name: row for name, row in figures.items() if name in set(ranked)}


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
