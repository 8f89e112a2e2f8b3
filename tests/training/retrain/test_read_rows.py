"""Snapshots and other labelled tables as retraining reads them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from model.errors import TableError
from training.retrain.read_rows import read_ruling_rows


def write_snapshot(path: Path) -> None:
    """Write three rulings as a snapshot has them, and one row that says nothing of its ruling."""
    rows = [
        ("moin", "fine", "anna", '["anna", "ben"]', "moderator", "2026-03-01T12:00:00.000000+00:00", "sport", "de", 2, 0),
        ("you idiot", "toxic", "key:7", '["key:7"]', "forum", "1767225600", None, None, 1, 1),
        ("zorgs are vermin", "hateful", "", "not json", "", "yesterday", "", "", "many", -3),
        ("hello", "fine", None, None, None, None, None, None, None, None),
    ]
    names = ("text", "label", "moderator", "moderators", "role", "created_at", "community", "language", "agreeing", "contesting")
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))


def test_a_snapshot_says_who_ruled_and_when(tmp_path: Path) -> None:
    """Persons, roles, times, communities, languages and counts come with the rows; what cannot be read counts as empty."""
    write_snapshot(tmp_path / "rulings.jsonl")
    rows = read_ruling_rows([tmp_path / "rulings.jsonl"])

    assert rows.labelled.text == ["moin", "you idiot", "zorgs are vermin", "hello"]
    assert rows.person == ["anna", "key:7", None, None]
    assert rows.persons == [("anna", "ben"), ("key:7",), (), ()]
    assert rows.role == ["moderator", "forum", None, None]
    assert rows.created_at[:2].tolist() == [datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp(), 1767225600.0]
    assert np.isnan(rows.created_at[2:]).all()
    assert rows.community == ["sport", None, None, None]
    assert rows.language == ["de", None, None, None]
    assert rows.agreeing.tolist() == [2, 1, 0, 0]
    assert rows.contesting.tolist() == [0, 1, 0, 0]
    assert rows.reading is not None
    assert rows.reading.used == 4


def test_plain_tables_know_no_rulings(tmp_path: Path) -> None:
    """Rows of a table without such columns have no person, time or count; near duplicates share a group over all tables."""
    (tmp_path / "one.csv").write_text("text,label\nzorgs should leave this town at once,hateful\nmoin,fine\n")
    (tmp_path / "two.csv").write_text("text,label,moderator\nZorgs should leave this town at once!,hateful,anna\n")
    rows = read_ruling_rows([tmp_path])

    assert rows.person == [None, None, "anna"]
    assert rows.persons == [(), (), ("anna",)]
    assert rows.group[0] == rows.group[2] != rows.group[1]
    taken = rows.take([2, 1])
    assert (taken.labelled.text[1], taken.person, len(taken)) == ("moin", ["anna", None], 2)


@pytest.mark.parametrize(
    ("table", "language"), [("text,label,lang\nkaixo,fine,eu\n", "eu"), ("Lang,text,label,language\neu,ei,fine,ca\n", "ca")]
)
def test_a_column_lang_states_the_language(tmp_path: Path, table: str, language: str) -> None:
    """A column may be called ``lang``, as for training; where there is ``language`` as well, that counts."""
    (tmp_path / "rows.csv").write_text(table)
    assert read_ruling_rows([tmp_path]).language == [language]


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    """A file that cannot be read as its name says is named."""
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match=r"rows\.csv: no column holds the text"):
        read_ruling_rows([tmp_path / "rows.csv"])
