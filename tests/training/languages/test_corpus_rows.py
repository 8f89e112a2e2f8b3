"""The rows in other languages: what may train, what was read again, and what is wrong with a folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError
from training.languages.corpus_rows import LanguageRows, load_language_rows, load_reread_rows

ROWS: list[dict[str, Any]] = [
    {"id": "1", "split": "train", "lang": "de", "text": "eins", "abusive": True, "hateful": None, "use": "train"},
    {"id": "2", "split": "train", "lang": "fr", "text": "deux", "abusive": False, "hateful": False, "use": "train"},
    {"id": "3", "split": "train", "lang": "de", "text": "drei", "abusive": True, "hateful": True, "use": "figures"},
    {"id": "4", "split": "dev", "lang": "de", "text": "vier", "abusive": False, "hateful": False, "use": "train"},
    {"id": "5", "split": "train", "lang": "de", "text": "neu", "abusive": True, "hateful": None, "use": "train"},
    {"id": "6", "split": "train", "lang": "de", "text": "neu", "abusive": True, "hateful": None, "use": "train"},
    {"id": "7", "split": "train", "lang": "de", "text": "nichts", "abusive": None, "hateful": None, "use": "train"},
]
REREAD: list[dict[str, Any]] = [
    {"id": "5", "split": "dev", "lang": "de", "text": "neu", "label": "toxic", "use": "train"},
    {"id": "8", "split": "train", "lang": "de", "text": "unklar", "label": None, "use": "train"},
    {"id": "9", "split": "train", "lang": "fr", "text": "neuf", "label": "hateful", "use": "train"},
    {"id": "10", "split": "train", "lang": "fr", "text": "dix", "label": "fine", "use": "figures"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a folder with one source and its rows that were read again."""
    pq.write_table(pa.Table.from_pylist([{"source": "forum", **row} for row in ROWS]), tmp_path / "forum.parquet")
    pq.write_table(pa.Table.from_pylist([{"source": "forum", **row} for row in REREAD]), tmp_path / "reread.parquet")
    return tmp_path


def test_only_rows_that_may_train_are_returned(folder: Path) -> None:
    """Rows that may only measure come only when asked for; rows that were read again, and their texts, never; nor those without answers."""
    rows = load_language_rows(folder)
    assert rows.text == ["eins", "deux"]
    assert rows.lang == ["de", "fr"]
    assert rows.abusive.tolist() == [1, 0]
    assert rows.hateful.tolist() == [-1, 0]
    assert load_language_rows(folder, measured=True).text == ["eins", "deux", "drei"]


def test_languages_and_splits_are_chosen(folder: Path) -> None:
    """A caller names the languages and the split, or takes all."""
    assert load_language_rows(folder, {"fr"}).text == ["deux"]
    assert load_language_rows(folder, split="dev").text == ["vier"]
    assert load_language_rows(folder, split=None).text == ["eins", "deux", "vier"]


def test_reread_rows_have_both_answers(folder: Path) -> None:
    """The label of a reader gives both answers; rows of which the reader was unsure are left out."""
    rows = load_reread_rows(folder)
    assert (rows.text, rows.abusive.tolist(), rows.hateful.tolist()) == (["neuf"], [1], [1])
    rows = load_reread_rows(folder, split="dev")
    assert (rows.text, rows.abusive.tolist(), rows.hateful.tolist()) == (["neu"], [1], [0])
    assert load_reread_rows(folder, measured=True).text == ["neuf", "dix"]


def test_rows_are_joined_and_taken(folder: Path) -> None:
    """Parts are joined in their order, and rows taken by number or by mask; the form of the other trainers has the same answers."""
    rows = LanguageRows.concat([load_language_rows(folder), load_reread_rows(folder)])
    assert rows.take(np.array([2, 0])).text == ["neuf", "eins"]
    assert rows.take(rows.abusive == 0).text == ["deux"]
    labelled = rows.labelled()
    assert labelled.text == rows.text
    assert labelled.hateful.tolist() == [-1, 0, 1]


def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path) -> None:
    """An empty folder, a damaged table and a missing column are named."""
    with pytest.raises(TableError, match="holds no tables"):
        load_language_rows(tmp_path)
    with pytest.raises(TableError, match=r"reread\.parquet"):
        load_reread_rows(tmp_path)
    (tmp_path / "forum.parquet").write_bytes(b"no table")
    with pytest.raises(TableError, match=r"forum\.parquet"):
        load_language_rows(tmp_path)
    pq.write_table(pa.table({"source": ["forum"]}), tmp_path / "forum.parquet")
    with pytest.raises(TableError, match="with the columns source, id, split"):
        load_language_rows(tmp_path)
