"""Chooses the label rule: the best for a site where abuse is as common as the prior says.

Rows are weighted so that each label, or each answer to a question, has its share under the prior. Of the thresholds that keep within two
bounds the ones with the highest macro-F1 are taken:

- at most 6 % of the fine comments are called otherwise, whichever reader judges, unless the caller allows more;
- at most 35 % of the abusive comments are called fine, if the first bound leaves room for that. If it does not, the rule comes as near
  to it as a hundredth of macro-F1 pays for: as far as a few thousand rows can tell, such figures are equally good.

Where abuse is commoner, more comments should be called abusive, though not as many more as it is commoner. So the rule has a *response*,
which says how far its first threshold follows another prior; it is chosen by macro-F1 over priors from 1 % to 50 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from model.array_types import BoolArray, FloatArray, Int8Array
from model.artefact.manifest import LabelThresholds, Prior
from model.classifier import PriorChange
from training.tables.labelled import Labelled
from training.tables.source_rows import has_both_answers

__all__ = ["choose_thresholds"]

_MOST_FINE_FLAGGED, _MOST_ABUSE_MISSED = 0.0575, 0.34
"""The two bounds, a little tighter, because they are to hold for other comments as well."""

_PRIORS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares of abusive comments by which the response is chosen."""

_RESPONSES = np.linspace(0, 1, 21)
_SAME_RESPONSE = 0.005  # of macro-F1, within which responses are equally good
_FEWEST_OF_A_LABEL = 5
_MOST_ABUSIVE_CUTS, _MOST_HATEFUL_CUTS = 200, 40
_UNUSED = 0.5  # a threshold without effect
_EQUALLY_GOOD = 0.01  # of macro-F1, where the second bound cannot be kept
_TOLERANCE = 1e-12  # within which two macro-F1 are equal
_SMALLEST_CUT = 1e-6
_LABEL, _ABUSIVE, _HATEFUL = (0, 1, 2), (0, 1, 1), (0, 0, 1)


@dataclass(frozen=True, slots=True)
class _Trial:
    """Rows on which thresholds are compared: those that know their label, or that answer a question.

    Attributes:
        truth: the right class of each of n rows, -1 where it is unknown; shape (n,).
        classes: the class of each of the three labels, such as (0, 1, 1) for the question whether a comment is abusive.
    """

    truth: Int8Array
    classes: tuple[int, int, int]

    def weights(self, prior: Prior) -> FloatArray:
        """Return weights that give each class its share under the prior; shape (n,)."""
        label_shares = (1 - prior.abusive, prior.abusive * (1 - prior.hateful), prior.abusive * prior.hateful)
        weights = np.zeros(self.truth.shape)
        for number in range(max(self.classes) + 1):
            members = self.truth == number
            share = sum(share for share, belongs in zip(label_shares, self.classes, strict=True) if belongs == number)
            weights[members] = share / max(int(members.sum()), 1)
        return weights


def choose_thresholds(
    scores: FloatArray,
    rows: Labelled,
    *,
    prior: Prior,
    hateful: float | None = None,
    within: Sequence[FloatArray] = (),
    fine_flagged: float = _MOST_FINE_FLAGGED,
) -> LabelThresholds:
    """Return the label rule with the highest macro-F1 at a prior, within the bounds that the module names.

    Where fewer than five rows have one of the labels, each question that rows answer both ways counts with the macro-F1 of yes and no. Of
    equally good thresholds the middle ones are taken; a threshold without effect is 0.5.

    Args:
        scores: calibrated for the prior, (n, 3) in the order of ``LABELS``.
        rows: n comments.
        prior: how common abuse is.
        hateful: the second threshold, if it is fixed; None to choose it.
        within: scores by other readers that the rule has to keep within the first bound too, each of shape (n, 3).
        fine_flagged: the first bound, a share of the fine comments.
    """
    trials = _build_trials(rows)
    if hateful is None and not any(trial.classes[1] != trial.classes[2] for trial in trials):
        hateful = _UNUSED
    if not trials:
        return LabelThresholds(abusive=_UNUSED, hateful=_UNUSED if hateful is None else hateful)
    abusive_cuts = _abusive_cuts(scores, rows, trials, is_needed=hateful is not None)
    hateful_cuts = _hateful_cuts(scores, rows) if hateful is None else np.array([hateful])
    figures = np.mean([_macro_f1(scores, trial, prior, abusive_cuts, hateful_cuts) for trial in trials], axis=0)
    is_kept, misses_little = _keep_bounds([scores, *within], rows, abusive_cuts, fine_flagged)
    keeps_both = is_kept & misses_little
    figures[~(keeps_both if keeps_both.any() else is_kept)] = -1
    is_best = figures >= figures.max() - _TOLERANCE
    best_cut = _middle(np.flatnonzero(is_best.any(axis=1)))
    if not keeps_both.any():
        best_cut = int(np.flatnonzero(figures.max(axis=1) >= figures.max() - _EQUALLY_GOOD)[0])
        is_best = figures >= figures[best_cut].max() - _TOLERANCE
    rule = LabelThresholds(abusive=float(abusive_cuts[best_cut]), hateful=float(hateful_cuts[_middle(np.flatnonzero(is_best[best_cut]))]))
    return rule.model_copy(update={"response": _choose_response(scores, trials, prior, rule)})


def _build_trials(rows: Labelled) -> list[_Trial]:
    """Return the rows that know their label, if there are some of each, else those that answer a question."""
    labels = rows.label
    if np.bincount(labels[labels >= 0], minlength=3).min() >= _FEWEST_OF_A_LABEL:
        return [_Trial(labels, _LABEL)]
    questions = ((rows.abusive, _ABUSIVE), (rows.hateful, _HATEFUL))
    return [_Trial(answers, classes) for answers, classes in questions if has_both_answers(answers)]


def _macro_f1(scores: FloatArray, trial: _Trial, prior: Prior, abusive_cuts: FloatArray, hateful_cuts: FloatArray) -> FloatArray:
    """Return the macro-F1 for each pair of thresholds, shape (abusive cuts, hateful cuts)."""
    known = np.flatnonzero(trial.truth >= 0)
    classes, shape = max(trial.classes) + 1, (abusive_cuts.size + 1, hateful_cuts.size + 1)
    first = np.searchsorted(abusive_cuts, 1 - scores[known, 0], side="right")
    second = np.searchsorted(hateful_cuts, _shares(scores[known]), side="right")
    cells = (trial.truth[known].astype(np.int64) * shape[0] + first) * shape[1] + second
    counts = np.bincount(cells, trial.weights(prior)[known], minlength=classes * shape[0] * shape[1]).reshape(classes, *shape)
    # At [:, i, j]: what reaches more than i of the first thresholds, and more than j of the second.
    above = counts[:, ::-1, ::-1].cumsum(axis=1).cumsum(axis=2)[:, ::-1, ::-1]
    total, abusive, hateful = above[:, :1, :1], above[:, 1:, :1], above[:, 1:, 1:]
    by_label = np.broadcast_to(total - abusive, hateful.shape), abusive - hateful, hateful
    predicted = np.zeros((*hateful.shape, classes))
    for label, number in enumerate(trial.classes):
        predicted[..., number] += by_label[label]
    right = np.stack([predicted[number, ..., number] for number in range(classes)], axis=-1)
    f1 = 2 * right / np.maximum(predicted.sum(axis=0) + total[:, 0, 0], 1e-300)
    figures: FloatArray = f1.mean(axis=-1)
    return figures


def _keep_bounds(scores: Sequence[FloatArray], rows: Labelled, cuts: FloatArray, fine_flagged: float) -> tuple[BoolArray, BoolArray]:
    """Return for each threshold on P(abusive) whether it keeps the first bound, or comes as near to it as any, and whether the second.

    Args:
        scores: by the reader that judges, then by others, which the second bound does not concern; each of shape (n, 3).
        rows: n comments.
        cuts: the thresholds, ascending.
        fine_flagged: the first bound.

    Returns:
        Of shape (cuts,) each. A bound that no row concerns is kept.
    """
    fine, abusive = rows.abusive == 0, rows.abusive == 1
    everywhere = np.ones(cuts.size, np.bool_)
    if not fine.any():
        return everywhere, everywhere
    flagged = np.max([_shares_above(1 - table[fine, 0], cuts) for table in scores], axis=0)
    is_kept: BoolArray = flagged <= max(fine_flagged, float(flagged.min()))
    if not abusive.any():
        return is_kept, everywhere
    misses_little: BoolArray = 1 - _shares_above(1 - scores[0][abusive, 0], cuts) <= _MOST_ABUSE_MISSED
    return is_kept, misses_little


def _shares_above(values: FloatArray, cuts: FloatArray) -> FloatArray:
    """Return the share of values that reach each cut."""
    shares: FloatArray = 1 - np.searchsorted(np.sort(values), cuts, side="left") / values.size
    return shares


def _choose_response(scores: FloatArray, trials: Sequence[_Trial], prior: Prior, rule: LabelThresholds) -> float:
    """Return the response with the highest macro-F1, the mean over priors; 0 where the first threshold has no effect.

    Of those that are as good as far as rows can tell the largest is taken: at a prior that is far away, it is right more often.
    """
    if not any(trial.classes[0] != trial.classes[1] for trial in trials):
        return 0.0
    figures = np.zeros(_RESPONSES.size)
    for share in _PRIORS:
        change = PriorChange(prior, Prior(abusive=share, hateful=prior.hateful))
        at_prior = change.scores(scores)
        rules = [change.thresholds(rule.model_copy(update={"response": float(response)})) for response in _RESPONSES]
        cuts, places = np.unique([moved.abusive for moved in rules], return_inverse=True)
        figures += sum(_macro_f1(at_prior, trial, change.new, cuts, np.array([rule.hateful]))[places, 0] for trial in trials)
    return float(_RESPONSES[np.flatnonzero(figures >= figures.max() - _SAME_RESPONSE * len(_PRIORS) * len(trials))[-1]])


def _abusive_cuts(scores: FloatArray, rows: Labelled, trials: Sequence[_Trial], *, is_needed: bool) -> FloatArray:
    if not is_needed and all(trial.classes[0] == trial.classes[1] for trial in trials):
        return np.array([_UNUSED])
    fine = rows.abusive == 0
    return _cuts(1 - scores[:, 0], rows.abusive == 1, fine if fine.any() else rows.abusive < 0, most=_MOST_ABUSIVE_CUTS)


def _hateful_cuts(scores: FloatArray, rows: Labelled) -> FloatArray:
    return _cuts(_shares(scores), rows.hateful == 1, (rows.hateful != 1) & (rows.abusive != 0), most=_MOST_HATEFUL_CUTS)


def _shares(scores: FloatArray) -> FloatArray:
    """Return P(hateful) / P(abusive), shape (n,)."""
    shares: FloatArray = scores[:, 2] / np.maximum(1 - scores[:, 0], 1e-12)
    return shares


def _cuts(values: FloatArray, yes: BoolArray, no: BoolArray, *, most: int) -> FloatArray:
    """Return candidate thresholds, ascending: midpoints, in log-odds, between neighbouring values of two kinds of rows.

    Where there are many, only those that divide the rows evenly, with each kind weighing half, and the one that separates the kinds best.
    """
    either = yes | no
    if not either.any():
        return np.array([_UNUSED])
    values, yes, no = values[either], yes[either], no[either]
    weights = yes / max(int(yes.sum()), 1) + no / max(int(no.sum()), 1)
    levels, level_of = np.unique(np.clip(values, 1e-9, 1 - 1e-9), return_inverse=True)
    log_odds = np.log(levels) - np.log1p(-levels)
    cuts = expit(np.concatenate([log_odds[:1] - 1, (log_odds[1:] + log_odds[:-1]) / 2]))
    share_below = np.cumsum(np.bincount(level_of, weights)) / weights.sum()
    separation = np.cumsum(np.bincount(level_of, no / max(int(no.sum()), 1) - yes / max(int(yes.sum()), 1)))
    even = np.searchsorted(share_below, np.linspace(0, 1, most + 1)[:-1], side="right")
    best = min(int(separation.argmax()) + 1, cuts.size - 1)
    numbers = np.unique(np.append(np.minimum(even, cuts.size - 1), best))
    return np.unique(np.clip(cuts[numbers], _SMALLEST_CUT, 1 - _SMALLEST_CUT))


def _middle(numbers: np.ndarray[tuple[int], np.dtype[np.intp]]) -> int:
    """Return the middle of ascending numbers, the upper one of two."""
    return int(numbers[numbers.size // 2])
