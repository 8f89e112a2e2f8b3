"""Scored rows: sorted by source, each with the scores and the label of its artefact."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.classifier import Classifier
from model.comment import Comment
from model.moderator import Moderator
from training.evaluation.scored_rows import score_labelled_rows
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
TEXTS = ["thank you", "you stupid idiot", " ", "a lovely day", "shut up, moron"]
SOURCES = ["b", "a", "b", "a", "b"]


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The artefact that ships, its n-grams alone."""
    return Moderator.load()


def test_rows_are_sorted_by_source(moderator: Moderator, rows: MakeRows) -> None:
    """Rows of a source are consecutive and in the order given, each with its own scores."""
    scored = score_labelled_rows(moderator, rows(["fine"] * 5, text=TEXTS, source=SOURCES), batch_size=2)
    assert scored.rows.text == ["you stupid idiot", "a lovely day", "thank you", " ", "shut up, moron"]
    assert {name: members.tolist() for name, members in scored.sources.items()} == {"a": [0, 1], "b": [2, 3, 4]}
    assert scored.starts.tolist() == [0, 2, 5]
    decisions = moderator.decide([Comment("", text) for text in scored.rows.text])
    judged = decisions.labels >= 0
    np.testing.assert_array_equal(scored.scores[judged], decisions.scores[judged])
    np.testing.assert_array_equal(scored.labels[judged], decisions.labels[judged])


def test_a_comment_without_text_counts_as_fine(moderator: Moderator, rows: MakeRows) -> None:
    """It is counted as unjudged too."""
    scored = score_labelled_rows(moderator, rows(["fine"], text=[" "]))
    assert (scored.scores.tolist(), scored.labels.tolist(), scored.unjudged) == ([[1.0, 0.0, 0.0]], [0], 1)


def test_clean_conversation_is_the_fine_rows_of_clean_sources(moderator: Moderator, rows: MakeRows) -> None:
    """Without a word about sources, those of all of them are clean."""
    table = rows(["fine", "fine", "toxic", "toxic", "fine"], text=TEXTS, source=SOURCES)
    assert score_labelled_rows(moderator, table).is_clean.tolist() == [True, False, True, False, True]
    assert score_labelled_rows(moderator, table, clean=["b"]).is_clean.tolist() == [False, False, True, False, True]


def test_progress_ends_at_one(moderator: Moderator, rows: MakeRows) -> None:
    """Every batch reports the share that is done."""
    shares: list[float] = []
    score_labelled_rows(moderator, rows(["fine"] * 5, text=TEXTS), progress=shares.append, batch_size=2)
    assert shares == [0.4, 0.8, 1.0]


def test_a_comment_that_cannot_be_read_stops_no_evaluation(moderator: Moderator, rows: MakeRows, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for which scoring fails is counted as unjudged; the others are evaluated."""
    original: Callable[..., Any] = Classifier.raw_scores

    def fail(classifier: Classifier, texts: Any, *arguments: Any, **named: Any) -> Any:
        if b"idiot" in b"".join(texts):
            raise RuntimeError
        return original(classifier, texts, *arguments, **named)

    usual = score_labelled_rows(moderator, rows(["fine"] * 5, text=TEXTS, source=SOURCES))
    monkeypatch.setattr(Classifier, "raw_scores", fail)
    scored = score_labelled_rows(moderator, rows(["fine"] * 5, text=TEXTS, source=SOURCES))
    assert (usual.unjudged, scored.unjudged) == (1, 2)
    np.testing.assert_array_equal(scored.scores[1:], usual.scores[1:])
