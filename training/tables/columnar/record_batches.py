"""Record batches of strangers: validated before a value is looked at, and cut into pieces that fit into memory whatever rows share."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from model.errors import UnsafeFileError
from training.tables.columnar.value_sizes import measure_rows, measure_views
from training.tables.expansion import ROW_SIZE, ExpansionBudget

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MAX_COLUMNS", "Rows", "cut_rows", "require_few_columns", "select_sound_columns"]

MAX_COLUMNS = 10_000
"""The largest number of columns that a table may have."""

_MAX_ROW_SIZE = 1 << 25
"""The bytes of the longest row that is converted: the longest record of a dump, in code points of four bytes."""
_MAX_PIECE_SIZE = 1 << 24
_MAX_PIECE_ROWS = 2048
_BLOCK_ROWS = 1 << 16


class Rows(NamedTuple):
    """Consecutive rows of a batch.

    Attributes:
        length: how many there are.
        columns: their values; None for a single row that is too long to be looked at.
    """

    length: int
    columns: "Sequence[pa.Array[Any]] | None"


def require_few_columns(count: int, name: str) -> None:
    """Refuse a table that is wider than any that people write.

    Args:
        count: its number of columns.
        name: the name of the file in messages.

    Raises:
        UnsafeFileError: it has more than ``MAX_COLUMNS`` columns.
    """
    if count > MAX_COLUMNS:
        raise UnsafeFileError(f"{name}: {count:,} columns, more than the {MAX_COLUMNS:,} that are read; keep those that are needed")


def select_sound_columns(batch: "pa.RecordBatch", names: Sequence[str], budget: ExpansionBudget, *, place: str) -> "list[pa.Array[Any]]":
    """Return some columns of a batch, whose offsets, lengths and indices all point into its data.

    Args:
        batch: the batch, of which no value has been looked at.
        names: the columns.
        budget: what the file may become.
        place: the file, and where the batch is in it, for messages.

    Raises:
        UnsafeFileError: a column is not sound, or becomes too large for the size of the file.
    """
    columns = [batch.column(batch.schema.get_all_field_indices(name)[0]) for name in names]
    for name, column in zip(names, columns, strict=True):
        if not _is_sound(column, budget):
            shown = "".join(char if char.isprintable() else " " for char in name[:40])
            raise UnsafeFileError(
                f"{place}: column “{shown}” is not sound (an offset, a length or an index points outside its data); it is not read: "
                "write the file anew with the program that it comes from"
            )
    return columns


def _is_sound(column: "pa.Array[Any]", budget: ExpansionBudget) -> bool:
    """Tell whether a column can be read; texts that are not UTF-8 and odd times are no reason against it: they cost their own rows."""
    import pyarrow as pa

    try:
        column.validate()
        budget.require("rows", measure_views(column))
        column.validate(full=True)
    except UnsafeFileError:
        raise
    except (pa.ArrowException, ValueError, IndexError, OverflowError):
        try:
            _with_bytes(column).validate(full=True)
        except (pa.ArrowException, ValueError, IndexError, OverflowError, TypeError):
            return False
    return True


def _with_bytes(column: Any) -> Any:
    """Return a column with bytes in place of texts and numbers in place of times, which shares its memory."""
    import pyarrow as pa
    import pyarrow.types as pt

    kind = column.type
    if pt.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(column.indices, _with_bytes(column.dictionary), safe=False)
    return column.view(_bytes_type(kind))


def _bytes_type(kind: "pa.DataType") -> "pa.DataType":
    """Return a type with bytes in place of texts and numbers in place of times, at any depth."""
    import pyarrow as pa
    import pyarrow.types as pt

    simple = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary(), pa.string_view(): pa.binary_view()}
    if kind in simple:
        return simple[kind]
    if pt.is_date64(kind) or pt.is_time64(kind):  # JavaScript writes points in time where Arrow wants whole days
        return pa.int64()
    if pt.is_time32(kind):
        return pa.int32()
    if pt.is_struct(kind):
        return pa.struct([field.with_type(_bytes_type(field.type)) for field in kind])
    if pt.is_list(kind) or pt.is_large_list(kind):
        build = pa.list_ if pt.is_list(kind) else pa.large_list
        field = kind.value_field
        return build(field.with_type(_bytes_type(field.type)))
    return kind


def cut_rows(columns: "Sequence[pa.Array[Any]]", count: int, budget: ExpansionBudget) -> Iterator[Rows]:
    """Cut sound columns into pieces of at most 2048 rows and 16 MiB of values, and count what they become.

    Args:
        columns: columns of ``count`` rows.
        count: the number of rows.
        budget: what the file may become; the rows are counted before any of them is handed on.

    Raises:
        UnsafeFileError: the rows become too large for the size of the file.
    """
    for begin in range(0, count, _BLOCK_ROWS):
        block = [column.slice(begin, _BLOCK_ROWS) for column in columns]
        length = min(_BLOCK_ROWS, count - begin)
        sizes = sum((measure_rows(column) for column in block), np.full(length, ROW_SIZE, np.int64))
        budget.add("rows", int(sizes.sum()))
        ends = np.cumsum(sizes)
        at = 0
        while at < length:
            before = int(ends[at - 1]) if at else 0
            if sizes[at] > _MAX_ROW_SIZE:
                yield Rows(1, None)
                at += 1
                continue
            end = min(max(int(np.searchsorted(ends, before + _MAX_PIECE_SIZE, side="right")), at + 1), at + _MAX_PIECE_ROWS, length)
            yield Rows(end - at, [column.slice(at, end - at) for column in block])
            at = end
