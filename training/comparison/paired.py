"""Two artefacts on the same rows: how their figures differ, whether that may be chance, and which labels changed.

Every difference is the second's figure less the first's. Intervals and p-values of figures come from a paired bootstrap: both
artefacts are measured on the same resamples. Labels are compared by McNemar's test (McNemar 1947): of the rows that one of the
two calls rightly and the other wrongly, is each as often the one that is right?
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb, erfc, isnan, sqrt

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.comment import LABELS
from training.evaluation.intervals import RESAMPLES, bootstrap, percentiles
from training.evaluation.scoreboard import METRICS, Scoreboard, ScoredRows
from training.evaluation.slices import SliceMembership
from training.tables.labelled import Labelled

__all__ = [
    "COMPARED_METRICS",
    "MEAN",
    "POOLED",
    "QUESTIONS",
    "Comparison",
    "Difference",
    "LabelChange",
    "McNemar",
    "compare_rows",
    "mcnemar",
]

Flags = npt.NDArray[np.bool_]

COMPARED_METRICS = ("auc_abusive", "auc_hateful", "caught_abusive", "caught_hateful", "macro_f1", "calibration_error")
"""The figures that are compared; docs/evaluate.md says what each is."""
QUESTIONS = ("label", "abusive", "hateful")
"""What a label is right or wrong about: itself, whether the comment is abusive, whether it is hateful."""
MEAN, POOLED = "MEAN", "pooled"
"""What stands in the place of a source: the mean over the sources, and all rows as if of one."""

_EXACT = 1000
_COLUMNS = [METRICS.index(name) for name in COMPARED_METRICS]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both artefacts.

    Attributes:
        source: a source, ``MEAN`` or ``POOLED``.
        figure: one of ``COMPARED``.
        first, second: what each artefact comes to.
        change: second less first.
        low, high: the 95 % interval of the change; None where too few resamples have the figure.
        p: two-sided p-value of "no change", by the same resamples; None likewise.
    """

    source: str
    figure: str
    first: float
    second: float
    change: float
    low: float | None
    high: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test of the labels of two artefacts.

    Attributes:
        source: a source, or ``POOLED``.
        question: one of ``QUESTIONS``.
        rows: how many rows answer it.
        only_first: of these, how many only the first artefact has right.
        only_second: how many only the second has right.
        p: two-sided p-value of "each is as often right where they disagree".
        method: ``exact`` (binomial) or ``chi-squared`` (with Edwards' continuity correction, from 1,000 such rows on).
    """

    source: str
    question: str
    rows: int
    only_first: int
    only_second: int
    p: float
    method: str


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A comment whose label changed; its text is not told.

    Attributes:
        row: its number among the rows compared.
        source, id, file, line: where to find it.
        first, second: the labels.
        truth: what is known of it: a label, or ``abusive``, ``not hateful``, ``unknown``.
        outcome: ``better`` if only the second label agrees with what is known, ``worse`` if only the first does, else ``open``.
    """

    row: int
    source: str
    id: str
    file: str
    line: int
    first: str
    second: str
    truth: str
    outcome: str


@dataclass(frozen=True)
class Comparison:
    """What a comparison comes to.

    Attributes:
        first, second: name and version of the artefacts.
        rows: how many comments.
        sources: their sources, each with its number of rows.
        clean_rows: how many of the rows are clean conversation.
        resamples, seed: of the bootstrap.
        differences: by source and figure, mean and pool last; figures that the rows cannot tell are missing.
        tests: by source and question, the pool last.
        changes: every comment whose label changed, in order of source and place.
    """

    first: str
    second: str
    rows: int
    sources: dict[str, int]
    clean_rows: int
    resamples: int
    seed: int
    differences: tuple[Difference, ...]
    tests: tuple[McNemar, ...]
    changes: tuple[LabelChange, ...]


def compare_rows(
    first: ScoredRows,
    second: ScoredRows,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Compare what two artefacts said of the same rows.

    Args:
        first: what the first said, from ``scoreboard.judge``.
        second: what the second said of the same rows, with the same clean sources.
        resamples: how many the intervals rest on.
        seed: of the resamples.
        progress: is told the share of the resamples that is done.

    Raises:
        ValueError: the rows or the clean sources are not the same.
    """
    if first.rows.place != second.rows.place or first.rows.text != second.rows.text or first.clean != second.clean:
        raise ValueError("both artefacts must have judged the same rows, with the same clean sources")
    return Comparison(
        first=first.version,
        second=second.version,
        rows=len(first.rows),
        sources={name: int(of.size) for name, of in first.sources.items()},
        clean_rows=int(first.calm.sum()),
        resamples=resamples,
        seed=seed,
        differences=tuple(_differences(first, second, resamples=resamples, seed=seed, progress=progress)),
        tests=tuple(_tests(first, second)),
        changes=tuple(_changes(first, second)),
    )


def mcnemar(only_first: int, only_second: int) -> tuple[float, str]:
    """Return the two-sided p-value of McNemar's test, and by which method.

    With fewer than 1,000 discordant rows it is the exact binomial one; from there on, the chi-squared distribution with one degree
    of freedom, with the continuity correction of Edwards (1948), which is as good there.

    Args:
        only_first: rows that only the first artefact has right.
        only_second: rows that only the second has right.

    Returns:
        The p-value, and ``exact`` or ``chi-squared``.
    """
    discordant = only_first + only_second
    if discordant < _EXACT:
        tail = sum(comb(discordant, k) for k in range(min(only_first, only_second) + 1))
        return min(1.0, 2 * tail / 2**discordant), "exact"
    corrected = max(abs(only_first - only_second) - 1, 0) / sqrt(discordant)
    return erfc(corrected / sqrt(2)), "chi-squared"


def _differences(
    first: ScoredRows, second: ScoredRows, *, resamples: int, seed: int, progress: Callable[[float], None] | None
) -> Sequence[Difference]:
    none = SliceMembership((), np.zeros(len(first.rows) + 1, np.int64), np.empty(0, np.int64))
    boards = [Scoreboard(judged, none) for judged in (first, second)]

    def figures(weights: npt.NDArray[np.int32] | None) -> FloatArray:
        return np.stack([board.measure(weights).figures[_COLUMNS].T.ravel() for board in boards])

    def change(weights: npt.NDArray[np.int32]) -> FloatArray:
        found: FloatArray = np.diff(figures(weights), axis=0)[0]
        return found

    points = figures(None)
    drawn = bootstrap(change, first.starts, count=resamples, seed=seed, progress=progress)
    low, high = percentiles(drawn, points[1] - points[0])
    names = [(source, figure) for source in (*first.sources, MEAN, POOLED) for figure in COMPARED_METRICS]
    return [
        Difference(
            *name,
            first=float(points[0, at]),
            second=float(points[1, at]),
            change=float(points[1, at] - points[0, at]),
            low=_known(low[at]),
            high=_known(high[at]),
            p=None if isnan(low[at]) else _p(drawn[:, at]),
        )
        for at, name in enumerate(names)
        if np.isfinite(points[:, at]).all()
    ]


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _p(drawn: FloatArray) -> float:
    """Return how often the change of a resample is on the other side of 0, twice (Efron & Tibshirani 1993, chapter 15); never quite 0."""
    known = drawn[np.isfinite(drawn)]
    tail = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (known.size + 1))


def _right(labels: npt.NDArray[np.int8], rows: Labelled) -> dict[str, tuple[Flags, Flags]]:
    """Return which rows answer each question, and which of them the labels have right; shape (n,) each."""
    said = {"label": labels, "abusive": labels > 0, "hateful": labels == 2}
    truth = {"label": rows.label, "abusive": rows.abusive, "hateful": rows.hateful}
    return {question: (truth[question] >= 0, said[question] == truth[question]) for question in QUESTIONS}


def _tests(first: ScoredRows, second: ScoredRows) -> Sequence[McNemar]:
    one, other = _right(first.labels, first.rows), _right(second.labels, second.rows)
    every = [*first.sources.items(), (POOLED, np.arange(len(first.rows)))]
    tests = []
    for source, of in every:
        for question in QUESTIONS:
            known = of[one[question][0][of]]
            right, too = one[question][1][known], other[question][1][known]
            if known.size:
                counts = int((right & ~too).sum()), int((too & ~right).sum())
                tests.append(McNemar(source, question, known.size, *counts, *mcnemar(*counts)))
    return tests


def _changes(first: ScoredRows, second: ScoredRows) -> Sequence[LabelChange]:
    rows = first.rows
    agree = [_agrees(judged.labels, rows) for judged in (first, second)]
    changes = []
    for row in np.flatnonzero(first.labels != second.labels).tolist():
        before, after = bool(agree[0][row]), bool(agree[1][row])
        changes.append(
            LabelChange(
                row=row,
                source=rows.source[row],
                id=rows.id[row],
                file=rows.place[row].file,
                line=rows.place[row].line,
                first=str(LABELS[first.labels[row]]),
                second=str(LABELS[second.labels[row]]),
                truth=_truth(rows, row),
                outcome="open" if before == after else "better" if after else "worse",
            )
        )
    return changes


def _agrees(labels: npt.NDArray[np.int8], rows: Labelled) -> Flags:
    """Return which labels do not contradict anything that is known, shape (n,)."""
    right = _right(labels, rows)
    agrees: Flags = np.logical_and.reduce([right[question][1] | ~right[question][0] for question in ("abusive", "hateful")])
    return agrees


def _truth(rows: Labelled, row: int) -> str:
    if rows.abusive[row] == 0:
        return str(LABELS[0])
    if rows.hateful[row] == 1:
        return str(LABELS[2])
    if rows.abusive[row] == 1 and rows.hateful[row] == 0:
        return str(LABELS[1])
    return "abusive" if rows.abusive[row] == 1 else "not hateful" if rows.hateful[row] == 0 else "unknown"
