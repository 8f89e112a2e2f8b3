"""Assembly of an output file from the parts that the shards of a run were written to."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import DumpError
from service.batch.file_access import open_for_writing
from service.batch.job import OutputFormat
from service.batch.output.folders import Folder
from service.batch.output.parquet_concat import concat_parquet
from service.batch.output.part_names import part_file
from service.table_files import ColumnType, csv_row, parquet_schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["assemble", "concat_files"]

_BATCH_ROWS = 1 << 14
_COPY_BYTES = 1 << 20
_SQLITE_TYPES = {ColumnType.NUMBER: "REAL", ColumnType.INTEGER: "INTEGER", ColumnType.BOOLEAN: "INTEGER"}


def assemble(
    parts: Folder, count: int, *, into: Folder, name: str, write_as: OutputFormat, columns: Mapping[str, ColumnType], rows: int
) -> None:
    """Put the parts of an output together; the file appears under its name when it is whole.

    Args:
        parts: the folder of the parts.
        count: the number of parts.
        into: the folder of the output file.
        name: the name of the output file.
        write_as: its format.
        columns: name → type of its columns.
        rows: the number of rows that it must have.

    Raises:
        DumpError: it has another number of rows.
        OSError: reading or writing fails; the error names the output.
    """
    with into.new_file(name) as path:
        if write_as is OutputFormat.SQLITE:
            _write_sqlite(parts, count, path, into.display_name, columns=columns, rows=rows)
        elif write_as is OutputFormat.PARQUET:
            _write_parquet(parts, count, path, into.display_name, columns=columns, rows=rows)
        else:
            header = csv_row(columns).encode() if write_as is OutputFormat.CSV else b""
            concat_files(parts, map(part_file, range(count)), path, into.display_name, header=header)


def concat_files(folder: Folder, names: Iterator[str], path: Path, display_name: str, *, header: bytes = b"") -> None:
    """Write the contents of files one after another.

    Args:
        folder: the folder of the files.
        names: their names, in order.
        path: the file to write.
        display_name: its name in errors.
        header: what is written before the files.
    """
    with open_for_writing(path, display_name) as out:
        out.write(header)
        for name in names:
            with folder.local_copy(name) as copy, copy.open("rb") as file:
                shutil.copyfileobj(file, out, _COPY_BYTES)


def _write_parquet(parts: Folder, count: int, path: Path, display_name: str, *, columns: Mapping[str, ColumnType], rows: int) -> None:
    import pyarrow.parquet as pq

    with open_for_writing(path, display_name) as out:
        if count:
            concat_parquet((parts.local_copy(part_file(number)) for number in range(count)), out)
        else:
            pq.ParquetWriter(out, parquet_schema(columns), compression="zstd").close()
    with path.open("rb") as file:  # by its name, PyArrow would not open a file whose name is not UTF-8
        _check_rows(pq.read_metadata(file).num_rows, rows, display_name)


def _parquet_files(parts: Folder, count: int) -> Iterator[Any]:
    import pyarrow.parquet as pq

    for number in range(count):
        with parts.local_copy(part_file(number)) as path, path.open("rb") as content, pq.ParquetFile(content) as file:
            yield file


def _write_sqlite(parts: Folder, count: int, path: Path, display_name: str, *, columns: Mapping[str, ColumnType], rows: int) -> None:
    definitions = ", ".join(f"{_quote_identifier(name)} {_SQLITE_TYPES.get(type_, 'TEXT')}" for name, type_ in columns.items())
    insert = f"INSERT INTO scores VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - question marks alone
    with _naming_output(display_name), closing(sqlite3.connect(path)) as database:
        # The file has no name yet, so nothing in it has to be rolled back.
        database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE scores ({definitions});")
        for file in _parquet_files(parts, count):
            for batch in file.iter_batches(_BATCH_ROWS):
                database.executemany(insert, zip(*_sqlite_values(batch), strict=True))
        database.execute("CREATE INDEX scores_id ON scores (id)")
        database.commit()
        _check_rows(database.execute("SELECT count(*) FROM scores").fetchone()[0], rows, display_name)


def _sqlite_values(batch: "pa.RecordBatch") -> list[list[object]]:
    """Return the columns of a batch with values that SQLite stores."""
    import pyarrow.compute as pc

    converters: dict[str, Callable[[Any], Any]] = {"created_at": lambda column: pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")}
    columns = ((converters.get(name), batch.column(name)) for name in batch.schema.names)
    return [(convert(column) if convert else column).to_pylist() for convert, column in columns]


def _quote_identifier(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


@contextmanager
def _naming_output(display_name: str) -> Iterator[None]:
    """Make errors of SQLite name the output."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(None, f"cannot be written: {error}", display_name) from error


def _check_rows(count: int, expected: int, display_name: str) -> None:
    if count != expected:
        raise DumpError(f"{display_name}: {count} rows instead of {expected}: a part was damaged; start anew with --fresh")
