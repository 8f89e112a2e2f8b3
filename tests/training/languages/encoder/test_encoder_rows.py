"""What the encoder of all languages learns from: even shares of sources and answers, and what a source's answers are worth."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError
from training.label_noise.source_confusion import SourceConfusion
from training.languages.corpus_rows import LanguageRows
from training.languages.encoder.encoder_rows import (
    TaughtRows,
    balanced_sample,
    confusion_of_sources,
    label_source_rows,
    load_english_rows,
)


def make_rows(source: list[str], abusive: list[int], hateful: list[int]) -> LanguageRows:
    """Build German rows of sources with answers."""
    n = len(source)
    numbers = [str(number) for number in range(n)]
    both = np.array([abusive, hateful], np.int8)
    return LanguageRows(numbers, ["de"] * n, source, numbers, both[0], both[1], ["train"] * n, ["train"] * n)


def test_samples_are_even() -> None:
    """Each source and answer gives as many rows as the others, those with fewer all of theirs; the same seed chooses the same."""
    rows = make_rows(["big"] * 100 + ["small"] * 20, [0] * 90 + [1] * 10 + [1] * 20, [0] * 90 + [-1] * 30)
    chosen = balanced_sample(rows, np.arange(120), most=60)
    assert [np.isin(chosen, part).sum() for part in (range(90), range(90, 100), range(100, 120))] == [30, 10, 20]
    assert balanced_sample(rows, np.arange(120), most=60).tolist() == chosen.tolist()
    assert set(balanced_sample(rows, np.arange(50), most=1000, leave=range(40))) == set(range(40, 50))


def test_rows_whose_answers_say_nothing_are_left_out() -> None:
    """A source that calls everything abusive teaches nothing; another one's answers have their likelihood for each label."""
    likely = np.full((3, 9), 0.5)
    says = likely.copy()
    says[1:, 6] = 0.9
    rows = make_rows(["all", "some"], [1, 1], [-1, -1])
    known = label_source_rows(rows, SourceConfusion({"all": likely, "some": says}))
    assert known.rows.source == ["some"]
    np.testing.assert_allclose(known.labels.weights, [[0.5 / 0.9, 1, 1]])


def test_right_answers_leave_one_label() -> None:
    """Rows whose answers are right have the labels that agree with them, and parts are joined in their order."""
    rows = TaughtRows.from_answers(make_rows(["a", "b"], [1, 0], [-1, 0]))
    joined = TaughtRows.concat([rows, rows])
    assert joined.labels.weights.tolist() == [[0, 1, 1], [1, 0, 0]] * 2
    assert joined.rows.source == ["a", "b"] * 2


def test_sources_are_judged_by_rows_that_were_read_again(tmp_path: Path) -> None:
    """A source half of whose abusive rows turned out fine is believed less than one that was right; sisters share what is known."""
    tables = {"bad": "fine", "good": "toxic", "macd_hi": "toxic"}
    for name in tables:
        columns = {"id": [str(number) for number in range(40)], "abusive": [True] * 40, "hateful": [None] * 40}
        pq.write_table(
            pa.table(columns, schema=pa.schema([("id", pa.string()), ("abusive", pa.bool_()), ("hateful", pa.bool_())])),
            tmp_path / f"{name}.parquet",
        )
    reread = [
        {"source": name, "id": str(number), "split": "train", "lang": "de", "text": f"{name}{number}", "label": label, "use": "train"}
        for name, label in tables.items()
        for number in range(40)
    ]
    pq.write_table(pa.Table.from_pylist(reread), tmp_path / "reread.parquet")
    rows = make_rows(["bad", "bad", "good", "good", "macd_ta", "macd_ta"], [1, 0] * 3, [-1, 0] * 3)
    confusion = confusion_of_sources(tmp_path, rows)
    likelihoods = confusion.likelihoods(rows.source, rows.abusive, rows.hateful)
    toxic_over_fine = likelihoods[:, 1] / likelihoods[:, 0]
    assert toxic_over_fine[0] < 1 < toxic_over_fine[2] < 10
    assert toxic_over_fine[4] > 1
    assert set(confusion.by_source) == {"bad", "good", "macd_ta"}


def test_english_rows_are_those_that_may_train(tmp_path: Path) -> None:
    """Rows of the train split with a label and a licence to train are taken; a missing table is named."""
    with pytest.raises(TableError, match=r"reread\.parquet"):
        load_english_rows(tmp_path, most=9)
    table = pa.table(
        {
            "source": ["web"] * 5,
            "id": list("12345"),
            "split": ["train", "dev", "train", "train", "train"],
            "text": list("abcde"),
            "label": ["fine", "fine", None, "hateful", "toxic"],
            "use": ["train", "train", "train", "train", "figures"],
        }
    )
    pq.write_table(table, tmp_path / "reread.parquet")
    rows = load_english_rows(tmp_path, most=9)
    assert (rows.text, rows.lang, rows.hateful.tolist()) == (["a", "d"], ["en", "en"], [0, 1])
