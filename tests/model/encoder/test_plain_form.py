"""The form in which the encoder of all languages reads a text: what goes, what stays, and that nothing makes it stumble."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.encoder.plain_form import plain_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Größe\n\tÄRGER ", "größe ärger"),
        ("İSTANBUL", "istanbul"),
        ("ﬁn ＡＢＣ", "fin abc"),
        ("he\u200bll\u202eo \u00adso\u00adft", "hello soft"),
        ("مَرْحَبًـــا", "مرحبا"),
        ("שָׁלוֹם", "שלום"),
        ("हिन्दी में", "हिन्दी में"),
        ("tốt quá", "tốt quá"),
        ("niiiiice!!!!!! 1000000 haaa", "niice!! 1000000 haaa"),
        ("look https://example.org/A?b=c now", "look http now"),
        ("see www.example.org", "see http"),
        ("hey @Some_One, me@example.org", "hey @user, me@example.org"),
        ("@नमस्ते!", "@user!"),
        ("idiоt", "idiot"),
        ("du I d i о t, ich", "du idiot, ich"),
        ("придуpoк", "придурок"),
        ("μαλάkας", "μαλάκας"),
        ("ab\ud800c\x00d", "ab c d"),
        ("", ""),
    ],
)
def test_texts_are_brought_to_their_plain_form(text: str, expected: str) -> None:
    """Each rule does what it says, and accents, points of Indic letters and digits stay."""
    assert plain_form(text) == expected


def test_words_of_one_script_stay_as_they_are() -> None:
    """Words in their own script next to words in another one are not touched, nor a word that is half the one and half the other."""
    assert plain_form("это ok сос") == "это ok сос"
    assert plain_form("аb") == "аb"


@given(st.text())
def test_any_text_has_a_plain_form_that_is_its_own(text: str) -> None:
    """Whatever stands in a text, it has a plain form, of small letters and single blanks, whose plain form is the same."""
    plain = plain_form(text)
    assert plain_form(plain) == plain
    assert plain == " ".join(plain.split())
    assert plain.encode().decode() == plain


def test_single_characters_have_a_plain_form_that_is_its_own() -> None:
    """The same for every character of the basic plane, halves of surrogate pairs included, and every seventh one beyond."""
    characters = [chr(code) for code in range(0x1_0000)] + [chr(code) for code in range(0x1_0000, sys.maxunicode + 1, 7)]
    for character in characters:
        plain = plain_form(character)
        assert plain_form(plain) == plain, hex(ord(character))
