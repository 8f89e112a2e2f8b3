"""Unknown words are read as the likeliest words of the lexicon that they may be."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.buffers import Scratch
from model.normaliser.hashing import Lexicon, deletes_slot, lexicon_hash, next_delete
from model.normaliser.spelling import (
    FAMILIAR,
    RARE,
    correct_typo,
    is_delete,
    spell_word,
    split_compound,
    split_prefix,
    undo_homophone,
)


def as_array(text: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(text, np.uint8)


@pytest.fixture(scope="module")
def number(lexicon: Lexicon) -> int:
    """The number of the word "stupid" in the lexicon."""
    h = np.uint64(lexicon_hash(as_array(b"tupid"), 0, 5))
    return next_delete(lexicon, h, deletes_slot(lexicon, h))[1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (b"poeple", b"people"),
        (b"peple", b"people"),
        (b"peoople", b"people"),
        (b"prople", b"people"),
        (b"idoit", b"idiot"),
        (b"shti", b"shit"),
        (b"fck", b"fuck"),
        (b"stupiid", b"stupid"),
        (b"goof", b""),
        (b"gd", b""),
        (b"poepel", b""),
        (b"xqzkvw", b""),
        (b"a" * 16, b""),
    ],
)
def test_typos(text: bytes, word: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """One mistake is corrected: a letter missing, doubled or another, or two exchanged; short words only where that is safe."""
    size = both(correct_typo, as_array(b"a " + text), 2, 2 + len(text), lexicon, scratch.hashes, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == word


@pytest.mark.parametrize(
    ("text", "least", "words"),
    [
        (b"shutyou", RARE, b""),
        (b"whatthe", FAMILIAR, b"what the"),
        (b"stupidwhore", FAMILIAR, b"stupid whore"),
        (b"grandrare", RARE, b""),
        (b"shithole", FAMILIAR, b"shit hole"),
        (b"xqzk", RARE, b""),
    ],
)
def test_compounds(text: bytes, least: int, words: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """A word is split into two known ones if both are frequent enough."""
    size = both(split_compound, as_array(text), 0, len(text), lexicon, least, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == words


@pytest.mark.parametrize(("text", "words"), [(b"yourstupidhole", b"your stupidhole"), (b"whatthexq", b""), (b"rarestupidhole", b"")])
def test_prefixes(text: bytes, words: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """A familiar word is split off if two known ones follow; these are left together."""
    size = both(split_prefix, as_array(text), 0, len(text), lexicon, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == words


@pytest.mark.parametrize(("text", "word"), [(b"phuck", b"fuck"), (b"vvhore", b"whore"), (b"phood", b""), (b"fuck", b""), (b"vv", b"")])
def test_homophones(text: bytes, word: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Letters that sound or look like another are read as it where that makes a charged word."""
    size = both(undo_homophone, as_array(text), 0, len(text), lexicon, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == word


def test_a_word_is_spelt(number: int, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """A word of the lexicon is written letter by letter."""
    size = both(spell_word, lexicon, number, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == b"stupid"


@pytest.mark.parametrize(
    ("text", "left_out", "same"), [(b"stupd", -1, True), (b"stupd", 4, True), (b"stupd", 3, False), (b"stapd", -1, False)]
)
def test_deletes(*, text: bytes, left_out: int, same: bool, number: int, lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """A text is the delete of a word if it is the word without one letter, that at a given place if one is given."""
    assert both(is_delete, lexicon, number, as_array(text), 0, len(text), left_out) is same
