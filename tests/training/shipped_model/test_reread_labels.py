"""Labels that were read again: joined by source and id, and what they replace."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError
from training.shipped_model.reread_labels import ATTRIBUTES_TABLE, OWN_READINGS, REREAD_TABLE, read_readings, replace_reread
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
OWN_COLUMNS = ("insult", "threat", "profanity", "sexually_explicit", "severe")


@pytest.fixture
def table(rows: MakeRows) -> Labelled:
    """Four rows of two sources that share an id."""
    labelled = rows(["fine", "toxic", "not hateful", "fine"], source=["cad", "cad", "edos", "edos"], insult=[0, -1, -1, 1])
    return replace(labelled, id=["1", "2", "1", "3"])


def save_labels(folder: Path, *records: tuple[str, str, str | None, str], split: str = "train", drawn: str = "random") -> None:
    """Write re-read labels: source, id, label and use."""
    names = ("source", "id", "label", "use")
    columns = {name: pa.array([record[at] for record in records], pa.string()) for at, name in enumerate(names)}
    same = {"split": pa.array([split] * len(records)), "drawn": pa.array([drawn] * len(records))}
    pq.write_table(pa.table(columns | same), folder / REREAD_TABLE)


def save_attributes(folder: Path, records: Sequence[dict[str, Any]]) -> None:
    """Write re-read attributes; those that a record does not name are no."""
    columns = ("source", "id", "use", "insult", "threat", "profanity", "sexually_explicit", "severe")
    filled = [dict.fromkeys(columns, False) | {"use": "train"} | record for record in records]
    pq.write_table(pa.Table.from_pylist(filled), folder / ATTRIBUTES_TABLE)


def test_a_label_replaces_both_answers(table: Labelled, tmp_path: Path) -> None:
    """The row of that source and id gets the answers of its new label; the others keep theirs."""
    save_labels(tmp_path, ("cad", "1", "hateful", "train"), ("edos", "1", "toxic", "train"), ("cad", "2", "fine", "train"))
    labelled = replace_reread(table, read_readings(tmp_path))
    assert labelled.abusive.tolist() == [1, 0, 1, 0]
    assert labelled.hateful.tolist() == [1, 0, 0, 0]
    assert labelled.text == table.text
    assert labelled.reread.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("drawn", "split", "is_counted"), [("random", "train", True), ("informative", "train", False), ("random", "dev", False)]
)
def test_sources_are_judged_by_unbiased_train_rows(rows: MakeRows, tmp_path: Path, drawn: str, split: str, is_counted: bool) -> None:
    """What a source calls hateful and we fine makes it doubtful, unless the rows were drawn for that, or are to be measured by."""
    labelled = rows(["hateful"] * 40 + ["fine"] * 40, source=["cad"] * 80)
    labelled = replace(labelled, split=[split] * 80)
    save_labels(tmp_path, *(("cad", str(row), "fine", "train") for row in range(80)), split=split, drawn=drawn)
    fine = read_readings(tmp_path).confusion(labelled).by_source["cad"][0]
    assert (fine[8] > 0.3) == is_counted


def test_attributes_of_a_source_do_not_measure(table: Labelled, tmp_path: Path) -> None:
    """A row that was read again for its label alone leaves the attributes open, whatever its source says of them."""
    save_labels(tmp_path, ("cad", "1", "toxic", "train"))
    assert replace_reread(table, read_readings(tmp_path)).attributes["insult"].tolist() == [-1, -1, -1, 1]


def test_what_changes_nothing(table: Labelled, tmp_path: Path) -> None:
    """An unclear label, one that may only be measured with, and one of a row that is not there leave the answers alone."""
    save_labels(tmp_path, ("cad", "1", None, "train"), ("cad", "2", "fine", "figures"), ("ghc", "1", "hateful", "train"))
    labelled = replace_reread(table, read_readings(tmp_path))
    assert (labelled.abusive.tolist(), labelled.hateful.tolist()) == (table.abusive.tolist(), table.hateful.tolist())


def test_attributes_replace_those_of_the_sources(table: Labelled, tmp_path: Path) -> None:
    """Five attributes of the rows that were read again are known, also those that no source answers; other rows keep theirs."""
    save_attributes(
        tmp_path, [{"source": "cad", "id": "1", "insult": True, "severe": True}, {"source": "edos", "id": "3", "use": "figures"}]
    )
    attributes = {name: answers.tolist() for name, answers in replace_reread(table, read_readings(tmp_path)).attributes.items()}
    assert attributes == {
        "insult": [1, -1, -1, 1],
        "profanity": [0, -1, -1, -1],
        "severe_toxicity": [1, -1, -1, -1],
        "sexually_explicit": [0, -1, -1, -1],
        "threat": [0, -1, -1, -1],
    }


def test_rows_are_not_changed_in_place(table: Labelled, tmp_path: Path) -> None:
    """The rows that were handed over keep the labels of their sources."""
    save_labels(tmp_path, ("cad", "1", "hateful", "train"))
    save_attributes(tmp_path, [{"source": "cad", "id": "1", "insult": True}])
    replace_reread(table, read_readings(tmp_path))
    assert (table.abusive.tolist(), table.attributes["insult"].tolist()) == ([0, 1, -1, 0], [0, -1, -1, 1])


def test_without_the_tables_nothing_changes(table: Labelled, tmp_path: Path) -> None:
    """A folder without the two tables leaves every answer as it is."""
    labelled = replace_reread(table, read_readings(tmp_path))
    assert labelled.abusive.tolist() == table.abusive.tolist()
    assert labelled.attributes.keys() == table.attributes.keys()


def test_tables_that_cannot_be_joined_are_refused(table: Labelled, tmp_path: Path) -> None:
    """A column that is missing, a label that is none and a file that is no table end in one clear line."""
    save_labels(tmp_path, ("cad", "1", "rude", "train"))
    with pytest.raises(TableError, match=r"reread.parquet: 'rude' is no label; it has to be fine, toxic, hateful or empty"):
        replace_reread(table, read_readings(tmp_path))
    pq.write_table(pa.table({"id": ["1"], "label": ["fine"]}), tmp_path / REREAD_TABLE)
    with pytest.raises(TableError, match=r"reread.parquet: the columns drawn, source, split, use are missing"):
        replace_reread(table, read_readings(tmp_path))
    (tmp_path / REREAD_TABLE).write_bytes(b"PAR1")
    with pytest.raises(TableError, match=r"reread.parquet: not a readable Parquet file"):
        replace_reread(table, read_readings(tmp_path))


def save_own(folder: Path, *records: dict[str, Any]) -> Path:
    """Write readings of our own: source, id, label and the attributes, which are no unless they are named."""
    path = folder / "own.parquet"
    pq.write_table(pa.Table.from_pylist([dict.fromkeys(OWN_COLUMNS, False) | record for record in records]), path)
    return path


def test_our_own_readings_teach(table: Labelled, tmp_path: Path) -> None:
    """They are joined by source and id, and give label and attributes; where both were read, ours decides."""
    save_labels(tmp_path, ("cad", "1", "toxic", "train"), ("cad", "2", "fine", "train"))
    own = save_own(
        tmp_path,
        {"source": "cad", "id": "1", "label": "hateful", "insult": True},
        {"source": "edos", "id": "1", "label": "fine", "profanity": True},
        {"source": "edos", "id": "3", "label": None, "insult": None},
    )
    labelled = replace_reread(table, read_readings(tmp_path, own))
    assert labelled.abusive.tolist() == [1, 0, 0, 0]
    assert labelled.hateful.tolist() == [1, 0, 0, 0]
    assert labelled.attributes["insult"].tolist() == [1, -1, 0, 1]
    assert labelled.attributes["profanity"].tolist() == [0, -1, 1, 0]


def test_our_own_readings_change_no_row_that_measures(table: Labelled, tmp_path: Path) -> None:
    """Neither a dev row of the corpus, nor one that is a dev row of the other table whatever the corpus says, gets a reading of ours."""
    save_labels(tmp_path, ("cad", "1", "toxic", "train"), split="dev")
    own = save_own(
        tmp_path,
        {"source": "cad", "id": "1", "label": "hateful", "insult": True},
        {"source": "cad", "id": "2", "label": "hateful", "insult": True},
        {"source": "edos", "id": "1", "label": "toxic", "threat": True},
    )
    readings = read_readings(tmp_path, own)
    split: list[str | None] = ["train", "dev", "train", "dev"]
    labelled = replace_reread(replace(table, split=split), readings)
    assert labelled.label.tolist() == [1, 1, 1, 0]
    assert labelled.attributes["insult"].tolist() == [-1, -1, 0, 1]
    assert readings.has_label(replace(table, split=split)).tolist() == [True, False, True, False]
    assert readings.has_attributes(replace(table, split=split)).tolist() == [False, False, True, False]


def test_our_own_readings_hold_no_text() -> None:
    """The table that is committed has keys, labels and attributes alone."""
    if not OWN_READINGS.is_file():
        pytest.skip(f"there is no {OWN_READINGS.name}")
    assert set(pq.read_schema(OWN_READINGS).names) == {"source", "id", "label", *OWN_COLUMNS}
