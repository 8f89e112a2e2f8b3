"""The tables of rulings that were written into files: which there are, how far each has come, and what became of those that are gone.

A file is noted before the first comment is written into it, so that a comment can be forgotten in all files, those of killed exports too.
"""

import socket
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, text, update

from service.store.database.database import Database
from service.store.schema.tables import stored_files, tombstones

__all__ = [
    "FileState",
    "FinishedTable",
    "StoredFile",
    "StoredFiles",
    "TableKind",
    "host_name",
    "list_files",
    "lock_files",
    "set_state",
    "settle_file",
    "write_tombstones",
]

# Any number will do, as long as nobody else locks it: the first eight bytes of "tipstaff", and two more than the lock of migrations.
_LOCK = int.from_bytes(b"tipstaff") + 2


class TableKind(StrEnum):
    """What a file holds."""

    SNAPSHOT = "snapshot"
    """The rulings in force that teach something."""
    LOG = "log"
    """All acts."""


class FileState(StrEnum):
    """How far a file has come."""

    WRITING = "writing"
    """It is being written, or its writer was killed."""
    CANCELLED = "cancelled"
    """It is being written, and a comment in it was forgotten meanwhile: it will be given up."""
    SETTLED = "settled"
    """It is complete, and only has to get its name."""
    STORED = "stored"
    """It is there."""
    DOOMED = "doomed"
    """Another file has taken its place, and it only has to be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A table of rulings in a file.

    Attributes:
        number: its number in the database.
        kind: what it holds.
        state: how far it has come.
        host: the name of the machine on which it was written.
        part: the file into which it is written; None once it has its name.
        path: the file; None until it is complete.
        sha256: the hash of its bytes; None until it is complete.
        rows: the number of its rows; None until it is complete.
        created_at: when its writing began, in UTC.
    """

    number: int
    kind: TableKind
    state: FileState
    host: str
    part: Path | None
    path: Path | None
    sha256: str | None
    rows: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedTable:
    """A complete table that is about to get its name.

    Attributes:
        number: the number of its file in the database.
        path: the name that it gets.
        sha256: the hash of its bytes.
        rows: the number of its rows.
    """

    number: int
    path: Path
    sha256: str
    rows: int


class StoredFiles:
    """The files in a database, and the tombstones of those that are gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """The database."""
        return self._database

    @contextmanager
    def _write_transaction(self) -> Iterator[Connection]:
        with self._database.write_transaction() as connection:
            lock_files(connection)
            yield connection

    def begin(self, kind: TableKind, part: Path) -> int:
        """Note a file that is about to be written, and return its number.

        Args:
            kind: what it will hold.
            part: the file into which it will be written; not there yet.

        Raises:
            StoreError: the database cannot be written.
        """
        values = {"kind": kind.value, "state": FileState.WRITING.value, "host": host_name(), "part": str(part)}
        with self._write_transaction() as connection:
            result = connection.execute(insert(stored_files).values(values | {"created_at": self._database.now()}))
            return int(result.inserted_primary_key[0])  # type: ignore[index]

    def settle(self, table: FinishedTable) -> bool:
        """Note that a file is complete; return False if it was cancelled.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._write_transaction() as connection:
            return settle_file(connection, table)

    def mark_stored(self, file: StoredFile) -> None:
        """Note that a file has its name; the same content at the same place is noted once.

        Nothing changes if another process was quicker: if the file is not in the list any more, because a later one took its place there,
        or if it is to be deleted.

        Raises:
            StoreError: the database cannot be written.
        """
        is_complete = stored_files.c.state.in_([FileState.SETTLED.value, FileState.STORED.value])
        same_place = (stored_files.c.path == str(file.path), stored_files.c.state == FileState.STORED.value)
        with self._write_transaction() as connection:
            values = {"state": FileState.STORED.value, "part": None}
            if connection.execute(update(stored_files).where(stored_files.c.id == file.number, is_complete).values(values)).rowcount:
                connection.execute(delete(stored_files).where(*same_place, stored_files.c.id != file.number))

    def move(self, file: StoredFile, path: Path) -> None:
        """Note that a file lies elsewhere now.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._write_transaction() as connection:
            values = {"path": str(path), "host": host_name()}
            connection.execute(update(stored_files).where(stored_files.c.id == file.number).values(values))

    def remove(self, numbers: Collection[int]) -> None:
        """Remove files from the list.

        Raises:
            StoreError: the database cannot be written.
        """
        with self._write_transaction() as connection:
            connection.execute(delete(stored_files).where(stored_files.c.id.in_(list(numbers))))

    def list(self) -> list[StoredFile]:
        """Return all files, in the order in which they were begun.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            return list_files(connection)

    def tombstones(self) -> dict[str, str | None]:
        """Return the hash of each file that was written anew without some comment → that of the file in its place, None if there is none.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.read_transaction() as connection:
            rows = connection.execute(select(tombstones).order_by(tombstones.c.created_at, tombstones.c.old_sha256))
            return {row.old_sha256: row.new_sha256 for row in rows}


def host_name() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def lock_files(connection: Connection) -> None:
    """Let no other transaction change the list of files until this one ends; SQLite has one that writes at a time in any case."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def list_files(connection: Connection) -> list[StoredFile]:
    """Return all files as a transaction sees them."""
    return [_stored_file(row) for row in connection.execute(select(stored_files).order_by(stored_files.c.id))]


def settle_file(connection: Connection, table: FinishedTable) -> bool:
    """Note in a transaction that a file is complete; return False if it was cancelled."""
    values = {"state": FileState.SETTLED.value, "path": str(table.path), "sha256": table.sha256, "rows": table.rows}
    is_mine = (stored_files.c.id == table.number, stored_files.c.state == FileState.WRITING.value)
    return connection.execute(update(stored_files).where(*is_mine).values(values)).rowcount == 1


def set_state(connection: Connection, numbers: Iterable[int], state: FileState) -> None:
    """Change the state of files in a transaction."""
    connection.execute(update(stored_files).where(stored_files.c.id.in_(list(numbers))).values(state=state.value))


def write_tombstones(connection: Connection, successors: Mapping[str, str | None], *, now: datetime) -> None:
    """Keep in a transaction which file took the place of which; what was kept before about the same file stays.

    Args:
        connection: a connection of a transaction that writes.
        successors: hash of a file that is gone → hash of the file in its place; None if there is none.
        now: the time, in UTC.
    """
    known = set(connection.execute(select(tombstones.c.old_sha256).where(tombstones.c.old_sha256.in_(list(successors)))).scalars())
    values = [{"old_sha256": old, "new_sha256": new, "created_at": now} for old, new in successors.items() if old not in known]
    if values:
        connection.execute(insert(tombstones), values)


def _stored_file(row: Row[Any]) -> StoredFile:
    return StoredFile(
        number=row.id,
        kind=TableKind(row.kind),
        state=FileState(row.state),
        host=row.host,
        part=Path(row.part) if row.part is not None else None,
        path=Path(row.path) if row.path is not None else None,
        sha256=row.sha256,
        rows=row.rows,
        created_at=row.created_at,
    )
