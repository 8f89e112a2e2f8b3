"""Rows of Parquet files, in record batches."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from model.errors import DumpError
from service.batch.columns import choose_id, choose_text
from service.batch.rows import Columns, Reading, Reason, Row, Wanted, row_of

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = ["MAGIC", "open_parquet"]

MAGIC = b"PAR1"
"""What a Parquet file begins with."""

_BATCH = 2048
_BUFFER = 1 << 20


@contextmanager
def open_parquet(path: str, wanted: Wanted) -> Iterator[Reading]:
    """Open a Parquet file.

    Raises:
        DumpError: the file is damaged, or its columns do not say which one holds the text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # A buffer makes PyArrow stream the pages; without one it loads whole row groups.
        file = pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, 0, error) from error
    with file:
        names = file.schema_arrow.names
        columns = Columns(choose_text(names, wanted, file=path), choose_id(names, wanted, file=path))
        rows = _Rows(file, columns, path)
        yield Reading(path, "row", columns, iter(rows), rows.share)


class _Rows:
    """The rows of a Parquet file, and how many of them have been read."""

    def __init__(self, file: "pq.ParquetFile", columns: Columns, path: str) -> None:
        self._file = file
        self._columns = columns
        self._path = path
        self._count = 0

    def share(self) -> float:
        return self._count / max(int(self._file.metadata.num_rows), 1)

    def __iter__(self) -> Iterator[Row]:
        for texts, ids in self._batches():
            for text, known_id in zip(texts, ids, strict=True):
                self._count += 1
                known_id = str(known_id) if isinstance(known_id, _Undecodable) else known_id
                row = row_of(self._count, id=known_id, text=text)
                yield Row(row.line, row.id, None, Reason.NOT_UTF8) if isinstance(text, _Undecodable) else row

    def _batches(self) -> Iterator[tuple[Sequence[object], Sequence[object]]]:
        import pyarrow as pa

        text, known_id = self._columns.text, self._columns.id
        names = [text] if known_id in {None, text} else [text, known_id]
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH, columns=names):
                ids = [None] * len(batch) if known_id is None else _values(batch.column(known_id))
                yield _values(batch.column(text)), ids
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self._path, self._count, error) from error


class _Undecodable(bytes):
    """A string of the file that is not UTF-8; Parquet does not check what is written into it."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.decode("utf-8", "replace")


def _values(column: "pa.Array[Any]") -> list[object]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_value(scalar) for scalar in column]


def _value(scalar: "pa.Scalar[Any]") -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return _Undecodable(scalar.as_buffer().to_pybytes())


def _damaged(path: str, row: int, error: Exception) -> DumpError:
    what = (str(error).splitlines() or [type(error).__name__])[0]
    return DumpError(f"{path}: a damaged Parquet file after row {row} ({what}); write it anew")
