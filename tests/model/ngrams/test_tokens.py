"""Words: what belongs to one, which are equal, and how repeated ones are found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ngrams import tokens
from model.ngrams.tokens import Words, allocate_words, has_letters, mark_first_occurrences, word_hash
from tests.model.python_bodies import python_bodies


def as_array(text: str) -> "np.typing.NDArray[np.uint8]":
    return np.frombuffer(text.encode(), np.uint8)


def split(text: str) -> tuple[list[str], list[int]]:
    """Return the words of a text and their hashes."""
    data = as_array(text)
    words = tokens.allocate_words(data.size)
    n = tokens.split_words(data, 0, data.size, words)
    parts = [text.encode()[begin:end].decode() for begin, end in zip(words.begin[:n], words.end[:n], strict=True)]
    return parts, words.hashes[:n].tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("a fine day, isn't it", ["a", "fine", "day", "isn't", "it"]),
        ("'quoted' o''clock", ["quoted", "o", "clock"]),
        ("f*ck @you #tag a_b $5", ["f*ck", "@you", "#tag", "a_b", "$5"]),
        ("what?! no!!! (really)", ["what", "?", "!", "no", "!!!", "really"]),
        ("naïve 😀", ["naïve", "😀"]),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    """Words are runs of letters, digits and a few signs, and runs of "!" or "?"; apostrophes belong to them within only."""
    assert split(text)[0] == words


def test_the_hash_is_that_of_the_word_alone() -> None:
    """A word has the same hash wherever it stands, and none of the others has it."""
    words, hashes = split("you and me, you and them")

    for word, h in zip(words, hashes, strict=True):
        assert word_hash(as_array(word), 0, len(word)) == h
    assert len(set(hashes)) == len(set(words))


def test_runs_of_two_or_more_are_equal() -> None:
    """Two signs in a row are as good as three, but not as one, nor as other signs; runs have no letters, all other words have."""
    _, (one, two, three, other) = split("! !! !!! ??")

    assert two == three
    assert len({one, two, other}) == 3
    assert [has_letters(ord(sign)) for sign in "!?a@*"] == [False, False, True, True, True]


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), max_size=80), st.integers(1, 9))
def test_first_occurrences_are_those_of_a_dictionary(hashes: list[int], generation: int) -> None:
    """Each hash leads to the first that equals it, whatever earlier generations left in the table."""
    words: Words = allocate_words(len(hashes))
    places: dict[int, int] = {}
    expected = [places.setdefault(h, at) for at, h in enumerate(hashes)]

    for step in range(2):
        array = np.array(hashes, np.uint64)
        distinct = mark_first_occurrences(array, len(hashes), words.first, words.slots, generation + step)
        assert words.first[: len(hashes)].tolist() == expected
        assert distinct == len(places)


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does."""
    texts = ["", "it's what it's, ''tis!!! isn't it? ??", "naïve " * 50]
    hashes = np.array([5, 7, 5, 5, 2**64 - 1, 7], np.uint64)
    compiled = [split(text) for text in texts]
    words = allocate_words(6)
    distinct, first = mark_first_occurrences(hashes, 6, words.first, words.slots, 1), words.first[:6].tolist()

    with python_bodies(tokens):
        assert [split(text) for text in texts] == compiled
        words = tokens.allocate_words(6)
        assert tokens.mark_first_occurrences(hashes, 6, words.first, words.slots, 1) == distinct
        assert words.first[:6].tolist() == first
        assert tokens.word_hash(as_array("it's"), 0, 4) == compiled[1][1][0]
        assert not tokens.has_letters(ord("!"))
