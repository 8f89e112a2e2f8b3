"""Fits a penalised difference to the log-odds of two label heads, exactly and in one order of sums.

The loss is that of ``training.fit.ngram_weights``: the logarithm of what the model makes of the labels that a row may have, and, with
weight ``sharing``, that of being abusive given not hateful so far as the row is hateful.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from model.array_types import FloatArray, Int32Array, IntArray
from model.ngrams.heads import LABEL_HEADS
from training.retrain.difference_kernels import add_features, add_gradient, label_losses

__all__ = ["FitProblem", "Solution", "solve"]

_MOST_STEPS = 200
_MEMORY = 10  # steps that the approximation of the curvature goes back
_TOLERANCE = 1e-7  # of the loss of a row


@dataclass(frozen=True, eq=False)
class FitProblem:
    """What a difference is fitted to: n rows with k features and m further columns.

    Attributes:
        starts, features, amounts: the features of all rows there are as a CSR matrix with k columns; amounts are float32.
        rows: the numbers of the n rows among them, shape (n,).
        columns: further columns, float64, shape (n, m); for each head, which columns it uses is up to ``column_strength``.
        offset: log-odds of the two heads that the difference is added to, float64, shape (n, 2).
        known: how likely the answers of a row are for each label, float64, shape (n, 3); see ``KnownLabels``.
        weights: of the rows, shape (n,).
        sharing: weight of a hateful row in the second head.
    """

    starts: IntArray
    features: Int32Array
    amounts: npt.NDArray[np.float32]
    rows: IntArray
    columns: FloatArray
    offset: FloatArray
    known: FloatArray
    weights: FloatArray
    sharing: float


@dataclass(frozen=True, eq=False)
class Solution:
    """A fitted difference.

    Attributes:
        features: weights of the features, float64, shape (k, 2).
        columns: weights of the further columns, float64, shape (m, 2).
        intercepts: what the difference adds to every row, shape (2,).
    """

    features: FloatArray
    columns: FloatArray
    intercepts: FloatArray


def solve(problem: FitProblem, *, features: int, strength: float, column_strength: FloatArray) -> Solution:
    """Return the difference with the least loss plus penalty.

    Args:
        problem: the rows.
        features: how many features there are.
        strength: what half the square of a weight of a feature costs.
        column_strength: what half the square of the weight of a further column costs in each head, shape (m, 2); infinite where the head
            does not use it.
    """
    m = problem.columns.shape[1]
    used = np.isfinite(column_strength)
    costs = np.where(used, column_strength, 0.0)
    sizes = features * LABEL_HEADS, m * LABEL_HEADS
    losses, errors = np.zeros(len(problem.weights)), np.zeros((len(problem.weights), LABEL_HEADS))
    scale = max(float(problem.weights.sum()), 1e-300)

    def split(point: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        own, rest = point[: sizes[0]], point[sizes[0] :]
        return own.reshape(features, LABEL_HEADS), rest[: sizes[1]].reshape(m, LABEL_HEADS), rest[sizes[1] :]

    def loss(point: FloatArray) -> tuple[float, FloatArray]:
        own, mixed, constants = split(point)
        log_odds = problem.offset + constants
        for column in range(m):
            log_odds += problem.columns[:, column, None] * np.where(used[column], mixed[column], 0.0)
        add_features(problem.starts, problem.features, problem.amounts, problem.rows, own, log_odds)
        label_losses(log_odds, problem.known, problem.sharing, losses, errors)
        gradient = np.zeros(point.size)
        own_gradient, mixed_gradient, constant_gradient = split(gradient)
        weighted = errors * problem.weights[:, None]
        own_gradient += strength * own
        add_gradient(problem.starts, problem.features, problem.amounts, problem.rows, weighted, own_gradient)
        for column in range(m):
            mixed_gradient[column] = np.where(used[column], (problem.columns[:, column, None] * weighted).sum(axis=0), 0.0)
        mixed_gradient += costs * mixed
        constant_gradient += weighted.sum(axis=0)
        value = float((losses * problem.weights).sum()) + strength / 2 * float((own * own).sum()) + float((costs * mixed * mixed).sum()) / 2
        return value / scale, gradient / scale

    start = np.zeros(sum(sizes) + LABEL_HEADS)
    options = {"maxiter": _MOST_STEPS, "maxcor": _MEMORY, "ftol": _TOLERANCE, "gtol": 1e-8}
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    own, mixed, constants = split(best)
    return Solution(own.copy(), np.where(used, mixed, 0.0), constants.copy())
