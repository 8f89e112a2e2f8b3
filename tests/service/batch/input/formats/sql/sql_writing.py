"""Writers of literals and dumps for tests, and readers of what became of them."""

import io
from collections.abc import Callable

import pytest

from service.batch.input.formats.sql import sql_buffer
from service.batch.input.formats.sql.sql_dialect import ANSI, MYSQL, SqlDialect, detect_dialect
from service.batch.input.formats.sql.sql_tables import SqlDump
from service.batch.input.records import DumpRecord

__all__ = ["LITERAL_WRITERS", "read_tables", "small_windows", "write_ansi", "write_escaped", "write_hex", "write_mysql"]

_MYSQL_ESCAPES = {"\\": "\\\\", "\0": "\\0", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"}


def write_mysql(text: str) -> str:
    """Write a text as mysqldump does."""
    return "'" + "".join(_MYSQL_ESCAPES.get(char, char) for char in text) + "'"


def write_ansi(text: str) -> str:
    """Write a text as pg_dump and SQLite do."""
    return "'" + text.replace("'", "''") + "'"


def write_escaped(text: str) -> str:
    """Write a text as PostgreSQL does where a backslash stands in it and strings are not standard ones."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def write_hex(text: str) -> str:
    """Write a text as mysqldump does with --hex-blob."""
    return f"0x{text.encode().hex().upper()}" if text else "''"


LITERAL_WRITERS: dict[str, tuple[SqlDialect, Callable[[str], str]]] = {
    "mysql": (MYSQL, write_mysql),
    "mysql hex": (MYSQL, write_hex),
    "mysql binary": (MYSQL, lambda text: f"_binary {write_mysql(text)}"),
    "ansi": (ANSI, write_ansi),
    "ansi cast": (ANSI, lambda text: f"{write_ansi(text)}::text"),
    "escaped": (ANSI, write_escaped),
}
"""Ways to write a text, and the dialect that each belongs to."""


def read_tables(content: bytes | str, dialect: SqlDialect | None = None) -> dict[str, list[DumpRecord]]:
    """Read all rows of all tables of a dump."""
    content = content.encode() if isinstance(content, str) else content
    dump = SqlDump("dump.sql", dialect or detect_dialect(content.decode(errors="replace")))
    tables: dict[str, list[DumpRecord]] = {}
    for section in dump.read_sections(io.BufferedReader(io.BytesIO(content))):
        records = tables.setdefault(section.table, [])
        records += section.read(section.names, len(records) + 1)
    return tables


def small_windows(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let dumps be read a few bytes at a time, so that windows end anywhere."""
    monkeypatch.setattr(sql_buffer, "_CHUNK_SIZE", size)
