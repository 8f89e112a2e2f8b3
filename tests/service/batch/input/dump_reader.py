"""Helpers with which tests read a dump, and look at its columns and rows."""

from pathlib import Path
from typing import Any, NamedTuple, Protocol

from service.batch.input.open_dump import open_dump
from service.batch.rows import Columns, DumpOptions, Reason, Row

__all__ = ["DumpContent", "DumpReader", "cells", "read_file", "reasons", "texts"]


class _Content(NamedTuple):
    columns: Columns | None
    rows: list[Row]
    description: str


class DumpContent(_Content):
    """Everything that is read of a dump: columns, rows and description; besides, the remarks that were made about it."""

    remarks: list[str]


class DumpReader(Protocol):
    """Writes bytes into a file and reads it; ``options`` are the fields of ``DumpOptions``."""

    def __call__(self, content: bytes, name: str = "comments", **options: Any) -> DumpContent: ...


def read_file(path: Path | str, **options: Any) -> DumpContent:
    """Read a dump from beginning to end."""
    with open_dump(str(path), DumpOptions(**options)) as dump:
        content = DumpContent(dump.columns, list(dump.rows), dump.description)
        content.remarks = dump.remarks
        return content


def texts(rows: list[Row]) -> list[str | None]:
    """Return the texts of rows."""
    return [row.text for row in rows]


def reasons(rows: list[Row]) -> list[Reason | None]:
    """Return why rows hold no text."""
    return [row.reason for row in rows]


def cells(row: Row) -> tuple[object, ...]:
    """Return id, text, reason, author, parent and time of a row, as samples list them."""
    return (row.id, row.text, row.reason, row.author, row.parent, row.created_at.isoformat() if row.created_at else None)
