"""A store where nothing can be written: a service that only judges needs no more."""

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from model.errors import StoreError
from service.store.database.database import Database, begin_sqlite
from service.store.database.keys_mark import KeysMark
from service.store.database.open_database import database_url, file_path, lost_store_error
from service.store.schema.migrate import read_revision
from service.store.schema.tables import REVISION, metadata
from service.store.schema.views import create_views

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["is_read_only", "open_read_only"]


def is_read_only(settings: "Settings") -> bool:
    """Return whether the database is a file of SQLite that this process can neither write nor create.

    Raises:
        SettingsError: the URL of the database is wrong.
    """
    url = database_url(settings)
    if url.get_backend_name() != "sqlite":
        return False
    path = file_path(url)
    try:
        if path.exists():
            # SQLite has to create other files beside it.
            return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK))
        folder = next(folder for folder in path.absolute().parents if folder.exists())
    except OSError:
        # What is there cannot be known, keys perhaps.
        return False
    return folder.is_dir() and os.access(folder, os.X_OK) and not os.access(folder, os.W_OK)


def open_read_only(settings: "Settings") -> Database:
    """Open the database of settings for which `is_read_only` holds. If it has never been made, an empty one in memory takes its place.

    Raises:
        LostStoreError: keys were made, and the file is gone or empty.
        StoreError: it has no tables that this Tipstaff knows.
    """
    path = file_path(database_url(settings))
    mark = KeysMark(settings.data_dir)
    if path.exists() and path.stat().st_size:
        return _open_file(path, mark)
    if mark.exists():
        raise lost_store_error(str(path), mark)
    # One connection that is never closed: with it, the database would end.
    engine = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args={"check_same_thread": False})
    with engine.begin() as connection:
        metadata.create_all(connection)
        create_views(connection)
    return Database(engine, name=str(path), mark=mark, is_writable=False)


def _open_file(path: Path, mark: KeysMark) -> Database:
    def connect() -> sqlite3.Connection:
        # Without a log of changes, which only a service that was killed leaves behind, the file is all there is.
        log = path.with_name(f"{path.name}-wal")
        mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
        return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True, isolation_level=None, check_same_thread=False)

    # A connection for each reading, since the file may be changed by others, whom SQLite does not expect here.
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", begin_sqlite)
    database = Database(engine, name=str(path), mark=mark, is_writable=False)
    if (revision := read_revision(database)) != REVISION:
        raise StoreError(
            f"the database {path} has the tables of another Tipstaff ({revision}), and cannot be written: "
            "start the service once where it can be written, or restore a backup"
        )
    return database
