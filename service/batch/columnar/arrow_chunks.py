"""From lines that Arrow has parsed to chunks, without a tuple for each row: the chunks that ``shapes.rows_of`` would lead to."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from service.batch.columnar.arrow_values import authors_of, parents_of
from service.batch.columnar.chunks import Chunk, Column, Times, chunks_of, constant, times_of
from service.batch.input.formats.json_lines_arrow import Lines
from service.batch.input.platforms.platform import Shape, rows_of
from service.batch.input.records import Record
from service.batch.input.values import SOON, time_of
from service.batch.rows import MOST_TEXT, Columns, Reason, Row, Wanted

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["chunks_of_pieces"]


def chunks_of_pieces(
    pieces: Iterator[Lines | Iterator[Record]], shape: Shape, columns: Columns, *, wanted: Wanted, most_rows: int, most_text: int
) -> Iterator[Chunk]:
    """Turn pieces of JSON Lines into chunks.

    Args:
        pieces: as ``fastlines.read_pieces`` yields them.
        shape: whose they are; a flat one.
        columns: where text, id and so on are found.
        wanted: what the caller wants kept.
        most_rows: as of ``chunks_of``; a piece of lines is one chunk, whatever this says.
        most_text: likewise.
    """
    import pyarrow as pa

    def rows(records: Iterator[Record]) -> Iterator[Row]:
        return rows_of(records, shape, columns, wanted=wanted, names=[], strict=False)

    for piece in pieces:
        if not isinstance(piece, Lines):
            yield from chunks_of(rows(piece), wanted.keep, most_rows=most_rows, most_text=most_text)
        elif not pa.types.is_string(piece.table.schema.field(columns.text).type):
            yield Chunk.of(list(rows(piece.records())), wanted.keep)
        else:
            yield _chunk(piece, shape, columns, wanted.keep, rows)


def _chunk(piece: Lines, shape: Shape, columns: Columns, keep: Sequence[str], rows: Callable[[Iterator[Record]], Iterator[Row]]) -> Chunk:
    table = piece.table
    count = table.num_rows
    none: list[None] = [None] * count
    read = {name: Column(table.column(name).combine_chunks()) for name in table.column_names}

    def told(name: str | None, tell: "Callable[[pa.Array[Any]], pa.Array[Any]]") -> Sequence[str | None]:
        return none if name is None else Column(tell(read[name].array))

    texts: Sequence[str | None] = read[columns.text]
    reasons: list[Reason | None] = [None] * count
    odd = _odd(table.column(columns.text))
    if odd.size:
        few = Lines(table.take(odd), 0, [None] * odd.size)
        found = list(rows(few.records()))
        for at, row in zip(odd.tolist(), found, strict=True):
            reasons[at] = row.reason
        texts = Column(_without(read[columns.text].array, odd[[row.text is None for row in found]]))
    return Chunk(
        range(piece.first, piece.first + count),
        none if columns.id is None else read[columns.id],
        texts,
        reasons,
        told(columns.author, authors_of),
        told(columns.parent, parents_of),
        _times(table.column(columns.time)) if columns.time is not None else times_of(none),
        [shape.format] * count,
        {name: read[name] for name in keep},
        piece.offsets,
    )


def _without(texts: "pa.Array[Any]", places: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "pa.Array[Any]":
    """Return texts without those in some places."""
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = np.zeros(len(texts), np.bool_)
    gone[places] = True
    return pc.if_else(pa.array(gone), constant(None), texts)


def _odd(texts: "pa.ChunkedArray[Any]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return the places of the texts that may be none: missing, a placeholder, too long."""
    import pyarrow.compute as pc

    longest = pc.greater(pc.binary_length(texts), constant(MOST_TEXT))
    found = pc.fill_null(pc.or_(longest, pc.starts_with(texts, "[")), constant(True))
    return np.flatnonzero(found.to_numpy())


def _times(column: "pa.ChunkedArray[Any]") -> Times:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_integer(column.type):
        return times_of(map(time_of, column.to_pylist()))
    numbers = pc.fill_null(column, constant(0)).to_numpy()
    found: Times = numbers.astype("datetime64[s]").astype("datetime64[us]")
    odd = np.flatnonzero((numbers <= 0) | (numbers >= SOON))
    found[odd] = times_of(map(time_of, column.take(odd).to_pylist()))
    return found
