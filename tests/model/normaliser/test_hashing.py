"""Words are found by their hash, with their frequency and flags, and so are those that lost a letter."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.normaliser.hashing import (
    CHARGED,
    HASH_OFFSET,
    WORD,
    Lexicon,
    deletes_slot,
    extend_hash,
    find_word,
    finish_hash,
    flags_of,
    hash_deletes,
    lexicon_hash,
    look_up,
    next_delete,
    word_info,
    word_letter,
    word_size,
)


def as_array(text: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(text, np.uint8)


def words_without_a_letter(lexicon: Lexicon, text: bytes) -> set[str]:
    """Return all words that may be a text once they lost a letter."""
    h = np.uint64(lexicon_hash(as_array(text), 0, len(text)))
    words = set()
    slot, number = next_delete(lexicon, h, deletes_slot(lexicon, h))
    while number >= 0:
        words.add("".join(chr(word_letter(lexicon, number, k)) for k in range(word_size(lexicon, number))))
        assert len(words) < 10
        slot, number = next_delete(lexicon, h, slot)
    return words


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_a_hash_grows_byte_by_byte(left: bytes, right: bytes) -> None:
    """The hash of a word is that of nothing extended by its bytes, wherever the word is in a text."""
    h = HASH_OFFSET
    for byte in right:
        h = np.uint64(extend_hash(h, byte))
    assert finish_hash(h) == lexicon_hash(as_array(left + right), len(left), len(left + right))


def test_python_and_machine_code_hash_alike(both: Callable[..., Any]) -> None:
    """The hash is FNV-1a, mixed once more, whether it is compiled or not."""
    assert both(extend_hash, HASH_OFFSET, ord("a")) == 0xAF63DC4C8601EC8C  # by the authors' test vectors
    assert both(finish_hash, np.uint64(1)) == 0x9E3779B97F4A7C15 ^ (0x9E3779B97F4A7C15 >> 29)
    assert both(lexicon_hash, as_array(b"word"), 0, 4) == both(lexicon_hash, as_array(b"a word"), 2, 6)


def test_hashes_of_deletes(both: Callable[..., Any]) -> None:
    """The deletes of a word are hashed in the order of the letter that is left out."""
    hashes = np.zeros(4, np.uint64)
    both(hash_deletes, as_array(b"word"), 0, 4, hashes)
    assert hashes.tolist() == [both(lexicon_hash, as_array(word), 0, 3) for word in (b"ord", b"wrd", b"wod", b"wor")]


@pytest.mark.parametrize(("word", "frequency", "flags"), [(b"people", 13, WORD), (b"shit", 11, WORD | CHARGED), (b"xqzk", 0, 0)])
def test_words_are_found(word: bytes, frequency: int, flags: int, lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """A word of the lexicon is found with its frequency and its flags, any other with none."""
    h = np.uint64(both(lexicon_hash, as_array(word), 0, len(word)))
    assert both(find_word, lexicon, h) == (frequency, flags)
    assert both(flags_of, lexicon, h) == flags
    assert both(look_up, lexicon, as_array(b"a " + word), 2, 2 + len(word)) == flags


@pytest.mark.parametrize("left_out", range(6))
def test_words_are_found_by_what_is_left_without_a_letter(left_out: int, lexicon: Lexicon) -> None:
    """A word is among the candidates for each of its deletes."""
    assert "people" in words_without_a_letter(lexicon, b"people"[:left_out] + b"people"[left_out + 1 :])


def test_several_words_may_share_what_is_left(lexicon: Lexicon) -> None:
    """All words that a text is the delete of are candidates; what no word leaves has none."""
    assert {"their", "there"} & words_without_a_letter(lexicon, b"thee") == {"there"}
    assert not words_without_a_letter(lexicon, b"xqzk")


def test_a_candidate_is_known_by_its_number(lexicon: Lexicon, both: Callable[..., Any]) -> None:
    """The number of a candidate leads to its letters, its frequency and its flags."""
    h = np.uint64(both(lexicon_hash, as_array(b"peple"), 0, 5))
    first = both(deletes_slot, lexicon, h)
    slot, number = both(next_delete, lexicon, h, first)
    assert both(word_size, lexicon, number) == 6
    assert "".join(chr(both(word_letter, lexicon, number, k)) for k in range(6)) == "people"
    assert both(word_info, lexicon, number) == (13, WORD)
    assert both(next_delete, lexicon, h, slot)[1] == -1
