"""Languages of rulings that the champion has not learned."""

from dataclasses import replace

import numpy as np

from tests.training.retrain.conftest import labelled
from training.retrain.row_languages import FEWEST_ROWS_OF_A_LANGUAGE, taught_languages, unlearned_languages
from training.retrain.ruling_rows import RulingRows

TEXTS = ["The weather is lovely and we walked along the river", "Совершенно не согласен с автором этой статьи", "ok", "moin moin"]


def test_texts_and_statements_say_the_language() -> None:
    """A long text is identified; a short one is not, unless its row states its language; what the champion has learned is none."""
    rows = RulingRows.of(labelled({"fine": TEXTS}))
    assert unlearned_languages(rows, ["en"]) == [None, "ru", None, None]
    stated = replace(rows, language=["en", None, "nonsense 1", "de"])
    assert unlearned_languages(stated, ["en"]) == [None, "ru", None, "de"]
    assert unlearned_languages(stated, ["en", "de", "ru"]) == [None] * 4


def test_enough_rows_teach_a_language() -> None:
    """A language is taught by so many rows that answer something, and by no fewer."""
    languages = ["ko"] * FEWEST_ROWS_OF_A_LANGUAGE + ["de"] * (FEWEST_ROWS_OF_A_LANGUAGE - 1) + [None] * 900
    answered = np.ones(len(languages), np.bool_)
    assert taught_languages(languages, answered) == ["ko"]
    answered[0] = False
    assert taught_languages(languages, answered) == []
