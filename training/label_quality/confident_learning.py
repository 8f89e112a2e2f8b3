"""Confident learning: which given labels are wrong, and how many (Northcutt, Jiang & Chuang 2021, "Confident Learning").

A row is *confidently* of a class if its probability of it, by a model that has not seen the row, is at least the mean probability of that
class among the rows that were given it; of several such classes, the most probable one. The table of given and confident classes, the
confident joint, estimates how often each class was given for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.array_types import BoolArray, FloatArray, IntArray
from training.metrics.estimate import Estimate

__all__ = ["ConfidentClasses", "estimate_wrong_share", "find_confident_classes"]

_RESAMPLES = 1000
_ENDS = (2.5, 97.5)  # percentiles of a 95 % interval


@dataclass(frozen=True, eq=False)
class ConfidentClasses:
    """The given and the confident classes of n rows.

    Attributes:
        given: (n,) int64 the class that each row was given, from 0 to ``classes`` - 1.
        confident: (n,) int64 the class that it confidently is, -1 where there is none.
        is_wrong: (n,) whether the given class is estimated to be wrong: the confident class is another, and the given one not the most
            probable.
        suggested: (n,) int64 the confident class of rows that are wrong, else the most probable one.
        classes: number of classes.
    """

    given: IntArray
    confident: IntArray
    is_wrong: BoolArray
    suggested: IntArray
    classes: int


def find_confident_classes(probabilities: FloatArray, given: IntArray, *, means: FloatArray) -> ConfidentClasses:
    """Return the confident classes of n rows.

    Args:
        probabilities: of each class, by a model that has not seen the row; shape (n, classes).
        given: (n,) the class that each row was given.
        means: (classes,) the mean probability of each class among the rows that were given it.
    """
    classes = probabilities.shape[1]
    reached = np.where(probabilities >= means, probabilities, -1.0)
    confident = np.where((reached >= 0).any(axis=1), reached.argmax(axis=1), -1).astype(np.int64)
    most_probable = probabilities.argmax(axis=1).astype(np.int64)
    is_wrong = (confident >= 0) & (confident != given) & (most_probable != given)
    return ConfidentClasses(given, confident, is_wrong, np.where(is_wrong, confident, most_probable), classes)


def estimate_wrong_share(parts: Sequence[ConfidentClasses], *, seed: int = 0) -> Estimate:
    """Return the estimated share of rows whose given class is wrong, with a 95 % interval.

    The rows of each given class are divided as those of them are that are confidently of some class. The interval is that of a bootstrap
    over the rows, with the mean probabilities that make a row confident left as they are.

    Args:
        parts: groups of rows, each with classes of its own; at least one row in all.
        seed: of the resamples.
    """
    random = np.random.default_rng(seed)
    rows = sum(len(part.given) for part in parts)
    wrong, resampled = 0.0, np.zeros(_RESAMPLES)
    for part in parts:
        width = part.classes + 1  # the last column is of rows without a confident class
        cells = np.bincount(part.given * width + part.confident % width, minlength=part.classes * width)
        draws = random.multinomial(len(part.given), cells / len(part.given), size=_RESAMPLES)
        wrong += float(_count_wrong(cells.reshape(1, part.classes, width))[0])
        resampled += _count_wrong(draws.reshape(-1, part.classes, width))
    low, high = np.percentile(resampled, _ENDS) / rows
    share = wrong / rows
    return Estimate(share, min(share, float(low)), max(share, float(high)))


def _count_wrong(cells: IntArray) -> FloatArray:
    """Return the estimated number of wrong rows for tables of given and confident classes, shape (m, classes, classes + 1) to (m,)."""
    joint = cells[:, :, :-1]
    confident = joint.sum(axis=2)
    right = np.diagonal(joint, axis1=1, axis2=2)
    wrong: FloatArray = (cells.sum(axis=2) * (confident - right) / np.maximum(confident, 1)).sum(axis=1)
    return wrong
