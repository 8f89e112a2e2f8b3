"""The tables of signs: whole, and without a letter that stands for itself."""

from math import dist

import pytest

from training.robustness.lookalikes import BLANKS, HOMOGLYPHS, INVISIBLE, LEET_SIGNS, NEIGHBOURING_KEYS, RARE_LEET_SIGNS, STYLED_ALPHABETS

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("table", [HOMOGLYPHS, NEIGHBOURING_KEYS], ids=["homoglyphs", "neighbours"])
def test_every_letter_has_its_signs(table: dict[str, tuple[str, ...]]) -> None:
    """Each letter of the alphabet has at least one."""
    assert "".join(sorted(table)) == LETTERS
    assert all(table.values())


@pytest.mark.parametrize("table", [HOMOGLYPHS, NEIGHBOURING_KEYS, LEET_SIGNS, RARE_LEET_SIGNS])
def test_no_letter_stands_for_itself(table: dict[str, tuple[str, ...]]) -> None:
    """An attack that replaces a letter changes the word."""
    assert all(letter not in signs for letter, signs in table.items())


def test_homoglyphs_are_no_plain_letters() -> None:
    """They look like letters of ASCII and are none."""
    assert not any(sign.isascii() for signs in HOMOGLYPHS.values() for sign in signs)


def test_neighbouring_keys_are_near() -> None:
    """No neighbour is further away than the keys diagonally above and below."""
    shifts = {"qwertyuiop": 0.0, "asdfghjkl": 0.25, "zxcvbnm": 0.75}
    places = {letter: (shift + column, row) for row, (keys, shift) in enumerate(shifts.items()) for column, letter in enumerate(keys)}
    assert max(dist(places[letter], places[other]) for letter, others in NEIGHBOURING_KEYS.items() for other in others) < 1.6


@pytest.mark.parametrize("alphabet", STYLED_ALPHABETS)
def test_a_styled_alphabet_is_whole(alphabet: dict[str, str]) -> None:
    """It has one sign for each letter, and no two letters share one."""
    assert "".join(alphabet) == LETTERS
    assert len(set(alphabet.values())) == len(LETTERS)


def test_blanks_are_blank_and_invisible_signs_are_not() -> None:
    """A word splits at blanks; it does not split at a character without width."""
    assert all(blank.isspace() for blank in BLANKS)
    assert not any(sign.isspace() or sign.isalnum() for sign in INVISIBLE)
