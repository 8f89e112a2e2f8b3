"""Promises of the way from a comment in another language to what the kernels read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.normaliser.lexicon import parse_lexicon
from model.text.language_pipeline import normalise_for_language, prepare_for_language, prepare_text_for_language

EMPTY = parse_lexicon(b"")


def test_markup_is_taken_away() -> None:
    """Mark-up and character references are no part of what is read, as in English."""
    comments = [Comment("1", "<p>Sch&ouml;n</p>", format=Format.HTML), Comment("2", "Sch&ouml;n"), Comment("3", "Schön")]
    assert {text.strip() for text in prepare_for_language(comments, "de")} == {b"schoen"}


def test_prepared_text() -> None:
    """A single text is prepared as within comments."""
    text = "Ты **дура**"
    assert prepare_for_language([Comment("", text, format=Format.MARKDOWN)], "ru") == [
        prepare_text_for_language(text, Format.MARKDOWN, "ru")
    ]


@pytest.mark.parametrize(
    ("tag", "text", "word"), [("ru", "<b>Ну ты</b> дура!", "дура"), ("zh", "<i>他是</i>傻子", "傻"), ("hi", "तू गधा है", "गधा")]
)
def test_way_back_to_a_word(tag: str, text: str, word: str) -> None:
    """The bytes of a word lead back to where it stands in the comment as it was written."""
    traced = normalise_for_language(text, Format.HTML, tag, EMPTY)
    at = text.index(word)
    inside = (traced.begin >= at) & (traced.end <= at + len(word))
    assert inside.sum() >= len(word)
    assert np.ptp(np.flatnonzero(inside)) == inside.sum() - 1


@given(st.text(), st.sampled_from(["ar", "de", "ja", "ko", "ru", "ur-Latn"]))
def test_ranges_lie_in_the_text(text: str, tag: str) -> None:
    """Whatever the text, every byte stands for a part of it."""
    traced = normalise_for_language(text, Format.PLAIN, tag, EMPTY)
    assert traced.begin.size == traced.end.size == traced.data.size
    if traced.data.size:
        assert traced.begin.min() >= 0
        assert traced.end.max() <= len(text)
        assert (traced.begin < traced.end).all()
