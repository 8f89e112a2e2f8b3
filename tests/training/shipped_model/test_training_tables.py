"""What ``make train`` learns from: the corpus where its tables are, else any labelled tables."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError
from training.shipped_model.sources import CLEAN_SOURCES, SOURCES
from training.shipped_model.training_tables import load_training_tables

SaveSource = Callable[..., Path]


@pytest.fixture
def corpus(save_source: SaveSource, tmp_path: Path) -> Path:
    """A folder with one source of the corpus, labels that were read again, and tables that are not read."""
    save_source(tmp_path, "stormfront", [{"abusive": False, "hateful": False}, {"abusive": True, "hateful": True}])
    again = {
        "source": ["stormfront"],
        "id": ["stormfront-0"],
        "label": ["toxic"],
        "use": ["train"],
        "split": ["train"],
        "drawn": ["random"],
    }
    pq.write_table(pa.table(again), tmp_path / "reread.parquet")
    (tmp_path / "context.parquet").write_bytes(b"never read")
    return tmp_path


def test_the_corpus_is_known_by_the_names_of_its_tables(corpus: Path) -> None:
    """Its rows have the labels that were read again, and the manifest names each table with its licence."""
    tables = load_training_tables(corpus)
    assert tables.from_corpus
    assert tables.rows.abusive.tolist() == [1, 1]
    assert tables.clean_sources == CLEAN_SOURCES
    assert [(source.source, source.rows) for source in tables.data[:2]] == [("stormfront", 2), ("reread.parquet", 1)]
    assert [source.source for source in tables.data[2:]] == ["readings.parquet"]
    assert tables.data[0].licence == SOURCES["stormfront"].licence


def test_the_labels_of_the_sources_can_be_asked_for(corpus: Path) -> None:
    """Without the labels that were read again the rows are those that the shipped model learned from."""
    tables = load_training_tables(corpus, reread=False)
    assert tables.rows.abusive.tolist() == [0, 1]
    assert [source.source for source in tables.data] == ["stormfront"]


def test_what_is_not_read_is_said(corpus: Path) -> None:
    """Sources that are missing and tables that are ignored have a line each."""
    absent, attributes, ignored = load_training_tables(corpus).remarks
    assert absent.startswith("26 of 27 sources of the corpus are not there: cad, ")
    assert attributes == "attributes.parquet is not there: the labels are those of the sources"
    assert ignored == "not read: context.parquet"


def test_any_other_folder_is_read_as_labelled_tables(tmp_path: Path) -> None:
    """CSV and JSONL with a text and a label are enough, at any depth; every fine row counts as clean."""
    (tmp_path / "forum.csv").write_text("text,label\nhello there,fine\nyou fool,toxic\n", encoding="utf-8")
    (tmp_path / "older").mkdir()
    record = {"text": "vermin, all of them", "label": "hateful", "source": "archive"}
    (tmp_path / "older" / "rulings.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    tables = load_training_tables(tmp_path)
    assert not tables.from_corpus
    assert tables.clean_sources is None
    assert tables.rows.source == ["forum", "forum", "archive"]
    assert tables.rows.label.tolist() == [0, 1, 2]
    assert [(source.source, source.rows, source.licence) for source in tables.data] == [
        ("forum.csv", 2, "not stated"),
        ("rulings.jsonl", 1, "not stated"),
    ]
    assert tables.reading is not None
    assert tables.reading.used == 3


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_what_is_needed_is_one_clear_line(tmp_path: Path, name: str) -> None:
    """Without a table the message says what is needed, in which columns, and which option names another folder."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(TableError) as refusal:
        load_training_tables(tmp_path / name)
    message = str(refusal.value)
    assert "\n" not in message
    for words in (
        name,
        ".csv",
        ".jsonl",
        ".parquet",
        "a column text",
        "a column label (fine, toxic or hateful)",
        "abusive and hateful",
        "--corpus",
    ):
        assert words in message
