"""The languages that labelled tables state of their rows, in a column ``language`` or ``lang``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.language.tags import canonical_tag, reader_tag
from training.tables.labelled import Labelled, Place
from training.tables.table_columns import fold_name
from training.tables.table_records import UnreadableRow, read_header, read_records

__all__ = ["LANGUAGE_COLUMNS", "is_stated_as", "read_stated_languages"]

LANGUAGE_COLUMNS = ("language", "lang")
"""The names of the column, whatever their case; the first that is there counts."""


def read_stated_languages(rows: Labelled) -> list[str | None]:
    """Return the canonical tag that the table of each of n rows states, such as ``pt-BR`` or ``hi-Latn``; None where it states none.

    Raises:
        TableError: a table cannot be read any more.
    """
    stated: dict[Place, str | None] = {}
    for file in dict.fromkeys(place.file for place in rows.place):
        spellings = {fold_name(name): name for name in reversed(read_header(Path(file)))}
        column = next((spellings[name] for name in LANGUAGE_COLUMNS if name in spellings), None)
        if column is not None:
            for line, record in read_records(Path(file), [column]):
                if not isinstance(record, UnreadableRow):
                    stated[Place(file, line)] = _tag(record, column)
    return [stated.get(place) for place in rows.place]


def is_stated_as(stated: str, tag: str) -> bool:
    """Return whether what is stated is read as a language: ``pt-BR`` as ``pt``, ``zh-Hant`` as ``zh``, but ``hi-Latn`` not as ``hi``."""
    return tag in (stated, reader_tag(stated))


def _tag(record: Mapping[str, Any], column: str) -> str | None:
    value = record.get(column)
    return canonical_tag(value.strip()) if isinstance(value, str) else None
