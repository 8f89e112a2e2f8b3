"""The n-grams of a text, the words that they are taken from, and what they say."""

import numpy as np
import pytest

from model.language import comment_words, model_file, ngram_scores
from model.language.model_file import NgramTables
from model.ngrams.packed_texts import pack_bytes
from tests.model.python_bodies import python_bodies

TEXTS = ["", "@Jürgen http://a.b/c #tag what a lovely day", "soooo Größe HALLO don't", "これは漢字"]


def cleaned(text: str) -> str:
    data, out = np.frombuffer(text.encode(), np.uint8), np.zeros(len(text.encode()) + 1, np.uint8)
    return out[: ngram_scores._write_cleaned(data, 0, data.size, out)].tobytes().decode()


# The trie of "a" and "ab": states 0 root, 1 after "a", 2 after "ab"; two languages.
EDGES = np.zeros((8, 2), np.uint32)
FALLBACK = np.zeros(3, np.int32)
model_file._build_trie(np.array([0, 1]), np.array([97, 98]), np.array([1, 2]), EDGES, FALLBACK)
TABLES = NgramTables(
    EDGES,
    FALLBACK,
    np.array([-1, 0, 1], np.int32),
    np.array([0, 1, 2], np.int32),
    np.array([0, 1], np.uint8),
    np.array([20, 40], np.uint8),
    np.array([-3.0, -4.0]),
    np.array([-0.5, -0.25]),
)


def scores_of(*texts: str) -> tuple[list[list[float]], list[int]]:
    packed = pack_bytes([text.encode() for text in texts])
    scores = np.empty((len(texts), 2))
    sizes = ngram_scores.score_languages(packed.data, packed.offsets, np.arange(len(texts)), TABLES, scores)
    return scores.tolist(), sizes.tolist()


def test_ngrams_are_taken_from_cleaned_words() -> None:
    """Names are left out, words in capitals lowered, drawn-out letters cut to two; apostrophes stay, other signs are one blank."""
    assert cleaned("@me GROSS, sooooo don't -- Größe") == "gross soo don't Größe"


def test_ngrams_are_weighed_by_the_logarithm_of_their_number() -> None:
    """Each n-gram adds log(1 + how often it occurs) times its logarithm in each language; the prior is added once."""
    (row,), sizes = scores_of("ab ab xa")

    thrice, twice = np.log1p(3), np.log1p(2)
    expected = [-0.5 - 3 * (thrice + twice) + thrice * 20 * 0.05, -0.25 - 4 * (thrice + twice) + twice * 40 * 0.05]
    assert row == pytest.approx(expected)
    assert sizes == [8]


def test_of_a_very_long_comment_the_beginning_is_read() -> None:
    """No more than 192 bytes are scored, and one comment's n-grams do not count in the next one's scores."""
    (long, short), sizes = scores_of("ab " * 1000, "ab")

    assert sizes == [192, 2]
    assert short == scores_of("ab")[0][0]
    assert long == scores_of("ab " * 1000)[0][0]


def test_compiled_or_not_is_the_same() -> None:
    """The machine code does what the Python that it is compiled from does, but for the last bit of a logarithm."""
    words = [cleaned(text) for text in TEXTS]
    scores, sizes = scores_of("ab AB aab", "", "xaxb")

    with python_bodies(ngram_scores, comment_words, model_file):
        assert [cleaned(text) for text in TEXTS] == words
        uncompiled, uncompiled_sizes = scores_of("ab AB aab", "", "xaxb")
    assert uncompiled_sizes == sizes
    for row, expected in zip(uncompiled, scores, strict=True):
        assert row == pytest.approx(expected, rel=1e-12)
