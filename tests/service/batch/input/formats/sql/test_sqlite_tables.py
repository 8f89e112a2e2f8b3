"""Tables of SQLite files are read as they are stored, and nothing in the file is executed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from model.errors import DumpError, UnsafeFileError
from service.batch.input.formats.sql import sqlite_tables
from service.batch.input.formats.sql.sqlite_tables import SqliteFile, SqliteTable
from service.batch.input.records import DumpRecord
from service.batch.rows import Reason
from training.tables.expansion import ExpansionBudget


def create(path: Path, script: str) -> Path:
    """Create a database."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


@contextmanager
def opened(path: Path) -> Iterator[dict[str, SqliteTable]]:
    """Open a database, and close it again; the block gets its tables by their names."""
    budget = ExpansionBudget(path.name, lambda: path.stat().st_size)
    with closing(SqliteFile(str(path), path.name, budget)) as file:
        yield {table.table: table for table in file.list_tables()}


def read(path: Path, table: str) -> list[DumpRecord]:
    """Read a table to its end."""
    with opened(path) as tables:
        return list(tables[table].read(tables[table].names, 1))


def test_values_are_those_that_are_stored(tmp_path: Path) -> None:
    """Numbers are numbers, bytes are bytes, and a second reading goes on where the first was left."""
    path = create(tmp_path / "a?b#c%d.db", "CREATE TABLE t (a, \"b \"\"c\"); INSERT INTO t VALUES (1, 'x'), (2.5, NULL), (x'00ff', 'ö');")
    with opened(path) as tables:
        table = tables["t"]
        first = next(table.read(table.names, 1))
        rest = list(table.read(['b "c'], 2))
    assert (first.line, first.fields) == (1, {"a": 1, 'b "c': "x"})
    assert [(record.line, record.fields) for record in rest] == [(2, {'b "c': None}), (3, {'b "c': "ö"})]
    assert read(path, "t")[2].fields["a"] == b"\x00\xff"


@pytest.mark.parametrize("definition", ["(a TEXT PRIMARY KEY, rowid, oid, _rowid_)", "(a TEXT PRIMARY KEY) WITHOUT ROWID"])
def test_tables_without_row_ids_are_read(tmp_path: Path, definition: str) -> None:
    """Also in parts."""
    path = create(tmp_path / "x.db", f"CREATE TABLE t {definition}; INSERT INTO t (a) VALUES ('x'), ('y'), ('z');")
    with opened(path) as tables:
        records = [next(tables["t"].read(["a"], 1)), *tables["t"].read(["a"], 2)]
    assert [record.fields["a"] for record in records] == ["x", "y", "z"]


def test_nothing_in_the_file_is_executed(tmp_path: Path) -> None:
    """Views, virtual tables and computed columns are not read, and what a statement may do ends with reading a table."""
    path = create(
        tmp_path / "x.db",
        "CREATE TABLE t (a, b AS (upper(a)) VIRTUAL, c AS (a || 'x') STORED); INSERT INTO t (a) VALUES ('x');"
        "CREATE VIEW comments AS SELECT a AS text FROM t; CREATE VIRTUAL TABLE f USING fts4(text);"
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;",
    )
    with opened(path) as tables:
        assert "comments" not in tables
        assert "f" not in tables
        assert tables["t"].names == ("a",)
        for statement in ("DELETE FROM t", "ATTACH 'y.db' AS y", "SELECT load_extension('x')", "PRAGMA writable_schema = ON"):
            with pytest.raises(sqlite3.Error):
                tables["t"].file._connection.execute(statement)


def test_a_value_that_is_too_long_costs_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not held in memory, and the rows behind it are read."""
    monkeypatch.setattr(sqlite_tables, "_MAX_CELL", 100_000)
    path = create(tmp_path / "x.db", "CREATE TABLE t (a); INSERT INTO t VALUES ('x'), (zeroblob(200000)), (zeroblob(200001)), ('y');")
    assert [record.reason for record in read(path, "t")] == [None, Reason.TOO_LONG, Reason.TOO_LONG, None]


def test_text_that_is_not_utf8_is_marked(tmp_path: Path) -> None:
    """SQLite stores whatever bytes it is given."""
    path = create(tmp_path / "x.db", "CREATE TABLE t (a TEXT); INSERT INTO t VALUES (CAST(x'ff' AS TEXT));")
    assert type(read(path, "t")[0].fields["a"]).__name__ == "UndecodableText"


def test_damage_costs_the_rows_behind_it(tmp_path: Path) -> None:
    """A page that was overwritten is told once; a file that is cut or encrypted is refused."""
    path = create(
        tmp_path / "x.db", "PRAGMA page_size = 512; CREATE TABLE t (a); BEGIN;" + "INSERT INTO t VALUES (zeroblob(100));" * 200 + "COMMIT;"
    )
    content = bytearray(path.read_bytes())
    content[30 * 512 : 32 * 512] = b"\xff" * 1024
    path.write_bytes(content)
    reasons = [record.reason for record in read(path, "t")]
    assert reasons[0] is None
    assert reasons.count(Reason.DAMAGED) == 1
    path.write_bytes(content[:16] + b"\xaa" * 5000)
    with pytest.raises(DumpError, match="damaged or encrypted"):
        read(path, "t")


def test_a_file_that_becomes_too_much_is_refused(tmp_path: Path) -> None:
    """Rows count against what a file of its size may become."""
    path = create(tmp_path / "x.db", "CREATE TABLE t (a); INSERT INTO t VALUES ('x');")
    budget = ExpansionBudget("x.db", lambda: 1)
    budget.add("rows", 99_999_999)
    with closing(SqliteFile(str(path), "x.db", budget)) as file, pytest.raises(UnsafeFileError):
        list(file.list_tables()[0].read(["a"], 1))


def test_the_share_that_has_been_read_grows_to_all_of_it(tmp_path: Path) -> None:
    """Tables count alike, rows by their ids."""
    path = create(
        tmp_path / "x.db", "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2); CREATE TABLE u (a); INSERT INTO u VALUES (1), (2);"
    )
    with opened(path) as tables:
        shares = [table.file.share() or 0.0 for table in tables.values() for _ in table.read(["a"], 1)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
