"""Reads labelled tables and snapshots of rulings into the rows that retraining takes."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from training.languages.own_tables.stated_languages import LANGUAGE_COLUMNS
from training.retrain.ruling_rows import RulingRows
from training.tables.duplicates import number_near_groups
from training.tables.labelled import Labelled, Place
from training.tables.labelled_tables import read_tables
from training.tables.table_columns import fold_name
from training.tables.table_records import UnreadableRow, read_header, read_records

__all__ = ["read_ruling_rows"]

_COLUMNS = ("moderator", "moderators", "role", "created_at", "community", "language", "agreeing", "contesting")
_MOST_COUNT = 10**6
_LATEST = 1e11  # seconds, some three thousand years


@dataclass(frozen=True, slots=True)
class _RulingCells:
    """What a row of a snapshot says of its ruling."""

    person: str | None = None
    persons: tuple[str, ...] = ()
    role: str | None = None
    created_at: float = float("nan")
    community: str | None = None
    language: str | None = None
    agreeing: int = 0
    contesting: int = 0


_NOTHING = _RulingCells()


def read_ruling_rows(
    paths: Iterable[Path | str],
    *,
    columns: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    strict: bool = False,
    progress: Callable[[int], None] | None = None,
) -> RulingRows:
    """Read snapshots of rulings and other labelled tables: CSV, JSONL or Parquet, as ``read_tables`` does.

    Beside the columns of labelled tables, those of snapshots are used where there are any: ``moderator`` (who gave the ruling in force),
    ``moderators`` (a JSON array of all who say the same), ``role``, ``created_at`` (ISO 8601, or seconds since 1970), ``community``,
    ``language`` (or ``lang``), ``agreeing`` and ``contesting``. A cell that says none of that counts as empty.

    Args:
        paths: files, or folders whose tables, at any depth, are read in sorted order.
        columns: field → the column that holds it, where their names differ.
        labels: the tables' label → ``fine``, ``toxic`` or ``hateful``.
        strict: whether the first problem is raised as a TableError.
        progress: called after every few thousand rows with the number of rows read so far.

    Raises:
        TableError: a path, column or label name is wrong, a file cannot be read as its name says, no row can be used, or ``strict``.
    """
    reading = read_tables(paths, columns=columns, labels=labels, strict=strict, progress=progress)
    rows = reading.rows
    cells = _read_cells(rows)
    of_row = [cells.get(place, _NOTHING) for place in rows.place]
    return RulingRows(
        rows,
        person=[cell.person for cell in of_row],
        persons=[cell.persons for cell in of_row],
        role=[cell.role for cell in of_row],
        group=number_near_groups(rows.text),
        created_at=np.array([cell.created_at for cell in of_row], np.float64),
        community=[cell.community for cell in of_row],
        language=[cell.language for cell in of_row],
        agreeing=np.array([cell.agreeing for cell in of_row], np.int64),
        contesting=np.array([cell.contesting for cell in of_row], np.int64),
        reading=reading,
    )


def _read_cells(rows: Labelled) -> dict[Place, _RulingCells]:
    """Return what the tables of some rows say of rulings, by the places of the rows."""
    cells = {}
    for file in dict.fromkeys(place.file for place in rows.place):
        spellings = {fold_name(name): name for name in reversed(read_header(Path(file)))}
        names = {name: spellings[name] for name in _COLUMNS if name in spellings}
        if (column := next((spellings[name] for name in LANGUAGE_COLUMNS if name in spellings), None)) is not None:
            names["language"] = column
        if "moderator" not in names and "created_at" not in names and "language" not in names:
            continue
        for line, record in read_records(Path(file), names.values()):
            if not isinstance(record, UnreadableRow):
                cells[Place(file, line)] = _read_ruling({name: record.get(column) for name, column in names.items()})
    return cells


def _read_ruling(values: Mapping[str, Any]) -> _RulingCells:
    person = _word(values.get("moderator"))
    persons = _persons(values.get("moderators"))
    return _RulingCells(
        person,
        persons or (() if person is None else (person,)),
        _word(values.get("role")),
        _seconds(values.get("created_at")),
        _word(values.get("community")),
        _word(values.get("language")),
        _count(values.get("agreeing")),
        _count(values.get("contesting")),
    )


def _word(value: object) -> str | None:
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    return str(value).strip() or None


def _persons(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ()
    return tuple(sorted({name for name in value if isinstance(name, str)})) if isinstance(value, list) else ()


def _seconds(value: object) -> float:
    """Return a time in seconds since 1970; NaN if the cell does not say one."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    word = _word(value)
    if word is None:
        return float("nan")
    try:
        seconds = float(word)
    except ValueError:
        try:
            moment = datetime.fromisoformat(word)
        except ValueError:
            return float("nan")
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return seconds if abs(seconds) < _LATEST else float("nan")


def _count(value: object) -> int:
    word = _word(value)
    try:
        return min(max(int(float(word)), 0), _MOST_COUNT) if word else 0
    except (ValueError, OverflowError):
        return 0
