"""The area under the ROC curve of weighted rows, with its interval."""

import numpy as np

from model.array_types import BoolArray, FloatArray
from training.metrics.estimate import Estimate
from training.metrics.source_metrics import auc_low

__all__ = ["weighted_auc"]


def weighted_auc(yes: BoolArray, scores: FloatArray, weights: FloatArray) -> Estimate:
    """Return the area under the ROC curve of weighted rows and its 95 % interval.

    It is the share of weighted pairs, one positive row and one negative, in which the positive one scores higher; a tie counts half. The
    interval is that of as many equal rows as the weighted ones are worth (Kish 1965).

    Args:
        yes: whether each row is positive, shape (n,); both occur.
        scores: shape (n,).
        weights: above 0, shape (n,).
    """
    _, levels = np.unique(scores, return_inverse=True)
    positive = np.bincount(levels, weights * yes)
    negative = np.bincount(levels, weights * ~yes)
    below = np.cumsum(negative) - negative / 2
    value = min(1.0, float((positive * below).sum() / (positive.sum() * negative.sum())))  # rounding may lift it above
    sizes = [max(2, round(weights[side].sum() ** 2 / (weights[side] ** 2).sum())) for side in (yes, ~yes)]
    low, high = (auc_low(value, positives=sizes[0], negatives=sizes[1], z=z) for z in (1.96, -1.96))
    return Estimate(value, max(0.0, low), min(1.0, high))
