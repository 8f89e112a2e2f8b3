"""The sums that a difference is fitted with, compiled: one order of the rows, one thread, so that they are the same everywhere."""

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int32Array, IntArray
from model.numba_cache import kernel

__all__ = ["add_features", "add_gradient", "label_losses"]


@kernel
def add_features(
    starts: IntArray, features: Int32Array, amounts: npt.NDArray[np.float32], rows: IntArray, weights: FloatArray, log_odds: FloatArray
) -> None:
    """Add what the features of some rows weigh, with weights of shape (k, heads), to log-odds of shape (rows, heads)."""
    heads = weights.shape[1]
    for place in range(rows.size):
        row = rows[place]
        for k in range(starts[row], starts[row + 1]):
            for head in range(heads):
                log_odds[place, head] += amounts[k] * weights[features[k], head]


@kernel
def add_gradient(
    starts: IntArray, features: Int32Array, amounts: npt.NDArray[np.float32], rows: IntArray, errors: FloatArray, gradient: FloatArray
) -> None:
    """Add to ``gradient``, shape (k, heads), what errors of shape (rows, heads) say of the weights of the features."""
    for place in range(rows.size):
        row = rows[place]
        for head in range(errors.shape[1]):
            error = errors[place, head]
            if error != 0:
                for k in range(starts[row], starts[row + 1]):
                    gradient[features[k], head] += amounts[k] * error


@kernel
def label_losses(log_odds: FloatArray, known: FloatArray, sharing: float, losses: FloatArray, errors: FloatArray) -> None:
    """Write the loss of each row and its derivatives by the two log-odds; shapes (n, 2), (n, 3), (n,) and (n, 2)."""
    for row in range(log_odds.shape[0]):
        z, y = log_odds[row, 0], log_odds[row, 1]
        log_h, log_not_h = -np.log1p(np.exp(-abs(z))) + min(z, 0.0), -np.log1p(np.exp(-abs(z))) - max(z, 0.0)
        log_a, log_not_a = -np.log1p(np.exp(-abs(y))) + min(y, 0.0), -np.log1p(np.exp(-abs(y))) - max(y, 0.0)
        h, a = np.exp(log_h), np.exp(log_a)
        fine, toxic, hateful = known[row, 0], known[row, 1], known[row, 2]
        if fine == toxic and toxic == hateful:
            losses[row] = errors[row, 0] = errors[row, 1] = 0.0
            continue
        fine *= np.exp(log_not_h + log_not_a)
        toxic *= np.exp(log_not_h + log_a)
        hateful *= h
        either = max(fine + toxic + hateful, 1e-300)
        fine, toxic, hateful = fine / either, toxic / either, hateful / either
        losses[row] = -np.log(either) - sharing * (known[row, 2] > 0 and known[row, 0] == 0 and known[row, 1] == 0) * log_a
        errors[row, 0] = h - hateful
        errors[row, 1] = (fine + toxic) * a - toxic
        if known[row, 2] > 0 and known[row, 0] == 0 and known[row, 1] == 0:
            errors[row, 1] += sharing * (a - 1)
