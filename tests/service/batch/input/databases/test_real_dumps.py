"""What the real programs write is read to the letter: mariadb-dump, pg_dump, SQLite's command line and Python's ``iterdump``."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from service.batch.rows import Reason, Row
from tests.service.batch.input.databases.real_servers import mariadb, postgres
from tests.service.batch.input.dump_reader import DumpReader, read_file

_TEXTS = [
    *("plain thanks", "it's \"quoted\" and 'single'", "back\\slash \\n no newline \\' tricky", "two\nlines\r\nthree\ttab", "emoji 😀 ünï"),
    *("-- no comment; /* neither */ # hash", "ends with a backslash\\", "(1,'fake'),(2,'row');", "'", "''", "\\", "$$dollars$$ $a$ b $a$"),
    *(
        "0x414243",
        "NULL",
        "per%cent_under \x1a \x08",
        "x" * 5000,
        "INSERT INTO comments VALUES (9,'no');\nINSERT INTO comments VALUES (9);",
    ),
    *("\n\\.\n", "a\\tb", " "),
]
_TIMES = [f"2020-01-01T00:00:{number:02}+00:00" for number in range(len(_TEXTS))]


def check(rows: list[Row]) -> None:
    """Check that the rows are the comments of the table."""
    assert [row.text for row in rows] == _TEXTS
    assert [str(row.id) for row in rows] == [str(number) for number in range(len(_TEXTS))]
    assert {row.author for row in rows} == {"o'ann"}
    assert [row.created_at.isoformat() if row.created_at else None for row in rows] == _TIMES
    assert {(row.member or "").rpartition(".")[2] for row in rows} == {"comments"}


def _inserts(write_text: str, time: str, blob: str) -> str:
    rows = (
        f"({number}, 'o''ann', {time.format(number)}, {write_text.format(text.encode().hex())}, NULL, {blob})"
        for number, text in enumerate(_TEXTS)
    )
    return "".join(f"INSERT INTO comments (id, author, created_at, text, nothing, picture) VALUES {row};\n" for row in rows)


@pytest.mark.nightly
def test_dumps_of_mariadb_are_read(read_dump: DumpReader) -> None:
    """Whatever the options: one statement or many, names or none, hexadecimal or raw bytes, another encoding, all databases."""
    script = (
        "SET NAMES utf8mb4; CREATE DATABASE forum; USE forum; CREATE TABLE users (id int, name text); INSERT INTO users VALUES (1, 'ann');"
        "CREATE TABLE comments (id int PRIMARY KEY, author varchar(50), created_at datetime, text mediumtext, nothing text, picture blob,"
        "length int GENERATED ALWAYS AS (char_length(text)) STORED, twice int AS (id * 2) VIRTUAL, KEY (author)) CHARSET utf8mb4;"
    )
    with mariadb() as programs:
        programs.execute(script + _inserts("CONVERT(x'{}' USING utf8mb4)", "'2020-01-01 00:00:{:02}'", "x'00ff27225c0a1a'"))
        for options in (
            ["forum"],
            ["--hex-blob", "--complete-insert", "--skip-extended-insert", "forum"],
            ["--insert-ignore", "--skip-quote-names", "--compact", "--default-character-set=utf8mb4", "forum"],
            ["--replace", "--databases", "forum"],
            ["--all-databases"],
            ["--order-by-primary", "--skip-opt", "forum", "comments"],
        ):
            check(read_dump(programs.dump(*options), "dump.sql").rows)
        check(read_dump(programs.dump("--no-create-info", "forum", "comments"), "x.sql", **_NUMBERED).rows)
        latin = read_dump(programs.dump("--default-character-set=latin1", "forum"), "dump.sql")
        assert [row.text for row in latin.rows] == [text.replace("😀", "?") for text in _TEXTS]


_NUMBERED = {"text_column": "4", "id_column": "1", "author_column": "2", "time_column": "3"}


@pytest.mark.nightly
def test_dumps_of_postgresql_are_read(read_dump: DumpReader) -> None:
    """With COPY, with inserts, with columns, many rows a statement, without a schema, in another encoding."""
    script = (
        "CREATE TABLE users (id int, name text); INSERT INTO users VALUES (1, 'ann');"
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO comments VALUES (7); RETURN 1; END $$;"
        "CREATE TABLE comments (id int PRIMARY KEY, author text, created_at timestamptz, text text, nothing text, picture bytea,"
        "length int GENERATED ALWAYS AS (char_length(text)) STORED, tree jsonb DEFAULT '{\"a\": [1]}', list text[] DEFAULT '{a,\"b''c\"}');"
    )
    with postgres() as programs:
        programs.execute(script + _inserts("convert_from('\\x{}', 'UTF8')", "'2020-01-01 00:00:{:02}+00'", "'\\x00ff27'"))
        for options in (
            [],
            ["--inserts"],
            ["--column-inserts"],
            ["--inserts", "--rows-per-insert=7"],
            ["--data-only"],
            ["--column-inserts", "--on-conflict-do-nothing", "--quote-all-identifiers"],
        ):
            check(read_dump(programs.dump(*options), "dump.sql").rows)
        check(read_dump(programs.dump("--data-only", "--inserts"), "x.sql", table="comments", **_NUMBERED).rows)


def _create(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE users (id INTEGER, name TEXT)")
    connection.execute(
        "CREATE TABLE comments (id INTEGER PRIMARY KEY, author TEXT, created_at REAL, text TEXT, nothing_ TEXT, picture BLOB)"
    )
    rows = [(number, "o'ann", 1577836800.0 + number, text, None, b"\x00\xff'") for number, text in enumerate(_TEXTS)]
    connection.executemany("INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    return connection


def test_databases_of_sqlite_and_their_dumps_are_read(tmp_path: Path) -> None:
    """The file itself, what Python dumps of it, and what the command line does, if it is there."""
    path = tmp_path / "forum.db"
    with closing(_create(path)) as connection:
        (tmp_path / "iterdump.sql").write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8", newline="")
    check(read_file(path).rows)
    check(read_file(tmp_path / "iterdump.sql").rows)
    if (program := shutil.which("sqlite3")) is not None:
        for command in (".dump", ".dump --newlines"):
            dump = subprocess.run([program, str(path), command], check=True, capture_output=True, timeout=60).stdout
            (tmp_path / "dump.sql").write_bytes(dump)
            check(read_file(tmp_path / "dump.sql").rows)


def test_a_dump_that_is_cut_anywhere_loses_only_what_is_missing(tmp_path: Path) -> None:
    """All rows before the cut are read, and the last row says that there was one."""
    path = tmp_path / "forum.db"
    with closing(_create(path)) as connection:
        content = ("\n".join(connection.iterdump()) + "\n").encode()
    for cut in range(content.index(b"INSERT") + 60, len(content) - 40, 97):
        (tmp_path / "cut.sql").write_bytes(content[:cut])
        rows = read_file(tmp_path / "cut.sql").rows
        whole = [row.text for row in rows if row.reason is None]
        assert whole == _TEXTS[: len(whole)]
        assert {row.reason for row in rows} <= {None, Reason.TRUNCATED}
