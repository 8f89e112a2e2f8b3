"""Chunks built from whole columns of lines that Arrow has parsed; they equal the chunks built row by row, which takes longer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import IntArray
from service.batch.columnar.arrow_columns import ArrowColumn, arrow_constant
from service.batch.columnar.chunks import Chunk, TimeArray, build_times, cut_into_chunks
from service.batch.input.arrow_values import parse_authors, parse_contexts, parse_parents, parse_places
from service.batch.input.platforms.platform import Platform
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.records import ArrowRecords, DumpRecord, JsonPiece
from service.batch.input.values import EPOCH_SECONDS_END, parse_time
from service.batch.rows import MAX_TEXT_LENGTH, Columns, DumpOptions, Reason, Row

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ChunkBuilder"]


@dataclass(frozen=True)
class ChunkBuilder:
    """Builds chunks from JSON Lines of one platform.

    Attributes:
        platform: the platform; it must be flat.
        columns: the fields that hold text, id and so on.
        options: names the columns that the caller keeps.
        other_texts: fields that hold the text of records without the field of the text.
    """

    platform: Platform
    columns: Columns
    options: DumpOptions
    other_texts: tuple[str, ...] = ()

    def build(self, pieces: Iterator[JsonPiece], *, max_rows: int, max_text: int) -> Iterator[Chunk]:
        """Yield the chunks of the pieces that ``read_json_pieces`` yields.

        Args:
            pieces: the pieces.
            max_rows: the largest number of rows in a chunk, as in ``cut_into_chunks``; a piece that Arrow parsed is one chunk,
                whatever its size.
            max_text: the number of code points with which a chunk is full, with the same exception.
        """
        import pyarrow as pa

        for piece in pieces:
            if not isinstance(piece, ArrowRecords):
                yield from cut_into_chunks(self._rows(piece), self.options.keep, max_rows=max_rows, max_text=max_text)
            elif not pa.types.is_string(piece.table.schema.field(self.columns.text).type):
                yield Chunk.from_rows(list(self._rows(piece.records())), self.options.keep)
            else:
                yield self._columnar_chunk(piece)

    def _rows(self, records: Iterator[DumpRecord]) -> Iterator[Row]:
        return build_rows(
            records,
            self.platform,
            self.columns,
            options=self.options,
            names=[],
            strict=False,
            is_nested=True,
            other_texts=self.other_texts,
        )

    def _columnar_chunk(self, piece: ArrowRecords) -> Chunk:
        table, names = piece.table, self.columns
        count = table.num_rows
        no_values: list[None] = [None] * count
        columns = {name: ArrowColumn(table.column(name).combine_chunks()) for name in table.column_names}

        def parse_column(name: str | None, parse: "Callable[[pa.Array[Any]], pa.Array[Any]]") -> Sequence[str | None]:
            return no_values if name is None else ArrowColumn(parse(columns[name].array))

        texts, reasons = self._texts_and_reasons(piece, columns[names.text])
        return Chunk(
            range(piece.first, piece.first + count),
            no_values if names.id is None else columns[names.id],
            texts,
            reasons,
            parse_column(names.author, parse_authors),
            parse_column(names.parent, parse_parents),
            build_times(no_values) if names.time is None else _parse_times(table.column(names.time)),
            [self.platform.format] * count,
            {name: columns[name] for name in self.options.keep},
            piece.offsets,
            parent_texts=parse_column(names.parent_text, parse_contexts),
            titles=parse_column(names.title, parse_contexts),
            places=parse_column(names.place, parse_places),
            members=no_values,
        )

    def _texts_and_reasons(self, piece: ArrowRecords, texts: ArrowColumn) -> tuple[ArrowColumn, list[Reason | None]]:
        """Return the texts that are to be judged, and the reasons why others are not; doubtful texts are examined row by row."""
        reasons: list[Reason | None] = [None] * len(texts)
        doubtful = _find_doubtful(piece.table.column(self.columns.text))
        if not doubtful.size:
            return texts, reasons
        rows = list(self._rows(ArrowRecords(piece.table.take(doubtful), 0, [None] * doubtful.size).records()))
        for position, row in zip(doubtful.tolist(), rows, strict=True):
            reasons[position] = row.reason
        return ArrowColumn(_set_null(texts.array, doubtful[[row.text is None for row in rows]])), reasons


def _set_null(texts: "pa.Array[Any]", positions: IntArray) -> "pa.Array[Any]":
    """Return the texts with null at the given positions."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = np.zeros(len(texts), np.bool_)
    mask[positions] = True
    return pc.if_else(pa.array(mask), arrow_constant(None), texts)


def _find_doubtful(texts: "pa.ChunkedArray[Any]") -> IntArray:
    """Return the positions of the texts that are missing or too long, or that may be placeholders."""
    import pyarrow.compute as pc

    is_long = pc.greater(pc.binary_length(texts), arrow_constant(MAX_TEXT_LENGTH))
    is_doubtful = pc.fill_null(pc.or_(is_long, pc.starts_with(texts, "[")), arrow_constant(True))
    return np.flatnonzero(is_doubtful.to_numpy())


def _parse_times(column: "pa.ChunkedArray[Any]") -> TimeArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_integer(column.type):
        return build_times(map(parse_time, column.to_pylist()))
    numbers = pc.fill_null(column, arrow_constant(0)).to_numpy()
    times: TimeArray = numbers.astype("datetime64[s]").astype("datetime64[us]")
    unusual = np.flatnonzero((numbers <= 0) | (numbers >= EPOCH_SECONDS_END))
    times[unusual] = build_times(map(parse_time, column.take(unusual).to_pylist()))
    return times
