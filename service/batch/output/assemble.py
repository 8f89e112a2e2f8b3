"""The parts of an output put together, in order, to one file."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import DumpError
from service.batch.job import OutputAs
from service.batch.output.folders import Folder, opened
from service.batch.output.parquet_concat import join_parquet
from service.batch.output.writers import quoted, schema_of
from service.batch.workers.shard_work import part_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["assemble", "join"]

_BATCH = 1 << 14
_COPIED = 1 << 20
_FULL = ("database or disk is full", "disk I/O error")


def assemble(parts: Folder, count: int, *, into: Folder, name: str, write_as: OutputAs, columns: Sequence[str], rows: int) -> None:
    """Put the parts of an output together; the file appears under its name when it is whole.

    Args:
        parts: where the parts lie.
        count: how many there are.
        into: the folder that the file is to lie in.
        name: what it is to be called.
        write_as: its format.
        columns: their columns.
        rows: how many rows it must have.

    Raises:
        OSError: reading or writing fails; it names the output.
    """
    with into.written(name) as path:
        if write_as is OutputAs.SQLITE:
            _sqlite(parts, count, path, into.shown, columns=columns, rows=rows)
        elif write_as is OutputAs.PARQUET:
            _parquet(parts, count, path, into.shown, columns=columns, rows=rows)
        else:
            head = (",".join(map(quoted, columns)) + "\n").encode() if write_as is OutputAs.CSV else b""
            join(parts, map(part_name, range(count)), path, into.shown, head=head)


def join(parts: Folder, names: Iterator[str], path: Path, shown: str, *, head: bytes = b"") -> None:
    """Write the bytes of files behind each other."""
    with opened(path, shown) as out:
        out.write(head)
        for name in names:
            with parts.fetched(name) as part, part.open("rb") as file:
                shutil.copyfileobj(file, out, _COPIED)


def _parquet(parts: Folder, count: int, path: Path, shown: str, *, columns: Sequence[str], rows: int) -> None:
    import pyarrow.parquet as pq

    with opened(path, shown) as out:
        if count:
            join_parquet((parts.fetched(part_name(number)) for number in range(count)), out)
        else:
            pq.ParquetWriter(out, schema_of(columns), compression="zstd").close()
    _insist(pq.read_metadata(path).num_rows, rows, shown)


def _opened_parts(parts: Folder, count: int) -> Iterator[Any]:
    import pyarrow.parquet as pq

    for number in range(count):
        with parts.fetched(part_name(number)) as path, pq.ParquetFile(path) as file:
            yield file


def _sqlite(parts: Folder, count: int, path: Path, shown: str, *, columns: Sequence[str], rows: int) -> None:
    types = {"fine": "REAL", "toxic": "REAL", "hateful": "REAL", "row": "INTEGER"}
    named = ", ".join(f"{_name(column)} {types.get(column, 'TEXT')}" for column in columns)
    insert = f"INSERT INTO scores VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - question marks alone
    with _naming(shown), closing(sqlite3.connect(path)) as base:
        # The file has no name yet, so nothing has to be taken back in it.
        base.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE scores ({named});")
        for file in _opened_parts(parts, count):
            for batch in file.iter_batches(_BATCH):
                base.executemany(insert, zip(*_plain(batch), strict=True))
        base.execute("CREATE INDEX scores_id ON scores (id)")
        base.commit()
        _insist(base.execute("SELECT count(*) FROM scores").fetchone()[0], rows, shown)


def _plain(batch: "pa.RecordBatch") -> list[list[object]]:
    import pyarrow.compute as pc

    names = batch.schema.names
    told = {"created_at": lambda column: pc.strftime(column, "%Y-%m-%dT%H:%M:%SZ")}
    as_is: Callable[[Any], Any] = lambda column: column  # noqa: E731
    return [told.get(name, as_is)(batch.column(name)).to_pylist() for name in names]


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


@contextmanager
def _naming(shown: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(None, f"cannot be written: {error}", shown) from error


def _insist(found: int, expected: int, shown: str) -> None:
    if found != expected:
        raise DumpError(f"{shown}: {found} rows instead of {expected}: a part was damaged; start anew with --fresh")
