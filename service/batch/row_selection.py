"""Which rows of the input are scored: the first ones, a random sample, or those since a point in time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from service.batch.rows import Row

__all__ = ["RowSelection", "SelectedRows"]

_DRAW_BYTES = 8
_DRAW_RANGE = 1 << 8 * _DRAW_BYTES


@dataclass(frozen=True, slots=True)
class RowSelection:
    """Which rows are scored; the others are left out, and counted.

    Attributes:
        limit: the largest number of rows, counted from the first; None for all.
        sample: the share in (0, 1] of the rows; which ones depends on the rows and the seed alone.
        seed: the seed of the sample.
        since: the earliest time; rows without a time are left out too. None for all.
    """

    limit: int | None = None
    sample: float = 1.0
    seed: int = 0
    since: datetime | None = None


@dataclass
class SelectedRows:
    """The rows that are to be scored, out of those that are read.

    Attributes:
        rows: the rows of the input.
        selection: which of them are scored.
        read: how many rows have been read so far.
        left_out: reason (``since``, ``no-time``, ``sample``) → how many rows have been left out for it so far.
    """

    rows: Iterable[Row]
    selection: RowSelection
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Row]:
        """Yield the selected rows in order; reading ends with the last one within the limit."""
        return islice(self._matches(), self.selection.limit) if self.selection.limit is not None else self._matches()

    def _matches(self) -> Iterator[Row]:
        since, sample = self.selection.since, self.selection.sample
        for row in self.rows:
            self.read += 1
            if since is not None and (row.created_at is None or row.created_at < since):
                self.left_out["since" if row.created_at is not None else "no-time"] += 1
            elif sample < 1 and _draw(row, self.selection.seed) >= sample:
                self.left_out["sample"] += 1
            else:
                yield row


def _draw(row: Row, seed: int) -> float:
    """Return a pseudo-random number in [0, 1) that depends on the row and the seed alone."""
    content = f"{row.id}\0{row.text}" if row.text is not None else f"{row.id}\0{row.line}\0{row.reason}"
    digest = blake2b(content.encode("utf-8", "surrogatepass"), digest_size=_DRAW_BYTES, key=str(seed).encode()).digest()
    return int.from_bytes(digest) / _DRAW_RANGE
