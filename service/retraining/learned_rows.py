"""Which rows a champion has learned from: they teach, but are no evidence that a candidate is better than it."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import BoolArray, IntArray
from training.tables.describe_files import hash_file
from training.tables.labelled_tables import read_tables

if TYPE_CHECKING:
    from model.artefact.manifest import Manifest
    from service.registry.registry import Registry
    from training.tables.labelled import Labelled

__all__ = ["learned_hashes", "learned_texts", "mark_learned"]

_NAME_DIGITS = 12


def learned_hashes(registry: "Registry", champion: "Manifest") -> frozenset[str]:
    """Return the hashes of all tables that a model or one of its ancestors learned from, and of what became of them since.

    Args:
        registry: knows the ancestors, and which tables were written anew because somebody was forgotten.
        champion: the manifest of the model; it names its own tables, wherever it was made.
    """
    records = {record.content_hash: record for record in registry.records()}
    hashes = {source.sha256 for source in champion.data}
    passed: set[str] = set()
    current: str | None = champion.content_hash
    while current is not None and current not in passed and current in records:
        passed.add(current)
        hashes |= {table.sha256 for table in records[current].learned_from}
        current = records[current].started_from
    later = (registry.notes.lineage.current_hash(sha256) for sha256 in hashes)
    return frozenset(hashes | {sha256 for sha256 in later if sha256 is not None})


def learned_texts(hashes: Collection[str], folder: Path) -> frozenset[str]:
    """Return the texts of those snapshots in a folder whose hashes are among some.

    Args:
        hashes: hashes of files, in hexadecimal.
        folder: the folder of snapshots, each named after the beginning of its hash; it may be missing.

    Raises:
        TableError: such a snapshot cannot be read.
    """
    beginnings = {sha256[:_NAME_DIGITS] for sha256 in hashes}
    named = (path for path in sorted(folder.glob("rulings-*.*")) if path.stem.removeprefix("rulings-") in beginnings)
    snapshots = [path for path in named if hash_file(path) in hashes]
    return frozenset(read_tables(snapshots).rows.text) if snapshots else frozenset()


def mark_learned(rows: "Labelled", groups: Sequence[int] | IntArray, *, texts: Collection[str], hashes: Collection[str]) -> BoolArray:
    """Return which of n rows a champion has learned from; shape (n,).

    Near copies of such a row count as learned, too: who knows the one knows the others.

    Args:
        rows: the rows.
        groups: number of the near-duplicate group of each row; shape (n,).
        texts: the texts that the champion learned from.
        hashes: of the files that it learned from, in hexadecimal.
    """
    files = {file: hash_file(Path(file)) in hashes for file in {place.file for place in rows.place}}
    is_learned = np.array([files[place.file] or text in texts for place, text in zip(rows.place, rows.text, strict=True)], np.bool_)
    numbers = np.asarray(groups)
    return np.isin(numbers, numbers[is_learned])
