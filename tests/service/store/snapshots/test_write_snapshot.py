"""Rulings are exported as a table that training reads; it is complete, private, and the same for the same rulings."""

import hashlib
import json
import os
import random
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from model.comment import Label
from model.errors import InputError
from service.settings import Settings, read_settings
from service.store.snapshots.ruling_columns import LOG_COLUMNS, SNAPSHOT_COLUMNS
from service.store.snapshots.stored_table import read_stored_table
from service.store.snapshots.write_snapshot import write_act_log, write_snapshot
from service.store.store import Store, open_store
from service.store.stored_files import FileState, TableKind
from service.table_files import TableFormat
from tests.service.store.sample_acts import SECRETS, sample_acts, say
from training.tables.labelled_tables import read_tables


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_snapshot_holds_what_is_in_force_and_teaches(store: Store, tmp_path: Path, table_format: TableFormat) -> None:
    """Each comment has a row with the ruling in force, in every format; spam, unknown texts and mere mark-up have none and are counted."""
    store.rulings.record_all(sample_acts())
    snapshot = write_snapshot(store, tmp_path / "out", table_format=table_format)
    rows = list(read_stored_table(snapshot.path))
    assert [list(row) for row in rows] == [[*SNAPSHOT_COLUMNS, "attribute.insult"]] * 5
    assert [(row["id"], row["label"], row["agreeing"], row["contesting"], row["moderators"], row["role"]) for row in rows] == [
        ("act-of-troll-2", "toxic", 2, 0, '["anna", "bert"]', "moderator"),
        ("act-of-troll-3", "hateful", 1, 0, '["anna"]', "moderator"),
        ("act-of-troll-4", "hateful", 1, 0, '["carl"]', "moderator"),
        ("act-006", "toxic", 1, 1, '["bert"]', "moderator"),
        ("act-008", "toxic", 1, 0, '["anna"]', "lead"),
    ]
    assert [row["group"] for row in rows] == [0, 1, 1, 2, 3]
    assert rows[1]["text"] == "send all of them back to where they came from"
    assert rows[1]["source"] == "rulings.coral"
    assert rows[1]["created_at"] == "2026-02-01T12:03:00.000000+00:00"
    assert (rows[4]["author"], rows[4]["attribute.insult"], rows[4]["abusive"], rows[4]["hateful"]) == ("ann", True, True, False)
    assert snapshot.manifest == {
        "format": 2,
        "sha256": hashlib.sha256(snapshot.path.read_bytes()).hexdigest(),
        "rows": 5,
        "sources": {"rulings.akismet": 1, "rulings.coral": 1, "rulings.native": 3},
        "moderators": {"anna": 2, "bert": 2, "carl": 1},
        "roles": {"lead": 1, "moderator": 4},
        "labels": {"hateful": 2, "toxic": 3},
        "exclusions": {"no text": 2, "teaches nothing": 1},
        "groups": 4,
    }
    manifest = snapshot.path.with_name(f"{snapshot.path.stem}.manifest.json")
    assert json.loads(manifest.read_text("utf-8")) == snapshot.manifest
    assert len(read_tables([snapshot.path]).rows) == 5


def test_scores_at_the_time_are_kept(store: Store, tmp_path: Path) -> None:
    """What the service said of the comment, and why it came before a moderator, is in the row."""
    store.rulings.record(replace(sample_acts()[0], sampling_probability=0.125))
    (row,) = read_stored_table(write_snapshot(store, tmp_path).path)
    assert [row[f"score_{label}"] for label in Label] == [0.25, 0.5, 0.25]
    assert (row["verdict"], row["artefact"], row["why"], row["sampling_probability"]) == (
        "review",
        "default@0123456789ab",
        "flagged",
        0.125,
    )


def test_the_same_rulings_make_the_same_bytes(settings: Settings, tmp_path: Path) -> None:
    """In whatever order rulings were recorded, and however often they are exported, the file is the same, and nobody else may read it."""
    acts = list(sample_acts())
    files = []
    for number in range(2):
        random.Random(number).shuffle(acts)
        store = open_store(settings if number else read_settings(data_dir=tmp_path / "other"))
        store.rulings.record_all(acts)
        files += [write_snapshot(store, tmp_path / f"{number}{again}") for again in range(2)]
        files += [write_snapshot(store, tmp_path / f"{number}0")]
        assert len([file for file in store.files.list() if file.state is FileState.STORED]) == 2
        store.close()
    assert len({file.path.read_bytes() for file in files}) == 1
    assert {file.path.name for file in files} == {f"rulings-{files[0].sha256[:12]}.parquet"}
    assert stat.S_IMODE(files[0].path.stat().st_mode) == 0o400
    assert len(list((tmp_path / "00").iterdir())) == 2


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_log_holds_every_act(store: Store, tmp_path: Path, table_format: TableFormat) -> None:
    """Acts that teach nothing, that are overruled and that wait for a text are in the log, the text as it was written."""
    store.rulings.record_all(sample_acts())
    log = write_act_log(store, tmp_path, table_format=table_format)
    rows = list(read_stored_table(log.path))
    assert [list(row) for row in rows] == [[*LOG_COLUMNS, "attribute.insult"]] * 10
    assert [row["id"] for row in rows] == [act.act_id for act in sample_acts()]
    assert [row["text"] for row in rows] == [act.text for act in sample_acts()]
    assert log.path.name == f"acts-{log.sha256[:12]}.{table_format}"
    assert [(file.kind, file.path, file.sha256, file.rows) for file in store.files.list()] == [(TableKind.LOG, log.path, log.sha256, 10)]


def test_what_retention_has_forgotten_is_counted(store: Store, tmp_path: Path) -> None:
    """A comment that was forgotten is not in the snapshot, and the manifest says how many acts that concerns."""
    store.rulings.record_all([*sample_acts()[:2], say(20, text="a new one", label=Label.FINE, created_at=store.database.now())])
    assert store.rulings.forget_comments(days=20) == 2
    snapshot = write_snapshot(store, tmp_path)
    assert (snapshot.rows, snapshot.manifest["exclusions"]) == (1, {"forgotten": 2})


def test_nothing_to_export_is_refused(store: Store, tmp_path: Path) -> None:
    """If no ruling can be exported, no table is written, and the error says why."""
    with pytest.raises(InputError, match="no ruling to export: none has been recorded"):
        write_snapshot(store, tmp_path / "out")
    store.rulings.record(sample_acts()[6])
    with pytest.raises(InputError, match=r"no ruling to export \(teaches nothing: 1\)"):
        write_snapshot(store, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
    assert store.files.list() == []


def test_two_exports_at_once(store: Store, tmp_path: Path) -> None:
    """Several exports into one folder all succeed, and one file is there and noted."""
    store.rulings.record_all(sample_acts())
    with ThreadPoolExecutor(4) as pool:
        snapshots = [future.result() for future in [pool.submit(write_snapshot, store, tmp_path / "out") for _ in range(8)]]
    assert len({snapshot.path for snapshot in snapshots}) == 1
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".parquet", ".json"}
    assert [file.state for file in store.files.list()] == [FileState.STORED]


def test_what_a_killed_export_left_is_deleted(store: Store, settings: Settings, tmp_path: Path) -> None:
    """A table that was half written when its writer was killed is known, is not there under its name, and the next export deletes it."""
    store.rulings.record_all(sample_acts())
    pid = os.fork()
    if not pid:
        # The rows are in the file when it is synced for the first time.
        os.fsync = lambda _: os._exit(9)  # type: ignore[assignment]
        write_snapshot(open_store(settings), tmp_path / "out", table_format=TableFormat.JSONL)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    (left,) = (tmp_path / "out").iterdir()
    assert left.suffix == ".part"
    assert SECRETS[0] in left.read_text("utf-8")
    assert [file.state for file in store.files.list()] == [FileState.WRITING]
    snapshot = write_snapshot(store, tmp_path / "elsewhere")
    assert not left.exists()
    assert [file.path for file in store.files.list()] == [snapshot.path]
