"""Names of columns: found whatever their case, and listed in messages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields

from service.batch.rows import Columns

__all__ = ["COLUMN_OPTIONS", "find_columns", "fold_column_name", "list_columns", "quote_column"]

COLUMN_OPTIONS: Mapping[str, str] = {field.name: f"{field.name}_column" for field in fields(Columns)}
"""Field of ``Columns`` → field of ``DumpOptions`` by which a caller names that column."""

_WORD_EDGE = re.compile(r"[\s-]+")
_LEADING_SIGNS = "\ufeff#% "
"""Byte order marks, and what programs put before the first name of a header."""
_MAX_LISTED_NAMES = 20
_MAX_NAME_LENGTH = 40


def find_columns(names: Sequence[str], name: str) -> list[str]:
    """Return the columns with exactly that name, or else those with that name in any case."""
    exact_matches = [candidate for candidate in names if candidate == name]
    return exact_matches or [candidate for candidate in names if fold_column_name(candidate) == fold_column_name(name)]


def fold_column_name(name: str) -> str:
    """Return a name as it is compared: whatever its case, with ``_`` between its words, and without signs of a comment before it."""
    return _WORD_EDGE.sub("_", (name.strip().lstrip(_LEADING_SIGNS) or name.strip()).casefold())


def list_columns(names: Sequence[str]) -> str:
    """Return the first names of a file's columns, for messages."""
    if not names:
        return "the file names no column"
    ending = f" and {len(names) - _MAX_LISTED_NAMES} more" if len(names) > _MAX_LISTED_NAMES else ""
    return f"columns: {', '.join(map(quote_column, names[:_MAX_LISTED_NAMES]))}{ending}"


def quote_column(name: str) -> str:
    """Return a name in quotes, for messages.

    Where a file has no header, its first comment takes the place of the names; no message may show more than its first words.
    """
    printable = "".join(char if char.isprintable() else " " for char in name[:_MAX_NAME_LENGTH])
    return f"“{printable}…”" if len(name) > _MAX_NAME_LENGTH else f"“{printable}”"
