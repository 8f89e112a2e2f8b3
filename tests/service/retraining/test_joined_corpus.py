"""A corpus holds a retraining where it is, without drowning it, and what is held back of it is not learned."""

from pathlib import Path

import numpy as np
import pytest

from service.retraining.joined_corpus import join_corpus, read_corpus
from tests.service.cli.calls import write_csv
from tests.service.retraining.teaching_rows import teaching_rows
from training.retrain.read_rows import read_ruling_rows
from training.tables.labelled_tables import read_tables


def write_corpus(folder: Path, *columns: str) -> Path:
    folder.mkdir()
    rows = [(f"{row[0]} elsewhere", row[1], "dev" if place % 4 == 0 else "train") for place, row in enumerate(teaching_rows(400))]
    write_csv(folder / "elsewhere.csv", columns, [row[: len(columns)] for row in rows])
    return folder


def test_rows_held_back_are_not_learned(tmp_path: Path) -> None:
    """Dev rows, or a tenth where the tables do not say, are in the table that harm is measured by, and in no row that is learned."""
    for columns in (("text", "label", "split"), ("text", "label")):
        work = tmp_path / f"work{len(columns)}"
        work.mkdir()
        corpus = read_corpus(write_corpus(tmp_path / f"corpus{len(columns)}", *columns), work)

        learned, judged = set(corpus.rows.text), set(read_tables([corpus.judged]).rows.text)
        assert not learned & judged
        assert len(learned) + len(judged) == 400
        assert len(judged) == 100 if len(columns) == 3 else 20 < len(judged) < 60
        assert [(table.kind, table.name) for table in corpus.tables] == [("corpus", "elsewhere.csv")]


def test_corpus_weighs_as_much_as_the_rulings(tmp_path: Path) -> None:
    """However many rows it has, all of them together weigh what the rulings weigh, and each stands for itself."""
    table = write_csv(tmp_path / "rulings.csv", ("text", "label"), [row[:2] for row in teaching_rows(30)])
    work = tmp_path / "work"
    work.mkdir()
    rulings, corpus = read_ruling_rows([table]), read_corpus(write_corpus(tmp_path / "corpus", "text", "label", "split"), work)

    rows = join_corpus(rulings, corpus.rows)

    weights = rows.labelled.weight
    assert len(rows) == 330
    assert weights[:30].sum() == pytest.approx(weights[30:].sum())
    assert len(np.unique(rows.group[30:])) == 300
    assert not np.isin(rows.group[30:], rows.group[:30]).any()
