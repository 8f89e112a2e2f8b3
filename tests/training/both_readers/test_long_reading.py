"""Long dev rows are read as the model will read them, and the discount of passages is the least that keeps fine comments fine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.artefact.manifest import LabelThresholds
from model.moderator import Moderator
from model.profile import Profile
from training.both_readers.long_reading import LongRows, fit_passage_discount, read_clean_texts, read_long_rows
from training.tables.labelled import Labelled

RULE = LabelThresholds(abusive=0.5, hateful=0.5)


@pytest.fixture(scope="module")
def moderator(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Moderator:
    """The shipped n-grams with a tiny encoder beside them."""
    folder = write_both(tmp_path_factory.mktemp("reading") / "both", entry={"tokens": 96, "passage_discount": 0.7})
    return Moderator.load(folder, profile=Profile.FULL)


def test_only_long_rows_are_read(moderator: Moderator) -> None:
    """Rows that fit into a window are left out; the others get, with the discount of the artefact, what the model says of them."""
    assert moderator.combined is not None
    texts = [b"you are an idiot", b"good morning everybody " * 40, b"", b"shut up you fool " * 90]
    read = read_long_rows(moderator.combined, moderator.classifier, texts)
    assert read.rows.tolist() == [1, 3]
    for row, log_odds in zip(read.rows.tolist(), read.log_odds(0.7), strict=True):
        reading = moderator.combined.read_long(moderator.classifier, texts[row])
        assert reading is not None
        np.testing.assert_array_equal(log_odds, reading.log_odds)
    assert read_long_rows(moderator.combined, moderator.classifier, texts[:1]).log_odds(1.0).shape == (0, 2)


def test_clean_texts_are_long(moderator: Moderator) -> None:
    """All clean texts of our own are read in parts."""
    assert moderator.combined is not None
    assert read_clean_texts(moderator.combined, moderator.classifier).rows.size == 48


def test_the_least_discount_is_taken(rows: Callable[..., Labelled]) -> None:
    """As much is subtracted as leaves two fine comments in a hundred that are flagged for a passage; abusive ones do not count."""
    dev = rows(["fine"] * 100 + ["toxic"] * 100)
    abusive = np.concatenate([np.linspace(-1.0, 2.0, 100), np.full(100, 9.0)])
    nothing = np.full((200, 2), -50.0)
    long_rows = LongRows(np.arange(200), nothing, np.column_stack([nothing[:, 0], abusive]))
    none = LongRows(np.arange(0), nothing[:0], nothing[:0])
    assert fit_passage_discount(long_rows, none, dev, RULE) == pytest.approx(2.0)
    clean = LongRows(np.arange(10), nothing[:10], np.full((10, 2), 3.04))
    assert fit_passage_discount(long_rows, clean, dev, RULE) > 3.0
    flagged = LongRows(long_rows.rows, np.full((200, 2), 5.0), long_rows.passages)
    assert fit_passage_discount(flagged, none, dev, RULE) == 0.0
