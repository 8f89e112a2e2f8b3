"""Rulings exported as a table that training reads. The file is named by its content and never changes."""

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from model.artefact.atomic import sync_to_disk
from model.errors import InputError
from model.text.pipeline import strip_markup
from service.store.rulings.act import EffectiveRuling
from service.store.rulings.rulings import Rulings
from service.table_files import ColumnType, TableFormat, TableStyle, open_table

__all__ = ["SNAPSHOT_COLUMNS", "write_snapshot"]

SNAPSHOT_COLUMNS: Mapping[str, ColumnType] = {
    "text": ColumnType.TEXT,
    "label": ColumnType.TEXT,
    "abusive": ColumnType.BOOLEAN,
    "hateful": ColumnType.BOOLEAN,
    **dict.fromkeys(("source", "id", "community", "language", "artefact", "created_at"), ColumnType.TEXT),
}
"""The columns of every snapshot, in order, with their types. After them comes ``attribute.NAME`` for each attribute."""

# A lone carriage return in a text would end its row for some readers of CSV, so all cells are quoted.
_STYLE = TableStyle(compact_json=False, quotes_all=True, compression="snappy", categories_only=False, group_rows=1)
_CHUNK_ROWS = 4096
_HASH_DIGITS = 12


@dataclass(frozen=True)
class Snapshot:
    """A table of rulings.

    Attributes:
        path: the file.
        sha256: the hash of its bytes, in hexadecimal; the file's name holds the beginning of it.
        rows: the number of its rows, one for each comment.
    """

    path: Path
    sha256: str
    rows: int


def write_snapshot(rulings: Rulings, folder: Path, *, table_format: TableFormat = TableFormat.PARQUET) -> Snapshot:
    """Write the latest ruling about each comment into a table; the same rulings make the same file.

    Texts are written without mark-up, as a reader of the page sees them. A comment without any text is left out.

    Args:
        rulings: the rulings.
        folder: the folder for the file; created if necessary, for this user alone. The file appears in it only when it is complete.
        table_format: the format of the file.

    Raises:
        InputError: there is nothing to write.
        StoreError: the rulings cannot be read.
        OSError: the file cannot be written.
    """
    attributes = sorted({name for entry in rulings.effective() for name in entry.act.attributes})
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f".rulings.{secrets.token_hex(4)}.part"
    try:
        # Texts are private and a snapshot never changes: only this user may read it, and nobody may write it.
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "wb") as file:
            count = _write_rows(file, _read_rows(rulings, attributes), attributes, table_format)
            file.flush()
            os.fsync(file.fileno())
        if not count:
            raise InputError("there is no ruling to export: none has been recorded, or their comments have been forgotten")
        with part.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        path = folder / f"rulings-{sha256[:_HASH_DIGITS]}.{table_format}"
        part.replace(path)
        sync_to_disk(folder)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return Snapshot(path, sha256, count)


def _read_rows(rulings: Rulings, attributes: list[str]) -> Iterator[tuple[Any, ...]]:
    for entry in rulings.effective():
        act = entry.act
        text = strip_markup(entry.text, act.format).text
        if text.strip() and act.teaches_something:
            yield _build_row(entry, text, attributes)


def _build_row(entry: EffectiveRuling, text: str, attributes: list[str]) -> tuple[Any, ...]:
    """Return the values of a row, in the order of the columns."""
    ruling = entry.act
    return (
        text,
        ruling.teaches and ruling.teaches.value,
        ruling.abusive,
        ruling.hateful,
        f"rulings.{ruling.dialect}",
        str(entry.number),
        ruling.community,
        ruling.language,
        ruling.decision and ruling.decision.artefact,
        ruling.created_at and ruling.created_at.isoformat(),
        *(ruling.attributes.get(name) for name in attributes),
    )


def _write_rows(file: BinaryIO, rows: Iterator[tuple[Any, ...]], attributes: list[str], table_format: TableFormat) -> int:
    """Write a table and return the number of its rows."""
    columns = {**SNAPSHOT_COLUMNS, **{f"attribute.{name}": ColumnType.BOOLEAN for name in attributes}}
    count = 0
    with open_table(table_format, file, columns, style=_STYLE) as table:
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            table.write(list(zip(*chunk, strict=True)))
            count += len(chunk)
    return count
