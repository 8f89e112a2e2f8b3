"""What is measured of judged rows, all at once, for rows that count once or as often as a resample draws them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.comment import Comment
from model.decisions import CommentJudge
from training.evaluation.measures import RELIABILITY_BINS, RankedGroups, ThresholdAtFpr, binned, ratio
from training.evaluation.resample_kernels import slice_areas, slice_counts
from training.evaluation.slices import SliceMembership
from training.evaluation.source_metrics import ABUSIVE_FPR, HATEFUL_FPR
from training.tables.labelled import Labelled
from training.tables.source_rows import rows_by_source, sources_with_both, three_class_sources

__all__ = ["METRICS", "SLICE_METRICS", "MetricValues", "Scoreboard", "ScoredRows", "score_rows"]

Codes = npt.NDArray[np.int8]
Weights = npt.NDArray[np.int32]

METRICS = (
    *("auc_abusive", "auc_hateful", "precision_abusive", "precision_hateful", "caught_abusive", "caught_hateful"),
    *("false_alarms", "accuracy", "macro_f1", "calibration_error"),
)
"""What is measured of each source, of their mean, and of all rows pooled; docs/evaluate.md says what each is."""
SLICE_METRICS = (
    *("false_alarms", "false_alarms_hateful", "caught_abusive", "caught_hateful"),
    *("auc_abusive", "bpsn_abusive", "bnsp_abusive", "auc_hateful", "bpsn_hateful", "bnsp_hateful"),
)
"""What is measured of each slice."""

_SHARES = ((2, 0), (3, 1), (0, 0))  # caught abusive, caught hateful, false alarms: which kind of rows, at which point


@dataclass(frozen=True, eq=False)
class ScoredRows:
    """Rows, sorted by source, and what a classifier said of them.

    Attributes:
        rows: n comments.
        scores: (n, 3) in the order of ``LABELS``; a comment that cannot be judged counts as fine.
        labels: (n,) codes that the label rule gave.
        clean: sources whose fine rows are clean conversation.
        prior: share of abusive comments that the probabilities are calibrated for.
        unjudged: how many comments could not be judged.
        version: the artefact.
    """

    rows: Labelled
    scores: FloatArray
    labels: Codes
    clean: frozenset[str]
    prior: float
    unjudged: int = 0
    version: str = ""

    @property
    def abusive(self) -> FloatArray:
        """P(abusive), shape (n,)."""
        found: FloatArray = 1 - self.scores[:, 0]
        return found

    @property
    def hateful(self) -> FloatArray:
        """P(hateful), shape (n,)."""
        return self.scores[:, 2]

    @cached_property
    def calm(self) -> npt.NDArray[np.bool_]:
        """Which rows are clean conversation, shape (n,)."""
        found: npt.NDArray[np.bool_] = (self.rows.abusive == 0) & np.isin(self.rows.source, list(self.clean))
        return found

    @cached_property
    def sources(self) -> dict[str, npt.NDArray[np.intp]]:
        """The row numbers of each source, which lie side by side."""
        return rows_by_source(self.rows)

    @cached_property
    def starts(self) -> npt.NDArray[np.intp]:
        """Where the rows of each source start, and their end."""
        return np.cumsum([0, *(of.size for of in self.sources.values())], dtype=np.intp)


def score_rows(
    comment_judge: CommentJudge,
    rows: Labelled,
    *,
    clean: Collection[str] | None = None,
    progress: Callable[[float], None] | None = None,
    step: int = 4096,
) -> ScoredRows:
    """Let an artefact judge rows.

    Args:
        comment_judge: the artefact, or a site that judges by it.
        rows: n comments; they come back sorted by source.
        clean: sources whose fine rows are clean conversation; None for all.
        progress: is told the share of the rows that is judged.
        step: comments at a time.
    """
    rows = rows.take(np.argsort(np.array(rows.source, dtype=object), kind="stable"))
    scores, labels = np.empty((len(rows), 3)), np.empty(len(rows), np.int8)
    for start in range(0, len(rows), step):
        told = comment_judge.decide([Comment("", text) for text in rows.text[start : start + step]])
        scores[start : start + step], labels[start : start + step] = told.scores, told.labels
        if progress:
            progress(min(1.0, (start + step) / len(rows)))
    unjudged = labels < 0
    scores[unjudged], labels[unjudged] = (1.0, 0.0, 0.0), 0
    names = frozenset(rows.source if clean is None else clean)
    return ScoredRows(rows, scores, labels, names, comment_judge.prior.abusive, int(unjudged.sum()), comment_judge.version)


@dataclass(frozen=True, eq=False)
class MetricValues:
    """Everything that is measured, once.

    Attributes:
        figures: ``FIGURES`` of each source, of the mean over the sources that have them, of all rows pooled; shape (10, s + 2).
        points: the scores that 5 % (abusive) and 1 % (hateful) of clean conversation exceed; shape (2,).
        recall: the share of each label (row) that was called each label (column), pooled; shape (3, 3).
        observed: the share of abusive rows in each bin of P(abusive), pooled, at the prior; shape (10,).
        slices: ``SLICE_FIGURES`` of each slice; shape (10, k).
    """

    figures: FloatArray
    points: FloatArray
    recall: FloatArray
    observed: FloatArray
    slices: FloatArray

    def flat(self) -> FloatArray:
        """Return all of it in one row."""
        return np.concatenate([part.ravel() for part in self._parts()])

    def shaped(self, flat: FloatArray) -> Self:
        """Return a row that ``flat`` made, in the shapes of this one."""
        parts = self._parts()
        pieces = np.split(flat, np.cumsum([part.size for part in parts])[:-1])
        return type(self)(*(piece.reshape(part.shape) for piece, part in zip(pieces, parts, strict=True)))

    def _parts(self) -> Sequence[FloatArray]:
        return self.figures, self.points, self.recall, self.observed, self.slices


class Scoreboard:
    """Judged rows, sorted and counted once, so that measuring a resample is quick.

    Args:
        judged: n rows.
        cut: the slices they are in.

    Attributes:
        judged: the rows.
        cut: their slices.
        three: the sources whose labels are measured: those with at least five rows of each label.
    """

    def __init__(self, judged: ScoredRows, cut: SliceMembership) -> None:
        self.judged, self.cut = judged, cut
        rows, groups = judged.rows, list(judged.sources.values())
        self._size = len(groups)
        self._source = np.repeat(np.arange(self._size), np.diff(judged.starts))
        every = np.arange(len(rows))
        self._questions = tuple(
            (answers, scores, RankedGroups.of(answers, scores, [*groups, every]), ThresholdAtFpr.of(scores, judged.calm, share))
            for answers, scores, share in (
                (rows.abusive, judged.abusive, ABUSIVE_FPR),
                (rows.hateful, judged.hateful, HATEFUL_FPR),
            )
        )
        self._sliced = tuple(
            RankedGroups.of(np.where(np.isin(self._source, _both_ways(answers, groups)), answers, -1).astype(np.int8), scores, [every])
            for answers, scores, _, _ in self._questions
        )
        self.three = three_class_sources(rows)
        self._labelled = np.concatenate([np.empty(0, np.intp), *self.three.values()])
        known = np.isin(rows.source, sources_with_both(rows)) & (rows.abusive >= 0)
        self._known = np.flatnonzero(known)
        self._bins = np.minimum((judged.abusive[self._known] * RELIABILITY_BINS).astype(np.int64), RELIABILITY_BINS - 1)
        self._kinds = np.column_stack([rows.abusive == 0, rows.hateful == 0, rows.abusive == 1, rows.hateful == 1])
        self._of_kind = [np.flatnonzero(column) for column in self._kinds.T]
        self._label = rows.label

    def measure(self, weights: Weights | None = None) -> MetricValues:
        """Measure everything of the rows, each counted as often as stated, shape (n,); None for once."""
        if weights is None:
            weights = np.ones(len(self.judged.rows), np.int32)
        points = np.array([point.at(weights) for _, _, _, point in self._questions])
        areas = np.stack([ranked.areas(weights) for _, _, ranked, _ in self._questions])
        over = np.column_stack([scores > at for (_, scores, _, _), at in zip(self._questions, points, strict=True)])
        shares = [self._share(kind, over[:, question], at=points[question], weights=weights) for kind, question in _SHARES]
        accuracy, macro, recall = self._by_label(weights)
        error, observed = self._calibration(weights)
        found = np.vstack([areas[:, 0], areas[:, 1], *shares, accuracy, macro, error])
        figures = np.insert(found, self._size, _means(found[:, : self._size]), axis=1)
        return MetricValues(figures, points, recall, observed, self._slices(weights, over, points))

    def confusions(self) -> npt.NDArray[np.int64]:
        """Return how often each label (row) was called each label (column), by source; shape (s, 3, 3)."""
        return self._confusions(np.ones(len(self.judged.rows), np.int32)).astype(np.int64)

    def reliability(self) -> FloatArray:
        """Return share of the weighted rows, mean probability and share of abusive rows of each bin, shape (3, 10), and counts."""
        counts, sums = self._binned(np.ones(len(self.judged.rows), np.int32))
        found = binned(counts.sum(axis=0), sums.sum(axis=0), prior=self.judged.prior)
        return np.vstack([found, counts.sum(axis=(0, 2))])

    def _share(self, kind: int, over: npt.NDArray[np.bool_], *, at: float, weights: Weights) -> FloatArray:
        if np.isnan(at):
            return np.full(self._size + 1, np.nan)
        of = self._of_kind[kind]
        caught = np.bincount(self._source[of], weights[of] * over[of], minlength=self._size)
        every = np.bincount(self._source[of], weights[of], minlength=self._size)
        return ratio(np.append(caught, caught.sum()).astype(np.float64), np.append(every, every.sum()).astype(np.float64))

    def _confusions(self, weights: Weights) -> FloatArray:
        of, judged = self._labelled, self.judged
        cells = self._source[of] * 9 + self._label[of] * 3 + judged.labels[of] if of.size else np.empty(0, np.int64)
        return np.bincount(cells, weights[of], minlength=9 * self._size).astype(np.float64).reshape(self._size, 3, 3)

    def _by_label(self, weights: Weights) -> tuple[FloatArray, FloatArray, FloatArray]:
        tables = self._confusions(weights)
        tables = np.concatenate([tables, tables.sum(axis=0, keepdims=True)])
        right = np.diagonal(tables, axis1=1, axis2=2)
        rows, columns = tables.sum(axis=2), tables.sum(axis=1)
        macro = (2 * right / np.maximum(rows + columns, 1)).mean(axis=1)
        macro[rows.sum(axis=1) == 0] = np.nan
        return ratio(right.sum(axis=1), rows.sum(axis=1)), macro, ratio(tables[-1], rows[-1][:, None])

    def _binned(self, weights: Weights) -> tuple[FloatArray, FloatArray]:
        of, size = self._known, self._size * RELIABILITY_BINS * 2
        cells = (self._source[of] * RELIABILITY_BINS + self._bins) * 2 + self._kinds[of, 2]
        counts = np.bincount(cells, weights[of], minlength=size)
        sums = np.bincount(cells, weights[of] * self.judged.abusive[of], minlength=size)
        return counts.reshape(-1, RELIABILITY_BINS, 2).astype(np.float64), sums.reshape(-1, RELIABILITY_BINS, 2).astype(np.float64)

    def _calibration(self, weights: Weights) -> tuple[FloatArray, FloatArray]:
        counts, sums = self._binned(weights)
        counts = np.concatenate([counts, counts.sum(axis=0, keepdims=True)])
        sums = np.concatenate([sums, sums.sum(axis=0, keepdims=True)])
        share, said, observed = binned(counts, sums, prior=self.judged.prior)
        gaps = np.where(share > 0, share * np.abs(said - observed), np.where(np.isnan(share), np.nan, 0.0))
        return gaps.sum(axis=1), observed[-1]

    def _slices(self, weights: Weights, over: npt.NDArray[np.bool_], points: FloatArray) -> FloatArray:
        size = len(self.cut.slices)
        counts, areas = np.empty((4, 2, size)), np.empty((2, 3, size))
        slice_counts(self.cut.starts, self.cut.members, self._kinds, np.column_stack([over, over]), weights, counts)
        for number, ranked in enumerate(self._sliced):
            rows = ranked.order, ranked.yes, ranked.last, self.cut.starts, self.cut.members
            slice_areas(*rows, weights, areas[number], np.empty((5, size)), np.empty((2, size)))
        shares = ratio(counts[:, 1], counts[:, 0])
        shares[np.isnan(np.append(points, points))] = np.nan
        return np.vstack([shares, areas[0], areas[1]])


def _both_ways(answers: Codes, groups: Sequence[npt.NDArray[np.intp]]) -> list[int]:
    """Return the numbers of the groups that hold both answers: where only one is, a source's style would tell."""
    return [number for number, of in enumerate(groups) if {0, 1} <= set(answers[of].tolist())]


def _means(table: FloatArray) -> FloatArray:
    """Return the mean of what is known of each row, NaN where nothing is."""
    known = np.isfinite(table)
    return ratio(np.where(known, table, 0).sum(axis=1), known.sum(axis=1).astype(np.float64))
