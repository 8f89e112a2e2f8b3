"""Exports the rulings in force as a snapshot that training reads, and all acts as a log."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import InputError, StoreError
from service.store.snapshots.publishing import finish_leftovers, publish_table
from service.store.snapshots.ruling_columns import RowValues, act_values, readable_text, ruling_values
from service.store.snapshots.snapshot_manifest import SnapshotManifest
from service.store.snapshots.table_draft import open_draft
from service.store.store import Store
from service.store.stored_files import TableKind
from service.table_files import TableFormat

__all__ = ["Snapshot", "write_act_log", "write_snapshot"]


@dataclass(frozen=True)
class Snapshot:
    """A table of rulings or of acts.

    Attributes:
        path: the file.
        sha256: the hash of its bytes, in hexadecimal; the file's name holds the beginning of it.
        rows: the number of its rows.
        manifest: what lies beside it as JSON.
    """

    path: Path
    sha256: str
    rows: int
    manifest: SnapshotManifest


def write_snapshot(store: Store, folder: Path, *, table_format: TableFormat = TableFormat.PARQUET) -> Snapshot:
    """Write the ruling in force about each comment that teaches something into a table; the same rulings make the same file.

    Texts are written without mark-up, as a reader of the page sees them. The store notes the file, so that a comment can be forgotten in
    it too.

    Args:
        store: the store.
        folder: the folder for the file; created if necessary, for this user alone. The file appears in it only when it is complete.
        table_format: the format of the file.

    Raises:
        InputError: there is nothing to write.
        StoreError: the rulings cannot be read or the file not be noted, or some of them were forgotten meanwhile.
        OSError: the file cannot be written.
    """
    return _write(store, folder, kind=TableKind.SNAPSHOT, table_format=table_format)


def write_act_log(store: Store, folder: Path, *, table_format: TableFormat = TableFormat.PARQUET) -> Snapshot:
    """Write all acts whose comments are not forgotten into a table, those that teach nothing too. Otherwise as `write_snapshot`."""
    return _write(store, folder, kind=TableKind.LOG, table_format=table_format)


def _write(store: Store, folder: Path, *, kind: TableKind, table_format: TableFormat) -> Snapshot:
    finish_leftovers(store.files)
    with open_draft(store.files, kind, folder) as draft:
        # Only now: a comment that is forgotten from here on cancels this table.
        rows, exclusions = _read_rulings(store) if kind is TableKind.SNAPSHOT else _read_acts(store)
        if not rows:
            raise InputError(_describe_nothing(kind, exclusions))
        table, manifest = draft.write(rows, table_format=table_format, exclusions=exclusions)
        if not store.files.settle(table):
            raise StoreError("a comment was forgotten while this table was written: the table was given up, export it again")
        settled = next(file for file in store.files.list() if file.number == table.number)
        publish_table(store.files, settled)
    return Snapshot(table.path, table.sha256, table.rows, manifest)


def _read_rulings(store: Store) -> tuple[list[RowValues], Mapping[str, int]]:
    rows: list[dict[str, Any]] = []
    left_out: Counter[str] = Counter()
    known = 0
    for ruling in store.rulings.effective():
        known += 1
        if not ruling.act.teaches_something:
            left_out["teaches nothing"] += 1
        elif not (text := readable_text(ruling.act)).strip():
            left_out["no text"] += 1
        else:
            rows.append(ruling_values(ruling, text))
    left_out["no text"] += max(store.rulings.count_effective() - known, 0)
    acts = sum(1 for _ in store.rulings.acts())
    left_out["forgotten"] = max(store.rulings.count() - acts, 0)
    return list(rows), +left_out


def _read_acts(store: Store) -> tuple[list[RowValues], Mapping[str, int]]:
    rows: list[RowValues] = [act_values(stored.act) for stored in store.rulings.acts()]
    return rows, +Counter({"forgotten": max(store.rulings.count() - len(rows), 0)})


def _describe_nothing(kind: TableKind, exclusions: Mapping[str, int]) -> str:
    if not exclusions:
        return "there is no ruling to export: none has been recorded"
    what = "ruling" if kind is TableKind.SNAPSHOT else "act"
    reasons = ", ".join(f"{why}: {count}" for why, count in sorted(exclusions.items()))
    return f"there is no {what} to export ({reasons})"
