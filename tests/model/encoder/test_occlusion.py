"""What each word contributes to the encoder's log-odds: the shares add up, and similar words share alike."""

from pathlib import Path

import numpy as np
import pytest

from model.encoder.occlusion import MAX_PARTS, Occlusion, occlude
from model.encoder.session import EncoderReader
from model.encoder.wordpiece import WordPiece
from model.normaliser.lexicon import load_lexicon

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{letter}" for letter in LETTERS), *".,!?'@", "you", "not"]


@pytest.fixture(scope="module")
def encoder() -> EncoderReader:
    """A tiny network with random weights."""
    network = np.frombuffer((Path(__file__).parents[2] / "encoder.onnx").read_bytes(), np.uint8)
    return EncoderReader(network, WordPiece(PIECES), 64, load_lexicon())


def occlude_words(encoder: EncoderReader, text: str) -> Occlusion:
    """Occlude the words of a text between blanks."""
    ends = np.cumsum([len(word) + 1 for word in text.split()]) - 1
    begins = ends - [len(word) for word in text.split()]
    return occlude(encoder, np.frombuffer(text.encode(), np.uint8), begins.astype(np.int32), ends.astype(np.int32))


@pytest.mark.parametrize("text", ["you", "not a fine day you know", " ".join(LETTERS * 2)])
def test_contributions_add_up(encoder: EncoderReader, text: str) -> None:
    """With the log-odds of an empty text, the contributions of the words are the log-odds of the whole text."""
    contributions, baseline = occlude_words(encoder, text)

    assert contributions.shape == (len(text.split()), 2)
    np.testing.assert_array_equal(baseline, encoder.log_odds(""))
    np.testing.assert_allclose(contributions.sum(axis=0) + baseline, encoder.log_odds(text))


def test_a_contribution_is_the_change_without_the_word(encoder: EncoderReader) -> None:
    """Two words differ in their contributions by what leaving out one rather than the other changes."""
    contributions, _ = occlude_words(encoder, "you not")

    without_first, without_second = encoder.log_odds(" not"), encoder.log_odds("you ")
    np.testing.assert_allclose(contributions[0] - contributions[1], without_second - without_first)


def test_a_text_without_words_has_no_contributions(encoder: EncoderReader) -> None:
    """Where there is no word, all of the log-odds are the baseline."""
    contributions, baseline = occlude(encoder, np.frombuffer(b"...", np.uint8), np.zeros(0, np.int32), np.zeros(0, np.int32))

    assert contributions.shape == (0, 2)
    np.testing.assert_array_equal(baseline, encoder.log_odds("..."))


def test_words_of_a_long_text_are_left_out_in_runs(encoder: EncoderReader) -> None:
    """However many words there are, so many parts are left out at most; the words of one part contribute the same."""
    contributions, _ = occlude_words(encoder, " ".join(LETTERS * 3))

    assert len(np.unique(contributions, axis=0)) <= MAX_PARTS < len(contributions)
