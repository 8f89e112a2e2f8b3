"""The weights of words, and the words that are known."""

from pathlib import Path

import numpy as np
import pytest

from model.errors import ArtefactError
from model.language.likely.language_weights import load_language_weights, mark_known, weigh_other_words, weigh_words
from model.ngrams.packed_texts import pack_bytes


def test_words_add_up() -> None:
    """What two words say is the sum of what each says; known words count their letters, and those of one language as its own."""
    known = np.zeros(1 << 10, np.uint32)
    words = pack_bytes([b"hund", b"cat"])
    mark_known(words.data, words.offsets, np.array([0, 1]), known)
    weights = np.random.default_rng(1).integers(-60, 60, (1 << 12, 2)).astype(np.int8)
    texts = pack_bytes([b"Hund cat", b"hund", b"cat", b"@hund 12"])
    totals, letters_known, letters_own = (np.empty((4, 2), np.int32) for _ in range(3))
    letters = np.empty(4, np.int32)

    weigh_words(*texts, np.arange(4), np.ones(4, np.bool_), weights, known, totals, letters_known, letters_own, letters)

    assert (totals[0] == totals[1] + totals[2]).all()
    assert letters.tolist() == [7, 4, 3, 0]
    assert letters_known.tolist() == [[4, 3], [4, 0], [0, 3], [0, 0]]
    assert (letters_own <= letters_known).all()


def test_words_of_other_languages_are_counted_where_there_are_enough() -> None:
    """Letters count that are in words of another language and not of the text's own, from so many words on."""
    known = np.zeros(1 << 10, np.uint32)
    words = pack_bytes([b"hund", b"katze", b"cat", b"so", b"so"])
    mark_known(words.data, words.offsets, np.array([0, 0, 1, 0, 1]), known)
    texts = pack_bytes([b"cat so cat hund", b"cat so hund", b"katze so hund"])
    other, letters = np.empty((3, 2), np.int32), np.empty(3, np.int32)

    weigh_other_words(*texts, np.arange(3), np.array([0, 0, -1]), np.array([1, 2]), known, other, letters)

    assert letters.tolist() == [12, 9, 11]
    assert other.tolist() == [[0, 6], [0, 0], [11, 0]]


def test_shipped_weights_fit_together() -> None:
    """The weights that ship have a column and a bias for each language, of which there are no more than bits."""
    weights = load_language_weights()

    assert weights.weights.shape[1] == weights.biases.size == len(weights.tags) <= 32
    assert {"en", "de", "hi-Latn", "ur-Latn"} <= set(weights.tags)
    assert weights.known.dtype == np.uint32


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    """A missing or damaged file is an error that says what to do."""
    (tmp_path / "bad.npz").write_bytes(b"no archive")

    for name in ("missing.npz", "bad.npz"):
        with pytest.raises(ArtefactError, match="install anew"):
            load_language_weights(tmp_path / name)
