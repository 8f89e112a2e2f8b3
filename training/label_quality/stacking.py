"""Stacks several log-odds of one comment into the probabilities of its three labels (stacked generalisation; Wolpert 1992).

The inputs of each head are a constant, the log-odds of a model that exists already, those of n-grams fitted to other rows of the table, and
what near rows say. How much each counts is fitted to the rows of the table, and drawn towards "the existing model alone" as if by a few
dozen rows: in a small table, which cannot show that its own n-grams are worth anything, the existing model judges nearly alone.
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from model.array_types import FloatArray, IntArray
from training.label_noise.known_labels import log_label_probabilities

__all__ = ["STACK_INPUTS", "stack_out_of_fold"]

STACK_INPUTS = ("constant", "model", "n-grams", "neighbours")
"""The inputs of each head, in the order of their last axis."""

_START = np.array([0.0, 1.0, 0.0, 0.0])
_RIDGE = np.array([2.0, 20.0, 20.0, 20.0])  # pull of each factor towards its start
_SMALLEST = 1e-9  # in place of 0 in logarithms


def stack_out_of_fold(inputs: FloatArray, known: FloatArray, folds: IntArray) -> FloatArray:
    """Return the probabilities of fine, toxic and hateful of each of n rows, shape (n, 3), by factors fitted to the other folds.

    Args:
        inputs: shape (n, 2, inputs): the log-odds of P(hateful) and of P(abusive | not hateful) by each input.
        known: 1 for each label that agrees with the answers of the row, else 0; shape (n, 3).
        folds: (n,) the fold of each row.
    """
    probabilities = np.empty((len(inputs), 3))
    for fold in np.unique(folds):
        held = folds == fold
        factors = _fit(inputs[~held], known[~held])
        probabilities[held] = np.exp(log_label_probabilities(np.einsum("nhf,hf->nh", inputs[held], factors)))
    return probabilities


def _fit(inputs: FloatArray, known: FloatArray) -> FloatArray:
    """Return the factors with the highest penalised likelihood, shape (2, inputs)."""
    start = np.tile(_START, (inputs.shape[1], 1))
    log_known = np.log(known + _SMALLEST)

    def loss(flat: FloatArray) -> tuple[float, FloatArray]:
        factors = flat.reshape(start.shape)
        log_odds = np.einsum("nhf,hf->nh", inputs, factors)
        joint = log_label_probabilities(log_odds) + log_known
        total = logsumexp(joint, axis=1)
        fine, toxic, hateful = np.exp(joint - total[:, None]).T
        # Of log-odds, as in training.fit.ngram_weights.
        steps = np.column_stack([expit(log_odds[:, 0]) - hateful, (fine + toxic) * expit(log_odds[:, 1]) - toxic])
        away = factors - start
        gradient = np.einsum("nh,nhf->hf", steps, inputs) + _RIDGE * away
        return float(-total.sum() + (_RIDGE * away**2).sum() / 2), gradient.ravel()

    best: FloatArray = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return best.reshape(start.shape)
