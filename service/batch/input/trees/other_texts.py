"""Texts of records that have them in another field than most records of their file."""

from collections.abc import Iterable, Mapping

from service.batch.rows import Columns

__all__ = ["find_other_text"]


def find_other_text(fields: Mapping[str, object], columns: Columns, names: Iterable[str]) -> str | None:
    """Return the field that holds the text of a record without the field of the text; None if it has that field, no text, or no id."""
    if columns.text in fields or (columns.id is not None and fields.get(columns.id) is None):
        return None
    return next((name for name in names if isinstance(fields.get(name), str) and fields[name]), None)
