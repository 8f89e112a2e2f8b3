"""A table of rulings while it is written: private, locked by its writer, and noted in the database before it holds a comment."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from model.artefact.atomic import sync_to_disk
from model.errors import InputError
from service.store.snapshots.ruling_columns import LOG_COLUMNS, SNAPSHOT_COLUMNS, RowValues, add_attribute_columns, row_order
from service.store.snapshots.snapshot_manifest import SnapshotManifest, build_manifest, manifest_path, manifest_text
from service.store.stored_files import FinishedTable, StoredFiles, TableKind
from service.table_files import TableFormat, TableStyle, open_table
from training.tables.describe_files import hash_file
from training.tables.duplicates import number_near_groups

__all__ = ["TableDraft", "is_being_written", "open_draft"]

# A lone carriage return in a text would end its row for some readers of CSV, so all cells are quoted.
_STYLE = TableStyle(compact_json=False, quotes_all=True, compression="snappy", categories_only=False, group_rows=1)
_CHUNK_ROWS = 4096
_HASH_DIGITS = 12
_STEMS = {TableKind.SNAPSHOT: "rulings", TableKind.LOG: "acts"}


@dataclass(frozen=True)
class TableDraft:
    """A table that is being written.

    Attributes:
        number: the number of its file in the database.
        kind: what it holds.
        part: the file into which it is written.
        file: that file, open and locked.
    """

    number: int
    kind: TableKind
    part: Path
    file: BinaryIO

    def write(
        self, rows: Sequence[RowValues], *, table_format: TableFormat, exclusions: Mapping[str, int]
    ) -> tuple[FinishedTable, SnapshotManifest]:
        """Write the table and its manifest; both are on the disk when this returns. The same rows, in any order, make the same bytes.

        Args:
            rows: the rows; of a snapshot without their groups, which are numbered here.
            table_format: the format of the file.
            exclusions: why something was left out → how often, for the manifest.

        Raises:
            OSError: the file cannot be written.
        """
        rows = sorted(rows, key=row_order)
        columns = LOG_COLUMNS
        if self.kind is TableKind.SNAPSHOT:
            columns = SNAPSHOT_COLUMNS
            groups = number_near_groups([row["text"] for row in rows]).tolist()
            rows = [{**row, "group": group} for row, group in zip(rows, groups, strict=True)]
        columns = add_attribute_columns(columns, rows)
        with open_table(table_format, self.file, columns, style=_STYLE) as table:
            for begin in range(0, len(rows), _CHUNK_ROWS):
                chunk = rows[begin : begin + _CHUNK_ROWS]
                table.write([[row.get(name) for row in chunk] for name in columns])
        self.file.flush()
        os.fsync(self.file.fileno())
        sha256 = hash_file(self.part)
        manifest = build_manifest(rows, sha256=sha256, exclusions=exclusions)
        _write_private(manifest_path(self.part), manifest_text(manifest))
        sync_to_disk(self.part.parent)
        path = self.part.with_name(f"{_STEMS[self.kind]}-{sha256[:_HASH_DIGITS]}.{table_format}")
        return FinishedTable(number=self.number, path=path, sha256=sha256, rows=len(rows)), manifest

    def close(self) -> None:
        """Close the file, which ends its lock."""
        self.file.close()

    def discard(self, files: StoredFiles) -> None:
        """Remove the file and its manifest, then the note of it."""
        self.file.close()
        for path in (self.part, manifest_path(self.part)):
            path.unlink(missing_ok=True)
        files.remove([self.number])


@contextmanager
def open_draft(files: StoredFiles, kind: TableKind, folder: Path) -> Iterator[TableDraft]:
    """Begin a table in a folder and provide it; it is discarded if the block raises.

    Args:
        files: the files that the database knows.
        kind: what the table will hold.
        folder: the folder; created if necessary, for this user alone.

    Raises:
        InputError: the database could not keep the name of the folder.
        StoreError: the database cannot be written.
        OSError: the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder.resolve()
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise InputError("the name of the folder for the table is not UTF-8, so that it could not be found again: choose another") from None
    part = folder / f".{_STEMS[kind]}.{secrets.token_hex(4)}.part"
    number = files.begin(kind, part)
    try:
        # Texts are private and a table never changes: only this user may read it, and nobody may write it.
        file = os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "wb")
    except OSError:
        files.remove([number])
        raise
    with suppress(OSError):  # some network mounts have no locks
        fcntl.flock(file, fcntl.LOCK_EX)
    draft = TableDraft(number, kind, part, file)
    try:
        yield draft
    except BaseException:
        # What cannot be discarded now is found by the note of it, the next time that anything is exported or forgotten.
        with suppress(Exception):
            draft.discard(files)
        raise
    finally:
        draft.close()


def is_being_written(part: Path) -> bool | None:
    """Return whether a process holds the lock on a file that is being written; None where its file system has no locks.

    Raises:
        OSError: it cannot be opened.
    """
    try:
        file = part.open("rb")
    except FileNotFoundError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return None
    return False


def _write_private(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "w", encoding="utf-8", newline="") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
