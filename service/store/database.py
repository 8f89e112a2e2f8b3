"""One database, SQLite or another, as a value: transactions in which whatever goes wrong is one clear line."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from model.errors import SettingsError
from service.store.failures import explained

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Clock", "Database", "open_database", "utc_now"]

Clock = Callable[[], datetime]

FILE = "tipstaff.db"
_BUSY_SECONDS = 10
_VARIABLE = "setting database_url (TIPSTAFF_DATABASE_URL)"
# SQLAlchemy's own choice of driver has changed with its versions; ours is one that we install and test.
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_BEGIN = "tipstaff_begin"


def utc_now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


class Database:
    """An open database; to be shared by threads, not by processes.

    Attributes:
        engine: SQLAlchemy's.
        name: for messages; holds no secret.
        now: tells the time, UTC.
    """

    def __init__(self, engine: Engine, *, name: str, clock: Clock = utc_now) -> None:
        self.engine = engine
        self.name = name
        self.now = clock

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for queries.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept, all of them, once the block ends, and none of them if it raises.

        Raises:
            StoreError: the database cannot be written; nothing is kept.
        """
        # A SQLite transaction that reads first and writes later fails at once if another wrote in between; it has to say so
        # when it begins: https://www.sqlite.org/lang_transaction.html#immediate
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self._explaining(), self.engine.connect() as connection:
            connection = connection.execution_options(**{_BEGIN: begin})
            with connection.begin():
                yield connection

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            # Without its cause, whose message may hold what was to be written.
            raise explained(error, name=self.name, secret=self.engine.url.password) from None

    def checkpoint(self) -> None:
        """Bring what SQLite's log still holds into the file and empty the log; nothing elsewhere. Whoever reads is not waited for.

        Raises:
            StoreError: the database cannot be written.
        """
        if self.engine.dialect.name == "sqlite":
            # Which a transaction would not allow.
            with self._explaining(), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.engine.dispose()


def open_database(settings: "Settings", *, clock: Clock = utc_now) -> Database:
    """Open the database that the settings name; SQLite's file and its folder are made if need be, for this user alone.

    Args:
        settings: the folder of the data, or the URL.
        clock: tells the time, UTC.

    Raises:
        SettingsError: the URL is wrong, its driver is missing, or the folder cannot be made.
    """
    url = _url(settings)
    name = url.set(query={}).render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite":
        path = _file(url)
        _make(path)
        name = str(path)
    seconds = {"sqlite": "timeout", "postgresql": "connect_timeout"}.get(url.get_backend_name())
    options: dict[str, Any] = {"connect_args": {seconds: _BUSY_SECONDS}} if seconds else {}
    try:
        # The values of a statement, which may be a comment, never become part of a message.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=url.get_backend_name() != "sqlite", **options)
    except (NoSuchModuleError, ImportError) as error:
        missing = getattr(error, "name", None) or url.drivername
        raise SettingsError(
            f"{_VARIABLE}: {missing} is not installed: for PostgreSQL install tipstaff[postgresql], or choose another database"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return Database(engine, name=name, clock=clock)


def _url(settings: "Settings") -> URL:
    if settings.database_url is None:
        return URL.create("sqlite", database=str(settings.data_dir / FILE))
    try:
        url = make_url(settings.database_url.get_secret_value())
    except (ArgumentError, ValueError):
        # Not even its cause is shown: it quotes the URL with the password in it.
        raise SettingsError(f"{_VARIABLE}: this is no database URL, such as postgresql://user:password@host/tipstaff") from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SettingsError(f"{_VARIABLE}: SQLite needs a file here, such as sqlite:////srv/tipstaff/tipstaff.db")
    return Path(url.database)


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its other files the mode of this one. Never opened if it is there: to close it would end the locks that
        # this process holds on it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise SettingsError(
            f"cannot keep a database at {path}: {error.strerror or error}: set TIPSTAFF_DATA_DIR to a folder of yours"
        ) from None


def _prepare(connection: Any, _record: object) -> None:
    # Otherwise Python begins transactions itself, later than we say, and ends them around changes of tables.
    connection.isolation_level = None
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            # SQLite does not wait when two processes turn this on at once.
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.01)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN])
