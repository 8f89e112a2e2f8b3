"""Assigns the columns of a labelled table to fields, by their names or as the caller says."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from model.errors import TableError
from training.tables.cells import quote_name

__all__ = ["FIELDS", "TableColumns", "choose_columns", "fold_name"]

FIELDS = ("text", "label", "abusive", "hateful", "source", "id", "split", "weight", "target", "parent_text", "title")
"""The fields of a labelled row; a field ``attribute.NAME`` answers a further question."""

_TEXT_NAMES = ("text", "comment_text", "comment", "body", "content", "message")
_ATTRIBUTE = re.compile(r"attribute\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The columns of a table that are read, each by the table's own spelling.

    Attributes:
        fields: field → column.
        attributes: name of the attribute → column.
    """

    fields: Mapping[str, str]
    attributes: Mapping[str, str]

    def names(self) -> list[str]:
        """Return every column that is read, each once."""
        return list(dict.fromkeys([*self.fields.values(), *self.attributes.values()]))


def fold_name(name: str) -> str:
    """Return a name in the form in which names are compared: case-folded, without blanks around it."""
    return name.strip().casefold()


def choose_columns(path: Path, header: list[str], assignments: Mapping[str, str]) -> TableColumns:
    """Return the columns of a table that hold fields.

    Args:
        path: the table, for messages.
        header: its column names.
        assignments: field → column, as the caller says; other fields are assigned by their names.

    Raises:
        TableError: an assigned field or column is unknown, two columns have one name, or there is no text or no answer.
    """
    spellings = {fold_name(name): name for name in reversed(header) if name}
    columns = _columns_by_name(spellings) | _assigned_columns(path, header, spellings, assignments)
    _check_unique(path, header, columns.values())
    attributes = {match[1]: columns.pop(name) for name in list(columns) if (match := _ATTRIBUTE.fullmatch(name))}
    if "text" not in columns:
        raise TableError(f"{path}: no column holds the text; name it text, or say which does; {_describe_header(header)}")
    if not (attributes or {"label", "abusive", "hateful"} & set(columns)):
        names = "label, abusive, hateful or attribute.NAME"
        raise TableError(f"{path}: no column holds labels; name it {names}, or say which does; {_describe_header(header)}")
    return TableColumns(columns, attributes)


def _columns_by_name(spellings: Mapping[str, str]) -> dict[str, str]:
    """Return field → column for columns with the name of a field; the text has several names."""
    columns = {name: spelling for name, spelling in spellings.items() if name in FIELDS or _ATTRIBUTE.fullmatch(name)}
    text = next((name for name in _TEXT_NAMES if name in spellings), None)
    return columns if text is None else columns | {"text": spellings[text]}


def _assigned_columns(path: Path, header: list[str], spellings: Mapping[str, str], assignments: Mapping[str, str]) -> dict[str, str]:
    columns = {}
    for name, column in assignments.items():
        if name not in FIELDS and not _ATTRIBUTE.fullmatch(name):
            raise TableError(f"columns: {name!r} is not a field; the fields are {', '.join(FIELDS)} and attribute.NAME")
        if fold_name(column) not in spellings:
            raise TableError(f"{path}: there is no column {column!r} for {name}; {_describe_header(header)}")
        columns[name] = spellings[fold_name(column)]
    return columns


def _check_unique(path: Path, header: list[str], columns: Iterable[str]) -> None:
    names = [fold_name(name) for name in header]
    if repeated := next((column for column in columns if names.count(fold_name(column)) > 1), None):
        raise TableError(f"{path}: two columns are called {repeated!r}; rename one")


def _describe_header(header: list[str]) -> str:
    return f"the columns are {', '.join(quote_name(name) for name in header)}"
