"""What a retraining learns from: the rows, the files that they are from, and which of them the champion has learned from already."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from model.array_types import BoolArray
from service.registry.registry_documents import LearnedTable
from service.retraining.joined_corpus import find_reread_rows, join_corpus, read_corpus
from service.retraining.learned_rows import learned_hashes, learned_texts, mark_learned
from training.tables.describe_files import hash_file
from training.tables.file_names import legible_name
from training.terminal import describe_reading

if TYPE_CHECKING:
    from service.registry.registry import Registry
    from service.retraining.retraining_order import RetrainingOrder
    from service.retraining.starting_point import StartingPoint
    from service.settings import Settings
    from training.retrain.ruling_rows import RulingRows

__all__ = ["Lesson", "read_lesson", "snapshot_folder"]

_MOST_PROBLEMS = 20
_NAME_DIGITS = 12  # of the hash of a snapshot that its name holds


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a retraining learns from.

    Attributes:
        rows: the n rows.
        snapshot: the snapshot that was written of the store's rulings; None if the caller gave tables.
        tables: the files of the rows, in the order of their names.
        is_learned: which rows are no evidence that a candidate is better than the champion: those that it has learned from already,
            themselves or near copies of them, and those of the corpus; shape (n,).
        judged: a folder or table with rows of the corpus that say whether harm is done; None without a corpus.
        remarks: lines for people, such as which rows were left out and why.
    """

    rows: "RulingRows"
    snapshot: Path | None
    tables: Sequence[LearnedTable]
    is_learned: BoolArray
    judged: Path | None
    remarks: Sequence[str]


def snapshot_folder(settings: "Settings") -> Path:
    """Return the folder in which retraining keeps the snapshots that it writes."""
    return settings.data_dir / "snapshots"


def read_lesson(order: "RetrainingOrder", settings: "Settings", registry: "Registry", champion: "StartingPoint", *, work: Path) -> Lesson:
    """Read the tables that a caller names, or else write the rulings of the store into a snapshot and read that.

    Args:
        order: what the caller asks for.
        settings: of the site.
        registry: of the site, which knows what the champion learned from.
        champion: the model to start from.
        work: a folder that may be written to, for as long as the lesson is used.

    Raises:
        InputError: there are no rulings.
        TableError: a table cannot be read, or no row of it be used.
        StoreError: the rulings cannot be read.
        OSError: the snapshot cannot be written.
    """
    from training.retrain.read_rows import read_ruling_rows

    snapshot = None if order.tables else _write_snapshot(settings)
    paths = order.tables or ([] if snapshot is None else [snapshot])
    rows = read_ruling_rows(paths, columns=order.columns, labels=order.labels, strict=order.strict)
    hashes = learned_hashes(registry, champion.manifest)
    texts = learned_texts(hashes, snapshot_folder(settings))
    is_learned = mark_learned(rows.labelled, rows.group, texts=texts, hashes=hashes)
    lesson = Lesson(
        rows=rows,
        snapshot=snapshot,
        tables=_describe_tables(rows),
        is_learned=is_learned,
        judged=find_reread_rows(),
        remarks=[] if rows.reading is None else list(describe_reading(rows.reading, most=_MOST_PROBLEMS, rest="correct the tables")),
    )
    return lesson if order.corpus is None else _with_corpus(lesson, order.corpus, work)


def _with_corpus(lesson: Lesson, folder: Path, work: Path) -> Lesson:
    corpus = read_corpus(folder, work)
    return replace(
        lesson,
        rows=join_corpus(lesson.rows, corpus.rows),
        tables=[*lesson.tables, *corpus.tables],
        is_learned=np.concatenate([lesson.is_learned, np.ones(len(corpus.rows), np.bool_)]),
        judged=corpus.judged,
    )


def _write_snapshot(settings: "Settings") -> Path:
    from service.store.snapshots.write_snapshot import write_snapshot
    from service.store.store import open_store

    with closing(open_store(settings)) as store:
        return write_snapshot(store, snapshot_folder(settings)).path


def _describe_tables(rows: "RulingRows") -> list[LearnedTable]:
    """Return the files of some rows, in the order of their names."""
    tables = []
    for file, count in Counter(place.file for place in rows.labelled.place).items():
        name, sha256 = Path(file).name, hash_file(Path(file))
        kind: Literal["snapshot", "table"] = "snapshot" if name.startswith(f"rulings-{sha256[:_NAME_DIGITS]}.") else "table"
        tables.append(LearnedTable(kind=kind, name=legible_name(name), sha256=sha256, rows=count))
    return sorted(tables, key=lambda table: (table.name or "", table.sha256))
