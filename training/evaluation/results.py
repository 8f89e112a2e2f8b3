"""What an evaluation comes to: frozen, and ready to be written as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.comment import LABELS
from training.evaluation.intervals import RESAMPLES, bootstrap, percentiles
from training.evaluation.measures import RELIABILITY_BINS
from training.evaluation.report.sections import Estimate
from training.evaluation.scoreboard import METRICS, SLICE_METRICS, MetricValues, Scoreboard, ScoredRows
from training.evaluation.slices import assign_slices

__all__ = ["Estimates", "EvaluationResults", "Mistake", "RecallCurve", "ReliabilityBin", "SliceResult", "SourceResult", "compute_results"]

Estimates = Mapping[str, Estimate | None]
"""A figure's name → what it comes to; None where the rows do not answer."""

_MISTAKES = 20
_GRID = np.unique(np.concatenate([np.geomspace(0.001, 1, 61), [0.01, 0.05]]))


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What is measured of one source.

    Attributes:
        source: its name.
        rows: how many comments.
        fine: of these, known to be not abusive.
        abusive: known to be abusive.
        hateful: known to be hateful.
        not_hateful: known to be not hateful.
        clean: whether its fine rows are clean conversation.
        figures: by the names of ``FIGURES``.
        confusion: how often each label (row) was called each label (column), where all three occur often enough.
    """

    source: str
    rows: int
    fine: int
    abusive: int
    hateful: int
    not_hateful: int
    clean: bool
    figures: Estimates
    confusion: Sequence[Sequence[int]] | None


@dataclass(frozen=True, slots=True)
class SliceResult:
    """What is measured of one slice; counts as in SourceResult."""

    family: str
    name: str
    rows: int
    fine: int
    abusive: int
    hateful: int
    not_hateful: int
    figures: Estimates


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One of ten equal bins of P(abusive).

    Attributes:
        low, high: its bounds; the upper one belongs to the next bin, except in the last.
        rows: how many comments.
        share: of all comments at the stated prior.
        said: their mean probability, None without rows.
        observed: the share of them that is abusive, at the stated prior.
    """

    low: float
    high: float
    rows: int
    share: float
    said: float | None
    observed: Estimate | None


@dataclass(frozen=True, slots=True)
class RecallCurve:
    """How much is caught, mean over sources, for every share of clean conversation that may be flagged.

    Attributes:
        question: ``abusive`` or ``hateful``.
        false_alarms: shares of clean conversation above the point.
        caught: shares of what is to be caught above it.
    """

    question: str
    false_alarms: Sequence[float]
    caught: Sequence[float]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was judged most wrongly; its text is not told.

    Attributes:
        kind: ``false alarm`` (known to be fine) or ``missed`` (known to be abusive).
        source, id, file, line: where to find it.
        score: P(abusive).
    """

    kind: str
    source: str
    id: str
    file: str
    line: int
    score: float


@dataclass(frozen=True)
class EvaluationResults:
    """What an evaluation comes to.

    Attributes:
        artefact: name and version of what was judged.
        prior: share of abusive comments that the probabilities are calibrated for.
        rows: comments judged.
        unjudged: of these, those that hold nothing to judge and count as fine.
        clean: sources whose fine rows are clean conversation.
        clean_rows: how many rows these are.
        resamples, seed: of the intervals.
        points: ``abusive`` and ``hateful``: the score that 5 % and 1 % of clean conversation exceed.
        sources: by name.
        mean: means over the sources that have the figure.
        pooled: figures of all rows as if they were one source.
        confusion: pooled over the sources with three labels, counts; None without one.
        recall: the same as shares of each label.
        reliability: the bins of P(abusive).
        curves: of both questions, where there is clean conversation.
        slices: all of them, identity first.
        mistakes: the worst, false alarms first.
    """

    artefact: str
    prior: float
    rows: int
    unjudged: int
    clean: Sequence[str]
    clean_rows: int
    resamples: int
    seed: int
    points: Estimates
    sources: Sequence[SourceResult]
    mean: Estimates
    pooled: Estimates
    confusion: Sequence[Sequence[int]] | None
    recall: Mapping[str, Estimates]
    reliability: Sequence[ReliabilityBin]
    curves: Sequence[RecallCurve]
    slices: Sequence[SliceResult]
    mistakes: Sequence[Mistake]


def compute_results(
    judged: ScoredRows,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
    mistakes: int = _MISTAKES,
) -> EvaluationResults:
    """Measure everything of judged rows.

    Args:
        judged: the rows.
        resamples: how many the intervals rest on, at least 1.
        seed: of the resamples.
        progress: is told the share of the resamples that is done.
        mistakes: how many of each kind are listed.
    """
    board = Scoreboard(judged, assign_slices(judged.rows.text))
    point = board.measure()
    drawn = bootstrap(lambda weights: board.measure(weights).flat(), judged.starts, count=resamples, seed=seed, progress=progress)
    low, high = (point.shaped(end) for end in percentiles(drawn, point.flat()))
    found = _Found(board, point, low, high)
    confusions = board.confusions()
    return EvaluationResults(
        artefact=judged.version,
        prior=judged.prior,
        rows=len(judged.rows),
        unjudged=judged.unjudged,
        clean=sorted(judged.clean & set(np.array(judged.rows.source)[judged.calm].tolist())),
        clean_rows=int(judged.calm.sum()),
        resamples=resamples,
        seed=seed,
        points=found.named(("abusive", "hateful"), "points", np.s_[:]),
        sources=found.sources(confusions),
        mean=found.named(METRICS, "figures", np.s_[:, -2]),
        pooled=found.named(METRICS, "figures", np.s_[:, -1]),
        confusion=_counts(confusions.sum(axis=0)),
        recall={label: found.named(LABELS, "recall", np.s_[row]) for row, label in enumerate(LABELS)} if board.three else {},
        reliability=found.bins(),
        curves=_curves(judged),
        slices=found.slices(),
        mistakes=_mistakes(judged, mistakes),
    )


@dataclass(frozen=True)
class _Found:
    """What was measured, and the ends of its intervals."""

    board: Scoreboard
    point: MetricValues
    low: MetricValues
    high: MetricValues

    def named(self, names: Sequence[str], part: str, where: object) -> Estimates:
        columns = [getattr(measured, part)[where] for measured in (self.point, self.low, self.high)]
        return {str(name): _estimate(*values) for name, *values in zip(names, *columns, strict=True)}

    def sources(self, confusions: npt.NDArray[np.int64]) -> list[SourceResult]:
        judged = self.board.judged
        return [
            SourceResult(
                source=name,
                rows=of.size,
                **_known(judged, of),
                clean=name in judged.clean,
                figures=self.named(METRICS, "figures", np.s_[:, number]),
                confusion=_counts(confusions[number]),
            )
            for number, (name, of) in enumerate(judged.sources.items())
        ]

    def slices(self) -> list[SliceResult]:
        found = []
        for number, one in enumerate(self.board.cut.slices):
            of = np.flatnonzero(self.board.cut.holds(number))
            figures = self.named(SLICE_METRICS, "slices", np.s_[:, number])
            found.append(SliceResult(one.family, one.name, rows=of.size, **_known(self.board.judged, of), figures=figures))
        return found

    def bins(self) -> list[ReliabilityBin]:
        share, said, _, rows = self.board.reliability()
        if np.isnan(share).all():
            return []
        observed = [_estimate(*values) for values in zip(self.point.observed, self.low.observed, self.high.observed, strict=True)]
        return [
            ReliabilityBin(
                b / RELIABILITY_BINS,
                (b + 1) / RELIABILITY_BINS,
                int(rows[b]),
                float(share[b]),
                None if np.isnan(said[b]) else float(said[b]),
                observed[b],
            )
            for b in range(RELIABILITY_BINS)
        ]


def _estimate(value: float, low: float, high: float) -> Estimate | None:
    if np.isnan(value):
        return None
    return Estimate(float(value), *(None if np.isnan(end) else float(end) for end in (low, high)))


def _known(judged: ScoredRows, of: npt.NDArray[np.intp]) -> dict[str, int]:
    abusive, hateful = judged.rows.abusive[of], judged.rows.hateful[of]
    counted = {"fine": abusive == 0, "abusive": abusive == 1, "hateful": hateful == 1, "not_hateful": hateful == 0}
    return {name: int(rows.sum()) for name, rows in counted.items()}


def _counts(table: npt.NDArray[np.int64]) -> list[list[int]] | None:
    return [[int(count) for count in row] for row in table] if table.sum() else None


def _curves(judged: ScoredRows) -> list[RecallCurve]:
    if not judged.calm.any():
        return []
    found = []
    for question, scores, answers in (("abusive", judged.abusive, judged.rows.abusive), ("hateful", judged.hateful, judged.rows.hateful)):
        points = np.quantile(scores[judged.calm], 1 - _GRID)
        wanted = [np.sort(scores[of[answers[of] == 1]]) for of in judged.sources.values()]
        caught = [1 - np.searchsorted(of, points, side="right") / of.size for of in wanted if of.size]
        if caught:
            found.append(RecallCurve(question, _GRID.tolist(), np.mean(caught, axis=0).tolist()))
    return found


def _mistakes(judged: ScoredRows, most: int) -> list[Mistake]:
    """Return the fine rows with the highest and the abusive ones with the lowest P(abusive)."""
    rows, found = judged.rows, []
    for kind, answer, sign in (("false alarm", 0, -1), ("missed", 1, 1)):
        of = np.flatnonzero(rows.abusive == answer)
        for row in of[np.argsort(sign * judged.abusive[of], kind="stable")[:most]].tolist():
            file, line = rows.place[row]
            found.append(Mistake(kind, rows.source[row], rows.id[row], file, line, float(judged.abusive[row])))
    return found
