"""Padding: as many words as asked for, decided by the random generator alone."""

import random
from collections.abc import Callable

import pytest

from training.robustness.padding import FRIENDLY_WORDS, friendly_phrases, friendly_words, long_talk


@pytest.mark.parametrize("count", [1, 10, len(FRIENDLY_WORDS)])
def test_friendly_words_are_different_words(count: int) -> None:
    """That many are drawn from the list, none of them twice."""
    words = friendly_words(random.Random(0), count=count).split()
    assert len(set(words)) == len(words) == count
    assert set(words) <= set(FRIENDLY_WORDS)


@pytest.mark.parametrize("count", [1, 10, 50])
def test_phrases_have_at_least_as_many_words(count: int) -> None:
    """The last phrase is not cut, so there may be a few more."""
    assert count <= len(friendly_phrases(random.Random(0), count=count).split()) < count + 10


@pytest.mark.parametrize("friendly", [True, False])
@pytest.mark.parametrize("words", [1, 150, 3000])
def test_talk_has_at_least_as_many_words(words: int, friendly: bool) -> None:
    """The last sentence is not cut, and no slot of a sentence is left open."""
    talk = long_talk(random.Random(0), words=words, friendly=friendly)
    assert words <= len(talk.split()) < words + 30
    assert "{" not in talk


@pytest.mark.parametrize(
    "pad", [friendly_words, friendly_phrases, lambda rng: long_talk(rng, words=50, friendly=True)], ids=["words", "phrases", "talk"]
)
def test_the_generator_decides(pad: Callable[[random.Random], str]) -> None:
    """The same seed gives the same padding, another seed another."""
    assert pad(random.Random(1)) == pad(random.Random(1)) != pad(random.Random(2))
