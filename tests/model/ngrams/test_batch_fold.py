"""Many comments are folded together as each is alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.ngrams import batch_fold
from model.text.language_pipeline import prepare_for_language
from tests.model.python_bodies import python_bodies

TAGS = ("de", "da", "ru", "el", "ar", "he", "hi", "ko", "zh", "ja", "am", "hi-Latn", "vi")
TEXTS = [
    "",
    "Grüße, Sie IDIOT!!!",
    "sooooo gut  und  schön",
    "Ты дура, сyка",
    "你 是   白痴 lol",
    "死ねええええ",
    "तू गधा है 😀😀😀",
    "a &amp; b",
    "Ωraio γεια",
    "x" * 9,
]


def folded_together(texts: list[str], tag: str, text_format: Format = Format.PLAIN) -> list[bytes]:
    comments = [Comment("", text, text_format) for text in texts]
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    offsets = np.cumsum([0, *map(len, texts)])
    is_left = np.full(len(texts), text_format is not Format.PLAIN)
    data, ends = batch_fold.fold_together(comments, points, offsets, is_left, tag)
    return [data[ends[row] : ends[row + 1]].tobytes() for row in range(len(texts))]


@pytest.mark.parametrize("tag", TAGS)
def test_each_is_folded_as_it_is_alone(tag: str) -> None:
    """The first time, when Python finds what characters become, and once they are known, the bytes are the same."""
    alone = prepare_for_language([Comment("", text) for text in TEXTS], tag)

    assert folded_together(TEXTS, tag) == alone
    assert folded_together(TEXTS, tag) == alone


@given(st.lists(st.text(st.characters(max_codepoint=0x20100) | st.sampled_from("-. ab_я"), max_size=20), max_size=3), st.sampled_from(TAGS))
def test_any_text_is_folded_as_it_is_alone(texts: list[str], tag: str) -> None:
    """Whatever the characters, lone surrogates among them, nothing depends on which were met before."""
    alone = prepare_for_language([Comment("", text) for text in texts], tag)

    assert folded_together(texts, tag) == folded_together(texts, tag) == alone


def test_markup_is_left_out() -> None:
    """Comments with mark-up are read as they are alone."""
    texts = ["<b>Schön</b>", "gut &uuml;"]

    assert folded_together(texts, "de", Format.HTML) == prepare_for_language([Comment("", text, Format.HTML) for text in texts], "de")


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does."""
    compiled = {tag: folded_together(TEXTS, tag) for tag in TAGS}

    with python_bodies(batch_fold):
        assert {tag: folded_together(TEXTS, tag) for tag in TAGS} == compiled
