"""Rulings as an immutable table that training reads, named by its content."""

import csv
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from model.errors import InputError
from model.text.pipeline import plain
from service.batch.rows import WriteAs
from service.store.rulings import Kept, Rulings

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "Snapshot", "take"]

COLUMNS = ("text", "label", "abusive", "hateful", "source", "id", "community", "language", "artefact", "created_at")
"""The columns of every snapshot, in order; ``attribute.NAME`` follow."""

_AT_A_TIME = 4096
_NAMED = 12

_Row = dict[str, Any]


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


def take(rulings: Rulings, folder: Path, *, form: WriteAs = WriteAs.PARQUET) -> Snapshot:
    """Write the latest ruling about each comment; the same rulings make the same file.

    Texts are written as a reader of the page sees them, without mark-up. A comment of which nothing is left then is left out.

    Args:
        rulings: to write.
        folder: where to; made if need be, for this user alone. The file appears there when it is whole.
        form: how to write it.

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
            count = _WRITERS[form](file, _rows(rulings, attributes), attributes)
            file.flush()
            os.fsync(file.fileno())
        if not count:
            raise InputError("there is no ruling to export: none has been recorded, or their comments have been forgotten")
        with part.open("rb") as whole:
            sha256 = hashlib.file_digest(whole, "sha256").hexdigest()
        path = folder / f"rulings-{sha256[:_NAMED]}.{form}"
        part.replace(path)
        _sync(folder)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return Snapshot(path, sha256, count)


def _sync(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _rows(rulings: Rulings, attributes: list[str]) -> Iterator[_Row]:
    for kept in rulings.latest():
        text = plain(kept.ruling.text, kept.ruling.format).text
        if text.strip():
            yield _row(kept, text, attributes)


def _row(kept: Kept, text: str, attributes: list[str]) -> _Row:
    ruling = kept.ruling
    values = (
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
    )
    return dict(zip(COLUMNS, values, strict=True)) | {f"attribute.{name}": ruling.attributes.get(name) for name in attributes}


def _write_jsonl(file: BinaryIO, rows: Iterator[_Row], attributes: list[str]) -> int:
    count = 0
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        count += 1
    return count


def _write_csv(file: BinaryIO, rows: Iterator[_Row], attributes: list[str]) -> int:
    # Everything in quotes, or a lone carriage return in a text would end its row for every reader.
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, [*COLUMNS, *(f"attribute.{name}" for name in attributes)], quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()})
        count += 1
    text.detach()
    return count


def _write_parquet(file: BinaryIO, rows: Iterator[_Row], attributes: list[str]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(attributes)
    count = 0
    with pq.ParquetWriter(file, schema) as writer:
        while some := list(islice(rows, _AT_A_TIME)):
            writer.write_table(pa.Table.from_pylist(some, schema=schema))
            count += len(some)
    return count


def _schema(attributes: list[str]) -> "pa.Schema":
    import pyarrow as pa

    answers = {"abusive", "hateful"}
    fields = [(name, pa.bool_() if name in answers else pa.string()) for name in COLUMNS]
    return pa.schema(fields + [(f"attribute.{name}", pa.bool_()) for name in attributes])


_WRITERS = {WriteAs.PARQUET: _write_parquet, WriteAs.CSV: _write_csv, WriteAs.JSONL: _write_jsonl}
