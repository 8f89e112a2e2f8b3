"""Rulings are exported as a table that training reads; it is complete, private and named by its content."""

import csv
import hashlib
import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from model.comment import Format
from model.errors import InputError
from service.store.rulings.act import Act
from service.store.snapshot import SNAPSHOT_COLUMNS, write_snapshot
from service.store.store import Store
from service.table_files import TableFormat
from training.tables.labelled_tables import read_tables


def record(store: Store) -> None:
    store.rulings.record(Act(dialect="native", comment="1", text='you "idiot",\r really', abusive=True, hateful=False, community="forum"))
    store.rulings.record(Act(dialect="coral", comment="2", text="<p>Good <b>day</b></p>", format=Format.HTML, abusive=False))
    store.rulings.record(Act(dialect="native", comment="3", text="hm", attributes={"off_topic": True}))
    store.rulings.record(Act(dialect="native", comment="4", text="<p></p>", format=Format.HTML, abusive=False))


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_snapshot_holds_the_rulings_in_every_format(store: Store, tmp_path: Path, table_format: TableFormat) -> None:
    """Texts are without mark-up, a comment without text is left out, and missing answers are empty."""
    record(store)
    snapshot = write_snapshot(store.rulings, tmp_path, table_format=table_format)
    if table_format is TableFormat.PARQUET:
        rows = pq.read_table(snapshot.path).to_pylist()
    elif table_format is TableFormat.JSONL:
        rows = [json.loads(line) for line in snapshot.path.read_text("utf-8").split("\n")[:-1]]
    else:
        values = {"": None, "true": True, "false": False}
        with snapshot.path.open(newline="", encoding="utf-8") as file:
            rows = [{name: values.get(value, value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert [list(row) for row in rows] == [[*SNAPSHOT_COLUMNS, "attribute.off_topic"]] * 3
    assert [row["text"] for row in rows] == ['you "idiot",\r really', "Good day", "hm"]
    assert [row["label"] for row in rows] == ["toxic", "fine", None]
    assert [(row["abusive"], row["hateful"], row["attribute.off_topic"]) for row in rows] == [
        (True, False, None),
        (False, False, None),
        (None, None, True),
    ]
    assert [(row["source"], row["community"]) for row in rows] == [
        ("rulings.native", "forum"),
        ("rulings.coral", None),
        ("rulings.native", None),
    ]
    assert snapshot.rows == 3


def test_a_snapshot_is_named_by_its_content_and_never_changed(store: Store, tmp_path: Path) -> None:
    """The same rulings make the same file, which only its owner may read and nobody may write."""
    record(store)
    snapshot, again = (write_snapshot(store.rulings, tmp_path / "out") for _ in range(2))
    assert snapshot == again
    assert snapshot.sha256 == hashlib.sha256(snapshot.path.read_bytes()).hexdigest()
    assert snapshot.path.name == f"rulings-{snapshot.sha256[:12]}.parquet"
    assert stat.S_IMODE(snapshot.path.stat().st_mode) == 0o400
    assert [path.name for path in (tmp_path / "out").iterdir()] == [snapshot.path.name]


def test_training_reads_a_snapshot(store: Store, tmp_path: Path) -> None:
    """A snapshot in any format is a labelled table that training reads."""
    record(store)
    for table_format in TableFormat:
        tables = read_tables([write_snapshot(store.rulings, tmp_path, table_format=table_format).path])
        assert len(tables.rows) == 3


def test_nothing_to_export_is_refused(store: Store, tmp_path: Path) -> None:
    """If there is no ruling, no table is written."""
    with pytest.raises(InputError, match="no ruling to export"):
        write_snapshot(store.rulings, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
