"""The failure of a database is described in one line that holds no value of a statement and no password."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from model.errors import StoreError, TipstaffError
from service.store.database.database_errors import as_store_error

SECRET = "xyzzy-plugh"


class ServerError(Exception):
    """An error with the attributes of those of psycopg."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.message_primary = message

    @property
    def diag(self) -> "ServerError":
        return self


def sqlite_error(code: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(f"near {SECRET}")
    error.sqlite_errorname = code
    return error


@pytest.mark.parametrize(
    ("error", "description"),
    [
        (sqlite_error("SQLITE_FULL"), "the disk is full"),
        (sqlite_error("SQLITE_IOERR_WRITE"), "check the disk"),
        (sqlite_error("SQLITE_BUSY_SNAPSHOT"), "held by another process"),
        (sqlite_error("SQLITE_ERROR"), r"failed \(SQLITE_ERROR\)"),
        (ServerError("53100", SECRET), "its disk is full"),
        (ServerError("23505", f"duplicate {SECRET}"), r"failed \(SQLSTATE 23505\)"),
        (ServerError("3D000", "no such database"), r"failed \(SQLSTATE 3D000: no such database\)"),
        (ValueError(SECRET), r"failed \(ValueError\)"),
        (PoolTimeout(SECRET), "takes no more calls at a time"),
    ],
)
def test_failure_is_described(error: Exception, description: str) -> None:
    """Each kind of failure has its line, which names the database and holds nothing that may be a value."""
    failure = as_store_error(error, name="forum")
    of_statement = as_store_error(DBAPIError("INSERT", {"text": SECRET}, error), name="forum")

    for each in (failure, of_statement):
        assert isinstance(each, StoreError)
        assert isinstance(each, TipstaffError)
        assert each.args == failure.args
    assert str(failure).startswith("the database forum ")
    with pytest.raises(StoreError, match=description):
        raise failure
    assert SECRET not in str(failure)


def test_password_is_hidden() -> None:
    """A message of the server that quotes the password shows asterisks in its place."""
    error = IntegrityError("SELECT", {}, ServerError("28P01", f"wrong password {SECRET}"))

    assert str(as_store_error(error, name="forum", secret=SECRET)) == "the database forum failed (SQLSTATE 28P01: wrong password ***)"
