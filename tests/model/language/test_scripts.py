"""Scripts: every letter of the tables has the script that Unicode names it after."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.language import scripts
from model.language.scripts import LANGUAGE_OF_SCRIPT, NOT_A_LETTER, SCRIPT_NAMES, SYLLABIC
from tests.model.python_bodies import python_bodies

# What the names of letters say, where that is not the script alone: Syriac and Coptic lie among their neighbours.
PREFIXES = {
    "Arabic": ("ARABIC", "SYRIAC"),
    "Greek": ("GREEK", "COPTIC"),
    "Kana": ("HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA"),
    "Han": ("CJK",),
    "Odia": ("ORIYA",),
}
STYLED = ("MATHEMATICAL", "FULLWIDTH", "LATIN", "MODIFIER", "PLANCK", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER")


def script_name(letter: str) -> str:
    return SCRIPT_NAMES[scripts.script_of(ord(letter))]


@pytest.mark.parametrize(
    ("letters", "script"),
    [
        *(("éßÿĀʯẞ", "Latin"), ("αώ", "Greek"), ("яѐԯ", "Cyrillic"), ("עש", "Hebrew"), ("عپۀ", "Arabic"), ("नक", "Devanagari")),
        *(("汉字𠀀", "Han"), ("ひカ", "Kana"), ("한ㅎ", "Hangul"), ("ไท", "Thai"), ("አማ", "Ethiopic"), ("𝐲𝓸𝔲", "Latin")),
    ],
)
def test_letters_have_their_script(letters: str, script: str) -> None:
    """Letters of each script are recognised, decorated Latin ones included."""
    assert {script_name(letter) for letter in letters} == {script}


@pytest.mark.parametrize("sign", ["×", "÷", "😀", "—", "€", "\u200d", "٪", "।", "\U0010ffff"])
def test_what_is_no_letter_has_no_script(sign: str) -> None:
    """Signs, emoji and marks beyond ASCII belong to no script."""
    assert scripts.script_of(ord(sign)) == NOT_A_LETTER


def test_scripts_are_those_of_unicode() -> None:
    """Every letter that the tables give a script is named after that script by Unicode, or after a small one beside it."""
    for point in range(0x80, 0x20000):
        name = unicodedata.name(chr(point), "")
        script = script_name(chr(point))
        if script and name and unicodedata.category(chr(point)).startswith("L"):
            prefixes = STYLED if script == "Latin" else PREFIXES.get(script, (script.upper(),))
            assert any(prefix in name for prefix in prefixes), (hex(point), name, script)


def test_every_script_leads_to_a_language_or_to_several() -> None:
    """A script that a single language is written in says which; those of several languages are left to the n-grams."""
    several = {"", "Latin", "Cyrillic", "Arabic", "Devanagari", "Bengali", "Hebrew", "Ethiopic", "Han"}

    assert set(SCRIPT_NAMES) == several | set(LANGUAGE_OF_SCRIPT)
    assert {name for name, syllabic in zip(SCRIPT_NAMES, SYLLABIC, strict=True) if syllabic} == {"Han", "Kana", "Hangul", "Ethiopic"}


@given(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), st.text(max_size=3))
def test_code_points_are_decoded(letter: str, rest: str) -> None:
    """The UTF-8 of any code point beyond ASCII gives it back, with the number of its bytes, whatever follows."""
    data = np.frombuffer((letter + rest).encode(), np.uint8)

    assert scripts.decode_code_point(data, 0, data.size) == (ord(letter), len(letter.encode()))


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does; a sequence that is cut off is skipped."""
    letters = "éяक汉😀×\U0003134f"
    compiled = [scripts.script_of(ord(letter)) for letter in letters]

    with python_bodies(scripts):
        assert [scripts.script_of(ord(letter)) for letter in letters] == compiled
        for letter in letters:
            data = np.frombuffer(letter.encode(), np.uint8)
            assert scripts.decode_code_point(data, 0, data.size) == (ord(letter), data.size)
        assert scripts.decode_code_point(np.frombuffer("汉".encode(), np.uint8), 0, 2) == (0, 2)
