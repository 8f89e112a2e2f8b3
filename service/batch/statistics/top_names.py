"""How many rows of each label the most frequent names have (authors, say), in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from model.comment import LABELS
from service.batch.columnar.chunks import Column

if TYPE_CHECKING:
    import pyarrow as pa

    Names: TypeAlias = list[str] | pa.Array[Any]

__all__ = ["Ranking"]

_MOST_NAMES = 50_000
_LONGEST_NAME = 200
_FEW = 10_000
"""Names for which loading Arrow is not worth its while."""
_Counts = npt.NDArray[np.int64]
_Places = npt.NDArray[np.int64]


@dataclass(eq=False)
class Ranking:
    """Counts by name.

    When there are twice as many names as ``most``, those with fewest rows go until ``most`` are left; of those with as many rows the
    last go. So a count may be too low, by no more than ``missed`` (as in Misra and Gries, Finding repeated elements, 1982); 0 says
    that every count is exact.

    Attributes:
        missed: by how many rows a count may be too low, at most.
        most: names that are kept at least.
        parts: names, each once, and their rows of each label, in the order of ``LABELS``; (n, 3). A name may be in several parts.
    """

    missed: int = 0
    most: int = _MOST_NAMES
    parts: "list[tuple[Names, _Counts]]" = field(default_factory=list)

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
        counted = np.flatnonzero(found.any(axis=1))
        self._put(_chosen(different, counted), found[counted])

    def merge(self, other: "Ranking") -> None:
        """Add what another one counted."""
        self.missed += other.missed
        for names, counts in other.parts:
            self._put(names, counts)

    def _put(self, names: "Names", counts: _Counts) -> None:
        self.parts.append((names, counts))
        # Rarely, for it takes as long however few are new.
        if self._size() > 4 * self.most:
            self._settled()

    def _size(self) -> int:
        return sum(len(names) for names, _ in self.parts)

    def _settled(self) -> "tuple[Names, _Counts]":
        """Return each name and its counts, having made one part of all."""
        if len(self.parts) != 1 or self._size() > 2 * self.most:
            names, places = _together([names for names, _ in self.parts])
            parts = [counts for _, counts in self.parts] or [np.zeros((0, len(LABELS)), np.int64)]
            labels = np.concatenate(parts).T
            counts = np.array([np.bincount(places, label, len(names)) for label in labels], np.float64).T.astype(np.int64)
            if len(names) > 2 * self.most:
                kept = self._kept(counts.sum(axis=1))
                names, counts = _chosen(names, kept), counts[kept]
            self.parts = [(names, counts)]
        return self.parts[0]

    def _kept(self, totals: _Counts) -> npt.NDArray[np.intp]:
        """Return the places of the names that stay."""
        bound = np.partition(totals, totals.size - self.most - 1)[totals.size - self.most - 1]
        kept = totals > bound
        kept[np.flatnonzero(totals == bound)[: self.most - int(kept.sum())]] = True
        self.missed += int(bound)
        return np.flatnonzero(kept)

    def as_list(self) -> list[Any]:
        """Return everything as JSON knows it, column by column."""
        names, counts = self._settled()
        return [self.missed, _listed(names), *counts.T.tolist()]

    @classmethod
    def from_list(cls, told: Sequence[Any]) -> "Ranking":
        """Return what ``as_list`` told."""
        missed, names, *counts = told
        return cls(missed, parts=[(names, np.array(counts, np.int64).reshape(len(LABELS), -1).T)])

    def __len__(self) -> int:
        """Return how many names are known."""
        return len(self._settled()[0])

    def worst(self, count: int) -> list[tuple[str, list[int]]]:
        """Return the names with most abusive rows, most first."""
        names, counts = self._settled()
        abusive = counts[:, 1:].sum(axis=1)
        least = max(1, int(np.sort(abusive)[-count])) if abusive.size > count else 1
        found = np.flatnonzero(abusive >= least)
        items = zip(_listed(_chosen(names, found)), counts[found].tolist(), strict=True)
        return sorted(items, key=lambda item: (-sum(item[1][1:]), -item[1][2], item[0]))[:count]


def _different(names: Sequence[str | None]) -> "tuple[Names, _Places]":
    """Return the different names, cut, in the order in which they come, and the place of each row's among them, -1 where it has none."""
    if isinstance(names, Column):
        import pyarrow.compute as pc

        longest = pc.max(pc.binary_length(names.array)).as_py() or 0  # bytes, never fewer than code points
        cut = names.array if longest <= _LONGEST_NAME else pc.utf8_slice_codeunits(names.array, 0, _LONGEST_NAME)
        return _encoded(cut)
    of: dict[str, int] = {}
    places = [-1 if name is None else of.setdefault(name[:_LONGEST_NAME], len(of)) for name in names]
    return list(of), np.array(places, np.int64)


def _together(parts: "list[Names]") -> "tuple[Names, _Places]":
    """Return the different names of all parts, in the order in which they come, and the place of each name of each part among them."""
    if sum(map(len, parts)) <= _FEW:
        of: dict[str, int] = {}
        places = [of.setdefault(name, len(of)) for names in parts for name in _listed(names)]
        return list(of), np.array(places, np.int64)
    import pyarrow as pa

    return _encoded(pa.concat_arrays([pa.array(names, pa.string()) if isinstance(names, list) else names for names in parts]))


def _encoded(names: "pa.Array[Any]") -> "tuple[Names, _Places]":
    encoded = names.dictionary_encode()
    return encoded.dictionary, encoded.indices.fill_null(-1).to_numpy().astype(np.int64)


def _chosen(names: "Names", places: npt.NDArray[np.intp]) -> "Names":
    if isinstance(names, list):
        return [names[place] for place in places.tolist()]
    import pyarrow as pa

    return names.take(pa.array(places))


def _listed(names: "Names") -> list[str]:
    return names if isinstance(names, list) else names.to_pylist()
