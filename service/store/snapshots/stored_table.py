"""Reads tables of rulings that we wrote ourselves, whose hash says so."""

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from model.errors import TableError
from service.store.snapshots.ruling_columns import LOG_COLUMNS, SNAPSHOT_COLUMNS, RowValues
from service.table_files import ColumnType, TableFormat

__all__ = ["read_stored_table", "table_format_of"]

_TRUTH = {"true": True, "false": False}


def table_format_of(path: Path) -> TableFormat:
    """Return the format of a table by its name."""
    return TableFormat(path.suffix.removeprefix("."))


def read_stored_table(path: Path) -> Iterator[RowValues]:
    """Yield the rows of a table that `TableDraft.write` wrote, as they were handed to it.

    Raises:
        TableError: it is no such table.
        OSError: it cannot be read.
    """
    try:
        match table_format_of(path):
            case TableFormat.PARQUET:
                yield from _read_parquet(path)
            case TableFormat.CSV:
                yield from _read_csv(path)
            case TableFormat.JSONL:
                with path.open(encoding="utf-8", newline="\n") as file:
                    yield from map(json.loads, file)
    except (ValueError, KeyError, csv.Error) as error:  # pyarrow's errors are ValueErrors too
        raise TableError(f"{path}: not a table of rulings as it was written ({type(error).__name__})") from error


def _read_parquet(path: Path) -> Iterator[RowValues]:
    import pyarrow.parquet as pq

    # Ours, as its hash says, so that it needs no bounds.
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=1024):
            yield from batch.to_pylist()


def _read_csv(path: Path) -> Iterator[RowValues]:
    types = {**LOG_COLUMNS, **SNAPSHOT_COLUMNS}
    with _any_field_size(), path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            yield {name: _read_cell(cell, types.get(name, ColumnType.BOOLEAN)) for name, cell in row.items()}


def _read_cell(cell: str, type_: ColumnType) -> Any:
    if cell == "":
        return None
    match type_:
        case ColumnType.BOOLEAN:
            return _TRUTH[cell]
        case ColumnType.NUMBER:
            return float(cell)
        case ColumnType.INTEGER:
            return int(cell)
        case _:
            return cell


@contextmanager
def _any_field_size() -> Iterator[None]:
    limit = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(limit)
