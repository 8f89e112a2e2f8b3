"""Promises of the letters of scripts."""

import unicodedata

import pytest

from model.text.alphabets import ALPHABETS, pair_code


@pytest.mark.parametrize("script", ALPHABETS)
def test_codes_are_bytes_above_ascii(script: str) -> None:
    """Every letter has a byte above ASCII, and no two have the same unless one is read as the other."""
    alphabet = ALPHABETS[script]
    codes = alphabet.codes()
    assert all(len(code) <= 1 and (not code or 0x80 <= ord(code) < 0x100) for code in codes.values())
    own = [codes[letter] for letter in alphabet.letters if letter not in alphabet.same and letter != " "]
    assert len(set(own)) == len(own)


def test_letters_read_as_another_exist() -> None:
    """A letter is only read as one that has a byte of its own."""
    for alphabet in ALPHABETS.values():
        assert {other for other in alphabet.same.values() if other} <= set(alphabet.letters)


def test_pairs_tell_code_points_of_a_script_apart() -> None:
    """Two code points of one block never get the same pair."""
    hiragana = [pair_code(code) for code in range(0x3041, 0x30FF)]
    assert len(set(hiragana)) == len(hiragana)
    assert all(unicodedata.name(each, "") is not None and ord(each) >= 0x80 for pair in hiragana for each in pair)
