"""Bytes are sorted into classes: letters, digits, punctuation around words, signs that are written in place of letters."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.ascii import (
    LEET,
    is_alnum,
    is_digit,
    is_edge,
    is_leet,
    is_letter,
    is_name_byte,
    is_separator,
    letters_end,
    spells,
)

LETTERS, DIGITS = set(b"abcdefghijklmnopqrstuvwxyz"), set(b"0123456789")
BEYOND = set(range(128, 256))
CLASSES: dict[Callable[[int], bool], set[int]] = {
    is_letter: LETTERS,
    is_digit: DIGITS,
    is_alnum: LETTERS | DIGITS | BEYOND,
    is_name_byte: LETTERS | DIGITS | BEYOND | set(b"_"),
    is_leet: DIGITS | set(b"@$!|+("),
    is_edge: set(b"!\"'(),.:;?[\\]^_`{|}~-<>/"),
    is_separator: set(b".-_*,/~+|#%^:"),
}


@pytest.mark.parametrize("function", CLASSES, ids=lambda function: function.__name__)
def test_classes(function: Callable[[int], bool], both: Callable[..., Any]) -> None:
    """Each class has the bytes that it should have, and no other."""
    assert {byte for byte in range(256) if both(function, np.uint8(byte))} == CLASSES[function]


def test_leetspeak_stands_for_letters() -> None:
    """Each sign of leetspeak stands for one or two lower-case letters, the others for none."""
    for byte, letters in enumerate(LEET):
        assert set(letters.tolist()) - {0} <= LETTERS
        assert bool(letters[0]) == is_leet(byte)
    assert bytes(LEET[ord("1")]) == b"il"


@pytest.mark.parametrize(("text", "end"), [(b"word", 4), (b"fu.ck", 2), (b"1st", 0), (b"", 0)])
def test_letters_end(text: bytes, end: int, both: Callable[..., Any]) -> None:
    """The letters that a text begins with end at the first other byte."""
    assert both(letters_end, np.frombuffer(text, np.uint8), 0, len(text)) == end


@pytest.mark.parametrize(("lo", "hi", "same"), [(1, 6, True), (1, 5, True), (1, 4, False), (0, 6, False)])
def test_spells(*, lo: int, hi: int, same: bool, both: Callable[..., Any]) -> None:
    """A range spells a word if it begins with it and holds all of it."""
    assert both(spells, np.frombuffer(b"[user]", np.uint8), lo, hi, np.frombuffer(b"user", np.uint8)) is same
