"""Tables of SQLite databases, which may come from anybody: nothing in them is executed, and nothing is written.

Only tables that are stored as such are read, and of these only columns that are stored: no views, no virtual tables, no computed
columns. SQLite itself may do no more than read the table at hand (an authoriser refuses everything else), reads no more than a file
may become, and is stopped where it works on without giving a row.
"""

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from model.errors import DumpError
from service.batch.input.records import DumpRecord, decode_text
from service.batch.rows import MAX_ROW_LENGTH, Reason, value_size
from training.tables.columnar.record_batches import require_few_columns
from training.tables.expansion import ROW_SIZE, ExpansionBudget

__all__ = ["SqliteFile", "SqliteTable"]

_MAX_TABLES = 1000
_MAX_CELL = 1 << 24
"""The longest value in bytes that SQLite hands on; a longer one costs its row."""
_MAX_PROBLEM_LENGTH = 80
_STEPS_PER_CHECK = 100_000
_MAX_SECONDS_PER_ROW = 60.0
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
_LIST_TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY rowid LIMIT ?"
_WITHOUT_ROWID = re.compile(r"\)\s*(?:STRICT\s*,\s*)?WITHOUT\s+ROWID\b", re.IGNORECASE)
_ROWID_NAMES = {"rowid", "_rowid_", "oid"}
_HIDDEN_KINDS = {1, 2, 3}
"""Columns of virtual tables that are not seen, and computed columns, as ``table_xinfo`` marks them."""


@dataclass
class SqliteFile:
    """An open database.

    Args:
        path: the file.
        name: its name in messages.
        budget: what it may become.
        is_private: whether the file is a copy of our own, in a folder of our own, so that SQLite may put into it what its log holds.
    """

    path: str
    name: str
    budget: ExpansionBudget
    is_private: bool = False
    _connection: sqlite3.Connection = field(init=False)
    _deadline: float = field(default=float("inf"), init=False)
    _begun: int = 0
    _tables: int = 1
    _row_share: float = 0.0

    _PRAGMAS: ClassVar[tuple[str, ...]] = (
        "query_only = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        "mmap_size = 0",
        "cache_size = -4096",
    )

    def __post_init__(self) -> None:
        quoted = "".join(
            f"%{byte:02x}" if byte in b"%?#" or byte < 0x20 else chr(byte) for byte in self.path.encode("utf-8", "surrogateescape")
        )
        mode = "rw" if self.is_private else "ro&immutable=1"
        self._connection = sqlite3.connect(f"file:{quoted}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_CELL)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.text_factory = decode_text
        self._connection.set_progress_handler(self._is_late, _STEPS_PER_CHECK)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def share(self) -> float | None:
        """Return the share in [0, 1] of the tables that has been read, the last as far as it has been."""
        return min((max(self._begun - 1, 0) + self._row_share) / self._tables, 1.0)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def list_tables(self) -> list["SqliteTable"]:
        """Return the tables that are stored in the file.

        Raises:
            DumpError: the file is damaged, or no database.
        """
        try:
            self._deadline = time.monotonic() + _MAX_SECONDS_PER_ROW
            for pragma in self._PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
            listed = self._connection.execute(_LIST_TABLES, (_MAX_TABLES,)).fetchall()
            tables: list[SqliteTable] = []
            for table, statement in listed:
                if isinstance(table, str) and "\0" not in table and not table.startswith("sqlite_"):
                    names = self._stored_columns(table)
                    has_rowid = not _WITHOUT_ROWID.search(str(statement)) and not {name.lower() for name in names} >= _ROWID_NAMES
                    tables.append(SqliteTable(self, table, tuple(names), has_rowid=has_rowid, number=len(tables) + 1))
        except (sqlite3.Error, UnicodeError) as error:
            # What SQLite says may quote the file.
            problem = "".join(char if char.isprintable() else " " for char in str(error).partition(" - ")[0][:_MAX_PROBLEM_LENGTH])
            raise DumpError(f"{self.name} is no SQLite database that can be read ({problem}); it may be damaged or encrypted") from error
        self._tables = max(len(tables), 1)
        self._connection.set_authorizer(_authorise)
        return tables

    def _stored_columns(self, table: str) -> list[str]:
        cells = self._connection.execute(f"PRAGMA table_xinfo({_quote_name(table)})").fetchall()
        require_few_columns(len(cells), self.name)
        return [str(name) for _, name, _, _, _, _, hidden in cells if hidden not in _HIDDEN_KINDS]

    def read(self, table: "SqliteTable", wanted: Sequence[str], first: int, after: int | None) -> Iterator[DumpRecord]:
        """Read rows of a table in order.

        Args:
            table: the table.
            wanted: the names of the columns that are needed.
            first: the number of the first row.
            after: the row id behind which reading begins; None is the beginning. Without row ids, how many rows are passed over.
        """
        names = [name for name in table.names if name in set(wanted)]
        if table.number > self._begun:
            self._begun, self._row_share = table.number, 0.0
        largest = self._find_rowid(table, f"ORDER BY {table.rowid} DESC") if table.has_rowid else None
        number, last = first, after
        while True:
            try:
                for rowid, *cells in self._select(table, names, last):
                    table.last = last = rowid
                    self._row_share = rowid / largest if largest and rowid > 0 else 0.0
                    yield self._build_record(number, names, cells)
                    number += 1
                    self._deadline = time.monotonic() + _MAX_SECONDS_PER_ROW
            except (sqlite3.Error, UnicodeError):
                # The row before the one that fails may be lost with it, since it is handed on only when the next has been found.
                table.last, next_cells, reason = self._read_next(table, names, last)
                last = table.last
                yield DumpRecord(number, None, {}, reason) if reason is not None else self._build_record(number, names, next_cells)
                number += 1
                if reason is Reason.DAMAGED:
                    table.is_damaged = True
                    return
            else:
                return

    def _build_record(self, number: int, names: Sequence[str], cells: Sequence[object]) -> DumpRecord:
        fields = dict(zip(names, cells, strict=True))
        size = value_size(fields)
        self.budget.add("rows", size + ROW_SIZE)
        return DumpRecord(number, None, fields, Reason.TOO_LONG if size > 2 * MAX_ROW_LENGTH else None)

    def _read_next(self, table: "SqliteTable", names: Sequence[str], after: int | None) -> tuple[int | None, list[object], Reason | None]:
        """Read one row by itself: its row id and its cells, or the reason why it cannot be read."""
        following = self._find_rowid(table, _behind(table, after)) if table.has_rowid else None
        if following is None:
            return after, [], Reason.DAMAGED
        try:
            columns = ", ".join(map(_quote_name, names)) or "NULL"
            statement = f"SELECT {columns} FROM {_quote_name(table.table)} WHERE {table.rowid} = {following}"  # noqa: S608
            return following, list(self._connection.execute(statement).fetchone() or ()), None
        except (sqlite3.Error, UnicodeError) as error:
            is_too_long = isinstance(error, sqlite3.DataError) or "too big" in str(error)
            return following, [], Reason.TOO_LONG if is_too_long else Reason.DAMAGED

    def _select(self, table: "SqliteTable", names: Sequence[str], after: int | None) -> Iterator[tuple[int, ...]]:
        self._deadline = time.monotonic() + _MAX_SECONDS_PER_ROW
        columns = ", ".join(map(_quote_name, names)) or "NULL"
        source = f"FROM {_quote_name(table.table)}"
        if not table.has_rowid:
            # Without row ids, how many rows have been read takes their place.
            begin = after or 0
            rows = self._connection.execute(f"SELECT {columns} {source} LIMIT -1 OFFSET ?", (begin,))
            yield from ((count, *cells) for count, cells in enumerate(rows, start=begin + 1))
            return
        yield from self._connection.execute(f"SELECT {table.rowid}, {columns} {source} {_behind(table, after)}")

    def _find_rowid(self, table: "SqliteTable", clause: str) -> int | None:
        """Return the first row id of a table that a clause finds; None if it finds none, or the table is damaged."""
        try:
            self._deadline = time.monotonic() + _MAX_SECONDS_PER_ROW
            found = self._connection.execute(f"SELECT {table.rowid} FROM {_quote_name(table.table)} {clause} LIMIT 1").fetchone()  # noqa: S608
        except (sqlite3.Error, UnicodeError):
            return None
        return None if found is None else int(found[0])


@dataclass
class SqliteTable:
    """A table of a database.

    Attributes:
        file: the database.
        table: the name of the table.
        names: the names of its stored columns.
        has_rowid: whether its rows have the numbers that SQLite gives them.
        number: which of the tables it is, counted from 1.
        last: the row id of the last row that was read.
        is_damaged: whether reading had to be given up.
    """

    file: SqliteFile
    table: str
    names: tuple[str, ...]
    has_rowid: bool
    number: int = 1
    last: int | None = None
    is_damaged: bool = False

    @property
    def rowid(self) -> str:
        """The name of the row id that no column of the table has taken for itself."""
        taken = {name.lower() for name in self.names}
        return min(_ROWID_NAMES - taken)

    def read(self, wanted: Sequence[str], first: int) -> Iterator[DumpRecord]:
        """Read the rows; another call goes on where the last was left.

        Args:
            wanted: the names of the columns that are needed.
            first: the number of the first row.
        """
        if self.is_damaged:
            return iter(())
        return self.file.read(self, wanted, first, self.last)


def _behind(table: SqliteTable, after: int | None) -> str:
    """Return the clause for the rows behind a row id, in order."""
    condition = "" if after is None else f"WHERE {table.rowid} > {int(after)} "
    return f"{condition}ORDER BY {table.rowid}"


def _authorise(action: int, _first: str | None, _second: str | None, _database: str | None, _trigger: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
