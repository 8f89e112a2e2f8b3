"""What is written in several ways is one, and keeps its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.lists.canonical_text import canonical_places, canonical_text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("\u2019\u201c\u2013", "'\"-"),
        ("\u0451\u043b\u043a\u0430", "\u0435\u043b\u043a\u0430"),
        ("\u03bc\u03b1\u03bb\u03ac\u03ba\u03b1\u03c3", "\u03bc\u03b1\u03bb\u03b1\u03ba\u03b1\u03c3"),
        ("\u0131\u015f\u0131k", "i\u015fik"),
        ("_idiot_ __idiot__", " idiot    idiot  "),
        ("\u0939\u093f\u0902_", "\u0939\u093f\u0902 "),
        ("the_donald >_< _ ___", "the_donald >_< _ ___"),
        ("nothing of it", "nothing of it"),
    ],
)
def test_what_is_typed_for_one_another_is_one(text: str, canonical: str) -> None:
    """Quotation marks, letters with marks that are mostly left out, and underscores of emphasis are written in one way."""
    assert canonical_text(text) == canonical


@given(st.text() | st.text("_a\u0451\u0301 \u0939\u093f>"))
def test_every_character_keeps_its_place(text: str) -> None:
    """Every character of the result is one of the text, in their order, and a second time changes nothing."""
    canonical, places = canonical_text(text), list(canonical_places(text))

    assert len(places) == len(canonical) + 1
    assert (sorted(set(places)), places[-1]) == (places, len(text))
    assert canonical_text(canonical) == canonical
