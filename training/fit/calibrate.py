"""Calibrates log-odds to probabilities for a stated prior.

Labelled data is half abusive, forums are not. So every class of dev rows is weighted to its share under the prior, and the
affine map of each head is the one that gives the weighted rows the highest likelihood (Platt 1999, with weights). The
abusive head is fitted on P(abusive) = 1 - (1 - P(hateful)) (1 - P(abusive | not hateful)), which is what users see.

A few rows that the classifier separates perfectly would get probabilities of 0 and 1. To prevent that, each class counts one more,
unseen row, as in Platt's method; here its target is the prior.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_expit

from model.array_types import BoolArray, FloatArray, Int8Array
from model.artefact.manifest import Calibration, Prior
from training.tables.labelled import Labelled
from training.tables.source_rows import sources_with_both

__all__ = ["calibrate", "calibrate_attribute", "calibrate_to_prior"]

_LogProbabilities = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Returns log P(yes) and log P(no) for log-odds."""

_LARGEST_LOG_NO = -1e-300  # so that the logarithm of P(yes) stays finite
_LEAST_SUM = 1e-300  # of weights, so that they can be divided by it
_RIDGE = 1e-3  # pulls the slope towards 1; matters only where there is next to no data


def calibrate_to_prior(rows: Labelled, prior: Prior, *, sharing: float) -> tuple[Calibration, Calibration]:
    """Return the maps of the two label heads that only replace the prior of the training rows, for use without suitable dev rows.

    By Bayes' rule, that adds a constant to the log-odds (Saerens, Latinne & Decaestecker 2002, eq. 2.4).

    Args:
        rows: the rows that the heads were fitted on.
        prior: the shares of abusive and hateful comments to calibrate for.
        sharing: weight of a hateful row in the second head, as in ``FitSettings``.
    """
    fine, toxic, hateful = (float(rows.weight[rows.label == label].sum()) for label in range(3))
    not_hateful = float(rows.weight[rows.hateful == 0].sum())
    training = _log_odds(hateful, not_hateful), _log_odds(toxic + sharing * hateful, fine)
    first, second = (float(stated - observed) for stated, observed in zip(_prior_log_odds(prior), training, strict=True))
    return Calibration(slope=1.0, intercept=first), Calibration(slope=1.0, intercept=second)


def _log_odds(yes: float, no: float) -> float:
    """Return the log-odds of two weights; 0, the log-odds of an untrained head, unless both are above 0."""
    return float(np.log(yes / no)) if yes > 0 and no > 0 else 0.0


def _prior_log_odds(prior: Prior) -> tuple[float, float]:
    """Return the log-odds of the two label heads at the prior."""
    hateful = prior.abusive * prior.hateful
    abusive_given_not_hateful = (prior.abusive - hateful) / (1 - hateful)
    return float(np.log(hateful / (1 - hateful))), float(np.log(abusive_given_not_hateful / (1 - abusive_given_not_hateful)))


def calibrate(
    log_odds: FloatArray, rows: Labelled, prior: Prior, *, otherwise: tuple[Calibration, Calibration]
) -> tuple[Calibration, Calibration]:
    """Calibrate the two label heads on rows that the weights were not fitted on.

    Args:
        log_odds: of P(hateful) and P(abusive | not hateful), shape (n, 2).
        rows: n labelled comments.
        prior: the shares of abusive and hateful comments to calibrate for.
        otherwise: the maps of heads whose question the rows do not answer both ways.

    Returns:
        The maps of the two heads.
    """
    fine, toxic, hateful = rows.abusive == 0, (rows.abusive == 1) & (rows.hateful == 0), rows.hateful == 1
    hateful_share = prior.abusive * prior.hateful
    first, second = otherwise
    if fine.any():
        not_hateful = [(fine, 1 - prior.abusive), (toxic, prior.abusive - hateful_share)]
    else:
        not_hateful = [(rows.hateful == 0, 1 - hateful_share)]
    if hateful.any() and any(members.any() for members, _ in not_hateful):
        weights = _class_weights([(hateful, hateful_share), *not_hateful])
        first = _fit_map(log_odds[:, 0], weights, hateful, prior=hateful_share, start=_prior_log_odds(prior)[0])
    # In a source of one kind alone, the style of the source would decide the map.
    is_mixed = np.isin(rows.source, sources_with_both(rows) or rows.source)
    clean, abusive = fine & is_mixed, (rows.abusive == 1) & is_mixed
    if abusive.any() and clean.any():
        shares = [(clean, 1 - prior.abusive), (abusive & ~hateful, prior.abusive - hateful_share), (abusive & hateful, hateful_share)]
        log_not_hateful = log_expit(-(first.slope * log_odds[:, 0] + first.intercept))
        second = _fit_map(
            log_odds[:, 1],
            _class_weights(shares),
            abusive,
            prior=prior.abusive,
            start=_prior_log_odds(prior)[1],
            log_probabilities=lambda z: _log_either(log_not_hateful, z),
        )
    return first, second


def calibrate_attribute(log_odds: FloatArray, answers: Int8Array, *, weights: FloatArray) -> Calibration:
    """Calibrate an attribute head to how common the attribute is among weighted rows.

    Args:
        log_odds: of the attribute, shape (n,).
        answers: 1, 0 or -1 (unknown), shape (n,).
        weights: of the rows, 0 for those that do not answer; shape (n,).
    """
    yes, counted = answers == 1, (answers >= 0) & (weights > 0)
    share = float(weights[yes & counted].sum() / max(weights[counted].sum(), _LEAST_SUM))
    if not 0 < share < 1:
        return Calibration(slope=1.0, intercept=0.0)
    normalised = np.where(counted, weights, 0.0) / weights[counted].sum()
    return _fit_map(log_odds, normalised, yes, prior=share, start=float(np.log(share / (1 - share))))


def _class_weights(classes: Sequence[tuple[BoolArray, float]]) -> FloatArray:
    """Return weights that give each class of rows its share; all of them sum to 1."""
    weights = np.zeros(classes[0][0].shape)
    for members, share in classes:
        if members.any():
            weights[members] = share / members.sum()
    normalised: FloatArray = weights / weights.sum()
    return normalised


def _log_yes_and_no(z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return log P(yes) and log P(no) of log-odds."""
    return log_expit(z), log_expit(-z)


def _log_either(log_not_first: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return log P(yes) and log P(no), where the answer is no if both heads say no: the first, and the second with log-odds z."""
    no = np.minimum(log_not_first + log_expit(-z), _LARGEST_LOG_NO)
    return np.log(-np.expm1(no)), no


def _fit_map(
    z: FloatArray,
    weights: FloatArray,
    yes: BoolArray,
    *,
    prior: float,
    start: float,
    log_probabilities: _LogProbabilities = _log_yes_and_no,
) -> Calibration:
    """Return the affine map of log-odds with the highest likelihood of the weighted answers.

    Args:
        z: log-odds, shape (n,).
        weights: of the rows, sum 1; shape (n,).
        yes: the answers, shape (n,).
        prior: target of the unseen row in each class.
        start: initial intercept.
        log_probabilities: returns log P(yes) and log P(no) for mapped log-odds.
    """
    is_counted = weights > 0
    positive, negative = int((is_counted & yes).sum()), int((is_counted & ~yes).sum())
    targets = np.where(yes, (positive + prior) / (positive + 1), prior / (negative + 1))

    def loss(parameters: FloatArray) -> float:
        log_yes, log_no = log_probabilities(np.exp(parameters[0]) * z + parameters[1])
        return float(-(weights * (targets * log_yes + (1 - targets) * log_no))[is_counted].sum() + _RIDGE * parameters[0] ** 2)

    best = minimize(
        loss, np.array([0.0, start]), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10, "maxiter": 2000, "maxfev": 4000}
    )
    return Calibration(slope=float(np.exp(best.x[0])), intercept=float(best.x[1]))
