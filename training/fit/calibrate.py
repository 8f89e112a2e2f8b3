"""Makes probabilities of log-odds, for a stated prior, and chooses the thresholds of the label rule.

Labelled data is half abusive, forums are not. So every class of dev rows is weighted to its share under the prior, and the
affine map of each head is the one that gives the weighted rows the highest likelihood (Platt 1999, with weights). The
abusive head is fitted on P(abusive) = 1 - (1 - P(hateful)) (1 - P(abusive | not hateful)), which is what users see.

That a class of n rows was never contradicted does not make it certain: as Platt did, one more row that nobody has seen is
counted in each class, here one that answers as often as the prior says. Without it a few rows that the classifier tells
apart without a mistake would have probabilities of 0 and 1.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from model.array_types import FloatArray
from model.artefact.manifest import Calibration, LabelThresholds, Prior
from model.classifier import assign_labels
from training.tables.labelled import Labelled

__all__ = [
    "calibrate",
    "calibrate_attribute",
    "calibrate_to_prior",
    "choose_thresholds",
    "macro_f1",
    "rows_by_source",
    "sources_with_both",
    "three_class_sources",
]

Flags = npt.NDArray[np.bool_]
_LogOdds = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
_RIDGE = 1e-3  # pulls the slope towards 1; matters only where there is next to no data
_FEWEST_OF_A_LABEL = 5
_CUTS = 40


def calibrate_to_prior(rows: Labelled, prior: Prior, *, sharing: float) -> tuple[Calibration, Calibration]:
    """Return the maps of the two label heads that only exchange how common the answers are, for want of dev rows.

    By Bayes' rule in log-odds that is a constant (Saerens, Latinne & Decaestecker 2002, eq. 2.4).

    Args:
        rows: what the heads were fitted on.
        prior: the shares that the probabilities are to be right for.
        sharing: how much a hateful row taught the second head, as in FitSettings.
    """
    fine, toxic, hateful = (float(rows.weight[rows.label == label].sum()) for label in range(3))
    unhateful = float(rows.weight[rows.hateful == 0].sum())
    learnt = _odds(hateful, unhateful), _odds(toxic + sharing * hateful, fine)
    first, second = (float(wanted - had) for wanted, had in zip(_prior_log_odds(prior), learnt, strict=True))
    return Calibration(slope=1.0, intercept=first), Calibration(slope=1.0, intercept=second)


def _odds(yes: float, no: float) -> float:
    """Return log-odds; 0, which nothing was learnt to differ from, unless both answers were seen."""
    return float(np.log(yes / no)) if yes > 0 and no > 0 else 0.0


def _prior_log_odds(prior: Prior) -> tuple[float, float]:
    """Return the log-odds of the two label heads of a comment of which nothing is known."""
    share = prior.abusive * prior.hateful
    given = (prior.abusive - share) / (1 - share)
    return float(np.log(share / (1 - share))), float(np.log(given / (1 - given)))


def calibrate(
    log_odds: FloatArray, rows: Labelled, prior: Prior, *, otherwise: tuple[Calibration, Calibration]
) -> tuple[Calibration, Calibration]:
    """Calibrate the two label heads on rows that the weights were not fitted on.

    Args:
        log_odds: of P(hateful) and P(abusive | not hateful), shape (n, 2).
        rows: n comments with what is known of them.
        prior: the shares of abusive and hateful comments that the probabilities are to be right for.
        otherwise: the map of a head whose question no row answers in both ways.

    Returns:
        The maps of the two heads.
    """
    fine, toxic, hateful = rows.abusive == 0, (rows.abusive == 1) & (rows.hateful == 0), rows.hateful == 1
    share = prior.abusive * prior.hateful
    first, second = otherwise
    innocent = [(fine, 1 - prior.abusive), (toxic, prior.abusive - share)] if fine.any() else [(rows.hateful == 0, 1 - share)]
    if hateful.any() and any(of.any() for of, _ in innocent):
        weights = _class_weights([(hateful, share), *innocent])
        first = _fit(log_odds[:, 0], weights, hateful, prior=share, start=_prior_log_odds(prior)[0])
    known = np.isin(rows.source, sources_with_both(rows) or rows.source)
    clean, abusive = fine & known, (rows.abusive == 1) & known
    if abusive.any() and clean.any():
        weights = _class_weights([(clean, 1 - prior.abusive), (abusive & ~hateful, prior.abusive - share), (abusive & hateful, share)])
        innocent_of_hate = log_expit(-(first.slope * log_odds[:, 0] + first.intercept))
        second = _fit(
            log_odds[:, 1],
            weights,
            abusive,
            prior=prior.abusive,
            start=_prior_log_odds(prior)[1],
            logs=lambda z: _either(innocent_of_hate, z),
        )
    return first, second


def _class_weights(parts: Sequence[tuple[Flags, float]]) -> FloatArray:
    """Return weights that give each group of rows its share; the whole sums to 1."""
    weights = np.zeros(parts[0][0].shape)
    for rows, share in parts:
        if rows.any():
            weights[rows] = share / rows.sum()
    whole: FloatArray = weights / weights.sum()
    return whole


def _logs(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return log P(yes) and log P(no) of log-odds."""
    return log_expit(z), log_expit(-z)


def _either(log_not_first: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return log P(yes) and log P(no), where "no" takes two: that of the first head, and that of the second with log-odds z."""
    no = np.minimum(log_not_first + log_expit(-z), -1e-300)
    return np.log(-np.expm1(no)), no


def _fit(z: FloatArray, weights: FloatArray, yes: Flags, *, prior: float, start: float, logs: _LogOdds = _logs) -> Calibration:
    """Return the affine map of z that suits the weighted answers best.

    Args:
        z: log-odds, shape (n,).
        weights: of the rows, sum 1; rows without one do not count.
        yes: the answers.
        prior: how the row that nobody has seen answers.
        start: intercept to search from.
        logs: makes log P(yes) and log P(no) of mapped log-odds.
    """
    counted = weights > 0
    positive, negative = int((counted & yes).sum()), int((counted & ~yes).sum())
    targets = np.where(yes, (positive + prior) / (positive + 1), prior / (negative + 1))

    def loss(parameters: FloatArray) -> float:
        log_yes, log_no = logs(np.exp(parameters[0]) * z + parameters[1])
        return float(-(weights * (targets * log_yes + (1 - targets) * log_no))[counted].sum() + _RIDGE * parameters[0] ** 2)

    best = minimize(
        loss, np.array([0.0, start]), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10, "maxiter": 2000, "maxfev": 4000}
    )
    return Calibration(slope=float(np.exp(best.x[0])), intercept=float(best.x[1]))


def rows_by_source(rows: Labelled) -> dict[str, npt.NDArray[np.intp]]:
    """Return the row numbers of each source, by its name in sorted order."""
    found: dict[str, list[int]] = {}
    for row, name in enumerate(rows.source):
        found.setdefault(name, []).append(row)
    return {name: np.array(found[name], np.intp) for name in sorted(found)}


def sources_with_both(rows: Labelled) -> list[str]:
    """Return the sources that have clean rows as well as abusive ones, sorted: where only one kind is, a source's style tells."""
    return [name for name, of in rows_by_source(rows).items() if _both(rows.abusive[of])]


def calibrate_attribute(log_odds: FloatArray, answers: npt.NDArray[np.int8], *, share: float) -> Calibration:
    """Calibrate an attribute head on the rows that answer it, shape (n,) each, for a site where this share of comments has it."""
    yes, no = answers == 1, answers == 0
    if not (yes.any() and no.any()):
        return Calibration(slope=1.0, intercept=0.0)
    weights = _class_weights([(yes, share), (no, 1 - share)])
    return _fit(log_odds, weights, yes, prior=share, start=float(np.log(share / (1 - share))))


def three_class_sources(rows: Labelled, *, least: int = _FEWEST_OF_A_LABEL) -> dict[str, npt.NDArray[np.intp]]:
    """Return the rows with a label of each source that has at least so many of all three labels, by its name in sorted order."""
    labels = rows.label
    found = {name: of[labels[of] >= 0] for name, of in rows_by_source(rows).items()}
    return {name: of for name, of in found.items() if np.bincount(labels[of], minlength=3).min() >= least}


def macro_f1(truth: npt.NDArray[np.int8], said: npt.NDArray[np.int8], *, classes: int = 3) -> float:
    """Return the mean over the classes of F1 = 2 TP / (2 TP + FP + FN); a class that neither has counts as 0."""
    table = np.bincount(truth.astype(np.int64) * classes + said, minlength=classes**2).reshape(classes, classes)
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)))


def choose_thresholds(scores: FloatArray, rows: Labelled, *, hateful: float | None = None) -> LabelThresholds:
    """Choose the thresholds of the label rule: the highest mean macro-F1 over the sources with three labels.

    Where there is no such source, what counts is the mean macro-F1 of the yes and no that the label says to those of the two
    questions that rows answer both ways, by source if a source does, else over all rows. Of thresholds that are equally good
    the middle ones are taken; one that nothing depends on is 0.5.

    Args:
        scores: calibrated, (n, 3) in the order of ``LABELS``.
        rows: n comments.
        hateful: the second threshold, if it is given beforehand.
    """
    trials = _trials(rows)
    if hateful is None and not any(means[1] != means[2] for _, _, means in trials):
        hateful = 0.5
    if not trials:
        return LabelThresholds(abusive=0.5, hateful=0.5 if hateful is None else hateful)
    seen = np.unique(np.concatenate([of for of, _, _ in trials]))
    place = np.zeros(len(rows), np.intp)
    place[seen] = np.arange(seen.size)
    trials = [(place[of], truth, classes) for of, truth, classes in trials]
    scores, abusive = scores[seen], 1 - scores[seen, 0]
    firsts = [0.5]
    if hateful is not None or any(means[0] != means[1] for _, _, means in trials):
        fine = rows.abusive[seen] == 0
        firsts = _cuts(abusive, rows.abusive[seen] == 1, fine if fine.any() else rows.abusive[seen] < 0)
    no_hate = (rows.hateful[seen] != 1) & (rows.abusive[seen] != 0)
    share = scores[:, 2] / np.maximum(abusive, 1e-12)
    seconds = [hateful] if hateful is not None else _cuts(share, rows.hateful[seen] == 1, no_hate)
    found = []
    for t_a in firsts:
        for t_h in seconds:
            said = assign_labels(scores, LabelThresholds(abusive=t_a, hateful=t_h))
            found.append((_mean_f1(said, trials), t_a, t_h))
    best = max(mean for mean, _, _ in found) - 1e-12
    t_a = _middle([t_a for mean, t_a, _ in found if mean >= best])
    t_h = _middle([second for mean, first, second in found if mean >= best and first == t_a])
    return LabelThresholds(abusive=t_a, hateful=t_h)


_Trial = tuple[npt.NDArray[np.intp], npt.NDArray[np.int8], tuple[int, int, int]]
_LABEL, _ABUSIVE, _HATEFUL = (0, 1, 2), (0, 1, 1), (0, 0, 1)


def _trials(rows: Labelled) -> list[_Trial]:
    """Return what thresholds are tried on: row numbers, the truth of each row, and what each label says to the question."""
    if threes := three_class_sources(rows):
        return [(of, rows.label[of], _LABEL) for of in threes.values()]
    trials: list[_Trial] = []
    for answers, means in ((rows.abusive, _ABUSIVE), (rows.hateful, _HATEFUL)):
        every = np.flatnonzero(answers >= 0)
        known = [of[answers[of] >= 0] for of in rows_by_source(rows).values()]
        both = [of for of in known if _both(answers[of])] or [of for of in [every] if _both(answers[of])]
        trials += [(of, answers[of], means) for of in both]
    return trials


def _both(answers: npt.NDArray[np.int8]) -> bool:
    return {0, 1} <= set(answers.tolist())


def _mean_f1(said: npt.NDArray[np.int8], trials: Sequence[_Trial]) -> float:
    told = {means: np.array(means, np.int8)[said] for means in {means for _, _, means in trials}}
    return float(np.mean([macro_f1(truth, told[means][of], classes=max(means) + 1) for of, truth, means in trials]))


def _cuts(values: FloatArray, yes: Flags, no: Flags) -> list[float]:
    """Return thresholds worth a try, ascending: halfway, in log-odds, between neighbours among the values of two kinds of rows.

    Where there are many, those that divide the rows evenly, each kind counting half, and the one that tells the kinds apart
    best.
    """
    either = yes | no
    if not either.any():
        return [0.5]
    values, yes, no = values[either], yes[either], no[either]
    weights = yes / max(int(yes.sum()), 1) + no / max(int(no.sum()), 1)
    levels, at = np.unique(np.clip(values, 1e-9, 1 - 1e-9), return_inverse=True)
    log_odds = np.log(levels) - np.log1p(-levels)
    cuts = expit(np.concatenate([log_odds[:1] - 1, (log_odds[1:] + log_odds[:-1]) / 2]))
    below = np.cumsum(np.bincount(at, weights)) / weights.sum()
    apart = np.cumsum(np.bincount(at, no / max(int(no.sum()), 1) - yes / max(int(yes.sum()), 1)))
    chosen = np.searchsorted(below, np.linspace(0, 1, _CUTS + 1)[:-1], side="right")
    chosen = np.unique(np.append(np.minimum(chosen, cuts.size - 1), min(int(apart.argmax()) + 1, cuts.size - 1)))
    return [float(cut) for cut in np.clip(cuts[chosen], 1e-6, 1 - 1e-6)]


def _middle(values: Sequence[float]) -> float:
    ordered = sorted(set(values))
    return ordered[len(ordered) // 2]
