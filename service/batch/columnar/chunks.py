"""Chunks of some thousand rows, column by column, which are judged, written and counted together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from model.comment import Format
from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.rows import Reason, Row, RowId, value_size

__all__ = ["Chunk", "TimeArray", "build_times", "cut_into_chunks"]

TimeArray = npt.NDArray[np.datetime64]
"""Microseconds since 1970 in UTC; NaT where there is no time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_NOT_A_TIME = np.iinfo(np.int64).min
"""NaT as a number."""


@dataclass(frozen=True, eq=False, slots=True)
class Chunk:
    """The columns of n rows, with the values that ``Row`` has; each column may be an ``ArrowColumn``.

    Attributes:
        lines: where the rows begin; n values, as in all other columns.
        ids: their ids in the file.
        texts: their texts; None exactly where there is a reason.
        reasons: why there is no text.
        authors: who wrote them.
        parents: the ids of the comments that they answer.
        times: when they were written.
        formats: how the texts are written.
        extra: the columns that the caller keeps, by name.
        offsets: where the rows begin in the file, in bytes.
        parent_texts: the texts of the comments that they answer.
        titles: the titles of what they comment on.
        places: where they were written.
        members: the files inside an archive, or the tables inside a database, that they come from.
    """

    lines: Sequence[int]
    ids: Sequence[RowId | None]
    texts: Sequence[str | None]
    reasons: Sequence[Reason | None]
    authors: Sequence[str | None]
    parents: Sequence[str | None]
    times: TimeArray
    formats: Sequence[Format]
    extra: Mapping[str, Sequence[object]]
    offsets: Sequence[int | None]
    parent_texts: Sequence[str | None]
    titles: Sequence[str | None]
    places: Sequence[str | None]
    members: Sequence[str | None]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.lines)

    @classmethod
    def from_rows(cls, rows: Sequence[Row], keep: Sequence[str] = ()) -> "Chunk":
        """Build a chunk from rows.

        Args:
            rows: n rows.
            keep: the names of the columns that are kept.
        """
        columns = zip(*rows, strict=True) if rows else ((),) * len(Row._fields)
        lines, ids, texts, reasons, authors, parents, created, formats, extras, offsets, *contexts = columns
        extra_columns = {name: [extra.get(name) if extra else None for extra in extras] for name in keep}
        times = build_times(created)
        return cls(lines, ids, texts, reasons, authors, parents, times, formats, extra_columns, offsets, *contexts)

    def text_size(self) -> int:
        """Return the size of the texts, names and kept columns, in code points or bytes, whichever are at hand."""
        names = (self.texts, self.authors, self.parents, self.parent_texts, self.titles, self.places)
        # Columns without values are often one and the same.
        sizes = map(_column_size, {id(column): column for column in names}.values())
        extra = (_column_size(column, value_size) for column in (self.ids, *self.extra.values()))
        return sum(sizes) + sum(extra)

    def iso_times(self) -> list[str | None]:
        """Return the times in ISO 8601, such as ``2024-02-29T23:59:01Z``."""
        return [None if time is None else f"{time.isoformat()}Z" for time in self.times.astype(object).tolist()]


def _column_size(column: Sequence[Any], measure: Callable[[Any], int] = len) -> int:
    return int(column.array.nbytes) if isinstance(column, ArrowColumn) else sum(map(measure, filter(None, column)))


def build_times(created: Iterable[datetime | None]) -> TimeArray:
    """Build an array of times; None becomes NaT."""
    return np.array([_NOT_A_TIME if time is None else (time - _EPOCH) // _TICK for time in created], np.int64).view("datetime64[us]")


def cut_into_chunks(rows: Iterable[Row], keep: Sequence[str] = (), *, max_rows: int, max_text: int) -> Iterator[Chunk]:
    """Cut a stream of rows into chunks, none of them empty.

    Args:
        rows: the stream.
        keep: the names of the columns that are kept.
        max_rows: the largest number of rows in a chunk.
        max_text: the number of code points, of texts and of everything else, with which a chunk is full; it ends with the row that
            reaches them.
    """
    pending: list[Row] = []
    size = 0
    for row in rows:
        pending.append(row)
        _, row_id, text, _, author, parent, _, _, extra, _, parent_text, title, place, _ = row
        size += len(text or "") + len(author or "") + len(parent or "")
        if type(row_id) is str:
            size += len(row_id)
        if parent_text is not None or title is not None:
            size += len(parent_text or "") + len(title or "")
        if place is not None:
            size += len(place)
        if extra:
            size += value_size(extra)
        if len(pending) >= max_rows or size >= max_text:
            yield Chunk.from_rows(pending, keep)
            pending, size = [], 0
    if pending:
        yield Chunk.from_rows(pending, keep)
