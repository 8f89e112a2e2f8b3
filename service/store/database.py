"""One database, SQLite or another, as a value: its transactions, whose failures are one clear line each."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from model.errors import SettingsError
from service.store.database_errors import as_store_error

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Clock", "Database", "insert_once", "open_database", "utc_now"]

Clock = Callable[[], datetime]
"""Returns the time, in UTC."""

_FILE_NAME = "tipstaff.db"
_BUSY_SECONDS = 10
_BUSY_PAUSE_SECONDS = 0.01
_SETTING = "setting database_url (TIPSTAFF_DATABASE_URL)"
# SQLAlchemy's own choice of a driver has changed between its versions; ours is the one that we install and test.
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
# The drivers' names for the longest wait, in seconds.
_WAIT_OPTIONS = {"sqlite": "timeout", "postgresql": "connect_timeout"}
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
        now: returns the time, in UTC.
    """

    def __init__(self, engine: Engine, *, name: str, clock: Clock = utc_now) -> None:
        self.engine = engine
        self.name = name
        self.now = clock

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
        # A SQLite transaction that reads first and writes later fails at once if another wrote in between, unless it says when it
        # begins that it will write: https://www.sqlite.org/lang_transaction.html#immediate
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, statement: str) -> Iterator[Connection]:
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
            # On the bare connection, since a checkpoint cannot run in a transaction.
            with self._translate_errors(), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

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


def open_database(settings: "Settings", *, clock: Clock = utc_now) -> Database:
    """Open the database that the settings name. A file of SQLite and its folder are created if necessary, for this user alone.

    Args:
        settings: name the folder of the data, or the URL of the database.
        clock: returns the time, in UTC.

    Raises:
        SettingsError: the URL is wrong, its driver is missing, or the folder cannot be created.
    """
    url = _database_url(settings)
    backend = url.get_backend_name()
    name = url.set(query={}).render_as_string(hide_password=True)
    if backend == "sqlite":
        path = _file_path(url)
        _create_private_file(path)
        name = str(path)
    options: dict[str, Any] = {"connect_args": {_WAIT_OPTIONS[backend]: _BUSY_SECONDS}} if backend in _WAIT_OPTIONS else {}
    try:
        # The parameters of a statement, one of which may be a comment, never become part of a message.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=backend != "sqlite", **options)
    except (NoSuchModuleError, ImportError) as error:
        driver = getattr(error, "name", None) or url.drivername
        raise SettingsError(
            f"{_SETTING}: {driver} is not installed: for PostgreSQL install tipstaff[postgresql], or choose another database"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, name=name, clock=clock)


def _database_url(settings: "Settings") -> URL:
    if settings.database_url is None:
        return URL.create("sqlite", database=str(settings.data_dir / _FILE_NAME))
    try:
        url = make_url(settings.database_url.get_secret_value())
    except (ArgumentError, ValueError):
        # Without its cause, which quotes the URL with the password in it.
        raise SettingsError(f"{_SETTING}: this is no database URL, such as postgresql://user:password@host/tipstaff") from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _file_path(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SettingsError(f"{_SETTING}: SQLite needs a file here, such as sqlite:////srv/tipstaff/tipstaff.db")
    return Path(url.database)


def _create_private_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives the files beside this one its mode. A file that exists is never opened: closing it would end the locks that
        # this process holds on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(
            f"cannot keep a database at {path}: {error.strerror or error}: set TIPSTAFF_DATA_DIR to a folder of yours"
        ) from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Otherwise Python itself would begin transactions, later than we say, and would end them at changes of tables.
    connection.isolation_level = None
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            # SQLite does not wait by itself when two processes turn this on at once.
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(_BUSY_PAUSE_SECONDS)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN_OPTION])
