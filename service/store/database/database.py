"""One database, SQLite or another, as a value: its transactions, whose failures are one clear line each."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from model.errors import StoreError
from service.store.database.database_errors import as_store_error
from service.store.database.database_file import DatabaseFile
from service.store.database.keys_mark import KeysMark

__all__ = ["READ_ONLY_ADVICE", "Clock", "Database", "begin_sqlite", "insert_once", "utc_now"]

Clock = Callable[[], datetime]
"""Returns the time, in UTC."""

READ_ONLY_ADVICE = "cannot be written: its folder or file system is read-only"
"""What is wrong with a database that can only be read."""

# The option of a connection that holds the statement with which its transactions begin.
_BEGIN_OPTION = "tipstaff_begin"


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


class Database:
    """An open database. Threads may share it; processes may not.

    Attributes:
        engine: SQLAlchemy's engine.
        name: the name for messages; it holds no secret.
        mark: says that keys were made, even if the database is lost.
        now: returns the time, in UTC.
        is_writable: whether anything can be stored.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        name: str,
        mark: KeysMark,
        clock: Clock = utc_now,
        file: DatabaseFile | None = None,
        is_writable: bool = True,
    ) -> None:
        self.engine = engine
        self.name = name
        self.mark = mark
        self.now = clock
        self.is_writable = is_writable
        self._file = file

    @contextmanager
    def read_transaction(self) -> Iterator[Connection]:
        """Provide a connection for queries.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """Provide a connection for changes: all of them are stored when the block ends, or none if it raises.

        Raises:
            StoreError: the database cannot be written; nothing is stored.
        """
        if not self.is_writable:
            raise StoreError(f"the database {self.name} {READ_ONLY_ADVICE}")
        # A SQLite transaction that reads first and writes later fails at once if another wrote in between, unless it says when it
        # begins that it will write: https://www.sqlite.org/lang_transaction.html#immediate
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection
        # What went into a file that was removed meanwhile is not stored.
        self.check_file()

    def check_file(self) -> None:
        """Make sure that the file of the database is still the one that is open; other databases than SQLite have none.

        Raises:
            StoreError: it was removed, replaced or cut off.
        """
        if self._file is not None:
            self._file.check()

    @contextmanager
    def _transaction(self, statement: str) -> Iterator[Connection]:
        self.check_file()
        with self._translate_errors(), self.engine.connect() as connection:
            connection = connection.execution_options(**{_BEGIN_OPTION: statement})
            with connection.begin():
                yield connection

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            # Without its cause, whose message may hold what was to be written.
            raise as_store_error(error, name=self.name, secret=self.engine.url.password) from None

    def checkpoint(self) -> None:
        """Move what SQLite's log still holds into the file and empty the log; other databases have nothing to do. Never waits for readers.

        Raises:
            StoreError: the database cannot be written.
        """
        if self.engine.dialect.name == "sqlite":
            self.check_file()
            # On the bare connection, since a checkpoint cannot run in a transaction.
            with self._translate_errors(), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def disk_files(self) -> list[Path]:
        """Return the files of SQLite that are there: the database and its logs; other databases have none that can be read."""
        if self._file is None:
            return []
        path = self._file.path
        return [file for file in (path, *(path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-journal"))) if file.exists()]

    def free_deleted(self) -> None:
        """Give the room of deleted rows free where the database keeps them (PostgreSQL); SQLite has overwritten them already.

        Raises:
            StoreError: the database cannot be written.
        """
        if self.engine.dialect.name == "postgresql":
            with self._translate_errors(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, unless there is one with the same ``idempotency``, however many do so at the same moment.

    Args:
        connection: a connection of a transaction that writes.
        table: a table with a unique column ``idempotency``.
        values: the values of the row, by column.
    """
    # A savepoint would do everywhere, but SQLite drops it when the disk is full, and would then complain of the missing savepoint.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        connection.execute(sqlite.insert(table).values(values).on_conflict_do_nothing(index_elements=["idempotency"]))
    elif connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        connection.execute(postgresql.insert(table).values(values).on_conflict_do_nothing(index_elements=["idempotency"]))
    else:
        try:
            with connection.begin_nested():
                connection.execute(table.insert().values(values))
        except IntegrityError:
            query = table.select().where(table.c.idempotency == values["idempotency"])
            if connection.execute(query).first() is None:
                raise


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction as its connection says, where SQLite's driver would not."""
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN_OPTION])
