"""Promises about letters with their marks, and about words whose letters are written apart."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.signs import join_signs, marks_class, places_of_joined

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("abcdé     ...---___**иклकखा가人1")))


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("du i d i o t!", "du idiot!"),
        ("Du A.r.s.c.h.l.o.c.h", "Du Arschloch"),
        ("с-у-к-а", "сука"),
        ("i_d_i_o_t, echt", "idiot, echt"),
        ("f*o*t*z*e", "fotze"),
        ("ह रा म", "हराम"),
        ("क.मी.ने", "कमीने"),
        ("কু ত্ তা র", "কুত্তার"),
        ("ك ل ب", "كلب"),
    ],
)
def test_a_word_written_apart_is_joined(text: str, joined: str) -> None:
    """Whatever sign stands between the letters, and in any alphabet."""
    assert join_signs(text) == joined


OTHERS = (
    "z. B. am Montag",
    "J. R. R. Tolkien",
    "y a mí",
    "i w domu",
    "a, b, c",
    "1.2.3.4",
    "e-i.o u",
    "나 좀 봐 줘",
    "तो ये है",
    "死 ね よ",
    "C++ a b",
)


@pytest.mark.parametrize("text", OTHERS)
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Initials, short words, lists and numbers are no words written apart, nor are texts in which signs are words."""
    assert join_signs(text) == text


@given(text=TEXTS)
def test_every_character_that_is_left_has_its_place(text: str) -> None:
    """What is left of a text stands there in the same order; only separators are gone."""
    places = places_of_joined(text)
    assert "".join(text[place] for place in places) == join_signs(text)
    assert {text[place] for place in set(range(len(text))) - set(places)} <= set("-._* ")


def test_marks_are_those_that_words_are_written_with() -> None:
    """The class holds vowel signs and viramas, and no letter."""
    is_mark = re.compile(f"[{marks_class()}]")
    assert all(is_mark.match(mark) for mark in "\u0301\u093f\u094d\u0bcd\u0e34\u3099")
    assert not any(is_mark.match(character) for character in "aяक가猫1 ")
    assert all(unicodedata.category(chr(code)).startswith("M") for code in range(0x3200) if is_mark.match(chr(code)))
