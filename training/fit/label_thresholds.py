"""Chooses the thresholds of the label rule, by macro-F1 on dev rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from model.array_types import BoolArray, FloatArray, Int8Array
from model.artefact.manifest import LabelThresholds
from model.classifier import assign_labels
from training.metrics.source_metrics import macro_f1
from training.tables.labelled import Labelled
from training.tables.source_rows import has_both_answers, rows_by_source, three_class_sources

__all__ = ["choose_thresholds"]

_MOST_CUTS = 40
_UNUSED = 0.5  # a threshold without effect
_TOLERANCE = 1e-12  # within which two macro-F1 are equal
_SMALLEST_CUT = 1e-6
_LABEL, _ABUSIVE, _HATEFUL = (0, 1, 2), (0, 1, 1), (0, 0, 1)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Rows on which candidate thresholds are compared.

    Attributes:
        rows: their numbers, shape (n,).
        truth: the right class of each, shape (n,).
        classes: the class of each of the three labels, such as (0, 1, 1) for the question whether a comment is abusive.
    """

    rows: npt.NDArray[np.intp]
    truth: Int8Array
    classes: tuple[int, int, int]


def choose_thresholds(scores: FloatArray, rows: Labelled, *, hateful: float | None = None) -> LabelThresholds:
    """Return the thresholds of the label rule with the highest mean macro-F1 over the sources with three labels.

    Where there is no such source, each of the two questions that rows answer both ways counts with the macro-F1 of yes and no, the mean
    over the sources that answer it both ways, or else over all rows. Of equally good thresholds the middle ones are taken; a threshold
    without effect is 0.5.

    Args:
        scores: calibrated, (n, 3) in the order of ``LABELS``.
        rows: n comments.
        hateful: the second threshold, if it is fixed; None to choose it.
    """
    trials = _build_trials(rows)
    if hateful is None and not any(trial.classes[1] != trial.classes[2] for trial in trials):
        hateful = _UNUSED
    if not trials:
        return LabelThresholds(abusive=_UNUSED, hateful=_UNUSED if hateful is None else hateful)
    trials, tried_rows = _renumber(trials, len(rows))
    scores, rows = scores[tried_rows], rows.take(tried_rows)
    abusive_cuts = _abusive_cuts(scores, rows, trials, is_needed=hateful is not None)
    hateful_cuts = _hateful_cuts(scores, rows) if hateful is None else [hateful]
    figures = []
    for abusive_cut in abusive_cuts:
        for hateful_cut in hateful_cuts:
            thresholds = LabelThresholds(abusive=abusive_cut, hateful=hateful_cut)
            figures.append((_mean_f1(assign_labels(scores, thresholds), trials), abusive_cut, hateful_cut))
    best = max(figure for figure, _, _ in figures) - _TOLERANCE
    abusive = _middle([cut for figure, cut, _ in figures if figure >= best])
    return LabelThresholds(abusive=abusive, hateful=_middle([cut for figure, first, cut in figures if figure >= best and first == abusive]))


def _build_trials(rows: Labelled) -> list[_Trial]:
    """Return the rows that thresholds are tried on: those of each source with three labels, else those that answer a question."""
    if three_class := three_class_sources(rows):
        return [_Trial(numbers, rows.label[numbers], _LABEL) for numbers in three_class.values()]
    trials: list[_Trial] = []
    for answers, classes in ((rows.abusive, _ABUSIVE), (rows.hateful, _HATEFUL)):
        answered = np.flatnonzero(answers >= 0)
        by_source = [numbers[answers[numbers] >= 0] for numbers in rows_by_source(rows).values()]
        mixed = [numbers for numbers in by_source if has_both_answers(answers[numbers])]
        if not mixed and has_both_answers(answers[answered]):
            mixed = [answered]
        trials += [_Trial(numbers, answers[numbers], classes) for numbers in mixed]
    return trials


def _renumber(trials: Sequence[_Trial], count: int) -> tuple[list[_Trial], npt.NDArray[np.intp]]:
    """Return the trials with rows renumbered among those that any trial needs, and the numbers of these among ``count`` rows."""
    needed = np.unique(np.concatenate([trial.rows for trial in trials]))
    number = np.zeros(count, np.intp)
    number[needed] = np.arange(needed.size)
    return [_Trial(number[trial.rows], trial.truth, trial.classes) for trial in trials], needed


def _abusive_cuts(scores: FloatArray, rows: Labelled, trials: Sequence[_Trial], *, is_needed: bool) -> list[float]:
    if not is_needed and all(trial.classes[0] == trial.classes[1] for trial in trials):
        return [_UNUSED]
    fine = rows.abusive == 0
    return _cuts(1 - scores[:, 0], rows.abusive == 1, fine if fine.any() else rows.abusive < 0)


def _hateful_cuts(scores: FloatArray, rows: Labelled) -> list[float]:
    share = scores[:, 2] / np.maximum(1 - scores[:, 0], 1e-12)
    return _cuts(share, rows.hateful == 1, (rows.hateful != 1) & (rows.abusive != 0))


def _mean_f1(labels: Int8Array, trials: Sequence[_Trial]) -> float:
    predicted = {classes: np.array(classes, np.int8)[labels] for classes in {trial.classes for trial in trials}}
    return float(np.mean([macro_f1(trial.truth, predicted[trial.classes][trial.rows], classes=max(trial.classes) + 1) for trial in trials]))


def _cuts(values: FloatArray, yes: BoolArray, no: BoolArray) -> list[float]:
    """Return candidate thresholds, ascending: midpoints, in log-odds, between neighbouring values of two kinds of rows.

    Where there are many, only those that divide the rows evenly, with each kind weighing half, and the one that separates the kinds best.
    """
    either = yes | no
    if not either.any():
        return [_UNUSED]
    values, yes, no = values[either], yes[either], no[either]
    weights = yes / max(int(yes.sum()), 1) + no / max(int(no.sum()), 1)
    levels, level_of = np.unique(np.clip(values, 1e-9, 1 - 1e-9), return_inverse=True)
    log_odds = np.log(levels) - np.log1p(-levels)
    cuts = expit(np.concatenate([log_odds[:1] - 1, (log_odds[1:] + log_odds[:-1]) / 2]))
    share_below = np.cumsum(np.bincount(level_of, weights)) / weights.sum()
    separation = np.cumsum(np.bincount(level_of, no / max(int(no.sum()), 1) - yes / max(int(yes.sum()), 1)))
    even = np.searchsorted(share_below, np.linspace(0, 1, _MOST_CUTS + 1)[:-1], side="right")
    best = min(int(separation.argmax()) + 1, cuts.size - 1)
    numbers = np.unique(np.append(np.minimum(even, cuts.size - 1), best))
    return [float(cut) for cut in np.clip(cuts[numbers], _SMALLEST_CUT, 1 - _SMALLEST_CUT)]


def _middle(values: Sequence[float]) -> float:
    """Return the middle of the distinct values, the upper one of two."""
    ordered = sorted(set(values))
    return ordered[len(ordered) // 2]
