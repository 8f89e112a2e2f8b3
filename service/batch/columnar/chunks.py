"""Rows of a dump, some thousand at once, column by column: what is judged, written and counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from model.comment import Format
from service.batch.rows import Reason, Row, RowId

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Chunk", "Column", "Times", "chunks_of", "constant", "times_of"]

Times = npt.NDArray[np.datetime64]
"""Microseconds since 1970 in UTC; NaT where there is no time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NO_TIME = np.iinfo(np.int64).min  # NaT as a number


class Column(Sequence[Any]):
    """A column that Arrow holds; its values become Python's when somebody asks for one.

    Args:
        array: the values.
    """

    def __init__(self, array: "pa.Array[Any]") -> None:
        self.array = array

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self.array)

    def __getitem__(self, at: Any) -> Any:
        """Return a value, or a list of them."""
        return self._values[at]

    def __iter__(self) -> Iterator[Any]:
        """Yield the values."""
        return iter(self._values)

    @cached_property
    def _values(self) -> list[Any]:
        found: list[Any] = self.array.to_pylist()
        return found


@lru_cache(maxsize=256, typed=True)
def constant(value: bool | int | str | tuple[str, ...] | None) -> Any:
    """Return a value as Arrow has it, None as a text; Arrow left to itself looks for a module that may not be there each time."""
    import pyarrow as pa

    if isinstance(value, tuple):
        return pa.array(value, pa.string())
    return pa.scalar(None, pa.string()) if value is None else pa.scalar(value)


@dataclass(frozen=True, eq=False, slots=True)
class Chunk:
    """n rows; each attribute holds n values, which mean what they mean in ``Row``; some may be a ``Column``.

    Attributes:
        lines: where each begins.
        ids: what the file calls each.
        texts: None exactly where there is a reason.
        reasons: why there is no text.
        authors, parents, times: who wrote each, what it answers, and when it was written.
        formats: how the texts are written.
        extra: columns that the caller wants kept, by name.
        offsets: where each begins in bytes.
    """

    lines: Sequence[int]
    ids: Sequence[RowId | None]
    texts: Sequence[str | None]
    reasons: Sequence[Reason | None]
    authors: Sequence[str | None]
    parents: Sequence[str | None]
    times: Times
    formats: Sequence[Format]
    extra: Mapping[str, Sequence[object]]
    offsets: Sequence[int | None]

    def __len__(self) -> int:
        """Return n."""
        return len(self.lines)

    @classmethod
    def of(cls, rows: Sequence[Row], keep: Sequence[str] = ()) -> "Chunk":
        """Return rows as a chunk.

        Args:
            rows: n of them.
            keep: names of the columns that are kept.
        """
        lines, ids, texts, reasons, authors, parents, created, formats, extras, offsets = zip(*rows, strict=True) if rows else ((),) * 10
        kept = {name: [extra.get(name) if extra else None for extra in extras] for name in keep}
        return cls(lines, ids, texts, reasons, authors, parents, times_of(created), formats, kept, offsets)

    def created(self) -> list[str | None]:
        """Return the times as ISO 8601 has them, such as ``2024-02-29T23:59:01Z``."""
        return [None if time is None else f"{time.isoformat()}Z" for time in self.times.astype(object).tolist()]


def times_of(created: Iterable[datetime | None]) -> Times:
    """Return points in time as an array."""
    return np.array([_NO_TIME if time is None else (time - _EPOCH) // _TICK for time in created], np.int64).view("datetime64[us]")


def chunks_of(rows: Iterable[Row], keep: Sequence[str] = (), *, most_rows: int, most_text: int) -> Iterator[Chunk]:
    """Cut a stream of rows into chunks, none empty.

    Args:
        rows: the stream.
        keep: names of the columns that are kept.
        most_rows: how many rows a chunk holds at most.
        most_text: a chunk ends with the row that brings its texts to this many code points.
    """
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row.text or "")
        if len(held) >= most_rows or size >= most_text:
            yield Chunk.of(held, keep)
            held, size = [], 0
    if held:
        yield Chunk.of(held, keep)
