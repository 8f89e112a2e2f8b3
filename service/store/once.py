"""A row that is kept once, however many insert it at the same moment."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

__all__ = ["insert_once"]


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, unless there is one with its ``idempotency``.

    Args:
        connection: in a transaction that writes.
        table: has a unique column ``idempotency``.
        values: of the row.
    """
    # A savepoint would do everywhere, but SQLite drops it when the disk is full, and what is told then is that it is missing.
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
            found = table.select().where(table.c.idempotency == values["idempotency"])
            if connection.execute(found).first() is None:
                raise
