"""Tables in a dump of a database: statement by statement, with the rows of each as a stream."""

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from service.batch.input.formats.sql.copy_rows import CopyRows
from service.batch.input.formats.sql.insert_rows import InsertRows
from service.batch.input.formats.sql.sql_buffer import SqlBuffer
from service.batch.input.formats.sql.sql_dialect import SqlDialect, declared_encoding
from service.batch.input.formats.sql.sql_literals import LiteralReader
from service.batch.input.formats.sql.sql_schema import (
    NAME,
    QUALIFIED_NAME,
    TableSchema,
    parse_column_list,
    parse_create_table,
    parse_table_name,
)
from service.batch.input.formats.sql.sql_skipping import SqlSkipper
from service.batch.input.records import DumpRecord
from training.tables.columnar.record_batches import require_few_columns

__all__ = ["SqlDump", "SqlSection"]

_MAX_HEADER = 1 << 20
"""The longest beginning of a statement in bytes: a table has ten thousand columns at most."""
_MAX_TABLES = 100_000
_SETTING_LENGTH = 300
_USUAL_HEADER = 1 << 13
_TITLE = re.compile(rb"^-- (?:MySQL dump|MariaDB dump|PostgreSQL database dump$)", re.MULTILINE)
_LAST_LINE = re.compile(rb"-- Dump completed|dump complete|^\\unrestrict", re.MULTILINE)
_COLUMN_LIST = rb"\(\s*+" + NAME + rb"(?:\s*+,\s*+" + NAME + rb")*+\s*+\)"
_INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)\s+)*(?:INTO\s+)?(" + QUALIFIED_NAME + rb")\s*+("
    + _COLUMN_LIST + rb")?+\s*+(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES?\s*+(?=\()",
    re.IGNORECASE,
)  # fmt: skip
_COPY = re.compile(rb"COPY\s+(" + QUALIFIED_NAME + rb")\s*+(" + _COLUMN_LIST + rb")?+\s*+FROM\s+stdin\s*;[ \t]*\r?\n", re.IGNORECASE)
_ROWS_BEGIN = re.compile(rb"(INSERT|REPLACE|COPY)\s", re.IGNORECASE)
_UNREADABLE_INSERT = re.compile(rb"(?:INSERT|REPLACE)\s+(?:\w+\s+)*?INTO\s+(" + QUALIFIED_NAME + rb")", re.IGNORECASE)
_CREATE = re.compile(rb"CREATE\s+(?:\w+\s+)*?TABLE\s", re.IGNORECASE)
_USE = re.compile(rb"(?:USE\s+|\\connect\s+(?:-\S+\s+)*)(" + NAME + rb")", re.IGNORECASE)
_STANDARD_STRINGS_OFF = re.compile(rb"SET\s+standard_conforming_strings\s*=\s*off", re.IGNORECASE)
_DELIMITER = re.compile(rb"DELIMITER[ \t]+(\S+)[^\n]*\n?", re.IGNORECASE)


class RowSource(Protocol):
    """The rows of a statement."""

    def count_cells(self) -> int: ...

    def read(self, names: Sequence[str], wanted: Sequence[str], first: int) -> Iterator[DumpRecord]: ...

    def skip(self) -> bool: ...


@dataclass
class SqlSection:
    """Consecutive rows of one table; those that are not read are passed over.

    Attributes:
        table: the name of the table.
        names: the names of the cells of its rows.
    """

    table: str
    names: tuple[str, ...]
    _rows: RowSource

    def read(self, wanted: Sequence[str], first: int) -> Iterator[DumpRecord]:
        """Read the rows; another call goes on where the last was left.

        Args:
            wanted: the names of the cells that are needed.
            first: the number of the first row.
        """
        return self._rows.read(self.names, wanted, first)

    def skip(self) -> bool:
        """Move behind the rows that are left; False if the dump ends within them."""
        return self._rows.skip()


@dataclass
class SqlDump:
    """A dump that is being read.

    Attributes:
        name: the name of the file in messages.
        dialect: the dialect of the dump.
        schemas: the tables that have been created so far.
        cut_table: the table within whose rows, which nobody wanted, the dump ends; None if it does not.
        lacks_last_line: whether the dump has been read to an end that is not as its program ends dumps.
        unread_statements: how many statements, by their table, write rows in a way that is not read.
    """

    name: str
    dialect: SqlDialect
    schemas: dict[str, TableSchema] = field(default_factory=dict)
    cut_table: str | None = None
    lacks_last_line: bool = False
    unread_statements: dict[str, int] = field(default_factory=dict)
    _literals: LiteralReader | None = None
    _listed_names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def used_encoding(self) -> str | None:
        """The encoding in which texts were read that are not UTF-8; None if all are."""
        return None if self._literals is None else self._literals.used_encoding

    def read_sections(self, stream: io.BufferedReader, *, fallback_encoding: str = "") -> Iterator[SqlSection]:
        """Yield the sections of the dump, one after another; what is left of a section is passed over when the next is requested.

        Args:
            stream: the dump.
            fallback_encoding: the codec of texts that are not UTF-8, as long as the dump declares none; empty if they are refused.

        Raises:
            UnsafeFileError: a table has more columns than any has, or there are more tables than any database has.
        """
        buffer = SqlBuffer(stream)
        self._literals = LiteralReader(self.dialect)
        self._literals.encoding = fallback_encoding
        skipper = SqlSkipper(buffer, self.dialect)
        database = ""
        buffer.require(len(codecs.BOM_UTF8))
        buffer.at += len(codecs.BOM_UTF8) * buffer.data.startswith(codecs.BOM_UTF8)
        while True:
            skipper.skip_blanks()
            buffer.require(_USUAL_HEADER)
            if not buffer.waiting:
                self.lacks_last_line = _TITLE.search(buffer.beginning) is not None and not _LAST_LINE.search(buffer.ending)
                return
            section = self._open_section(buffer, skipper, database)
            if section is not None:
                require_few_columns(len(section.names), self.name)
                yield section
                if not section.skip():
                    self.cut_table = section.table
                continue
            statement = buffer.data[buffer.at : buffer.at + _SETTING_LENGTH]
            # Scripts of SQL Server name their database at the beginning, and hold no other.
            if (use := _USE.match(statement)) is not None and not self.dialect.has_batches:
                database = parse_table_name(use.group(1))
            if _STANDARD_STRINGS_OFF.match(statement):
                skipper = self._change_dialect(buffer)
            self._pass_statement(buffer, skipper, statement, database)

    def _change_dialect(self, buffer: SqlBuffer) -> SqlSkipper:
        """Let backslashes escape from here on, as PostgreSQL's did before version 9.1."""
        encoding = self._literals.encoding if self._literals is not None else ""
        self.dialect = SqlDialect(escapes=True, has_hash_comments=False, has_dollar_quotes=True)
        self._literals = LiteralReader(self.dialect)
        self._literals.encoding = encoding
        return SqlSkipper(buffer, self.dialect)

    def _open_section(self, buffer: SqlBuffer, skipper: SqlSkipper, database: str) -> SqlSection | None:
        """Return the section that begins at the position, if one does, and move to its first row."""
        statement = _ROWS_BEGIN.match(buffer.data, buffer.at)
        if statement is None or self._literals is None:
            return None
        pattern = _COPY if statement.group(1).upper() == b"COPY" else _INSERT
        match = pattern.match(buffer.data, buffer.at)
        if match is None and buffer.waiting < _MAX_HEADER:
            buffer.require(_MAX_HEADER)
            match = pattern.match(buffer.data, buffer.at)
        if match is None:
            return None
        table, header = parse_table_name(match.group(1), database), match.group()
        columns: bytes | None = match.group(2)
        buffer.at = match.end()
        rows: RowSource
        if pattern is _COPY:
            rows = CopyRows(buffer, self._literals)
        else:
            rows = InsertRows(buffer, self.dialect, skipper, literals=self._literals, header=header)
        return SqlSection(table, self._names(table, columns, rows), rows)

    def _names(self, table: str, columns: bytes | None, rows: RowSource) -> tuple[str, ...]:
        if columns is not None:
            names = parse_column_list(columns)
            if len(self._listed_names) < _MAX_TABLES:
                self._listed_names[table] = names
            return names
        listed = self._listed_names.get(table, ())
        if listed and table not in self.schemas and rows.count_cells() in {0, len(listed)}:
            return listed
        schema = self.schemas.get(table) or TableSchema(table, (), ())
        return schema.names_of(rows.count_cells() or len(schema.columns))

    def _pass_statement(self, buffer: SqlBuffer, skipper: SqlSkipper, statement: bytes, database: str) -> None:
        """Pass over a statement without rows, and take note of what it says about those that follow."""
        encoding = declared_encoding(statement.partition(b";")[0]) if b"SET" in statement[:20].upper() else None
        if encoding is not None and self._literals is not None:
            self._literals.encoding = encoding
        delimiter = _DELIMITER.match(statement)
        if statement[:2] == b"/*":
            buffer.at += 2
            buffer.skip_past(b"*/")
        elif delimiter is not None and delimiter.group(1) != b";":
            # Triggers and procedures, whose statements write no rows now.
            buffer.skip_past(b"\nDELIMITER ;")
        elif delimiter is not None or statement[:1] == b"\\" or re.match(rb"GO\b", statement, re.IGNORECASE):
            buffer.skip_past(b"\n")
        elif _CREATE.match(statement):
            self._note_table(buffer, skipper, database)
        else:
            if (insert := _UNREADABLE_INSERT.match(statement)) is not None:
                table = parse_table_name(insert.group(1), database)
                self.unread_statements[table] = self.unread_statements.get(table, 0) + 1
            skipper.skip_statement()

    def _note_table(self, buffer: SqlBuffer, skipper: SqlSkipper, database: str) -> None:
        """Read a statement that creates a table."""
        buffer.require(_MAX_HEADER)
        schema = parse_create_table(buffer.data, buffer.at, database)
        skipper.skip_statement()
        if schema is not None:
            require_few_columns(len(schema.columns), self.name)
            if len(self.schemas) < _MAX_TABLES:
                self.schemas[schema.name] = schema
