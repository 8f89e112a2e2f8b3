"""Phrases are found as if each were looked for by itself, in time that does not grow with their number."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.judging.lists.phrase_automaton import PhraseAutomaton

FEW_WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=30)
PHRASES = st.lists(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6), max_size=12)


def find_naively(phrases: Sequence[Sequence[str]], words: Sequence[str]) -> int | None:
    """Return what the automaton promises, by comparing every phrase at every place."""
    for begin in range(len(words)):
        for number, phrase in enumerate(phrases):
            if words[begin : begin + len(phrase)] == phrase:
                return number
    return None


@example([["b"], ["a"], ["a", "b", "a"]], ["a", "b"])
@given(PHRASES, FEW_WORDS)
def test_phrases_are_found_as_one_by_one(phrases: list[list[str]], words: list[str]) -> None:
    """Of the phrases in a text, the one that begins first is found, and of those that begin there the first of the list."""
    assert PhraseAutomaton(phrases).find(words) == find_naively(phrases, words)


def test_a_phrase_that_begins_earlier_and_ends_later_wins() -> None:
    """A phrase within another one does not hide it, unless the longer one does not end."""
    phrases = [["b", "c"], ["a", "b", "c", "d"], ["c"]]

    assert PhraseAutomaton(phrases).find(["a", "b", "c", "d"]) == 1
    assert PhraseAutomaton(phrases).find(["a", "b", "c", "e"]) == 0
    assert PhraseAutomaton(phrases).find(["a", "b", "e", "c"]) == 2


def measure(automaton: PhraseAutomaton, words: Sequence[str]) -> float:
    """Return the seconds of the fastest of five searches that find nothing."""
    durations = []
    for _ in range(5):
        began = time.thread_time()
        assert automaton.find(words) is None
        durations.append(time.thread_time() - began)
    return min(durations)


@pytest.mark.parametrize(
    ("phrases", "words"),
    [
        ([["you", str(number)] for number in range(50_000)], ["you", "x"] * 10_000),
        ([[str(number)] for number in range(50_000)], ["49999x", "you"] * 10_000),
        ([[*["you"] * length, "end"] for length in range(1, 250)], ["you"] * 20_000),
        ([[*["you", "are"] * 50, str(number)] for number in range(1_000)], ["you", "are"] * 10_000),
    ],
    ids=["one first word", "one word each", "within one another", "a hundred words"],
)
def test_a_long_list_takes_no_longer_than_a_short_one(phrases: list[list[str]], words: list[str]) -> None:
    """A text takes at most a few times as long with a long list as with a phrase of two words, however both were chosen."""
    short = measure(PhraseAutomaton([["you", "end"]]), words)

    assert measure(PhraseAutomaton(phrases), words) < 10 * short
