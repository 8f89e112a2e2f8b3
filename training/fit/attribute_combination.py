"""Fits how much each reader counts for an attribute, and measures how well both tell it, on dev rows.

An attribute is calibrated to how common it is at the stated prior: fine, toxic and hateful rows count as they do there.
"""

from collections.abc import Mapping

import numpy as np

from model.array_types import FloatArray, Int8Array
from model.artefact.manifest import AttributeEvidence, Prior
from training.fit.attribute_fit import attribute_evidence, label_shares, measured_weights, prior_shares
from training.fit.calibrate import calibrate_attribute
from training.metrics.halves import only_reports
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["answers_to", "describe_evidence", "fit_attribute", "measure_attribute"]

_FEWEST_ANSWERS = 20  # of yes, and of no; with fewer, the combination stays as it is stored
_EQUAL_WEIGHTS = (0.5, 0.5)


def describe_evidence(evidence: Mapping[str, AttributeEvidence]) -> dict[str, dict[str, float]]:
    """Return how well both readers tell attributes as the metrics of a manifest hold it."""
    return {name: found.model_dump(exclude_none=True) for name, found in evidence.items()}


def answers_to(dev: Labelled, name: str) -> Int8Array:
    """Return the answers of rows to an attribute, shape (n,); unknown where their tables do not ask."""
    return dev.attributes.get(name, np.full(len(dev), UNKNOWN, np.int8))


def fit_attribute(of_both: FloatArray, answers: Int8Array, weights: FloatArray, *, otherwise: FloatArray) -> FloatArray:
    """Return factor of the n-grams, factor of the encoder and constant of an attribute, calibrated to how common it is.

    Args:
        of_both: log-odds of n-grams and encoder, shape (n, 2).
        answers: 1, 0 or -1 (unknown), shape (n,).
        weights: what each row counts, 0 for rows that do not answer; shape (n,).
        otherwise: the three numbers where too few rows answer.
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.flatnonzero(weights > 0)
    yes = answers[rows] == 1
    if min(int(yes.sum()), int((~yes).sum())) < _FEWEST_ANSWERS:
        return otherwise
    regression = LogisticRegression(C=1.0, max_iter=1000).fit(of_both[rows], yes, sample_weight=weights[rows] * rows.size)
    factors = np.maximum(regression.coef_[0], 0.0)
    if not factors.any():
        factors = np.array(_EQUAL_WEIGHTS)
    head_map = calibrate_attribute(of_both @ factors, answers, weights=weights)
    return np.array([*(factors * head_map.slope), head_map.intercept])


def measure_attribute(
    of_both: FloatArray, answers: Int8Array, dev: Labelled, *, otherwise: FloatArray, prior: Prior
) -> AttributeEvidence | None:
    """Return how well both readers tell an attribute, on each half of the dev rows by a fit to the other; None with too few answers."""
    reports = np.array([only_reports(row_id) for row_id in dev.id], np.bool_)
    log_odds = np.empty(len(dev))
    for half in (reports, ~reports):
        others = measured_weights(dev, np.where(half, UNKNOWN, answers).astype(np.int8), prior_shares(prior))
        column = fit_attribute(of_both, answers, others, otherwise=otherwise)
        log_odds[half] = of_both[half] @ column[:2] + column[2]
    return attribute_evidence(dev, answers, log_odds, shares=label_shares(dev), prior=prior, least=_FEWEST_ANSWERS)
