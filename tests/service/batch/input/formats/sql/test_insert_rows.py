"""Rows of INSERT are read as they were stored, however they are written and wherever a window ends."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.batch.input.formats.sql import insert_rows
from service.batch.input.formats.sql.sql_dialect import ANSI, MYSQL, SQL_SERVER
from service.batch.rows import Reason
from tests.service.batch.input.formats.sql.sql_writing import LITERAL_WRITERS, read_tables, small_windows, write_mysql

_TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("'\\\";,()-$\n#/*")), min_size=1, max_size=6)


@given(st.sampled_from(list(LITERAL_WRITERS)), _TEXTS, st.sampled_from([1, 7, 1000]), st.sampled_from([",", ",\n", ", -- one more\n  "]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_rows_of_a_statement_are_read(way: str, texts: list[str], window: int, separator: str) -> None:
    """Each text is read as it was stored; nothing in it begins or ends a row, a statement or a comment."""
    dialect, write = LITERAL_WRITERS[way]
    rows = separator.join(f"({number}, {write(text)} ,NULL)" for number, text in enumerate(texts))
    with pytest.MonkeyPatch.context() as monkeypatch:
        small_windows(monkeypatch, window)
        tables = read_tables(f"INSERT INTO t (id, text, n) VALUES {rows};\nINSERT INTO o VALUES (1);\n", dialect)
    assert [record.fields for record in tables["t"]] == [{"id": str(number), "text": text, "n": None} for number, text in enumerate(texts)]
    assert [record.line for record in tables["t"]] == list(range(1, len(texts) + 1))
    assert len(tables["o"]) == 1


def test_statements_that_begin_alike_go_on_with_the_numbers() -> None:
    """One statement a row, as pg_dump writes, is one table."""
    content = "".join(f"INSERT INTO public.t (a) VALUES ({number});\n\n" for number in range(5)) + "SELECT 1;"
    records = read_tables(content, ANSI)["t"]
    assert [(record.line, record.fields["a"]) for record in records] == [(number + 1, str(number)) for number in range(5)]


def test_the_offset_of_a_row_is_where_it_begins() -> None:
    """A row can be found in the file by its offset."""
    content = b"-- x\nINSERT INTO t VALUES (1,'a'),(2,'b');\n"
    for record, begin in zip(read_tables(content, MYSQL)["t"], (b"(1,'a')", b"(2,'b')"), strict=True):
        assert record.offset is not None
        assert content[record.offset :].startswith(begin)


def test_rows_with_other_numbers_of_cells_have_a_reason() -> None:
    """They cost themselves and no other row; what stands before the missing cell is known."""
    records = read_tables("INSERT INTO t (id, text) VALUES (1),(2,'a','b'),(3,'c');", MYSQL)["t"]
    assert [record.reason for record in records] == [Reason.TOO_FEW_CELLS, Reason.TOO_MANY_CELLS, None]
    assert records[0].fields == {"id": "1"}


@pytest.mark.parametrize(
    ("ending", "reasons"),
    [("", [None]), (";", [None]), (",", [None, Reason.TRUNCATED]), (",(2,'b", [None, Reason.TRUNCATED]), (",(2", [None, Reason.TRUNCATED])],
)
def test_a_dump_that_was_cut_says_so(ending: str, reasons: list[Reason | None]) -> None:
    """A statement without its semicolon is whole; one that ends within a row, or before one that a comma announces, is not."""
    for dialect in (MYSQL, ANSI):
        records = read_tables(f"INSERT INTO t (id, text) VALUES (1,'a'){ending}", dialect)["t"]
        assert [record.reason for record in records] == reasons


def test_a_broken_row_costs_what_stands_on_its_line() -> None:
    """Reading goes on with the next line that begins as a row or a statement does."""
    content = "INSERT INTO t (id, text) VALUES\n(1,'a'),\n(2,'it's),\n(3,'c'),\n(4,'d');\nINSERT INTO t (id, text) VALUES\n(5,'e');\n"
    records = read_tables(content, ANSI)["t"]
    assert Reason.NOT_SQL in {record.reason for record in records}
    assert [record.fields["id"] for record in records if record.reason is None and record.fields["id"] in {"1", "4", "5"}] == [
        "1",
        "4",
        "5",
    ]


def test_a_value_that_cannot_be_known_costs_its_row() -> None:
    """The result of a function of the database is not in the dump."""
    records = read_tables("INSERT INTO t (id, text) VALUES (1,AES_DECRYPT('a','b')),(2,'b');", MYSQL)["t"]
    assert [record.reason for record in records] == [Reason.NOT_SQL, None]


def test_a_row_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not held in memory, and the rows behind it are read."""
    small_windows(monkeypatch, 1000)
    monkeypatch.setattr(insert_rows, "MAX_STORED_ROW", 5000)
    picture = "0x" + "ff" * 20_000
    content = f"INSERT INTO t (id, text) VALUES (1,{picture}),(2,{write_mysql('b' * 20_000)}),(3,'c');"
    records = read_tables(content, MYSQL)["t"]
    assert [record.reason for record in records] == [Reason.TOO_LONG, Reason.TOO_LONG, None]


def test_scripts_of_sql_server_need_no_semicolons() -> None:
    """A statement ends with its row, or with the line GO."""
    content = "USE [f]\nGO\nSET IDENTITY_INSERT [dbo].[C] ON \nINSERT [dbo].[C] ([Id], [Text]) VALUES (1, N'it''s\nINSERT [dbo]')\nGO\n"
    content += "INSERT [dbo].[C] ([Id], [Text]) VALUES (2, N'b')\nINSERT [dbo].[C] ([Id], [Text]) VALUES (3, NULL)\nGO\n"
    records = read_tables(content, SQL_SERVER)["C"]
    assert [record.fields["Text"] for record in records] == ["it's\nINSERT [dbo]", "b", None]


@pytest.mark.parametrize("sign", ["(", "('", "(1,", "\n(", "\n('", "(--", "(/*", "($$", "('\\", '("', "(E'"])
def test_signs_without_end_are_read_once(sign: str) -> None:
    """Whatever is repeated, reading ends in a moment, with a reason."""
    for dialect in (MYSQL, ANSI, SQL_SERVER):
        records = read_tables("INSERT INTO t (a, b) VALUES (1,2),(" + sign * 20_000, dialect)["t"]
        assert records[0].reason is None
        assert records[-1].reason is not None
