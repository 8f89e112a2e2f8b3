"""Letters, digits and signs are read as words of the lexicon, and drawn-out letters are cut."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from model.normaliser.buffers import Scratch
from model.normaliser.hashing import CHARGED, WORD, Lexicon
from model.normaliser.leetspeak import (
    CHARGED_ONLY,
    SHORTEN,
    count_readings,
    decode_leetspeak,
    is_acceptable,
    nth_reading,
    undo_drawn_out,
    write_reading,
)


def as_array(text: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(text, np.uint8)


@pytest.mark.parametrize(
    ("flags", "size", "fewest", "acceptable"),
    [(0, 9, 2, False), (WORD, 4, 4, True), (WORD, 3, 4, False), (WORD | CHARGED, 3, 4, True), (WORD, 16, CHARGED_ONLY, False)],
)
def test_acceptable_words(*, flags: int, size: int, fewest: int, acceptable: bool, both: Callable[..., Any]) -> None:
    """A charged word is read out of a disguise, any other only if it has enough letters."""
    assert both(is_acceptable, flags, size, fewest) is acceptable


@pytest.mark.parametrize(("text", "readings"), [(b"shit", 1), (b"sh1t", 2), (b"1d!0t", 4), (b"111111", 16), (b"a.b", 0)])
def test_readings_are_counted(text: bytes, readings: int, both: Callable[..., Any]) -> None:
    """Each sign that stands for two letters doubles the readings, up to sixteen; a sign that stands for none leaves no reading."""
    assert both(count_readings, as_array(text), len(text)) == readings


@pytest.mark.parametrize("readings", [1, 2, 4, 16])
def test_every_reading_has_its_turn(readings: int, both: Callable[..., Any]) -> None:
    """Each reading is tried once, those that read all signs alike first."""
    order = [both(nth_reading, n, readings) for n in range(readings)]
    assert sorted(order) == list(range(readings))
    assert set(order[:2]) == {0, readings - 1}


@pytest.mark.parametrize(("reading", "word"), [(0, b"iidiot"), (1, b"lidiot"), (3, b"lldiot")])
def test_a_reading_is_written(reading: int, word: bytes, scratch: Scratch, both: Callable[..., Any]) -> None:
    """The bits of a reading say which of its two letters each ambiguous sign is."""
    both(write_reading, as_array(b"11d10t"[:2] + b"diot"), 6, reading, scratch.candidate)
    assert scratch.candidate[:6].tobytes() == word


@pytest.mark.parametrize(
    ("text", "fewest", "word"),
    [
        (b"5h1t", 4, b"shit"),
        (b"1d1ot", 4, b"idiot"),
        (b"sh1111t", 4, b"shit"),
        (b"p30ple", 4, b"people"),
        (b"p30ple", CHARGED_ONLY, b""),
        (b"xq1z", 4, b""),
        (b"a$", 2, b""),
        (b"1" * 41, 4, b""),
    ],
)
def test_leetspeak(text: bytes, fewest: int, word: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Signs are read as the letters that make an acceptable word, drawn out or not."""
    size = both(decode_leetspeak, as_array(text), len(text), lexicon, fewest, scratch)
    assert scratch.replacement[:size].tobytes() == word


@pytest.mark.parametrize(
    ("text", "longest_run", "word"), [(b"shiiiit", 4, b"shit"), (b"gooood", 4, b"good"), (b"fuuck", 2, b"fuck"), (b"doorr", 2, b"")]
)
def test_drawn_out_words(text: bytes, longest_run: int, word: bytes, lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """Repeated letters are cut to what makes a word; of doubled ones only a charged word is made."""
    size = both(undo_drawn_out, as_array(text), 0, len(text), longest_run, lexicon, scratch.replacement)
    assert scratch.replacement[:size].tobytes() == word


def test_what_makes_no_word_is_shortened(lexicon: Lexicon, scratch: Scratch, both: Callable[..., Any]) -> None:
    """A letter that comes three times or more in no word is to be shortened."""
    assert both(undo_drawn_out, as_array(b"xqqqqz"), 0, 6, 4, lexicon, scratch.replacement) == SHORTEN
