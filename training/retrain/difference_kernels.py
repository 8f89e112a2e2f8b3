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
    """Write the loss of each row and its derivatives by the two log-odds; shapes (n, 2), (n, 3), (n, 2) and (n, 2).

    Where a row knows its label, or that it is not hateful, each head has its own part of the loss; otherwise the first has all of it.
    """
    for row in range(log_odds.shape[0]):
        z, y = log_odds[row, 0], log_odds[row, 1]
        rest_z, rest_y = np.log1p(np.exp(-abs(z))), np.log1p(np.exp(-abs(y)))
        log_h, log_not_h = min(z, 0.0) - rest_z, -max(z, 0.0) - rest_z
        log_a, log_not_a = min(y, 0.0) - rest_y, -max(y, 0.0) - rest_y
        h, a = np.exp(log_h), np.exp(log_a)
        fine, toxic, hateful = known[row, 0], known[row, 1], known[row, 2]
        losses[row, 1] = errors[row, 1] = 0.0
        if fine == toxic and toxic == hateful:
            losses[row, 0] = errors[row, 0] = 0.0
        elif hateful == 0:
            losses[row, 0], errors[row, 0] = -log_not_h, h
            if fine == 0:
                losses[row, 1], errors[row, 1] = -log_a, a - 1
            elif toxic == 0:
                losses[row, 1], errors[row, 1] = -log_not_a, a
        elif fine == 0 and toxic == 0:
            losses[row, 0], errors[row, 0] = -log_h, h - 1
            losses[row, 1], errors[row, 1] = -sharing * log_a, sharing * (a - 1)
        else:
            fine *= np.exp(log_not_h + log_not_a)
            toxic *= np.exp(log_not_h + log_a)
            hateful *= h
            either = max(fine + toxic + hateful, 1e-300)
            fine, toxic, hateful = fine / either, toxic / either, hateful / either
            losses[row, 0] = -np.log(either)
            errors[row, 0] = h - hateful
            errors[row, 1] = (fine + toxic) * a - toxic
