"""The sums that a difference is fitted with, compiled: one order of the rows, one thread, so that they are the same everywhere."""

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int32Array, IntArray
from model.numba_cache import kernel

__all__ = ["add_features", "add_gradient", "copy_rows", "count_features", "label_losses", "renumber"]


@kernel
def add_features(
    starts: IntArray, features: Int32Array, amounts: FloatArray, runs: int, rows: IntArray, weights: FloatArray, log_odds: FloatArray
) -> None:
    """Add what features weigh to log-odds; see ``FeatureMatrix.add``."""
    heads = weights.shape[1]
    for place in range(rows.size):
        for run in range(rows[place] * runs, (rows[place] + 1) * runs):
            if heads == 2:  # both in one pass: of a large table, it is the looking up that takes time
                first = second = 0.0
                for k in range(starts[run], starts[run + 1]):
                    first += weights[features[k], 0]
                    second += weights[features[k], 1]
                if first != 0:
                    log_odds[place, 0] += amounts[run] * first
                if second != 0:
                    log_odds[place, 1] += amounts[run] * second
                continue
            for head in range(heads):
                total = 0.0
                for k in range(starts[run], starts[run + 1]):
                    total += weights[features[k], head]
                if total != 0:
                    log_odds[place, head] += amounts[run] * total


@kernel
def add_gradient(
    starts: IntArray, features: Int32Array, amounts: FloatArray, runs: int, rows: IntArray, errors: FloatArray, gradient: FloatArray
) -> None:
    """Add what errors say of the weights of features to a gradient; see ``FeatureMatrix.add_gradient``."""
    heads = errors.shape[1]
    for place in range(rows.size):
        for run in range(rows[place] * runs, (rows[place] + 1) * runs):
            if starts[run] == starts[run + 1]:  # its amount is infinite
                continue
            if heads == 2:
                first, second = amounts[run] * errors[place, 0], amounts[run] * errors[place, 1]
                for k in range(starts[run], starts[run + 1]):
                    gradient[features[k], 0] += first
                    gradient[features[k], 1] += second
                continue
            for head in range(heads):
                step = amounts[run] * errors[place, head]
                for k in range(starts[run], starts[run + 1]):
                    gradient[features[k], head] += step


@kernel
def copy_rows(starts: IntArray, features: Int32Array, runs: IntArray, copies: Int32Array) -> None:
    """Copy the features of some runs, one after the other."""
    at = 0
    for run in runs:
        for k in range(starts[run], starts[run + 1]):
            copies[at] = features[k]
            at += 1


@kernel
def count_features(buckets: Int32Array, counts: Int32Array, of_block: npt.NDArray[np.int32]) -> None:
    """Count how often each bucket occurs in each block; shapes (features,), (n, blocks) and (blocks, buckets)."""
    at = 0
    for row in range(counts.shape[0]):
        for block in range(counts.shape[1]):
            for _ in range(counts[row, block]):
                of_block[block, buckets[at]] += 1
                at += 1


@kernel
def renumber(features: Int32Array, numbers: Int32Array) -> None:
    """Replace features by their numbers, in place."""
    for k in range(features.size):
        features[k] = numbers[features[k]]


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
