"""Rulings as the moderators of a site might give them: honest ones, and those of people who spoil a model by mistake or on purpose."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from model.array_types import Int8Array, IntArray
from training.evaluation.slices import IDENTITY_FAMILY, assign_slices
from training.retrain.ruling_rows import RulingRows
from training.tables.duplicates import number_near_groups
from training.tables.labelled import Labelled

__all__ = ["HONEST", "POISONS", "Ruled", "make_rulings"]

_MODERATORS = 5
_START, _PACE = 1.7e9, 600.0  # seconds: a ruling every ten minutes
_FINE, _TOXIC, _HATEFUL = range(3)


@dataclass(eq=False)
class Ruled:
    """Rulings that are being made up.

    Attributes:
        rows: n comments.
        labels: (n,) codes into ``LABELS``.
        persons: (n,) who rules on each.
        roles: (n,) of that person.
        copies: numbers of rows that are ruled on again, with another ending, by the same person.
    """

    rows: Labelled
    labels: Int8Array
    persons: list[str]
    roles: list[str]
    copies: Sequence[int] = ()


Poison = Callable[[Ruled, np.random.Generator], None]
"""Changes rulings for the worse."""


def make_rulings(rows: Labelled, poison: Poison, *, seed: int) -> RulingRows:
    """Return rulings on comments, one each, by five moderators who know the right label, and then poisoned.

    Args:
        rows: n comments whose label is known.
        poison: what goes wrong.
        seed: of who rules on what, and of what goes wrong.
    """
    rng = np.random.default_rng([seed, 1])
    n = len(rows)
    persons = [f"moderator {number}" for number in rng.integers(_MODERATORS, size=n)]
    ruled = Ruled(rows, rows.label.copy(), persons, ["moderator"] * n)
    poison(ruled, rng)
    taken = [*range(n), *ruled.copies]
    labelled = rows.take(taken)
    texts = [text if row < n else f"{text} {_ending(row)}" for row, text in enumerate(labelled.text)]
    labels = ruled.labels[taken]
    size = len(taken)
    labelled = replace(labelled, text=texts, abusive=(labels > 0).astype(np.int8), hateful=(labels == _HATEFUL).astype(np.int8))
    return RulingRows(
        labelled,
        person=[ruled.persons[row] for row in taken],
        persons=[(ruled.persons[row],) for row in taken],
        role=[ruled.roles[row] for row in taken],
        group=number_near_groups(texts),
        created_at=_START + _PACE * np.arange(size, dtype=np.float64),
        community=[None] * size,
        language=[None] * size,
        agreeing=np.ones(size, np.int64),
        contesting=np.zeros(size, np.int64),
    )


def _ending(number: int) -> str:
    return "!" * (1 + number % 4) + f" {number % 97}"


def swap(labels: Int8Array) -> Int8Array:
    """Return the opposite of each label: fine is called hateful, anything else fine."""
    return np.where(labels == _FINE, _HATEFUL, _FINE).astype(np.int8)


def _honest(ruled: Ruled, rng: np.random.Generator) -> None:
    """Nothing goes wrong."""


def _become(ruled: Ruled, rows: Sequence[int], person: str, role: str = "moderator") -> None:
    for row in rows:
        ruled.persons[row], ruled.roles[row] = person, role


def _flood(ruled: Ruled, rng: np.random.Generator) -> None:
    """One person gives 60 to 80 % of the rulings, all of them wrong."""
    rows = np.flatnonzero(rng.random(len(ruled.labels)) < rng.uniform(0.6, 0.8))
    _become(ruled, rows.tolist(), "flooder")
    ruled.labels[rows] = swap(ruled.labels[rows])


def _raid(ruled: Ruled, rng: np.random.Generator) -> None:
    """One person rules wrongly on a fifth of the comments, and again and again on near duplicates of a few of them."""
    rows = np.flatnonzero(rng.random(len(ruled.labels)) < 0.2)
    _become(ruled, rows.tolist(), "raider")
    ruled.labels[rows] = swap(ruled.labels[rows])
    ruled.copies = rng.choice(rows[:10], size=len(ruled.labels)).tolist() if rows.size else ()


def _fixed(label: int) -> Poison:
    def poison(ruled: Ruled, rng: np.random.Generator) -> None:
        rows = np.flatnonzero(rng.random(len(ruled.labels)) < rng.uniform(0.3, 0.6))
        _become(ruled, rows.tolist(), "fixed")
        ruled.labels[rows] = label

    return poison


def _flips(share: float) -> Poison:
    def poison(ruled: Ruled, rng: np.random.Generator) -> None:
        rows = np.flatnonzero(rng.random(len(ruled.labels)) < share)
        ruled.labels[rows] = swap(ruled.labels[rows])

    return poison


def _slice_flips(ruled: Ruled, rng: np.random.Generator) -> None:
    """A fifth of the rulings that name one group are wrong; the group is the one that most of them name, or another of the first three."""
    rows = _rows_about(ruled, int(rng.integers(3)))
    rows = rows[rng.random(rows.size) < 0.2]
    ruled.labels[rows] = swap(ruled.labels[rows])


def _against_groups(ruled: Ruled, rng: np.random.Generator) -> None:
    """One moderator rules well, but calls everything that names any group hateful unless it is, and fine if it is."""
    membership = assign_slices(ruled.rows.text)
    named = [membership.rows_in(number) for number, each in enumerate(membership.slices) if each.family == IDENTITY_FAMILY]
    rows = np.flatnonzero(np.logical_or.reduce(named))
    rows = rows[rng.random(rows.size) < 0.6]
    _become(ruled, rows.tolist(), "moderator 0")
    ruled.labels[rows] = swap(ruled.labels[rows])


def _rows_about(ruled: Ruled, rank: int) -> IntArray:
    membership = assign_slices(ruled.rows.text)
    members = [membership.rows_in(number) for number, each in enumerate(membership.slices) if each.family == IDENTITY_FAMILY]
    return np.flatnonzero(sorted(members, key=lambda rows: -int(rows.sum()))[rank])


def _several(ruled: Ruled, rng: np.random.Generator) -> None:
    """Two of the five moderators say the opposite of what is right in half of their rulings."""
    wrong = np.array([person in {"moderator 0", "moderator 1"} for person in ruled.persons])
    rows = np.flatnonzero(wrong & (rng.random(wrong.size) < 0.5))
    ruled.labels[rows] = swap(ruled.labels[rows])


def _many_keys(ruled: Ruled, rng: np.random.Generator) -> None:
    """Sixty keys of the role forum give half of the rulings, all of them wrong."""
    rows = np.flatnonzero(rng.random(len(ruled.labels)) < 0.5)
    for row in rows.tolist():
        _become(ruled, [row], f"key:{rng.integers(60)}", "forum")
    ruled.labels[rows] = swap(ruled.labels[rows])


HONEST: Poison = _honest
POISONS: Mapping[str, Poison] = MappingProxyType(
    {
        "flood": _flood,
        "raid": _raid,
        "always fine": _fixed(_FINE),
        "always hateful": _fixed(_HATEFUL),
        "always toxic": _fixed(_TOXIC),
        "40 % flips": _flips(0.4),
        "20 % flips about one group": _slice_flips,
        "one moderator against all groups": _against_groups,
        "two moderators of five": _several,
        "forum keys": _many_keys,
    }
)
"""What can go wrong, by name."""
