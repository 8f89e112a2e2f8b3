"""Records of Parquet and Arrow files, read in batches; a damaged part of a file costs its own rows and no others."""

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
"""The first bytes of a Parquet file."""
ARROW_FILE = b"ARROW1"
"""The first bytes of an Arrow (Feather) file."""
ARROW_STREAM = b"\xff\xff\xff\xff"
"""The first bytes of an Arrow stream."""

_BATCH_ROWS = 2048
_BUFFER_SIZE = 1 << 20


class _BatchReader(Protocol):
    """Yields the record batches of one part of a file."""

    def __call__(self, part: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]": ...


class ColumnarFile:
    """An open Parquet or Arrow file.

    Attributes:
        names: its columns.
        sizes: the number of rows in each of its parts, which can be read independently; None where it is unknown before reading.
        weights: the bytes of each part, as far as they are known.
        count: the number of rows that have been read so far.
    """

    def __init__(self, names: list[str], sizes: "Sequence[int | None]", weights: Sequence[int], read_batches: _BatchReader) -> None:
        self.names = names
        self.sizes = sizes
        self.weights = weights
        self.count = 0
        self._read_batches = read_batches

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
                for _ in range(line - part_begin, size):
                    yield DumpRecord(line, None, {}, Reason.DAMAGED)
                    line += 1
                    self.count += 1

    def _read_part(self, part: int, columns: Sequence[str], line: int) -> Iterator[DumpRecord]:
        """Yield the records of a part, up to the first that cannot be read."""
        import pyarrow as pa

        size = self.sizes[part]
        count = 0
        try:
            for batch in self._read_batches(part, columns):
                values = [_to_values(batch.column(name)) for name in columns]
                for cells in zip(*values, strict=True):
                    if size is not None and count >= size:
                        return
                    yield DumpRecord(line + count, None, dict(zip(columns, cells, strict=True)))
                    count += 1
        except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
            if size is None:
                yield DumpRecord(line + count, None, {}, Reason.DAMAGED)


def _to_values(column: "pa.Array[Any]") -> list[object]:
    try:
        return list(column.to_pylist())
    except (UnicodeDecodeError, ValueError, OverflowError):
        return [_to_value(scalar) for scalar in column]


def _to_value(scalar: "pa.Scalar[Any]") -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return UndecodableText(scalar.as_buffer().to_pybytes())
    except (ValueError, OverflowError):  # a point in time beyond those that Python knows
        return None


@contextmanager
def open_columnar(file: BinaryIO, name: str, signature: bytes) -> Iterator[ColumnarFile]:
    """Open a Parquet or Arrow file.

    Args:
        file: its bytes; they must be seekable.
        name: its name in messages.
        signature: its first bytes: ``PARQUET``, ``ARROW_FILE`` or ``ARROW_STREAM``.

    Raises:
        DumpError: the file is damaged.
    """
    import pyarrow as pa

    open_file = {PARQUET: _open_parquet, ARROW_FILE: _open_arrow_file, ARROW_STREAM: _open_arrow_stream}[signature]
    try:
        columnar_file = open_file(file)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        detail = "".join(char if char.isprintable() else " " for char in first_line)
        kind = "Parquet" if signature == PARQUET else "Arrow"
        raise DumpError(f"{name}: a damaged {kind} file ({detail}); write it anew") from error
    yield columnar_file


def _open_parquet(file: BinaryIO) -> ColumnarFile:
    import pyarrow.parquet as pq

    # With a buffer PyArrow streams the pages; without one it loads whole row groups.
    parquet = pq.ParquetFile(file, buffer_size=_BUFFER_SIZE, pre_buffer=False)
    groups = [parquet.metadata.row_group(number) for number in range(parquet.metadata.num_row_groups)]

    def read_batches(part: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        return parquet.iter_batches(batch_size=_BATCH_ROWS, row_groups=[part], columns=list(names))  # type: ignore[no-any-return]

    weights = [sum(group.column(at).total_compressed_size for at in range(group.num_columns)) for group in groups]
    return ColumnarFile(list(parquet.schema_arrow.names), [group.num_rows for group in groups], weights, read_batches)


def _open_arrow_file(file: BinaryIO) -> ColumnarFile:
    import pyarrow as pa

    reader = pa.ipc.open_file(file)
    file.seek(0, 2)
    count = reader.num_record_batches
    weight = file.tell() // max(count, 1)

    def read_batches(part: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        yield from _slice_batch(reader.get_batch(part).select(list(names)))

    return ColumnarFile(list(reader.schema.names), [None] * count, [weight] * count, read_batches)


def _open_arrow_stream(file: BinaryIO) -> ColumnarFile:
    import pyarrow as pa

    reader = pa.ipc.open_stream(file)

    def read_batches(part: int, names: Sequence[str]) -> "Iterator[pa.RecordBatch]":
        for batch in reader:
            yield from _slice_batch(batch.select(list(names)))

    return ColumnarFile(list(reader.schema.names), [None], [0], read_batches)


def _slice_batch(batch: "pa.RecordBatch") -> "Iterator[pa.RecordBatch]":
    for begin in range(0, batch.num_rows, _BATCH_ROWS):
        yield batch.slice(begin, _BATCH_ROWS)
