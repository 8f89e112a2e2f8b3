"""Features: words, pairs and letter n-grams of a text, each hashed into a bucket."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.ngrams import features, tokens
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.features import BLOCKS, LETTERS, max_features
from tests.model.python_bodies import python_bodies

SETTINGS = FeatureSettings(bits=20, shortest=2, longest=4).kernel_settings
TEXTS = st.text("abc de!?'", max_size=40)


def collect(text: str, *, distinct: bool) -> tuple[list[list[int]], list[tuple[int, int, int]]]:
    """Return the buckets of each block, and range and word of each feature."""
    data = np.frombuffer(text.encode(), np.uint8)
    buffers = features.allocate_features(features.max_features(data.size, SETTINGS))
    ends = np.zeros(BLOCKS, np.int64)
    n = features.collect_features(data, 0, data.size, SETTINGS, tokens.allocate_words(data.size), 1, distinct, buffers, ends)
    assert n == ends[LETTERS]
    blocks = [block.tolist() for block in np.split(buffers.bucket[:n], ends[:-1])]
    return blocks, list(zip(buffers.begin[:n].tolist(), buffers.end[:n].tolist(), buffers.word[:n].tolist(), strict=True))


def ngrams(word: str) -> int:
    """Return how many letter n-grams of the sizes in SETTINGS a word has, a blank at either edge."""
    return sum(max(0, len(word) + 2 - size + 1) for size in range(2, 5))


def test_blocks_have_the_features_of_the_text() -> None:
    """There is a word for each word, a pair for each neighbour, and the letter n-grams of each word, but not of a run of signs."""
    blocks, _ = collect("you are so dumb !!", distinct=False)

    assert list(map(len, blocks)) == [5, 4, sum(map(ngrams, ["you", "are", "so", "dumb"]))]


def test_repeated_words_and_pairs_count_once() -> None:
    """Of equal words and pairs only the first remains, with its letters, if distinct ones are asked for."""
    words, pairs, letters = collect("abc abc abc de", distinct=True)[0]
    every_word, every_pair, every_letter = collect("abc abc abc de", distinct=False)[0]

    assert (len(words), len(pairs), len(letters)) == (2, 2, ngrams("abc") + ngrams("de"))
    assert (len(every_word), len(every_pair), len(every_letter)) == (4, 3, 3 * ngrams("abc") + ngrams("de"))
    assert (set(words), set(pairs), set(letters)) == (set(every_word), set(every_pair), set(every_letter))


def test_features_know_where_they_are() -> None:
    """A word and its letters have its range, a pair that of both words; each knows the first word or pair that equals its own."""
    _, places = collect("ab c ab c", distinct=False)

    assert places[:4] == [(0, 2, 0), (3, 4, 1), (5, 7, 0), (8, 9, 1)]
    assert places[4:7] == [(0, 4, 0), (3, 7, 1), (5, 9, 0)]
    assert set(places[7:]) == {(0, 2, 0), (3, 4, 1), (5, 7, 0), (8, 9, 1)}


@given(TEXTS)
def test_buffers_are_always_large_enough(text: str) -> None:
    """No text has more features than ``max_features`` says, whatever it consists of."""
    blocks, _ = collect(text, distinct=False)

    assert sum(map(len, blocks)) <= max_features(len(text.encode()), SETTINGS)


@given(TEXTS, st.booleans())
def test_buckets_are_within_the_table(text: str, distinct: bool) -> None:
    """Every bucket is one of 2**bits."""
    blocks, _ = collect(text, distinct=distinct)

    assert all(0 <= bucket < 1 << 20 for block in blocks for bucket in block)


@pytest.mark.parametrize("distinct", [True, False])
def test_compiled_or_not_is_the_same(distinct: bool) -> None:
    """The machine code does what the Python that it is compiled from does."""
    texts = ["", "so dumb, so so dumb!!", "naïve ?", "a"]
    compiled = [collect(text, distinct=distinct) for text in texts]

    with python_bodies(features, tokens):
        assert [collect(text, distinct=distinct) for text in texts] == compiled
