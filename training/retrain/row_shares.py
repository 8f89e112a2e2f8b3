"""What each ruling weighs when a difference is fitted, so that no single person, raid or old dispute decides it.

- Near duplicates count once together, however many there are: a raid is one message. Of contradicting rulings about them, those of
  the highest role count alone, and among these the newer more.
- A ruling that others contest counts as far as those who spoke agree.
- A ruling loses half of its weight in a year, by the clock of the newest one, but never more than three quarters.
- Nobody has more than a quarter of the weight where four persons or more share it, or rows of plain tables are there as well; among fewer
  persons, nobody has more than he would have if one of the others were left out and all the rest weighed the same.

Rows of plain tables weigh what their tables say.
"""

import numpy as np

from model.array_types import FloatArray, IntArray
from training.retrain.ruling_rows import RulingRows
from training.tables.row_weights import scale_to_mean

__all__ = ["LARGEST_SHARE", "weigh_rulings"]

LARGEST_SHARE = 0.25
"""The largest share of the weight that one person has, where there are enough to share it."""

_ENOUGH_PERSONS = round(1 / LARGEST_SHARE)
_ROLES = ("forum", "moderator", "lead", "appeal")  # ascending
_HALF_LIFE = 365 * 86400.0  # seconds
_OLDEST = 0.25  # of its weight that a ruling keeps however old it is
_NEWER = 2.0  # how much more a near duplicate counts that was ruled on a half-life later; more than age alone


def weigh_rulings(rows: RulingRows) -> FloatArray:
    """Return the weight of each row, float64, at least 0, shape (n,); 1 is that of an undisputed ruling of today."""
    if not len(rows):
        return np.zeros(0)
    weights = scale_to_mean(rows.labelled.weight) if rows.labelled.weight.any() else np.ones(len(rows))
    spoken = rows.agreeing + rows.contesting
    weights = weights * np.where(spoken > 0, np.maximum(rows.agreeing, 1) / np.maximum(spoken, 1), 1.0)
    weights = weights * _age_factors(rows.created_at)
    weights = _count_groups_once(weights, rows)
    return _cap_persons(weights, rows.person)


def _age_factors(created_at: FloatArray) -> FloatArray:
    known = np.isfinite(created_at)
    if not known.any():
        return np.ones(created_at.shape)
    ages = np.where(known, created_at[known].max() - np.where(known, created_at, 0.0), 0.0)
    return np.maximum(0.5 ** (ages / _HALF_LIFE), _OLDEST)


def _count_groups_once(weights: FloatArray, rows: RulingRows) -> FloatArray:
    """Return weights of which each group has together what the weightiest of its rows has; only its highest role counts."""
    numbers = np.unique(rows.group, return_inverse=True)[1].astype(np.int64)
    ranks = np.array([_ROLES.index(role) if role in _ROLES else 0 for role in rows.role], np.float64)
    weights = np.where(ranks == _largest(ranks, numbers)[numbers], weights, 0.0)
    newest = _largest(np.where(np.isfinite(rows.created_at), rows.created_at, -np.inf), numbers)[numbers]
    with np.errstate(invalid="ignore"):
        behind = np.where(np.isfinite(rows.created_at), newest - rows.created_at, 0.0)
    shares = weights * _NEWER ** -(behind / _HALF_LIFE)
    sums, largest = np.bincount(numbers, shares), _largest(weights, numbers)
    counted: FloatArray = shares * (largest / np.maximum(sums, 1e-300))[numbers]
    return counted


def _largest(values: FloatArray, numbers: IntArray) -> FloatArray:
    """Return the largest value of each group."""
    largest = np.full(int(numbers.max(initial=-1)) + 1, values.min())
    np.maximum.at(largest, numbers, values)
    return largest


def _cap_persons(weights: FloatArray, persons: list[str | None]) -> FloatArray:
    """Return weights of which no person has more than the largest share; the others' stay as they are."""
    names = sorted({person for person in persons if person is not None})
    place = {name: number for number, name in enumerate(names)}
    numbers = np.array([place[person] if person is not None else len(names) for person in persons], np.int64)
    sums = np.bincount(numbers, weights, len(names) + 1).astype(np.float64)
    own, others = sums[:-1], float(sums[-1])
    active = int((own > 0).sum())
    share = LARGEST_SHARE if others or active >= _ENOUGH_PERSONS else 1 / max(active - 1, 1)
    capped = _cap(own, others, share)
    factors = np.append(np.where(own > 0, capped / np.maximum(own, 1e-300), 1.0), 1.0)
    shared: FloatArray = weights * factors[numbers]
    return shared


def _cap(sums: FloatArray, others: float, share: float) -> FloatArray:
    """Return sums of which none has more than a share of the total, which includes others that are not capped; the rest is untouched."""
    order = np.argsort(-sums, kind="stable")
    capped = sums.copy()
    for count in range(len(sums) + 1):
        # The count largest are capped to one level: level = share * (count * level + rest).
        rest = others + float(np.sort(sums[order[count:]]).sum())
        level = share * rest / (1 - share * count) if share * count < 1 else np.inf
        if count == len(sums) or sums[order[count]] <= level * (1 + 1e-12):
            capped[order[:count]] = np.minimum(level, sums[order[:count]])
            return capped
    return capped
