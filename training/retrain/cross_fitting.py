"""Divides rulings into folds, and chooses by them how strongly a difference is held back.

What is near in time, and near duplicates, are in one fold, so that what is measured is how well a ruling of tomorrow is foreseen.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.array_types import BoolArray, FloatArray
from training.retrain.ruling_rows import RulingRows

__all__ = ["RankGain", "choose_strength", "fold_places", "rank_gain"]

_FOLDS = 5
_FEWEST_OF_A_KIND = 5
_BEYOND = 1.5  # standard errors: two other strengths are tried, and each is as good as the usual one more often than not


def fold_places(rows: RulingRows, places: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return the places of each fold, ascending.

    Args:
        rows: in canonical order.
        places: those to divide; their order does not matter.
    """
    places = np.sort(places)
    numbers, group = np.unique(rows.group[places], return_index=True, return_inverse=True)[1:]
    first = rows.created_at[places].copy()
    earliest = np.full(numbers.size, np.inf)
    np.minimum.at(earliest, group, np.where(np.isfinite(first), first, np.inf))
    # Groups by their first ruling; where no time is known, by their first row, whose place is as good as drawn by lot.
    order = np.lexsort((numbers, earliest))
    sizes = np.bincount(group, minlength=numbers.size)[order]
    middles = np.cumsum(sizes) - sizes / 2
    fold_of_group = np.empty(numbers.size, np.int64)
    fold_of_group[order] = np.minimum((middles * _FOLDS / max(sizes.sum(), 1)).astype(np.int64), _FOLDS - 1)
    return [places[fold_of_group[group] == fold] for fold in range(_FOLDS)]


class RankGain(NamedTuple):
    """How much better one ranking tells yes from no than another, on the same rows.

    Attributes:
        gain: of the area under the ROC curve.
        variance: of the gain (DeLong, DeLong & Clarke-Pearson 1988).
    """

    gain: float
    variance: float


def choose_strength(strengths: Sequence[float], gains: Callable[[float, float], Sequence[RankGain]]) -> float:
    """Return the penalty that ranks best what it was not fitted on: the usual one, unless another is better beyond noise.

    A few hundred rulings cannot tell penalties apart that differ by a factor of three; the best of several such figures is mostly luck.

    Args:
        strengths: the usual penalty, then others to try; an infinite one is the champion without a difference.
        gains: returns what the fits without each fold with the second of two penalties gain over those with the first, for each question
            that enough rows answer.
    """
    usual, *others = strengths
    best, best_gain = usual, 0.0
    for strength in others:
        found = gains(usual, strength)
        if not found:
            return usual
        gain = float(np.mean([question.gain for question in found]))
        noise = _BEYOND * float(np.sqrt(sum(question.variance for question in found))) / len(found)
        if gain > max(best_gain, noise):
            best, best_gain = strength, gain
    return best


def rank_gain(yes: BoolArray, weights: FloatArray, before: FloatArray, after: FloatArray) -> RankGain | None:
    """Return what ``after`` gains over ``before``, all of shape (n,); None with fewer than five rows of a kind."""
    if min(int(yes.sum()), int((~yes).sum())) < _FEWEST_OF_A_KIND:
        return None
    own = [_placements(ranks, yes, weights) for ranks in (after, before)]
    of_yes, of_no = own[0][0] - own[1][0], own[0][1] - own[1][1]
    gain, variance = 0.0, 0.0
    for differences, shares in ((of_yes, weights[yes]), (of_no, weights[~yes])):
        shares = shares / shares.sum()
        gain = float((shares * differences).sum())
        variance += float((shares**2 * (differences - gain) ** 2).sum())
    return RankGain(gain, variance)


def _placements(values: FloatArray, yes: BoolArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return for each row of yes the share of no below it, and for each of no the share of yes above it; ties count half."""
    return _shares_below(values[yes], values[~yes], weights[~yes]), 1 - _shares_below(values[~yes], values[yes], weights[yes])


def _shares_below(values: FloatArray, others: FloatArray, weights: FloatArray) -> FloatArray:
    order = np.argsort(others, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    left, right = (np.searchsorted(others[order], values, side=side) for side in ("left", "right"))
    shares: FloatArray = (sums[left] + sums[right]) / (2 * sums[-1])
    return shares
