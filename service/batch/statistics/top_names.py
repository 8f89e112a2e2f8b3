"""The most frequent names (of authors, say) with their rows of each label, counted in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from model.array_types import IntArray
from model.comment import LABELS
from service.batch.columnar.arrow_columns import ArrowColumn

if TYPE_CHECKING:
    import pyarrow as pa

    Names: TypeAlias = list[str] | pa.Array[Any]

__all__ = ["TopNames"]

_MAX_NAMES = 50_000
_MAX_NAME_LENGTH = 200
_FEW_NAMES = 10_000
"""The number of names up to which loading Arrow takes longer than it saves."""
_DROP_FACTOR = 2
_MERGE_FACTOR = 4
"""The multiples of the capacity beyond which rare names are dropped and parts are merged."""


@dataclass(eq=False)
class TopNames:
    """Counts of rows by name and label.

    When there are more than twice as many names as ``capacity``, the least frequent are dropped until ``capacity`` are left; of equally
    frequent ones, the last. So a count may be too low, by no more than ``missed`` (as in Misra and Gries, Finding repeated elements,
    1982); 0 means that every count is exact.

    Attributes:
        missed: the largest number of rows by which a count may be too low.
        capacity: the number of names that stay when rare ones are dropped.
        parts: names, unique within a part, and their rows of each label in the order of ``LABELS``, (n, 3). A name may be in
            several parts.
    """

    missed: int = 0
    capacity: int = _MAX_NAMES
    parts: "list[tuple[Names, IntArray]]" = field(default_factory=list)

    def add(self, names: Sequence[str | None], labels: npt.NDArray[np.int8]) -> None:
        """Count rows, except those without a name or a label.

        Args:
            names: the names of n rows.
            labels: (n,) codes into ``LABELS``; negative where there is no label.
        """
        unique_names, codes = _encode_names(names)
        is_counted = (codes >= 0) & (labels >= 0)
        width = len(LABELS)
        counts = np.bincount(codes[is_counted] * width + labels[is_counted], minlength=width * len(unique_names)).reshape(-1, width)
        occurring = np.flatnonzero(counts.any(axis=1))
        self._append(_take(unique_names, occurring), counts[occurring])

    def merge(self, other: "TopNames") -> None:
        """Add the counts of another shard."""
        self.missed += other.missed
        for names, counts in other.parts:
            self._append(names, counts)

    def _append(self, names: "Names", counts: IntArray) -> None:
        self.parts.append((names, counts))
        # Not after every part: merging takes as long for a few new names as for many.
        if self._size() > _MERGE_FACTOR * self.capacity:
            self._merge_parts()

    def _size(self) -> int:
        return sum(len(names) for names, _ in self.parts)

    def _merge_parts(self) -> "tuple[Names, IntArray]":
        """Merge all parts into one, drop rare names if there are too many, and return the part."""
        if len(self.parts) != 1 or self._size() > _DROP_FACTOR * self.capacity:
            names, codes = _encode_parts([names for names, _ in self.parts])
            part_counts = [counts for _, counts in self.parts] or [np.zeros((0, len(LABELS)), np.int64)]
            label_counts = np.concatenate(part_counts).T
            counts = np.array([np.bincount(codes, weights, len(names)) for weights in label_counts], np.float64).T.astype(np.int64)
            if len(names) > _DROP_FACTOR * self.capacity:
                frequent = self._drop_rare(counts.sum(axis=1))
                names, counts = _take(names, frequent), counts[frequent]
            self.parts = [(names, counts)]
        return self.parts[0]

    def _drop_rare(self, totals: IntArray) -> npt.NDArray[np.intp]:
        """Choose the names that stay, return their positions, and raise ``missed`` by the largest count that is dropped."""
        bound = np.partition(totals, totals.size - self.capacity - 1)[totals.size - self.capacity - 1]
        is_frequent = totals > bound
        is_frequent[np.flatnonzero(totals == bound)[: self.capacity - int(is_frequent.sum())]] = True
        self.missed += int(bound)
        return np.flatnonzero(is_frequent)

    def as_list(self) -> list[Any]:
        """Return ``missed``, the names, and their counts by label, as a list that JSON can represent."""
        names, counts = self._merge_parts()
        return [self.missed, _as_strings(names), *counts.T.tolist()]

    @classmethod
    def from_list(cls, columns: Sequence[Any]) -> "TopNames":
        """Restore counts from what ``as_list`` returned."""
        missed, names, *counts = columns
        return cls(missed, parts=[(names, np.array(counts, np.int64).reshape(len(LABELS), -1).T)])

    def __len__(self) -> int:
        """Return the number of names that are counted."""
        return len(self._merge_parts()[0])

    def most_abusive(self, count: int) -> list[tuple[str, list[int]]]:
        """Return the ``count`` names with the most abusive rows, with their rows of each label, most abusive first."""
        names, counts = self._merge_parts()
        abusive = counts[:, 1:].sum(axis=1)
        lowest = max(1, int(np.sort(abusive)[-count])) if abusive.size > count else 1
        candidates = np.flatnonzero(abusive >= lowest)
        items = zip(_as_strings(_take(names, candidates)), counts[candidates].tolist(), strict=True)
        return sorted(items, key=lambda item: (-sum(item[1][1:]), -item[1][2], item[0]))[:count]


def _encode_names(names: Sequence[str | None]) -> "tuple[Names, IntArray]":
    """Return the unique names, shortened, in order of appearance, and for each row the position of its name; -1 where it has none."""
    if isinstance(names, ArrowColumn):
        import pyarrow.compute as pc

        longest = pc.max(pc.binary_length(names.array)).as_py() or 0  # bytes, never fewer than code points
        return _encode_array(names.array if longest <= _MAX_NAME_LENGTH else pc.utf8_slice_codeunits(names.array, 0, _MAX_NAME_LENGTH))
    positions: dict[str, int] = {}
    codes = [-1 if name is None else positions.setdefault(name[:_MAX_NAME_LENGTH], len(positions)) for name in names]
    return list(positions), np.array(codes, np.int64)


def _encode_parts(parts: "list[Names]") -> "tuple[Names, IntArray]":
    """Return the unique names of all parts in order of appearance, and for each name of each part its position among them."""
    if sum(map(len, parts)) <= _FEW_NAMES:
        positions: dict[str, int] = {}
        codes = [positions.setdefault(name, len(positions)) for names in parts for name in _as_strings(names)]
        return list(positions), np.array(codes, np.int64)
    import pyarrow as pa

    return _encode_array(pa.concat_arrays([pa.array(names, pa.string()) if isinstance(names, list) else names for names in parts]))


def _encode_array(names: "pa.Array[Any]") -> "tuple[Names, IntArray]":
    encoded = names.dictionary_encode()
    return encoded.dictionary, encoded.indices.fill_null(-1).to_numpy().astype(np.int64)


def _take(names: "Names", positions: npt.NDArray[np.intp]) -> "Names":
    if isinstance(names, list):
        return [names[position] for position in positions.tolist()]
    import pyarrow as pa

    return names.take(pa.array(positions))


def _as_strings(names: "Names") -> list[str]:
    return names if isinstance(names, list) else names.to_pylist()
