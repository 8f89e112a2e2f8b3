"""Words that are taken apart are put together again, where that makes a word of the lexicon."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.buffers import Scratch
from model.normaliser.hashing import Lexicon
from model.normaliser.obfuscation import begins_single_letters, is_numeric, join_halves, join_separated, join_single_letters
from model.normaliser.token_parts import TokenParts, take_apart


def as_array(text: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(text, np.uint8)


def first_two(text: bytes, lexicon: Lexicon) -> tuple[TokenParts, TokenParts]:
    token = take_apart(as_array(text), 0, len(text), lexicon)
    return token, take_apart(as_array(text), token.end, len(text), lexicon)


@pytest.mark.parametrize(
    ("text", "begins"), [(b"f u c k", True), (b"5 h", True), (b"a bc", False), (b"ab c", False), (b"f", False), (b"(f u", False)]
)
def test_single_letters_begin(*, text: bytes, begins: bool, lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """Two tokens of a single sign each may begin a word that is written letter by letter."""
    assert both(begins_single_letters, *first_two(text, lexicon)) is begins


@pytest.mark.parametrize(
    ("text", "word", "end"),
    [
        (b"f u c k", b"fuck", 7),
        (b"s h 1 t x", b"shit", 7),
        (b"f u u u c k!", b"fuck", 11),
        (b"i d i o t s", b"idiot", 9),
        (b"x q z", b"", None),
        (b"1 2 3", b"", None),
        (b"f u ck", b"", None),
    ],
)
def test_single_letters(text: bytes, word: bytes, end: int | None, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Letters that stand alone are read as the longest word that they begin with, up to its last letter."""
    size, found_end = both(join_single_letters, as_array(text), 0, len(text), lexicon, scratch)
    assert scratch.replacement[:size].tobytes() == word
    assert end is None or found_end == end


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"fu ck", b"fuck"),
        (b"sh it!", b"shit"),
        (b"peo ple", b"people"),
        (b"go od", b""),
        (b"pen is", b""),
        (b"no or", b""),
        (b"f uck", b"fuck"),
        (b"a ss", b""),
        (b"fu ck2", b""),
        (b"fu (ck", b""),
        (b"fu", b""),
    ],
)
def test_halves(text: bytes, word: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Two halves are joined if one of them is no word and both make a charged one, or a longer one of which neither half is a word."""
    size, end = both(join_halves, as_array(text), *first_two(text, lexicon), lexicon, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == word
    assert not word or text[end:] in {b"", b"!"}


@pytest.mark.parametrize("text", [b"a55", b"5um", b"30min", b"player2", b"b2", b"2nd", b"10am"])
def test_numbers(text: bytes, lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """Numbers with their units, versions and numbered words are no leetspeak."""
    assert both(is_numeric, as_array(text), 0, len(text), lexicon)


@pytest.mark.parametrize("text", [b"sh1t", b"5hit", b"p30ple", b"word", b"1d10t"])
def test_no_numbers(text: bytes, lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """Digits within letters, and a single one before many, are letters rather than numbers."""
    assert not both(is_numeric, as_array(text), 0, len(text), lexicon)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"f.u.c.k", b"fuck"),
        (b"s-h-1-t", b"shit"),
        (b"g_o_o_d", b"good"),
        (b"fu-ck", b"fuck"),
        (b"peo-ple", b""),
        (b"no-one", b""),
        (b"u.s.a", b""),
        (b"shit", b""),
        (b"1.2.3", b""),
    ],
)
def test_separated_letters(text: bytes, word: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Signs between letters go where that makes a word; between parts that are no words, where it makes a charged one."""
    letters = sum(97 <= byte <= 122 for byte in text)
    size = both(join_separated, as_array(text), 0, len(text), letters, lexicon, scratch)
    assert scratch.replacement[:size].tobytes() == word
