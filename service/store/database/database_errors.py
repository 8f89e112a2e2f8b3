"""What the failure of a database means for its operator, in one line that holds no value of a statement."""

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from model.errors import StoreError

__all__ = ["as_store_error"]

_SQLITE_ADVICE = {
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
_POSTGRESQL_ADVICE = {
    "53100": "cannot be written, its disk is full: free some space",
    "25006": "is read-only: name the primary server",
    "42P01": "lacks its tables: name the database that has them, or restore a backup",
    "42501": "refuses: grant this user the right to create, read and write tables in its schema",
}
# The classes of SQLSTATE for data and constraints, whose messages may quote a value.
_QUOTING_CLASSES = ("22", "23")


def as_store_error(error: Exception, *, name: str, secret: object = None) -> StoreError:
    """Return the StoreError for what SQLAlchemy or a driver raised.

    Args:
        error: the error of SQLAlchemy or the driver.
        name: the name of the database.
        secret: a text that the message must not hold, such as the password.
    """
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    description = "takes no more calls at a time: try again" if isinstance(cause, PoolTimeout) else _describe(cause)
    if secret:
        description = description.replace(str(secret), "***")
    return StoreError(f"the database {name} {description}")


def _describe(cause: Any) -> str:
    if code := getattr(cause, "sqlite_errorname", None):
        # Extended codes such as SQLITE_IOERR_WRITE begin with the primary code.
        primary_code = "_".join(code.split("_")[:2])
        return _SQLITE_ADVICE.get(primary_code, f"failed ({code})")
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # No server answered. The driver's message names the server and the reason; a message of SQLAlchemy itself may hold values.
        is_driver = type(cause).__module__.partition(".")[0] == "psycopg"
        return f"cannot be reached: {' '.join(str(cause).split())}" if is_driver else f"failed ({type(cause).__name__})"
    if state in _POSTGRESQL_ADVICE:
        return _POSTGRESQL_ADVICE[state]
    message = "" if state.startswith(_QUOTING_CLASSES) else f": {cause.diag.message_primary}"
    return f"failed (SQLSTATE {state}{message})"
