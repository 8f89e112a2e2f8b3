"""Opens the database that the settings name."""

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from model.errors import LostStoreError, SettingsError
from service.store.database.database import Clock, Database, begin_sqlite, utc_now
from service.store.database.database_file import DatabaseFile
from service.store.database.keys_mark import KeysMark

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["database_url", "file_path", "lost_store_error", "open_database"]

_FILE_NAME = "tipstaff.db"
# Seconds.
_LONGEST_WAIT = 10.0
_BUSY_PAUSE_SECONDS = 0.01
_SETTING = "setting database_url (TIPSTAFF_DATABASE_URL)"
# SQLAlchemy's own choice of a driver has changed between its versions; ours is the one that we install and test.
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def open_database(settings: "Settings", *, clock: Clock = utc_now, wait: float = _LONGEST_WAIT) -> Database:
    """Open the database that the settings name. A file of SQLite and its folder are created if necessary, for this user alone.

    Args:
        settings: name the folder of the data, or the URL of the database.
        clock: returns the time, in UTC.
        wait: for how many seconds a call waits while another process or transaction holds what it needs.

    Raises:
        SettingsError: the URL is wrong, its driver is missing, or the folder cannot be created.
        LostStoreError: keys were made, and the file is gone or empty.
    """
    url = database_url(settings)
    backend = url.get_backend_name()
    name = url.set(query={}).render_as_string(hide_password=True)
    mark = KeysMark(settings.data_dir)
    file = None
    if backend == "sqlite":
        path = file_path(url)
        if mark.exists() and not (path.exists() and path.stat().st_size):
            raise lost_store_error(str(path), mark)
        _create_private_file(path)
        name, file = str(path), DatabaseFile(path)
    options: dict[str, Any] = {"connect_args": _wait_options(wait)[backend]} if backend in _wait_options(wait) else {}
    try:
        # The parameters of a statement, one of which may be a comment, never become part of a message.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=backend != "sqlite", **options)
    except (NoSuchModuleError, ImportError) as error:
        driver = getattr(error, "name", None) or url.drivername
        raise SettingsError(
            f"{_SETTING}: {driver} is not installed: for PostgreSQL install tipstaff[postgresql], or choose another database"
        ) from None
    if file is not None:
        _listen_to_sqlite(engine, file, wait=wait)
    elif backend == "postgresql":
        event.listen(engine, "connect", partial(_limit_locks, wait=wait))
    return Database(engine, name=name, mark=mark, clock=clock, file=file)


def lost_store_error(name: str, mark: KeysMark) -> LostStoreError:
    """Return the error for a database that held keys and does not any more."""
    return LostStoreError(
        f"the database {name} is gone or empty, but keys were made for this service, as {mark.path} says: "
        "restore the database, or remove that file to start anew without keys"
    )


def _wait_options(wait: float) -> Mapping[str, dict[str, Any]]:
    """Return the drivers' options for the longest wait, by the kind of database."""
    # A server that has vanished from the network would otherwise be waited for until the system gives up, which takes minutes.
    return {
        "sqlite": {"timeout": wait},
        "postgresql": {"connect_timeout": max(2, ceil(wait)), "tcp_user_timeout": round(1000 * max(2.0, wait))},
    }


def _limit_locks(connection: Any, _record: object, *, wait: float) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"SET lock_timeout = {round(1000 * wait)}")
    connection.commit()


def _listen_to_sqlite(engine: Engine, file: DatabaseFile, *, wait: float) -> None:
    def prepare(connection: Any, _record: object) -> None:
        _prepare_sqlite(connection, wait=wait)
        file.note_opened()

    def note_closed(_connection: object, _record: object) -> None:
        file.note_closed()

    event.listen(engine, "connect", prepare)
    event.listen(engine, "close", note_closed)
    event.listen(engine, "begin", begin_sqlite)


def database_url(settings: "Settings") -> URL:
    """Return the URL of the database that the settings name.

    Raises:
        SettingsError: it is none.
    """
    if settings.database_url is None:
        return URL.create("sqlite", database=str(settings.data_dir / _FILE_NAME))
    try:
        url = make_url(settings.database_url.get_secret_value())
    except (ArgumentError, ValueError):
        # Without its cause, which quotes the URL with the password in it.
        raise SettingsError(f"{_SETTING}: this is no database URL, such as postgresql://user:password@host/tipstaff") from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def file_path(url: URL) -> Path:
    """Return the file of an SQLite database.

    Raises:
        SettingsError: the URL names none.
    """
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


def _prepare_sqlite(connection: Any, *, wait: float) -> None:
    # Otherwise Python itself would begin transactions, later than we say, and would end them at changes of tables.
    connection.isolation_level = None
    deadline = time.monotonic() + wait
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
    # SQLite opens its log with the first look into the database.
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
