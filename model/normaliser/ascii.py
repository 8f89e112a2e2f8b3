"""Classes of ASCII bytes: letters, digits, punctuation around words, and the signs that are written in place of letters."""

import numpy as np

from model.array_types import BoolArray, ByteArray
from model.numba_cache import inner

__all__ = [
    "LEET",
    "SPACE",
    "is_alnum",
    "is_digit",
    "is_edge",
    "is_leet",
    "is_letter",
    "is_name_byte",
    "is_separator",
    "letters_end",
    "spells",
]

SPACE = ord(" ")
_FIRST_BEYOND = 128  # the bytes from here on are parts of characters that are not ASCII


def _make_leet_table() -> ByteArray:
    """Return up to two letters for each byte that leetspeak uses in their place, shape (128, 2), 0 = none."""
    table = np.zeros((_FIRST_BEYOND, 2), np.uint8)
    pairs = {"0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g"}
    pairs |= {"@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "(": "c"}
    for sign, letters in pairs.items():
        for column, letter in enumerate(letters):
            table[ord(sign), column] = ord(letter)
    return table


def _make_class(signs: str) -> BoolArray:
    """Return which ASCII bytes are among the signs, shape (128,)."""
    table = np.zeros(_FIRST_BEYOND, np.bool_)
    table[[ord(sign) for sign in signs]] = True
    return table


LEET = _make_leet_table()
_EDGE = _make_class("!\"'(),.:;?[\\]^_`{|}~-<>/")
_SEPARATOR = _make_class(".-_*,/~+|#%^:")


@inner
def is_letter(b: int) -> bool:
    """Whether a byte is a lower-case ASCII letter."""
    return ord("a") <= b <= ord("z")


@inner
def is_digit(b: int) -> bool:
    """Whether a byte is an ASCII digit."""
    return ord("0") <= b <= ord("9")


@inner
def is_alnum(b: int) -> bool:
    """Whether a byte is a lower-case ASCII letter, a digit, or part of a character that is not ASCII."""
    return is_letter(b) or is_digit(b) or b >= _FIRST_BEYOND


@inner
def is_name_byte(b: int) -> bool:
    """Whether a byte may be part of the name of a user: a letter, a digit or "_"."""
    return is_alnum(b) or b == ord("_")


@inner
def is_leet(b: int) -> bool:
    """Whether a sign is written in place of a letter."""
    return b < _FIRST_BEYOND and LEET[b, 0] != 0


@inner
def is_edge(b: int) -> bool:
    """Whether a sign at the edge of a token is punctuation around the word rather than part of it."""
    return b < _FIRST_BEYOND and _EDGE[b]


@inner
def is_separator(b: int) -> bool:
    """Whether a sign is put between letters, or in place of a vowel."""
    return b < _FIRST_BEYOND and _SEPARATOR[b]


@inner
def letters_end(data: ByteArray, lo: int, hi: int) -> int:
    """Return where the letters that data[lo:hi] begins with end; lo if it begins with none."""
    k = lo
    while k < hi and is_letter(data[k]):
        k += 1
    return k


@inner
def spells(data: ByteArray, lo: int, hi: int, word: ByteArray) -> bool:
    """Whether data[lo:hi] begins with a word."""
    same = hi - lo >= word.size
    for k in range(word.size if same else 0):
        same = same and data[lo + k] == word[k]
    return same
