"""What a database's failure means for whoever runs it, in one line without a value from a statement."""

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from model.errors import StoreError

__all__ = ["explained"]

_SQLITE = {
    "SQLITE_FULL": "cannot be written, the disk is full: free some space",
    "SQLITE_IOERR": "cannot be read or written: check the disk, its free space and the limits of this process",
    "SQLITE_BUSY": "is held by another process for too long: see what else has it open",
    "SQLITE_LOCKED": "is held by another process for too long: see what else has it open",
    "SQLITE_READONLY": "cannot be written: check who owns it, and that its file system is not read-only",
    "SQLITE_CANTOPEN": "cannot be opened: check that its folder is there and who owns it",
    "SQLITE_PERM": "cannot be opened: check who owns it",
    "SQLITE_NOTADB": "is no SQLite database: move the file away to start anew, or restore a backup",
    "SQLITE_CORRUPT": "is damaged: restore a backup, or see what `sqlite3 FILE .recover` can save",
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "53100": "cannot be written, its disk is full: free some space",
    "25006": "is read-only: name the primary server",
    "42501": "refuses: grant this user the right to create, read and write tables in its schema",
}
# Messages of these classes may quote a value.
_QUOTING = ("22", "23")


def explained(error: Exception, *, name: str, secret: object = None) -> StoreError:
    """Turn what SQLAlchemy or a driver raised into a StoreError.

    Args:
        error: what was raised.
        name: of the database.
        secret: never part of the message.
    """
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    what = "takes no more calls at a time: try again" if isinstance(cause, PoolTimeout) else _what(cause)
    if secret:
        what = what.replace(str(secret), "***")
    return StoreError(f"the database {name} {what}")


def _what(cause: Any) -> str:
    if code := getattr(cause, "sqlite_errorname", None):
        short = "_".join(code.split("_")[:2])
        return _SQLITE.get(short, f"failed ({code})")
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # No server answered: the driver says which it tried, and why it was refused. SQLAlchemy's own errors may hold values.
        is_driver = type(cause).__module__.partition(".")[0] == "psycopg"
        return f"cannot be reached: {' '.join(str(cause).split())}" if is_driver else f"failed ({type(cause).__name__})"
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    said = "" if state.startswith(_QUOTING) else f": {cause.diag.message_primary}"
    return f"failed (SQLSTATE {state}{said})"
