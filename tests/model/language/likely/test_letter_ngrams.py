"""Letters of words and their n-grams."""

import numpy as np
import pytest

from model.language import comment_words, scripts
from model.language.likely import letter_ngrams
from model.language.likely.letter_ngrams import LETTER_SLOTS, MOST_NGRAMS
from model.normaliser import hashing
from tests.model.python_bodies import python_bodies


def letters_of(word: str) -> list[int]:
    data, letters = np.frombuffer(word.encode(), np.uint8), np.zeros(LETTER_SLOTS, np.int64)
    size, _ = letter_ngrams.read_letters(data, 0, data.size, letters)
    return [int(letter) for letter in letters[:size]]


def ngrams_of(word: str) -> list[int]:
    letters, ngrams = np.zeros(LETTER_SLOTS, np.int64), np.zeros(MOST_NGRAMS, np.int32)
    read = letters_of(word)
    letters[: len(read)] = read
    return [int(ngram) for ngram in ngrams[: letter_ngrams.write_ngrams(letters, len(read), 15, ngrams)]]


@pytest.mark.parametrize("word", ["ÀÉÎÕÜÞ", "ĀĞĲŁŇŠŸŻŽ", "ΑΩ", "АЯЁЇҐЎ", "ẠẾỮ"])
def test_letters_are_lowered(word: str) -> None:
    """Capitals of the Latin, Greek and Cyrillic alphabets are read as Unicode lowers them."""
    assert letters_of(word) == letters_of(word.lower())


def test_marks_stand_around_letters_and_drawn_out_ones_are_cut() -> None:
    """A word is read between two marks, without signs, and of equal letters in a row two are left."""
    assert letters_of("Neeein😀") == [1, *map(ord, "neein"), 1]
    assert letters_of("😀") == [1, 1]


def test_ngrams_of_a_word() -> None:
    """A word of three letters has all its n-grams of up to four letters and itself; other words have others."""
    assert len(ngrams_of("das")) == 3 + 4 + 3 + 2 + 1
    assert ngrams_of("das") == ngrams_of("DAS") != ngrams_of("dss")
    assert all(0 <= ngram < 1 << 15 for ngram in ngrams_of("Donaudampfschifffahrtsgesellschaft"))


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does."""
    words = ["Größe", "ДА", "漢字", "x"]
    compiled = [ngrams_of(word) for word in words]

    with python_bodies(letter_ngrams, comment_words, scripts, hashing):
        assert [ngrams_of(word) for word in words] == compiled
