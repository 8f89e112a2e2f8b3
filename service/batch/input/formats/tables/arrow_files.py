"""Records of Parquet and Arrow files, read in batches; a damaged part of a file costs its own rows and no others."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING, Any, BinaryIO

from model.errors import DumpError, UnsafeFileError
from service.batch.input.records import DumpRecord, UndecodableText, decode_text, new_record
from service.batch.rows import Reason
from training.tables.columnar.ipc_messages import check_arrow_file, check_arrow_stream
from training.tables.columnar.parquet_source import ParquetSource
from training.tables.columnar.record_batches import Rows, cut_rows, require_few_columns, select_sound_columns
from training.tables.expansion import ROW_SIZE, ExpansionBudget

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ARROW_FILE", "ARROW_STREAM", "PARQUET", "ColumnarFile", "open_columnar"]

PARQUET = b"PAR1"
"""The first bytes of a Parquet file."""
ARROW_FILE = b"ARROW1"
"""The first bytes of an Arrow (Feather) file."""
ARROW_STREAM = b"\xff\xff\xff\xff"
"""The first bytes of an Arrow stream."""


_MAX_SAMPLED_ROWS = 300
_MAX_SAMPLED_COLUMNS = 60
_RowReader = Callable[[int, Sequence[str]], Iterator[Rows]]
"""Yields the rows of some columns in one part of a file."""


class ColumnarFile:
    """An open Parquet or Arrow file.

    Attributes:
        names: its columns.
        nested_names: those of them that hold texts inside of lists and objects.
        object_names: those of them that hold objects, which may be records of their own.
        sizes: the number of rows in each of its parts, which can be read independently; None where it is unknown before reading.
        count: the number of rows that have been read so far.
    """

    def __init__(
        self,
        schema: "pa.Schema",
        sizes: "Sequence[int | None]",
        read_weights: Callable[[], Sequence[int]],
        read_rows: _RowReader,
        budget: ExpansionBudget,
    ) -> None:
        self.names: list[str] = list(schema.names)
        self.nested_names = [field.name for field in schema if _is_nested(field.type)]
        self.object_names = [name for name in self.nested_names if "struct" in str(schema.field(name).type)]
        self.sizes = sizes
        self.count = 0
        self._read_weights = read_weights
        self._read_rows = read_rows
        self._budget = budget

    def weights(self) -> Sequence[int]:
        """Return the bytes of each part, as far as they are known."""
        return self._read_weights()

    def read_sample(self) -> list[dict[str, object]]:
        """Return the first rows, as far as they can be read."""
        names = [name for name in self.names if self.names.count(name) == 1][:_MAX_SAMPLED_COLUMNS]
        if not self.sizes or not names:
            return []
        sample: list[dict[str, object]] = []
        try:
            for rows in self._read_rows(0, names):
                if rows.columns is not None:
                    count = min(rows.length, _MAX_SAMPLED_ROWS)
                    cells = [_to_values(column.slice(0, count)) for column in rows.columns]
                    sample += [dict(zip(names, values, strict=True)) for values in zip(*cells, strict=True)]
                if len(sample) >= _MAX_SAMPLED_ROWS:
                    break
        except UnsafeFileError:
            raise
        except Exception:
            return sample
        return sample

    def records(self, columns: Sequence[str], *, begin: int = 0, end: int | None = None, first: int = 1) -> Iterator[DumpRecord]:
        """Yield the records of some parts.

        Args:
            columns: the columns that are read, each once.
            begin: the first part.
            end: the part before which reading ends; None is the end of the file.
            first: the number of the first record.
        """
        line = first
        for part in range(begin, len(self.sizes) if end is None else end):
            part_begin = line
            for record in self._read_part(part, columns, line):
                line += 1
                self.count += 1
                yield record
            size = self.sizes[part]
            if size is not None:
                self._budget.add("rows", ROW_SIZE * max(size - (line - part_begin), 0))
                for _ in range(line - part_begin, size):
                    yield DumpRecord(line, None, {}, Reason.DAMAGED)
                    line += 1
                    self.count += 1

    def _read_part(self, part: int, columns: Sequence[str], line: int) -> Iterator[DumpRecord]:
        """Yield the records of a part, up to the first that cannot be read."""
        size = self.sizes[part]
        count = 0
        try:
            for rows in self._read_rows(part, columns):
                for record in _to_records(rows, columns, line + count):
                    if size is not None and count >= size:
                        return
                    yield record
                    count += 1
        except UnsafeFileError:
            raise
        except Exception:  # the exceptions of PyArrow, and of the stores behind fsspec, have no common root
            if size is None:
                yield DumpRecord(line + count, None, {}, Reason.DAMAGED)


def _is_nested(kind: "pa.DataType") -> bool:
    """Tell whether values are lists or objects that hold texts, at any depth; pictures and sounds are objects that hold bytes, too."""
    import pyarrow.types as pt

    if pt.is_struct(kind):
        kinds = [field.type for field in kind]
        return not any(map(_is_bytes, kinds)) and any(_is_text(inner) or _is_nested(inner) for inner in kinds)
    if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind):
        return _is_text(kind.value_type) or _is_nested(kind.value_type)
    return False


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow.types as pt

    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


def _is_bytes(kind: "pa.DataType") -> bool:
    import pyarrow.types as pt

    return bool(pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_binary_view(kind))


def _to_records(rows: Rows, names: Sequence[str], line: int) -> Iterator[DumpRecord]:
    if rows.columns is None:
        yield DumpRecord(line, None, {}, Reason.TOO_LONG)
        return
    cells = zip(*map(_to_values, rows.columns), strict=True) if rows.columns else repeat((), rows.length)
    for number, values in enumerate(cells, start=line):
        yield new_record((number, None, dict(zip(names, values, strict=True)), None, None))


def _to_values(column: "pa.Array[Any]") -> list[object]:
    import pyarrow.types as pt

    kind = column.type.value_type if pt.is_dictionary(column.type) else column.type
    try:
        values = list(column.to_pylist())
        # Some writers say of their texts only that they are bytes.
        if _is_bytes(kind):
            return [decode_text(value) if isinstance(value, bytes) else value for value in values]
        return values
    except (UnicodeDecodeError, ValueError, OverflowError):
        return [_to_value(scalar) for scalar in column]


def _to_value(scalar: "pa.Scalar[Any]") -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        text: Any = getattr(scalar, "value", scalar)  # that of a dictionary; a list or an object has no bytes of its own
        return UndecodableText(text.as_buffer().to_pybytes() if hasattr(text, "as_buffer") else b"\xff")
    except (ValueError, OverflowError):  # a point in time beyond those that Python knows
        return None


@contextmanager
def open_columnar(file: BinaryIO, budget: ExpansionBudget, signature: bytes) -> Iterator[ColumnarFile]:
    """Open a Parquet or Arrow file.

    Args:
        file: its bytes; they must be seekable.
        budget: what the file may become; it has the name of the file in messages.
        signature: its first bytes: ``PARQUET``, ``ARROW_FILE`` or ``ARROW_STREAM``.

    Raises:
        DumpError: the file is damaged.
        UnsafeFileError: it would become too large for its size or for memory, or points outside itself.
    """
    open_file = {PARQUET: _open_parquet, ARROW_FILE: _open_arrow_file, ARROW_STREAM: _open_arrow_stream}[signature]
    try:
        columnar_file = open_file(file, budget)
    except UnsafeFileError:
        raise
    except Exception as error:  # as above
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        detail = "".join(char if char.isprintable() else " " for char in first_line)
        kind = "Parquet" if signature == PARQUET else "Arrow"
        raise DumpError(f"{budget.name}: a damaged {kind} file ({detail}); write it anew") from error
    yield columnar_file


def _open_parquet(file: BinaryIO, budget: ExpansionBudget) -> ColumnarFile:
    source = ParquetSource(file, budget)
    return ColumnarFile(source.schema, source.group_rows, lambda: source.group_sizes, source.read_rows, budget)


def _open_arrow_file(file: BinaryIO, budget: ExpansionBudget) -> ColumnarFile:
    import pyarrow as pa

    check_arrow_file(file, budget)
    file.seek(0)
    reader = pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(use_threads=False))
    require_few_columns(len(reader.schema.names), budget.name)
    size, count = file.seek(0, 2), reader.num_record_batches

    def read_rows(part: int, names: Sequence[str]) -> Iterator[Rows]:
        return _sound_rows(reader.get_batch(part), names, part + 1, budget)

    return ColumnarFile(reader.schema, [None] * count, lambda: [size // max(count, 1)] * count, read_rows, budget)


def _open_arrow_stream(file: BinaryIO, budget: ExpansionBudget) -> ColumnarFile:
    import pyarrow as pa

    check_arrow_stream(file, budget)

    def open_reader() -> "pa.ipc.RecordBatchStreamReader":
        file.seek(0)
        return pa.ipc.open_stream(file, options=pa.ipc.IpcReadOptions(use_threads=False))

    schema = open_reader().schema
    require_few_columns(len(schema.names), budget.name)

    def read_rows(part: int, names: Sequence[str]) -> Iterator[Rows]:
        for number, batch in enumerate(open_reader(), start=part + 1):
            yield from _sound_rows(batch, names, number, budget)

    return ColumnarFile(schema, [None], lambda: [0], read_rows, budget)


def _sound_rows(batch: "pa.RecordBatch", names: Sequence[str], number: int, budget: ExpansionBudget) -> Iterator[Rows]:
    columns = select_sound_columns(batch, names, budget, place=f"{budget.name}: record batch {number}")
    return cut_rows(columns, batch.num_rows, budget)
