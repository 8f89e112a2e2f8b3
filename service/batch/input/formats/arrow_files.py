"""Records of Parquet and Arrow files, in batches; a part of a file that is damaged costs its own rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from model.errors import DumpError
from service.batch.input.records import DumpRecord, UndecodableText
from service.batch.rows import Reason

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ARROW_FILE", "ARROW_STREAM", "PARQUET", "ColumnarFile", "open_columnar"]

PARQUET = b"PAR1"
"""What a Parquet file begins with."""
ARROW_FILE = b"ARROW1"
"""What an Arrow (Feather) file begins with."""
ARROW_STREAM = b"\xff\xff\xff\xff"
"""What an Arrow stream begins with."""

_BATCH = 2048
_BUFFER = 1 << 20


class _Part(Protocol):
    """Opens one part of a file and yields its record batches."""

    def __call__(self, number: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]": ...


class ColumnarFile:
    """An open columnar file.

    Attributes:
        names: its columns.
        sizes: rows in each of its parts, which can be read on their own; None where a part does not tell before it is read.
        weights: bytes of each part, as far as known.
        count: rows that have been read.
    """

    def __init__(self, names: list[str], sizes: "Sequence[int | None]", weights: Sequence[int], part: _Part) -> None:
        self.names = names
        self.sizes = sizes
        self.weights = weights
        self.count = 0
        self._part = part

    def records(self, columns: Sequence[str], *, begin: int = 0, end: int | None = None, first: int = 1) -> Iterator[DumpRecord]:
        """Yield the records of some parts.

        Args:
            columns: what is read of each record.
            begin: the first part.
            end: the part that is read no more; None is all.
            first: the number of their first record.
        """
        line = first
        for number in range(begin, len(self.sizes) if end is None else end):
            begun = line
            for record in self._records(number, columns, line):
                line += 1
                self.count += 1
                yield record
            size = self.sizes[number]
            if size is not None:
                for _ in range(line - begun, size):
                    yield DumpRecord(line, None, {}, Reason.DAMAGED)
                    line += 1
                    self.count += 1

    def _records(self, number: int, columns: Sequence[str], line: int) -> Iterator[DumpRecord]:
        import pyarrow as pa

        most = self.sizes[number]
        names = list(dict.fromkeys(columns))
        count = 0
        try:
            for batch in self._part(number, names):
                values = [_values(batch.column(name)) for name in names]
                for cells in zip(*values, strict=True):
                    if most is not None and count >= most:
                        return
                    yield DumpRecord(line + count, None, dict(zip(names, cells, strict=True)))
                    count += 1
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
            if most is None:
                yield DumpRecord(line + count, None, {}, Reason.DAMAGED)


def _values(column: "pa.Array[Any]") -> list[object]:
    try:
        return list(column.to_pylist())
    except (UnicodeDecodeError, ValueError, OverflowError):
        return [_value(scalar) for scalar in column]


def _value(scalar: "pa.Scalar[Any]") -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return UndecodableText(scalar.as_buffer().to_pybytes())
    except (ValueError, OverflowError):  # a time beyond what Python knows
        return None


@contextmanager
def open_columnar(file: BinaryIO, name: str, magic: bytes) -> Iterator[ColumnarFile]:
    """Open a Parquet or Arrow file.

    Args:
        file: its bytes, to be read here and there.
        name: what messages call it.
        magic: what it begins with.

    Raises:
        DumpError: the file is damaged.
    """
    import pyarrow as pa

    try:
        opened = _open_parquet(file) if magic == PARQUET else _open_arrow(file) if magic == ARROW_FILE else _open_stream(file)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        what = "".join(char if char.isprintable() else " " for char in (str(error).splitlines() or [type(error).__name__])[0])
        kind = "Parquet" if magic == PARQUET else "Arrow"
        raise DumpError(f"{name}: a damaged {kind} file ({what}); write it anew") from error
    yield opened


def _open_parquet(file: BinaryIO) -> ColumnarFile:
    import pyarrow.parquet as pq

    # A buffer makes PyArrow stream the pages; without one it loads whole row groups.
    opened = pq.ParquetFile(file, buffer_size=_BUFFER, pre_buffer=False)
    groups = [opened.metadata.row_group(number) for number in range(opened.metadata.num_row_groups)]

    def part(number: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        return opened.iter_batches(batch_size=_BATCH, row_groups=[number], columns=list(names))  # type: ignore[no-any-return]

    weights = [sum(group.column(at).total_compressed_size for at in range(group.num_columns)) for group in groups]
    return ColumnarFile(list(opened.schema_arrow.names), [group.num_rows for group in groups], weights, part)


def _open_arrow(file: BinaryIO) -> ColumnarFile:
    import pyarrow as pa

    opened = pa.ipc.open_file(file)
    file.seek(0, 2)
    count = opened.num_record_batches
    weight = file.tell() // max(count, 1)

    def part(number: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        yield from _sliced(opened.get_batch(number).select(list(names)))

    return ColumnarFile(list(opened.schema.names), [None] * count, [weight] * count, part)


def _open_stream(file: BinaryIO) -> ColumnarFile:
    import pyarrow as pa

    opened = pa.ipc.open_stream(file)

    def part(number: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        for batch in opened:
            yield from _sliced(batch.select(list(names)))

    return ColumnarFile(list(opened.schema.names), [None], [0], part)


def _sliced(batch: "pa.RecordBatch") -> "Iterator[pa.RecordBatch]":
    for begin in range(0, batch.num_rows, _BATCH):
        yield batch.slice(begin, _BATCH)
