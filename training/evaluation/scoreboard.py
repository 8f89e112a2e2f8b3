"""Computes all metrics of scored rows at once, with each row counted once or as often as a resample draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from model.array_types import BoolArray, FloatArray, Int8Array, Int32Array, IntArray
from training.evaluation.measures import RankedGroups, ThresholdAtFpr, divide, summarise_bins
from training.evaluation.resample_kernels import slice_areas, slice_counts
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.slices import SliceMembership
from training.metrics.source_metrics import ABUSIVE_FPR, HATEFUL_FPR, RELIABILITY_BINS
from training.tables.source_rows import sources_with_both, three_class_sources

__all__ = ["MetricValues", "Scoreboard"]

_LABELS, _CELLS = 3, 9  # labels, and cells of their confusion matrix
_ABUSIVE, _HATEFUL = range(2)  # questions
_NOT_ABUSIVE, _NOT_HATEFUL, _IS_ABUSIVE, _IS_HATEFUL = range(4)  # kinds of rows by their known answers
_SHARES = ((_IS_ABUSIVE, _ABUSIVE), (_IS_HATEFUL, _HATEFUL), (_NOT_ABUSIVE, _ABUSIVE))
"""Recall of abusive and of hateful comments, false-positive rate: shares of a kind of rows, above the threshold of a question."""


@dataclass(frozen=True, eq=False)
class MetricValues:
    """The values of all metrics, computed once.

    Attributes:
        figures: ``METRICS`` of each source, of the mean over the sources that have them, of all rows pooled; shape (10, s + 2).
        thresholds: the scores that 5 % (abusive) and 1 % (hateful) of clean conversation exceed; shape (2,).
        recall: the share of each true label (row) that was predicted as each label (column), pooled; shape (3, 3).
        observed: the share of abusive rows in each bin of P(abusive), pooled, at the prior; shape (10,).
        slices: ``SLICE_METRICS`` of each slice; shape (10, k).
    """

    figures: FloatArray
    thresholds: FloatArray
    recall: FloatArray
    observed: FloatArray
    slices: FloatArray

    def flatten(self) -> FloatArray:
        """Return all values in one row."""
        return np.concatenate([part.ravel() for part in self._parts()])

    def unflatten(self, row: FloatArray) -> Self:
        """Return the values of a row that ``flatten`` made, in the shapes of these."""
        parts = self._parts()
        pieces = np.split(row, np.cumsum([part.size for part in parts])[:-1])
        return type(self)(*(piece.reshape(part.shape) for piece, part in zip(pieces, parts, strict=True)))

    def _parts(self) -> Sequence[FloatArray]:
        return self.figures, self.thresholds, self.recall, self.observed, self.slices


@dataclass(frozen=True, eq=False)
class _Question:
    """Whether comments are abusive, or whether they are hateful: answers, scores, and the rows sorted by score.

    Attributes:
        answers: 1, 0 or -1 (unknown), shape (n,).
        scores: shape (n,).
        ranking: the rows of each source, and of all together.
        slice_ranking: all rows of the sources with both answers; in a source with one answer only, its style would reveal the answer.
        threshold: the score that a fixed share of clean conversation exceeds.
    """

    answers: Int8Array
    scores: FloatArray
    ranking: RankedGroups
    slice_ranking: RankedGroups
    threshold: ThresholdAtFpr

    @classmethod
    def of(cls, answers: Int8Array, scores: FloatArray, scored: ScoredRows, *, rate: float) -> Self:
        sources, all_rows = list(scored.sources.values()), np.arange(len(scored.rows))
        mixed_sources = [members for members in sources if {0, 1} <= set(answers[members].tolist())]
        comparable = np.full(answers.size, -1, np.int8)
        for members in mixed_sources:
            comparable[members] = answers[members]
        return cls(
            answers=answers,
            scores=scores,
            ranking=RankedGroups.of(answers, scores, [*sources, all_rows]),
            slice_ranking=RankedGroups.of(comparable, scores, [all_rows]),
            threshold=ThresholdAtFpr.of(scores, scored.is_clean, rate),
        )


class Scoreboard:
    """Scored rows, sorted and counted once, so that measuring a resample is quick.

    Args:
        scored: n rows.
        membership: the slices that they are in.

    Attributes:
        scored: the rows.
        membership: their slices.
        labelled_sources: the row numbers of the sources whose labels are measured: those with at least five rows of each label.
    """

    def __init__(self, scored: ScoredRows, membership: SliceMembership) -> None:
        self.scored, self.membership = scored, membership
        rows = scored.rows
        self._size = len(scored.sources)
        self._source = np.repeat(np.arange(self._size), np.diff(scored.starts))
        self._questions = (
            _Question.of(rows.abusive, scored.abusive, scored, rate=ABUSIVE_FPR),
            _Question.of(rows.hateful, scored.hateful, scored, rate=HATEFUL_FPR),
        )
        self._true_labels = rows.label
        self.labelled_sources = three_class_sources(rows)
        self._labelled = np.concatenate([np.empty(0, np.intp), *self.labelled_sources.values()])
        self._calibrated = np.flatnonzero(np.isin(rows.source, sources_with_both(rows)) & (rows.abusive >= 0))
        self._bins = np.minimum((scored.abusive[self._calibrated] * RELIABILITY_BINS).astype(np.int64), RELIABILITY_BINS - 1)
        self._kinds = np.column_stack([rows.abusive == 0, rows.hateful == 0, rows.abusive == 1, rows.hateful == 1])
        self._rows_of_kind = [np.flatnonzero(is_kind) for is_kind in self._kinds.T]

    def measure(self, weights: Int32Array | None = None) -> MetricValues:
        """Return all metrics of the rows, each counted as often as its weight says, int32 of shape (n,); None for once."""
        if weights is None:
            weights = np.ones(len(self.scored.rows), np.int32)
        thresholds = np.array([question.threshold.weighted(weights) for question in self._questions])
        areas = np.stack([question.ranking.areas(weights) for question in self._questions])
        flagged = np.column_stack([question.scores > score for question, score in zip(self._questions, thresholds, strict=True)])
        shares = [self._share(kind, flagged[:, question], thresholds[question], weights) for kind, question in _SHARES]
        accuracy, macro, recall = self._label_metrics(weights)
        error, observed = self._calibration(weights)
        figures = np.vstack([areas[:, 0], areas[:, 1], *shares, accuracy, macro, error])
        figures = np.insert(figures, self._size, _row_means(figures[:, : self._size]), axis=1)
        return MetricValues(figures, thresholds, recall, observed, self._slice_metrics(weights, flagged, thresholds))

    def confusions(self) -> IntArray:
        """Return how often each true label (row) was predicted as each label (column), by source; shape (s, 3, 3)."""
        return self._confusions(np.ones(len(self.scored.rows), np.int32)).astype(np.int64)

    def reliability(self) -> FloatArray:
        """Return share of the weighted rows, mean probability, share of abusive rows, and row count of each bin; shape (4, 10)."""
        counts, sums = self._bin_counts(np.ones(len(self.scored.rows), np.int32))
        summary = summarise_bins(counts.sum(axis=0), sums.sum(axis=0), prior=self.scored.prior)
        return np.vstack([summary, counts.sum(axis=(0, 2))])

    def _share(self, kind: int, flagged: BoolArray, threshold: float, weights: Int32Array) -> FloatArray:
        """Return the share of flagged rows among those of a kind, by source and pooled; NaN without a threshold."""
        if np.isnan(threshold):
            return np.full(self._size + 1, np.nan)
        rows = self._rows_of_kind[kind]
        hits = np.bincount(self._source[rows], weights[rows] * flagged[rows], minlength=self._size)
        totals = np.bincount(self._source[rows], weights[rows], minlength=self._size)
        return divide(np.append(hits, hits.sum()).astype(np.float64), np.append(totals, totals.sum()).astype(np.float64))

    def _confusions(self, weights: Int32Array) -> FloatArray:
        rows, scored = self._labelled, self.scored
        cells = (
            self._source[rows] * _CELLS + self._true_labels[rows] * _LABELS + scored.labels[rows] if rows.size else np.empty(0, np.int64)
        )
        return np.bincount(cells, weights[rows], minlength=_CELLS * self._size).astype(np.float64).reshape(self._size, _LABELS, _LABELS)

    def _label_metrics(self, weights: Int32Array) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return accuracy and macro-F1, by source and pooled, and the pooled recall matrix."""
        matrices = self._confusions(weights)
        matrices = np.concatenate([matrices, matrices.sum(axis=0, keepdims=True)])
        right = np.diagonal(matrices, axis1=1, axis2=2)
        true, predicted = matrices.sum(axis=2), matrices.sum(axis=1)
        macro = (2 * right / np.maximum(true + predicted, 1)).mean(axis=1)
        macro[true.sum(axis=1) == 0] = np.nan
        return divide(right.sum(axis=1), true.sum(axis=1)), macro, divide(matrices[-1], true[-1][:, None])

    def _bin_counts(self, weights: Int32Array) -> tuple[FloatArray, FloatArray]:
        """Return the negative and positive rows in each bin, and the sums of their probabilities, by source; shape (s, 10, 2) each."""
        rows, size = self._calibrated, self._size * RELIABILITY_BINS * 2
        cells = (self._source[rows] * RELIABILITY_BINS + self._bins) * 2 + self._kinds[rows, _IS_ABUSIVE]
        counts = np.bincount(cells, weights[rows], minlength=size)
        sums = np.bincount(cells, weights[rows] * self.scored.abusive[rows], minlength=size)
        shape = (-1, RELIABILITY_BINS, 2)
        return counts.reshape(shape).astype(np.float64), sums.reshape(shape).astype(np.float64)

    def _calibration(self, weights: Int32Array) -> tuple[FloatArray, FloatArray]:
        """Return the calibration error, by source and pooled, and the pooled share of abusive rows in each bin."""
        counts, sums = self._bin_counts(weights)
        counts = np.concatenate([counts, counts.sum(axis=0, keepdims=True)])
        sums = np.concatenate([sums, sums.sum(axis=0, keepdims=True)])
        share, predicted, observed = summarise_bins(counts, sums, prior=self.scored.prior)
        gaps = np.where(share > 0, share * np.abs(predicted - observed), np.where(np.isnan(share), np.nan, 0.0))
        return gaps.sum(axis=1), observed[-1]

    def _slice_metrics(self, weights: Int32Array, flagged: BoolArray, thresholds: FloatArray) -> FloatArray:
        starts, members, size = self.membership.starts, self.membership.members, len(self.membership.slices)
        counts, areas = np.empty((4, 2, size)), np.empty((2, 3, size))
        slice_counts(starts, members, self._kinds, np.column_stack([flagged, flagged]), weights, counts)
        for number, question in enumerate(self._questions):
            ranking = question.slice_ranking
            working = np.empty((5, size)), np.empty((2, size))
            slice_areas(ranking.order, ranking.positive, ranking.last, starts, members, weights, areas[number], *working)
        shares = divide(counts[:, 1], counts[:, 0])
        shares[np.isnan(np.append(thresholds, thresholds))] = np.nan
        return np.vstack([shares, areas[_ABUSIVE], areas[_HATEFUL]])


def _row_means(values: FloatArray) -> FloatArray:
    """Return the mean of the finite values of each row, NaN where there are none."""
    is_finite = np.isfinite(values)
    return divide(np.where(is_finite, values, 0).sum(axis=1), is_finite.sum(axis=1).astype(np.float64))
