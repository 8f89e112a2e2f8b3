"""The curve of the cascade: what it costs, and what it loses, at every threshold from which on the encoder reads."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np

from model.array_types import BoolArray, FloatArray
from model.artefact.manifest import LabelThresholds
from model.classifier import assign_labels
from training.metrics.source_metrics import SourceMetrics, measure_sources
from training.tables.labelled import Labelled

__all__ = ["CascadeScores", "cascade_curve", "figure_losses", "label_risk_curve"]

_CURVE_POINTS = 100


@dataclass(frozen=True)
class CascadeScores:
    """What there is to know of n rows to judge a cascade.

    Attributes:
        first_pass: P(abusive) by the n-grams, by which the cascade chooses the rows that the encoder reads; shape (n,).
        unread: the scores that a row has if the encoder does not read it, shape (n, 3).
        both: its scores by both readers, shape (n, 3).
    """

    first_pass: FloatArray
    unread: FloatArray
    both: FloatArray

    def at(self, threshold: float) -> FloatArray:
        """Return the scores of the cascade from this threshold on, shape (n, 3)."""
        scores: FloatArray = np.where(self.first_pass[:, None] >= threshold, self.both, self.unread)
        return scores


def cascade_curve(scores: CascadeScores, rows: Labelled, rule: LabelThresholds, *, abusive: float) -> FloatArray:
    """Return the curve of the cascade, as :class:`model.encoder.combined.CombinedReader` describes it.

    The risk at a threshold is the largest of what is lost there or at a lower one: the share of all labels that both readers would
    change, and by how much each figure of the rows is below that of both readers.

    Args:
        scores: of the n rows.
        rows: the n rows.
        rule: of the label.
        abusive: the prior: share of abusive comments.
    """
    changed = assign_labels(scores.unread, rule) != assign_labels(scores.both, rule)
    curve = label_risk_curve(scores.first_pass, changed, rows, abusive=abusive)
    losses = [max(figure_losses(scores, threshold, rows, rule), default=0.0) for threshold in curve[:, 0].tolist()]
    curve[:, 1] = np.clip(np.maximum.accumulate(np.maximum(curve[:, 1], losses)), 0.0, 1.0)
    return curve


def figure_losses(scores: CascadeScores, threshold: float, rows: Labelled, rule: LabelThresholds) -> Iterator[float]:
    """Yield by how much each figure of the cascade, from a threshold on, is below that of both readers; rows of all sources are one."""
    of_one = replace(rows, source=["all"] * len(rows))
    measured = (measure_sources(each, assign_labels(each, rule), of_one)["all"] for each in (scores.at(threshold), scores.both))
    cascade, both = measured
    for column in fields(SourceMetrics):
        lost, kept = getattr(both, column.name), getattr(cascade, column.name)
        if lost is not None and kept is not None:
            yield float(lost - kept)


def label_risk_curve(fast: FloatArray, changed: BoolArray, dev: Labelled, *, abusive: float) -> FloatArray:
    """Return a curve whose risk is the share of labels that both readers would change; of the shape of ``cascade_curve``'s.

    Args:
        fast: P(abusive) by the n-grams, shape (n,).
        changed: whether the label by both readers differs from that of the n-grams, shape (n,).
        dev: the n rows; those labelled abusive or not count, weighted to the prior.
        abusive: the prior: share of abusive comments.
    """
    is_answered = dev.abusive >= 0
    yes = dev.abusive[is_answered] == 1
    if not yes.any() or yes.all():
        return np.zeros((1, 3))
    weights = np.where(yes, abusive / yes.sum(), (1 - abusive) / (~yes).sum())
    order = np.argsort(fast[is_answered], kind="stable")
    ranked, weights, lost = fast[is_answered][order], weights[order], (weights * changed[is_answered])[order]
    share_below, risk = np.concatenate([[0], np.cumsum(weights)]), np.concatenate([[0], np.cumsum(lost)])
    places = np.unique(np.linspace(0, ranked.size - 1, _CURVE_POINTS).astype(int))
    # A comment at the threshold is passed on, so only the rows before the first of equal scores stay below it.
    first = np.searchsorted(ranked, ranked[places], side="left")
    points = np.column_stack([ranked[places], risk[first], 1 - share_below[first]])
    return np.vstack([[0.0, 0.0, 1.0], points])
