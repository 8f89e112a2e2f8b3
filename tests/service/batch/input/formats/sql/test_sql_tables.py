"""A dump is read statement by statement; what writes no rows is passed over, whatever it looks like."""

import io

import pytest

from model.errors import UnsafeFileError
from service.batch.input.formats.sql.sql_dialect import ANSI, MYSQL
from service.batch.input.formats.sql.sql_tables import SqlDump
from tests.service.batch.input.formats.sql.sql_writing import read_tables, small_windows

_OTHER_STATEMENTS = {
    "comments": (ANSI, "-- INSERT INTO t VALUES (9);\n/* INSERT INTO t VALUES (9); */"),
    "hash": (MYSQL, "# it's; INSERT INTO t VALUES (9);\n"),
    "executed comment": (MYSQL, "/*!50003 CREATE TRIGGER x INSERT INTO t VALUES (9); it's */;"),
    "function": (ANSI, "CREATE FUNCTION f() AS $body$ begin INSERT INTO t VALUES (9); it's $$; end $body$;"),
    "string": (ANSI, "COMMENT ON TABLE t IS 'a;\nINSERT INTO t VALUES (9); it''s';"),
    "escaped string": (ANSI, "SELECT E'it\\'s; INSERT INTO t VALUES (9);';"),
    "mysql string": (MYSQL, "SET @x = 'it\\'s;\nINSERT INTO t VALUES (9);\\\\';"),
    "quoted name": (MYSQL, "ALTER TABLE `a;'b` DROP `c`;"),
    "trigger": (MYSQL, "DELIMITER ;;\nCREATE TRIGGER x BEGIN\nINSERT INTO t VALUES (9);\nEND ;;\nDELIMITER ;\n"),
    "psql": (ANSI, "\\restrict it's;\n\\connect blog\n\\unrestrict x\n"),
    "other rows": (MYSQL, "INSERT INTO o VALUES (9,'it\\'s (', 0xFF, \"it's\");"),
    "select": (ANSI, "INSERT INTO o SELECT 9 FROM t WHERE a = 'it''s;';"),
    "division": (ANSI, "SELECT 4/2 - 1, a::text, 'e', e'x';"),
}


@pytest.mark.parametrize("window", [1, 5, 1 << 20])
@pytest.mark.parametrize("name", _OTHER_STATEMENTS)
def test_statements_without_rows_are_passed_over(monkeypatch: pytest.MonkeyPatch, name: str, window: int) -> None:
    """Semicolons and statements within comments, strings, functions and triggers are none, wherever a window ends."""
    small_windows(monkeypatch, window)
    dialect, statement = _OTHER_STATEMENTS[name]
    dump = SqlDump("dump.sql", dialect)
    content = f"{statement}\nINSERT INTO t VALUES (1);\n".encode()
    sections = dump.read_sections(io.BufferedReader(io.BytesIO(content)))
    rows = [record.fields for section in sections if section.table.endswith("t") for record in section.read(section.names, 1)]
    assert rows == [{"1": "1"}]
    assert dump.cut_table is None


def test_cells_are_named_by_the_table_or_by_the_statement() -> None:
    """Where neither names them, they have numbers."""
    content = "CREATE TABLE t (a int, b text, c int AS (a) STORED);\n"
    content += "INSERT INTO t VALUES (1,'x');INSERT INTO t (b, a) VALUES ('y',2);INSERT INTO u VALUES (3,'z');"
    tables = read_tables(content, MYSQL)
    assert [record.fields for record in tables["t"]] == [{"a": "1", "b": "x"}, {"b": "y", "a": "2"}]
    assert [record.fields for record in tables["u"]] == [{"1": "3", "2": "z"}]


def test_tables_of_several_databases_are_told_apart() -> None:
    """A network of sites, or a whole server, has many tables of the same name."""
    content = "USE `one`;\nINSERT INTO `c` VALUES (1);\nUSE `two`;\nINSERT INTO `c` VALUES (2);\n"
    assert list(read_tables(content, MYSQL)) == ["one.c", "two.c"]


def test_the_encoding_is_that_of_the_last_declaration() -> None:
    """What MySQL declares for creating a table does not count for its rows."""
    content = b"/*!40101 SET NAMES latin1 */;\n/*!40101 SET character_set_client = utf8 */;\nINSERT INTO t VALUES ('\xf6');\n"
    content += b"/*!40101 SET NAMES cp1251 */;\nINSERT INTO u VALUES ('\xf6');\n"
    tables = read_tables(content, MYSQL)
    assert [record.fields["1"] for record in (*tables["t"], *tables["u"])] == ["ö", "ц"]


def test_backslashes_escape_where_an_old_dump_says_so() -> None:
    """Before version 9.1 of PostgreSQL, all strings were read so."""
    content = "--\n-- PostgreSQL database dump\n--\nSET standard_conforming_strings = off;\nINSERT INTO t VALUES ('it\\'s');\n"
    assert read_tables(content)["t"][0].fields["1"] == "it's"


@pytest.mark.parametrize(
    ("content", "table"),
    [
        ("INSERT INTO o VALUES (1,'a", "o"),
        ("COPY o (a) FROM stdin;\n1\n", "o"),
        ("COPY o (a) FROM stdin;\n1\n\\.\n", None),
        ("INSERT INTO o VALUES (1);", None),
    ],
)
def test_a_dump_that_ends_within_rows_that_nobody_reads_says_so(content: str, table: str | None) -> None:
    """What stood behind them is lost."""
    dump = SqlDump("dump.sql", ANSI)
    for _ in dump.read_sections(io.BufferedReader(io.BytesIO(content.encode()))):
        pass
    assert dump.cut_table == table


@pytest.mark.parametrize(("ending", "is_cut"), [("-- Dump completed on 2020-01-01\n", False), ("", True)])
def test_a_dump_without_its_last_line_may_have_been_cut(ending: str, is_cut: bool) -> None:
    """Programs such as mysqldump write a line when they are done."""
    dump = SqlDump("dump.sql", MYSQL)
    content = f"-- MySQL dump 10.13\nINSERT INTO o VALUES (1);\n{ending}".encode()
    for _ in dump.read_sections(io.BufferedReader(io.BytesIO(content))):
        pass
    assert dump.lacks_last_line == is_cut


def test_statements_that_cannot_be_read_are_counted() -> None:
    """Rows that the database would compute are not in the dump."""
    dump = SqlDump("dump.sql", MYSQL)
    content = b"INSERT INTO t SET a = 1;\nINSERT INTO t SELECT 1;\n"
    assert list(dump.read_sections(io.BufferedReader(io.BytesIO(content)))) == []
    assert dump.unread_statements == {"t": 2}


def test_a_table_with_too_many_columns_is_refused() -> None:
    """No table has more than ten thousand columns."""
    columns = ", ".join(f"c{number} int" for number in range(10_001))
    with pytest.raises(UnsafeFileError, match="columns"):
        read_tables(f"CREATE TABLE t ({columns});", MYSQL)


@pytest.mark.parametrize(
    "sign", ["/*", "$a$", "'\\", '"', "[", "`", "(", "CREATE TABLE t (", "CREATE TABLE t (a '\\'", "INSERT INTO ", "--", "\\"]
)
def test_signs_without_end_are_looked_at_once(sign: str) -> None:
    """Whatever is repeated, reading ends in a moment."""
    for dialect in (MYSQL, ANSI):
        assert read_tables(sign * 20_000, dialect) == {}
