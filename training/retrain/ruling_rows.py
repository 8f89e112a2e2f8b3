"""Rulings and other labelled rows as retraining takes them: what is known of the comment, and of who said so, when."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.array_types import FloatArray, IntArray
from training.tables.duplicates import number_near_groups
from training.tables.labelled import Labelled
from training.tables.labelled_tables import TableReading

__all__ = ["RulingRows"]


@dataclass(frozen=True, eq=False)
class RulingRows:
    """n labelled comments with what is known of the rulings that label them; rows of plain tables know nothing of that.

    Attributes:
        labelled: the comments and their answers.
        person: (n,) who gave the ruling in force: a moderator or a key; None where no one is named.
        persons: (n,) all who say the same, sorted.
        role: (n,) the role of who gave the ruling in force: forum, moderator, lead or appeal; None where there is none.
        group: (n,) int64; rows that are near duplicates of each other share a number, whichever table they come from.
        created_at: (n,) float64, when the ruling was given, in seconds since 1970; NaN where that is not known.
        community: (n,) the part of the site, or None.
        language: (n,) the code of the language of the comment, or None.
        agreeing, contesting: (n,) int64, how many persons say the same, and how many say otherwise.
        reading: the account of the tables that the rows come from; None if rows were handed over.
    """

    labelled: Labelled
    person: list[str | None]
    persons: list[tuple[str, ...]]
    role: list[str | None]
    group: IntArray
    created_at: FloatArray
    community: list[str | None]
    language: list[str | None]
    agreeing: IntArray
    contesting: IntArray
    reading: TableReading | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.labelled)

    def __post_init__(self) -> None:
        """Refuse columns of unequal length: everything later indexes them together."""
        lists = (self.person, self.persons, self.role, self.community, self.language)
        arrays = (self.group, self.created_at, self.agreeing, self.contesting)
        if any(len(column) != len(self.labelled) for column in (*lists, *arrays)):
            raise ValueError("every column of RulingRows must be as long as its labelled rows")

    @classmethod
    def of(cls, labelled: Labelled) -> Self:
        """Return labelled rows of which no ruling is known."""
        n = len(labelled)
        return cls(
            labelled,
            person=[None] * n,
            persons=[()] * n,
            role=[None] * n,
            group=number_near_groups(labelled.text),
            created_at=np.full(n, np.nan),
            community=[None] * n,
            language=[None] * n,
            agreeing=np.zeros(n, np.int64),
            contesting=np.zeros(n, np.int64),
        )

    def take(self, indices: Sequence[int] | NDArray[np.intp]) -> Self:
        """Return the rows at ``indices``, in that order; their groups keep their numbers."""
        order = np.asarray(indices, dtype=np.intp)
        rows = order.tolist()
        return replace(
            self,
            labelled=self.labelled.take(order),
            person=[self.person[row] for row in rows],
            persons=[self.persons[row] for row in rows],
            role=[self.role[row] for row in rows],
            group=self.group[order],
            created_at=self.created_at[order],
            community=[self.community[row] for row in rows],
            language=[self.language[row] for row in rows],
            agreeing=self.agreeing[order],
            contesting=self.contesting[order],
        )
