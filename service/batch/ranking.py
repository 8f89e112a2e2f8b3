"""How many rows of each label the most frequent names have (authors, say), in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from model.comment import LABELS
from service.batch.chunks import Column

__all__ = ["Ranking"]

_MOST_NAMES = 50_000
_LONGEST_NAME = 200
_Counts = npt.NDArray[np.int64]


def _none() -> _Counts:
    return np.zeros((0, len(LABELS)), np.int64)


@dataclass(eq=False)
class Ranking:
    """Counts by name.

    When there are twice as many names as ``most``, those with fewest rows go until ``most`` are left. So a count may be too low,
    by no more than ``missed`` (as in Misra and Gries, Finding repeated elements, 1982); 0 says that every count is exact.

    Attributes:
        places: name → its place in ``counts``.
        counts: rows of each label, in the order of ``LABELS``; (n, 3).
        missed: by how many rows a count may be too low, at most.
        most: names that are kept at least.
    """

    places: dict[str, int] = field(default_factory=dict)
    counts: _Counts = field(default_factory=_none)
    missed: int = 0
    most: int = _MOST_NAMES

    def add(self, names: Sequence[str | None], labels: npt.NDArray[np.int8]) -> None:
        """Count rows; those without a name or label do not count.

        Args:
            names: of n rows.
            labels: codes into ``LABELS``, or below 0; shape (n,).
        """
        different, places = _different(names)
        some = (places >= 0) & (labels >= 0)
        count = len(LABELS)
        found = np.bincount(places[some] * count + labels[some], minlength=count * len(different)).reshape(-1, count)
        counted = np.flatnonzero(found.any(axis=1)).tolist()
        self._put([different[at] for at in counted], found[counted])

    def merge(self, other: "Ranking") -> None:
        """Add what another one counted."""
        self.missed += other.missed
        self._put(list(other.places), other.counts)

    def _put(self, names: Sequence[str], counts: _Counts) -> None:
        of = self.places
        places = [of.setdefault(name, len(of)) for name in names]
        more = len(of) - len(self.counts)
        self.counts = np.concatenate([self.counts, np.zeros((more, len(LABELS)), np.int64)])
        self.counts[places] += counts  # each place comes once
        if len(of) > 2 * self.most:
            self._trim()

    def _trim(self) -> None:
        """Let go of the names with fewest rows; ties go by name."""
        totals = self.counts.sum(axis=1)
        # The largest that go: of those with as many rows the last by name go.
        bound = np.partition(totals, totals.size - self.most - 1)[totals.size - self.most - 1]
        names = list(self.places)
        tied = sorted(names[at] for at in np.flatnonzero(totals == bound).tolist())
        spared = set(tied[: self.most - int((totals > bound).sum())])
        kept = [at for at, total in enumerate(totals.tolist()) if total > bound or (total == bound and names[at] in spared)]
        self.missed += int(bound)
        self.places = {names[at]: place for place, at in enumerate(kept)}
        self.counts = self.counts[kept]

    def as_list(self) -> list[Any]:
        """Return everything as JSON knows it, column by column."""
        return [self.missed, list(self.places), *self.counts.T.tolist()]

    @classmethod
    def from_list(cls, told: Sequence[Any]) -> "Ranking":
        """Return what ``as_list`` told."""
        missed, names, *counts = told
        places = {name: place for place, name in enumerate(names)}
        return cls(places, np.ascontiguousarray(np.array(counts, np.int64).reshape(len(LABELS), -1).T), missed)

    def worst(self, count: int) -> list[tuple[str, list[int]]]:
        """Return the names with most abusive rows, most first."""
        abusive = self.counts[:, 1:].sum(axis=1)
        least = max(1, int(np.sort(abusive)[-count])) if abusive.size > count else 1
        names = list(self.places)
        found = [(names[at], self.counts[at].tolist()) for at in np.flatnonzero(abusive >= least).tolist()]
        return sorted(found, key=lambda item: (-sum(item[1][1:]), -item[1][2], item[0]))[:count]


def _different(names: Sequence[str | None]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the different names, cut, in the order in which they come, and the place of each row's among them, -1 where it has none."""
    if isinstance(names, Column):
        import pyarrow.compute as pc

        cut = pc.utf8_slice_codeunits(names.array, 0, _LONGEST_NAME)
        encoded = cut.dictionary_encode()
        return encoded.dictionary.to_pylist(), encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    of: dict[str, int] = {}
    places = [-1 if name is None else of.setdefault(name[:_LONGEST_NAME], len(of)) for name in names]
    return list(of), np.array(places, np.int64)
