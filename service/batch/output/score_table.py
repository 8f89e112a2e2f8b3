"""The table of scores: its columns, and their values in every format."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from model.array_types import Int8Array
from model.comment import LABELS, VERDICTS
from service.batch.columnar.arrow_columns import ArrowColumn, arrow_constant
from service.batch.scored_chunks import ScoredChunk
from service.table_files import ColumnType, TableFormat, TableWriter, open_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SCORE_COLUMNS", "ScoreTable", "open_score_table", "score_columns"]

SCORE_COLUMNS: Mapping[str, ColumnType] = {
    "id": ColumnType.ANY,
    "label": ColumnType.CATEGORY,
    **dict.fromkeys(map(str, LABELS), ColumnType.NUMBER),
    **dict.fromkeys(("verdict", "model", "reason", "dump"), ColumnType.CATEGORY),
    "row": ColumnType.INTEGER,
    "author": ColumnType.TEXT,
    "parent": ColumnType.TEXT,
    "place": ColumnType.TEXT,
    "created_at": ColumnType.TIME,
    "foreign": ColumnType.BOOLEAN,
    "unsure": ColumnType.BOOLEAN,
}
"""The columns of every output, in order, with their types; ``language`` and kept columns of the input follow."""

_LABEL_NAMES = (*map(str, LABELS), None)
_VERDICT_NAMES = (*map(str, VERDICTS), None)
"""Names by code; -1 stands for none."""


def score_columns(keep: Sequence[str], *, language: bool = False) -> dict[str, ColumnType]:
    """Return the columns of an output; a kept column whose name is taken already gets ``kept_`` before it, as often as it takes.

    Args:
        keep: the columns of the input that are kept.
        language: whether there is a column with the language.
    """
    columns = {**SCORE_COLUMNS, "language": ColumnType.CATEGORY} if language else {**SCORE_COLUMNS}
    unchanged = [name for name in keep if name not in columns]
    for name in keep:
        column = name
        while column in columns or (column != name and column in unchanged):
            column = f"kept_{column}"
        columns[column] = ColumnType.ANY
    return columns


class ScoreTable:
    """Writes chunks of scored rows into an open table.

    Args:
        table: the table, with the columns that ``score_columns`` returns.
        keep: the columns of the input that are kept.
    """

    def __init__(self, table: TableWriter, keep: Sequence[str]) -> None:
        self._table = table
        self._keep = keep

    def write(self, rows: ScoredChunk) -> None:
        """Write a chunk of scored rows."""
        columns = _arrow_columns(rows) if self._table.takes_arrow else _python_columns(rows)
        language_columns = [] if rows.languages is None else [rows.languages]
        self._table.write([*columns, *language_columns, *(rows.chunk.extra[name] for name in self._keep)])


@contextmanager
def open_score_table(
    table_format: TableFormat, file: BinaryIO, *, keep: Sequence[str] = (), language: bool = False, header: bool = True
) -> Iterator[ScoreTable]:
    """Provide a table of scores in an open file; it is finished if the block ends well, and abandoned if it raises.

    Args:
        table_format: the format.
        file: the file to write to.
        keep: the columns of the input that are kept.
        language: whether there is a column with the language.
        header: whether CSV begins with the names of the columns.
    """
    with open_table(table_format, file, score_columns(keep, language=language), header=header) as table:
        yield ScoreTable(table, keep)


def _python_columns(rows: ScoredChunk) -> list[Iterable[Any]]:
    chunk, count = rows.chunk, len(rows.chunk)
    scores: Any = rows.scores.T.tolist()
    if np.isnan(rows.scores).any():
        scores = [[None if score != score else score for score in column] for column in scores]  # noqa: PLR0124 (NaN)
    return [
        rows.ids,
        [_LABEL_NAMES[code] for code in rows.labels.tolist()],
        *scores,
        [_VERDICT_NAMES[code] for code in rows.verdicts.tolist()],
        rows.models if rows.versions else [rows.version] * count,
        rows.reasons,
        rows.dumps,
        chunk.lines,
        chunk.authors,
        chunk.parents,
        chunk.places,
        chunk.iso_times(),
        [None] * count if rows.foreign is None else rows.foreign,
        [None] * count if rows.unsure is None else rows.unsure,
    ]


def _arrow_columns(rows: ScoredChunk) -> list[Iterable[Any]]:
    import pyarrow as pa

    chunk, count = rows.chunk, len(rows.chunk)
    return [
        rows.ids.array.cast(pa.string()) if isinstance(rows.ids, ArrowColumn) else rows.ids,
        _name_codes(rows.labels, _LABEL_NAMES[:-1]),
        *(pa.array(column, mask=np.isnan(column)) for column in rows.scores.T),
        _name_codes(rows.verdicts, _VERDICT_NAMES[:-1]),
        pa.array(rows.models, pa.string()) if rows.versions else pa.repeat(arrow_constant(rows.version), count),
        rows.reasons,
        rows.dumps if rows.has_members else pa.repeat(arrow_constant(rows.dump), count),
        np.asarray(chunk.lines),
        *(column.array if isinstance(column, ArrowColumn) else column for column in (chunk.authors, chunk.parents, chunk.places)),
        chunk.times,
        pa.nulls(count, pa.bool_()) if rows.foreign is None else rows.foreign,
        pa.nulls(count, pa.bool_()) if rows.unsure is None else rows.unsure,
    ]


def _name_codes(codes: Int8Array, names: tuple[Any, ...]) -> "pa.Array[Any]":
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), arrow_constant(names)).cast(pa.string())
