"""Makes probabilities of log-odds, for a stated prior, and chooses the thresholds of the label rule.

Labelled data is half abusive, forums are not. So every class of dev rows is weighted to its share under the prior, and the
affine map of each head is the one that gives the weighted rows the highest likelihood (Platt 1999, with weights). The
abusive head is fitted on P(abusive) = 1 - (1 - P(hateful)) (1 - P(abusive | not hateful)), which is what users see.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from model.classifier import labels_of
from model.manifest import Calibration, LabelThresholds, Prior
from training.labelled import Labelled

__all__ = ["calibrate", "calibrate_attribute", "choose_thresholds", "macro_f1", "three_class_sources"]

Floats = npt.NDArray[np.float64]
_RIDGE = 1e-3  # pulls the slope towards 1; matters only where there is next to no data


def _sigmoid(z: Floats) -> Floats:
    probabilities: Floats = 1 / (1 + np.exp(-z))
    return probabilities


def _class_weights(parts: list[tuple[npt.NDArray[np.bool_], float]]) -> Floats:
    """Return weights that give each group of rows its share; the whole sums to 1."""
    weights = np.zeros(parts[0][0].shape)
    for rows, share in parts:
        if rows.any():
            weights[rows] = share / rows.sum()
    total = weights.sum()
    return weights / total if total else weights


def _fit(z: Floats, weights: Floats, yes: npt.NDArray[np.bool_], probability: Callable[[Floats], Floats], start: float) -> Calibration:
    """Return the affine map of z whose probability, as the function makes it, suits the weighted answers best."""

    def loss(parameters: Floats) -> float:
        p = np.clip(probability(np.exp(parameters[0]) * z + parameters[1]), 1e-12, 1 - 1e-12)
        return float(-(weights * np.where(yes, np.log(p), np.log1p(-p))).sum() + _RIDGE * parameters[0] ** 2)

    best = minimize(loss, np.array([0.0, start]), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10, "maxiter": 2000})
    return Calibration(slope=float(np.exp(best.x[0])), intercept=float(best.x[1]))


def calibrate(log_odds: Floats, rows: Labelled, prior: Prior) -> tuple[Calibration, Calibration]:
    """Calibrate the two label heads on rows that the weights were not fitted on.

    Args:
        log_odds: of P(hateful) and P(abusive | not hateful), shape (n, 2).
        rows: n comments with what is known of them.
        prior: the shares of abusive and hateful comments that the probabilities are to be right for.

    Returns:
        The maps of the two heads. Where no row answers a question both ways, the map only sets the prior.
    """
    fine, toxic, hateful = rows.abusive == 0, (rows.abusive == 1) & (rows.hateful == 0), rows.hateful == 1
    vague = (rows.hateful == 0) & (rows.abusive < 0)
    share = prior.abusive * prior.hateful
    start = float(np.log(share / (1 - share)))
    innocent = [(fine, 1 - prior.abusive), (toxic, prior.abusive - share)] if fine.any() else [(vague | toxic, 1 - share)]
    weights = _class_weights([(hateful, share), *innocent])
    first = Calibration(slope=1.0, intercept=start)
    if hateful.any() and (weights[~hateful] > 0).any():
        first = _fit(log_odds[:, 0], weights, hateful, _sigmoid, start)
    p = _sigmoid(first.slope * log_odds[:, 0] + first.intercept)
    abusive = (rows.abusive == 1) & _both_ways(rows)
    clean = fine & _both_ways(rows)
    given = prior.abusive * (1 - prior.hateful) / (1 - share)
    start = float(np.log(given / (1 - given)))
    second = Calibration(slope=1.0, intercept=start)
    if abusive.any() and clean.any():
        parts = [(clean, 1 - prior.abusive), (abusive & (toxic | (rows.hateful < 0)), prior.abusive - share), (abusive & hateful, share)]
        second = _fit(log_odds[:, 1], _class_weights(parts), abusive, lambda z: 1 - (1 - p) * (1 - _sigmoid(z)), start)
    return first, second


def _both_ways(rows: Labelled) -> npt.NDArray[np.bool_]:
    """Return which rows come from sources with clean and abusive rows; all, if there is no such source."""
    sources = np.array(rows.source)
    known = [s for s in set(rows.source) if len(set(rows.abusive[sources == s].tolist()) & {0, 1}) == 2]
    return np.isin(sources, known) if known else np.ones(len(rows), bool)


def calibrate_attribute(log_odds: Floats, answers: npt.NDArray[np.int8]) -> Calibration:
    """Calibrate an attribute head on the rows that answer it, as common there as it is in them; shape (n,) each."""
    known = answers >= 0
    if len(set(answers[known].tolist())) < 2:
        return Calibration(slope=1.0, intercept=0.0)
    return _fit(log_odds[known], np.full(known.sum(), 1 / known.sum()), answers[known] == 1, _sigmoid, 0.0)


def three_class_sources(rows: Labelled, *, least: int = 5) -> list[npt.NDArray[np.intp]]:
    """Return the rows with a label of each source that has at least so many of all three labels."""
    sources, labels = np.array(rows.source), rows.label
    found = [np.flatnonzero((sources == name) & (labels >= 0)) for name in sorted(set(rows.source))]
    return [of for of in found if np.bincount(labels[of], minlength=3).min() >= least]


def macro_f1(truth: npt.NDArray[np.int8], said: npt.NDArray[np.int8]) -> float:
    """Return the mean over the three labels of F1 = 2 TP / (2 TP + FP + FN); a label that neither has counts as 0."""
    table = np.bincount(truth.astype(np.int64) * 3 + said, minlength=9).reshape(3, 3)
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)))


def choose_thresholds(scores: Floats, rows: Labelled) -> LabelThresholds:
    """Choose the thresholds of the label rule: the highest mean macro-F1 over the sources with three labels.

    Args:
        scores: calibrated, (n, 3) in the order of ``LABELS``.
        rows: n comments; where no source has all three labels, all labelled rows count as one source, and without any the
            thresholds are the prior-free 0.5.
    """
    groups = three_class_sources(rows) or [np.flatnonzero(rows.label >= 0)]
    if not groups[0].size:
        return LabelThresholds(abusive=0.5, hateful=0.5)
    abusive = 1 - scores[:, 0]
    share = scores[:, 2] / np.maximum(abusive, 1e-12)
    seen = np.concatenate(groups)
    best, chosen = -1.0, LabelThresholds(abusive=0.5, hateful=0.5)
    for t_a in np.clip(np.quantile(abusive[seen], np.linspace(0.05, 0.95, 37)), 1e-6, 1 - 1e-6):
        for t_h in np.clip(np.quantile(share[seen], np.linspace(0.05, 0.95, 37)), 1e-6, 1 - 1e-6):
            thresholds = LabelThresholds(abusive=float(t_a), hateful=float(t_h))
            said = labels_of(scores, thresholds)
            mean = float(np.mean([macro_f1(rows.label[of], said[of]) for of in groups]))
            if mean > best:
                best, chosen = mean, thresholds
    return chosen
