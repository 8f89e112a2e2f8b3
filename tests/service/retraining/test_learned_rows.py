"""What a champion has learned is found by its lineage: by the hashes of tables, by snapshots, and by near copies of their rows."""

from pathlib import Path

import numpy as np

from model.artefact.folder import read_artefact
from model.normaliser.version import normaliser_version
from service.registry.registry import open_registry
from service.registry.registry_documents import LearnedTable, VersionRecord, time_stamp
from service.retraining.learned_rows import learned_hashes, learned_texts, mark_learned
from service.settings import read_settings
from tests.service.cli.calls import write_csv
from training.tables.describe_files import hash_file
from training.tables.labelled_tables import read_tables

OLD, NEW = "a" * 64, "b" * 64


def write_snapshot(folder: Path, texts: list[str]) -> Path:
    """Writes a snapshot under the name that its hash gives it."""
    folder.mkdir(exist_ok=True)
    path = write_csv(folder / "snapshot.csv", ("text", "label"), [(text, "fine") for text in texts])
    return path.rename(folder / f"rulings-{hash_file(path)[:12]}.csv")


def test_hashes_follow_lineage_and_tombstones(folder: Path, tmp_path: Path) -> None:
    """A table counts under the hash that it had when it was learned, and under that which it has since somebody was forgotten."""
    registry = open_registry(read_settings(data_dir=tmp_path))
    manifest = read_artefact(folder, normaliser=normaliser_version()).manifest
    record = VersionRecord(
        created_at=time_stamp(), made_by="a test", learned_from=(LearnedTable(kind="snapshot", name="rulings", sha256=OLD, rows=3),)
    )
    assert learned_hashes(registry, manifest) == frozenset()

    registry.publish(folder, record)
    assert learned_hashes(registry, manifest) == {OLD}

    registry.add_tombstone(OLD, NEW)
    assert learned_hashes(registry, manifest) == {OLD, NEW}


def test_only_snapshots_of_these_hashes_are_read(tmp_path: Path) -> None:
    """Texts come from the snapshots that were learned, not from others, nor from one that lies under a false name."""
    learned = write_snapshot(tmp_path / "snapshots", ["known to it"])
    write_snapshot(tmp_path / "snapshots", ["not known to it"])
    false_name = tmp_path / "snapshots/rulings-aaaaaaaaaaaa.csv"
    false_name.write_bytes(learned.read_bytes())

    assert learned_texts({hash_file(learned), OLD}, tmp_path / "snapshots") == {"known to it"}
    assert learned_texts({OLD}, tmp_path / "nothing here") == frozenset()


def test_near_copies_of_learned_rows_are_learned(tmp_path: Path) -> None:
    """A row is learned if its text or its file is, or if it is in one group with such a row."""
    first = write_csv(tmp_path / "first.csv", ("text", "label"), [(text, "fine") for text in ("one", "two", "two!", "four")])
    second = write_csv(tmp_path / "second.csv", ("text", "label"), [("five", "fine")])
    rows = read_tables([first, second]).rows
    groups = np.array([0, 1, 1, 2, 3])

    marks = mark_learned(rows, groups, texts={"two"}, hashes={hash_file(second)})

    assert marks.tolist() == [False, True, True, False, True]
