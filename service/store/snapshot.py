"""Rulings as an immutable table that training reads, named by its content."""

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from model.errors import InputError
from model.text.pipeline import strip_markup
from service.store.rulings import Kept, Rulings
from service.table_files import ColumnType, TableFormat, TableStyle, open_table

__all__ = ["COLUMNS", "Snapshot", "take"]

COLUMNS: Mapping[str, ColumnType] = {
    "text": ColumnType.TEXT,
    "label": ColumnType.TEXT,
    "abusive": ColumnType.BOOLEAN,
    "hateful": ColumnType.BOOLEAN,
    **dict.fromkeys(("source", "id", "community", "language", "artefact", "created_at"), ColumnType.TEXT),
}
"""The columns of every snapshot, in order, with their types; ``attribute.NAME`` follow."""

# A lone carriage return in a text would end its row for some readers of CSV, so all cells are quoted.
_STYLE = TableStyle(compact_json=False, quotes_all=True, compression="snappy", categories_only=False, group_rows=1)
_ROWS_AT_A_TIME = 4096
_HASH_LETTERS = 12


@dataclass(frozen=True)
class Snapshot:
    """A table of rulings.

    Attributes:
        path: the file.
        sha256: of its bytes; the name begins with it.
        rows: how many comments it holds.
    """

    path: Path
    sha256: str
    rows: int


def take(rulings: Rulings, folder: Path, *, form: TableFormat = TableFormat.PARQUET) -> Snapshot:
    """Write the latest ruling about each comment; the same rulings make the same file.

    Texts are written as a reader of the page sees them, without mark-up. A comment of which nothing is left then is left out.

    Args:
        rulings: the rulings.
        folder: the folder for the file; created if necessary, for this user alone. The file appears there when it is whole.
        form: the format of the file.

    Raises:
        InputError: there is nothing to write.
        StoreError: the rulings cannot be read.
        OSError: the file cannot be written.
    """
    attributes = sorted({name for kept in rulings.latest() for name in kept.ruling.attributes})
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f".rulings.{secrets.token_hex(4)}.part"
    try:
        # Texts are private, and a snapshot never changes: nobody but this user reads it, and nobody writes it.
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "wb") as file:
            count = _write_rows(file, _rows(rulings, attributes), attributes, form)
            file.flush()
            os.fsync(file.fileno())
        if not count:
            raise InputError("there is no ruling to export: none has been recorded, or their comments have been forgotten")
        with part.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        path = folder / f"rulings-{sha256[:_HASH_LETTERS]}.{form}"
        part.replace(path)
        _sync(folder)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return Snapshot(path, sha256, count)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rows(rulings: Rulings, attributes: list[str]) -> Iterator[tuple[Any, ...]]:
    for kept in rulings.latest():
        text = strip_markup(kept.ruling.text, kept.ruling.format).text
        if text.strip():
            yield _row(kept, text, attributes)


def _row(kept: Kept, text: str, attributes: list[str]) -> tuple[Any, ...]:
    """Return the values of a row, in the order of the columns."""
    ruling = kept.ruling
    return (
        text,
        ruling.label and ruling.label.value,
        ruling.abusive,
        ruling.hateful,
        f"rulings.{ruling.dialect}",
        str(kept.id),
        ruling.community,
        ruling.language,
        ruling.decided and ruling.decided.artefact,
        kept.created_at.isoformat(),
        *(ruling.attributes.get(name) for name in attributes),
    )


def _write_rows(file: BinaryIO, rows: Iterator[tuple[Any, ...]], attributes: list[str], form: TableFormat) -> int:
    """Write a table and return the number of its rows."""
    columns = {**COLUMNS, **{f"attribute.{name}": ColumnType.BOOLEAN for name in attributes}}
    count = 0
    with open_table(form, file, columns, style=_STYLE) as table:
        while chunk := list(islice(rows, _ROWS_AT_A_TIME)):
            table.write(list(zip(*chunk, strict=True)))
            count += len(chunk)
    return count
