"""Measures scored rows: all metrics with their intervals, the reliability bins, the recall curves and the worst mistakes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.array_types import IntArray
from model.comment import LABELS
from training.evaluation.intervals import RESAMPLES, bootstrap, percentile_intervals
from training.evaluation.results import Estimates, EvaluationResults, Mistake, RecallCurve, ReliabilityBin, SliceResult, SourceResult
from training.evaluation.scoreboard import MetricValues, Scoreboard
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.slices import assign_slices
from training.metrics.estimate import Estimate
from training.metrics.metric_names import METRICS, SLICE_METRICS
from training.metrics.source_metrics import ABUSIVE_FPR, HATEFUL_FPR, RELIABILITY_BINS

__all__ = ["compute_results"]

_MISTAKES = 20
_RATES = np.unique(np.concatenate([np.geomspace(0.001, 1, 61), [HATEFUL_FPR, ABUSIVE_FPR]]))
"""The false-positive rates of the recall curves."""


def compute_results(
    scored: ScoredRows,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    mistakes: int = _MISTAKES,
) -> EvaluationResults:
    """Return all results of scored rows.

    Args:
        scored: the rows.
        resamples: number of resamples that the intervals rest on, at least 1.
        seed: of the resamples.
        progress: called with the share of the resamples that is done.
        mistakes: number of false positives, and of false negatives, to list.
    """
    board = Scoreboard(scored, assign_slices(scored.rows.text))
    values = board.measure()
    resampled = bootstrap(lambda weights: board.measure(weights).flatten(), scored.starts, count=resamples, seed=seed, progress=progress)
    low, high = (values.unflatten(end) for end in percentile_intervals(resampled, values.flatten()))
    measured = _Measured(board, values, low, high)
    confusions = board.confusions()
    return EvaluationResults(
        artefact=scored.version,
        prior=scored.prior,
        rows=len(scored.rows),
        unjudged=scored.unjudged,
        clean=sorted(scored.clean & set(np.array(scored.rows.source)[scored.is_clean].tolist())),
        clean_rows=int(scored.is_clean.sum()),
        resamples=resamples,
        seed=seed,
        thresholds=measured.estimates(("abusive", "hateful"), "thresholds", np.s_[:]),
        sources=measured.sources(confusions),
        mean=measured.estimates(METRICS, "figures", np.s_[:, -2]),
        pooled=measured.estimates(METRICS, "figures", np.s_[:, -1]),
        confusion=_counts(confusions.sum(axis=0)),
        recall={label: measured.estimates(LABELS, "recall", np.s_[row]) for row, label in enumerate(LABELS)}
        if board.labelled_sources
        else {},
        reliability=measured.bins(),
        curves=_recall_curves(scored),
        slices=measured.slices(),
        mistakes=_worst_mistakes(scored, mistakes),
    )


@dataclass(frozen=True)
class _Measured:
    """The values of all metrics, and the bounds of their intervals."""

    board: Scoreboard
    values: MetricValues
    low: MetricValues
    high: MetricValues

    def estimates(self, names: Sequence[str], part: str, where: object) -> Estimates:
        """Return name → estimate, for a part of the values such as a column of the figures."""
        columns = [getattr(values, part)[where] for values in (self.values, self.low, self.high)]
        return {str(name): _estimate(*ends) for name, *ends in zip(names, *columns, strict=True)}

    def sources(self, confusions: IntArray) -> list[SourceResult]:
        scored = self.board.scored
        return [
            SourceResult(
                source=name,
                rows=members.size,
                **_count_answers(scored, members),
                clean=name in scored.clean,
                figures=self.estimates(METRICS, "figures", np.s_[:, number]),
                confusion=_counts(confusions[number]),
            )
            for number, (name, members) in enumerate(scored.sources.items())
        ]

    def slices(self) -> list[SliceResult]:
        results = []
        for number, kind in enumerate(self.board.membership.slices):
            members = np.flatnonzero(self.board.membership.rows_in(number))
            counts = _count_answers(self.board.scored, members)
            figures = self.estimates(SLICE_METRICS, "slices", np.s_[:, number])
            results.append(SliceResult(kind.family, kind.name, rows=members.size, **counts, figures=figures))
        return results

    def bins(self) -> list[ReliabilityBin]:
        shares, predicted, _, rows = self.board.reliability()
        if np.isnan(shares).all():
            return []
        observed = [_estimate(*ends) for ends in zip(self.values.observed, self.low.observed, self.high.observed, strict=True)]
        return [
            ReliabilityBin(
                low=number / RELIABILITY_BINS,
                high=(number + 1) / RELIABILITY_BINS,
                rows=int(rows[number]),
                share=float(shares[number]),
                predicted=None if np.isnan(predicted[number]) else float(predicted[number]),
                observed=observed[number],
            )
            for number in range(RELIABILITY_BINS)
        ]


def _estimate(value: float, low: float, high: float) -> Estimate | None:
    if np.isnan(value):
        return None
    return Estimate(float(value), *(None if np.isnan(end) else float(end) for end in (low, high)))


def _count_answers(scored: ScoredRows, members: npt.NDArray[np.intp]) -> dict[str, int]:
    """Return how many of some rows are labelled fine, abusive, hateful and not hateful."""
    abusive, hateful = scored.rows.abusive[members], scored.rows.hateful[members]
    kinds = {"fine": abusive == 0, "abusive": abusive == 1, "hateful": hateful == 1, "not_hateful": hateful == 0}
    return {name: int(is_kind.sum()) for name, is_kind in kinds.items()}


def _counts(matrix: IntArray) -> list[list[int]] | None:
    return [[int(count) for count in row] for row in matrix] if matrix.sum() else None


def _recall_curves(scored: ScoredRows) -> list[RecallCurve]:
    if not scored.is_clean.any():
        return []
    curves = []
    for question, scores, answers in (("abusive", scored.abusive, scored.rows.abusive), ("hateful", scored.hateful, scored.rows.hateful)):
        thresholds = np.quantile(scores[scored.is_clean], 1 - _RATES)
        positives = [np.sort(scores[members[answers[members] == 1]]) for members in scored.sources.values()]
        recalls = [1 - np.searchsorted(ascending, thresholds, side="right") / ascending.size for ascending in positives if ascending.size]
        if recalls:
            curves.append(RecallCurve(question, _RATES.tolist(), np.mean(recalls, axis=0).tolist()))
    return curves


def _worst_mistakes(scored: ScoredRows, most: int) -> list[Mistake]:
    """Return the fine rows with the highest and the abusive ones with the lowest P(abusive)."""
    rows, mistakes = scored.rows, []
    for kind, answer, sign in (("false alarm", 0, -1), ("missed", 1, 1)):
        candidates = np.flatnonzero(rows.abusive == answer)
        for row in candidates[np.argsort(sign * scored.abusive[candidates], kind="stable")[:most]].tolist():
            file, line = rows.place[row]
            mistakes.append(Mistake(kind, rows.source[row], rows.id[row], file, line, float(scored.abusive[row])))
    return mistakes
