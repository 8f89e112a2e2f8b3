"""Compares two artefacts on the same rows: differences of their metrics, whether these may be chance, and changes of label.

Every difference is the second artefact's figure less the first's. Intervals and p-values of metrics come from a paired bootstrap:
both artefacts are measured on the same resamples. Labels are compared by McNemar's test (McNemar 1947): among the rows that exactly
one of the two labels correctly, is it one of them more often than chance explains?
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb, erfc, isnan, sqrt

import numpy as np

from model.array_types import BoolArray, FloatArray, Int8Array, Int32Array
from model.comment import LABELS
from training.evaluation.intervals import RESAMPLES, bootstrap, percentile_intervals
from training.evaluation.scoreboard import Scoreboard
from training.evaluation.scored_rows import ScoredRows
from training.evaluation.slices import SliceMembership
from training.metrics.metric_names import (
    AUC_ABUSIVE,
    AUC_HATEFUL,
    CALIBRATION_ERROR,
    MACRO_F1,
    METRICS,
    RECALL_ABUSIVE,
    RECALL_HATEFUL,
)
from training.tables.labelled import Labelled

__all__ = ["COMPARED_METRICS", "MEAN", "POOLED", "Comparison", "McNemar", "MetricDifference", "compare_rows", "mcnemar"]

COMPARED_METRICS = (AUC_ABUSIVE, AUC_HATEFUL, RECALL_ABUSIVE, RECALL_HATEFUL, MACRO_F1, CALIBRATION_ERROR)
"""The metrics that are compared; docs/evaluate.md explains each."""
_QUESTIONS = ("label", "abusive", "hateful")
"""The questions on which two labels are compared: the label itself, whether the comment is abusive, whether it is hateful."""
MEAN, POOLED = "MEAN", "pooled"
"""Names in place of a source: the mean over the sources, and all rows as if they were of one source."""

_FEWEST_APPROXIMATE = 1000  # discordant rows from which the chi-squared distribution is used
_ROWS = [METRICS.index(name) for name in COMPARED_METRICS]


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """A metric of both artefacts.

    Attributes:
        source: a source, ``MEAN`` or ``POOLED``.
        figure: the metric, one of ``COMPARED_METRICS``.
        first, second: its value for each artefact.
        change: second less first.
        low, high: the 95 % interval of the change; None where too few resamples have the figure.
        p: two-sided p-value of "no change", by the same resamples; None where the interval is.
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
        question: ``label``, ``abusive`` or ``hateful``.
        rows: number of rows that answer it.
        only_first: number of these that only the first artefact labels correctly.
        only_second: number that only the second labels correctly.
        p: two-sided p-value of "where only one is right, it is as often the first as the second".
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
    """A comment whose label changed; its text is left out.

    Attributes:
        row: its number among the rows compared.
        source, id, file, line: where to find it.
        first, second: the labels.
        truth: its true label, or ``abusive``, ``not hateful``, ``unknown`` where its answers do not decide the label.
        outcome: ``better`` if only the second label agrees with the answers, ``worse`` if only the first does, else ``open``.
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
    """The results of a comparison.

    Attributes:
        first, second: name and version of the artefacts.
        rows: number of comments.
        sources: their sources, each with its number of rows.
        clean_rows: number of rows of clean conversation.
        resamples, seed: of the bootstrap.
        differences: by source and figure, mean and pool last; metrics that the rows do not answer are left out.
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
    differences: tuple[MetricDifference, ...]
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
    """Compare the scores and labels of two artefacts.

    Args:
        first: rows as the first artefact scored them, from ``score_labelled_rows``.
        second: the same rows as the second scored them, with the same clean sources.
        resamples: number of resamples that the intervals rest on.
        seed: of the resamples.
        progress: called with the share of the resamples that is done.

    Raises:
        ValueError: the rows or the clean sources are not the same.
    """
    if first.rows.place != second.rows.place or first.rows.text != second.rows.text or first.clean != second.clean:
        raise ValueError("both artefacts must have judged the same rows, with the same clean sources")
    return Comparison(
        first=first.version,
        second=second.version,
        rows=len(first.rows),
        sources={name: int(members.size) for name, members in first.sources.items()},
        clean_rows=int(first.is_clean.sum()),
        resamples=resamples,
        seed=seed,
        differences=tuple(_differences(first, second, resamples=resamples, seed=seed, progress=progress)),
        tests=tuple(_tests(first, second)),
        changes=tuple(_changes(first, second)),
    )


def mcnemar(only_first: int, only_second: int) -> tuple[float, str]:
    """Return the two-sided p-value of McNemar's test, and the method that computed it.

    With fewer than 1,000 discordant rows the test is the exact binomial one. From there on it is the chi-squared test with one degree of
    freedom and the continuity correction of Edwards (1948), a good approximation for so many rows.

    Args:
        only_first: number of rows that only the first artefact labels correctly.
        only_second: number of rows that only the second labels correctly.

    Returns:
        The p-value, and ``exact`` or ``chi-squared``.
    """
    discordant = only_first + only_second
    if discordant < _FEWEST_APPROXIMATE:
        tail = sum(comb(discordant, k) for k in range(min(only_first, only_second) + 1))
        return min(1.0, 2 * tail / 2**discordant), "exact"
    corrected = max(abs(only_first - only_second) - 1, 0) / sqrt(discordant)
    return erfc(corrected / sqrt(2)), "chi-squared"


def _differences(
    first: ScoredRows, second: ScoredRows, *, resamples: int, seed: int, progress: Callable[[float], None] | None
) -> Sequence[MetricDifference]:
    no_slices = SliceMembership((), np.zeros(len(first.rows) + 1, np.int64), np.empty(0, np.int64))
    boards = [Scoreboard(scored, no_slices) for scored in (first, second)]

    def measure(weights: Int32Array | None) -> FloatArray:
        return np.stack([board.measure(weights).figures[_ROWS].T.ravel() for board in boards])

    def change(weights: Int32Array) -> FloatArray:
        changes: FloatArray = np.diff(measure(weights), axis=0)[0]
        return changes

    values = measure(None)
    resampled = bootstrap(change, first.starts, count=resamples, seed=seed, progress=progress)
    low, high = percentile_intervals(resampled, values[1] - values[0])
    names = [(source, metric) for source in (*first.sources, MEAN, POOLED) for metric in COMPARED_METRICS]
    return [
        MetricDifference(
            *name,
            first=float(values[0, column]),
            second=float(values[1, column]),
            change=float(values[1, column] - values[0, column]),
            low=_none_if_nan(low[column]),
            high=_none_if_nan(high[column]),
            p=None if isnan(low[column]) else _p_value(resampled[:, column]),
        )
        for column, name in enumerate(names)
        if np.isfinite(values[:, column]).all()
    ]


def _none_if_nan(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _p_value(changes: FloatArray) -> float:
    """Return twice the share of resampled changes on the other side of 0, but never 0 (Efron & Tibshirani 1993, chapter 15)."""
    finite = changes[np.isfinite(changes)]
    tail = min(int((finite <= 0).sum()), int((finite >= 0).sum()))
    return min(1.0, 2 * (tail + 1) / (finite.size + 1))


def _answers(labels: Int8Array, rows: Labelled) -> dict[str, tuple[BoolArray, BoolArray]]:
    """Return question → whether each row answers it, and whether the label agrees with the answer; shape (n,) each."""
    predicted = {"label": labels, "abusive": labels > 0, "hateful": labels == 2}
    truth = {"label": rows.label, "abusive": rows.abusive, "hateful": rows.hateful}
    return {question: (truth[question] >= 0, predicted[question] == truth[question]) for question in _QUESTIONS}


def _tests(first: ScoredRows, second: ScoredRows) -> Sequence[McNemar]:
    first_answers, second_answers = _answers(first.labels, first.rows), _answers(second.labels, second.rows)
    tests = []
    for source, members in (*first.sources.items(), (POOLED, np.arange(len(first.rows)))):
        for question in _QUESTIONS:
            is_answered, first_right = first_answers[question]
            rows = members[is_answered[members]]
            if rows.size:
                first_correct, second_correct = first_right[rows], second_answers[question][1][rows]
                counts = int((first_correct & ~second_correct).sum()), int((second_correct & ~first_correct).sum())
                tests.append(McNemar(source, question, rows.size, *counts, *mcnemar(*counts)))
    return tests


def _changes(first: ScoredRows, second: ScoredRows) -> Sequence[LabelChange]:
    rows = first.rows
    first_agrees, second_agrees = (_agreement(scored.labels, rows) for scored in (first, second))
    changes = []
    for row in np.flatnonzero(first.labels != second.labels).tolist():
        before, after = bool(first_agrees[row]), bool(second_agrees[row])
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


def _agreement(labels: Int8Array, rows: Labelled) -> BoolArray:
    """Return whether each label agrees with the known answers of its row, shape (n,)."""
    answers = _answers(labels, rows)
    agrees: BoolArray = np.logical_and.reduce(
        [is_right | ~is_answered for is_answered, is_right in (answers["abusive"], answers["hateful"])]
    )
    return agrees


def _truth(rows: Labelled, row: int) -> str:
    """Return the answers of a row in words: its label, or as much of it as the answers decide."""
    if rows.abusive[row] == 0:
        return str(LABELS[0])
    if rows.hateful[row] == 1:
        return str(LABELS[2])
    if rows.abusive[row] == 1 and rows.hateful[row] == 0:
        return str(LABELS[1])
    return "abusive" if rows.abusive[row] == 1 else "not hateful" if rows.hateful[row] == 0 else "unknown"
