"""SQLite files are read wherever they lie, with the last changes that were made to them, and are not changed."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from model.errors import DumpError
from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, read_file, reasons, texts
from tests.service.batch.input.packing import pack_tar, pack_zip
from tests.service.batch.input.platforms.databases.database_samples import sqlite_database

_DATABASE = sqlite_database("CREATE TABLE comments (id INTEGER PRIMARY KEY, text); INSERT INTO comments VALUES (7, 'so good'), (9, 'no');")


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lambda content: pack_zip({"a.db": content}), lambda content: pack_tar({"a.db": content})]
)
def test_a_database_is_read_wherever_it_lies(read_dump: DumpReader, pack: object) -> None:
    """As it is, compressed, or in an archive; ids are numbers."""
    assert callable(pack)
    dump = read_dump(pack(_DATABASE), "x")
    assert [(row.id, row.text) for row in dump.rows] == [(7, "so good"), (9, "no")]


def test_changes_that_stand_beside_the_database_are_read(tmp_path: Path) -> None:
    """A program that is running keeps its last changes in a file of their own; neither file is touched."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript("CREATE TABLE comments (id INTEGER PRIMARY KEY, text); INSERT INTO comments VALUES (1, 'so good');")
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        assert texts(read_file(path).rows) == ["so good"]
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_database_that_cannot_be_read_is_refused(read_dump: DumpReader) -> None:
    """In one line, unless only what is behind its beginning is missing."""
    with pytest.raises(DumpError, match="SQLite"):
        read_dump(_DATABASE[:300], "x.db")
    assert reasons(read_dump(_DATABASE[:600], "x.db").rows)[-1] is Reason.TRUNCATED


def test_a_table_is_read_on_request(read_dump: DumpReader) -> None:
    """--table reads one table and no other."""
    content = sqlite_database("CREATE TABLE t (id, note); INSERT INTO t VALUES (1, 'what I think of it'); CREATE TABLE posts (id, body);")
    assert texts(read_dump(content, "x.db", table="t").rows) == ["what I think of it"]
