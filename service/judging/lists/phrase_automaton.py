"""Finds the first of many phrases in a text, in time that grows with the text and hardly with the phrases."""

import itertools
from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from model.array_types import IntArray

__all__ = ["PhraseAutomaton"]

_NONE = -1
_ROOT = 0


class PhraseAutomaton:
    """The automaton of Aho and Corasick over whole words instead of letters.

    A state stands for the words with which a phrase begins, however many phrases begin so. Each word of a text is looked up once or
    twice on average, whatever the phrases are. Libraries that build this automaton look through the branches of a state one after
    another, so a list of phrases with one first word would be slow.

    Args:
        phrases: the words of each phrase, at least one; of phrases that are alike, the first counts.
    """

    def __init__(self, phrases: Iterable[Sequence[str]]) -> None:
        self._words: dict[str, int] = {}
        # A state's first branch leads to the next state, and this is its word; only the other branches of a state need a dictionary.
        self._first_words = array("i", [_NONE])
        self._branches: dict[tuple[int, int], int] = {}
        self._depths = array("i", [0])
        # The state for the longest end of a state's words with which a phrase begins, too.
        self._fallbacks = array("i", [_ROOT])
        # The longest phrase that ends where a state does, and how many words it has.
        self._phrases = array("i", [_NONE])
        self._lengths = array("i", [0])
        parents, last_words = array("i", [_NONE]), array("i", [_NONE])
        for number, phrase in enumerate(phrases):
            self._add(phrase, number, parents, last_words)
        self._link(parents, last_words)

    def _add(self, phrase: Sequence[str], number: int, parents: "array[int]", last_words: "array[int]") -> None:
        known = self._words
        words = [known.setdefault(part, len(known)) for part in phrase]
        state, depth, new = _ROOT, 0, len(self._depths)
        while depth < len(words) and (following := self._follow(state, words[depth])) is not None:
            state, depth = following, depth + 1
        if depth < len(words):
            if state == new - 1:
                self._first_words[state] = words[depth]
            else:
                self._branches[state, words[depth]] = new
            count = len(words) - depth
            # All states that follow are new, so each is the first branch of the one before it.
            self._first_words.extend([*words[depth + 1 :], _NONE])
            self._depths.extend(range(depth + 1, len(words) + 1))
            self._phrases.extend([_NONE] * count)
            parents.extend([state, *range(new, new + count - 1)])
            last_words.extend(words[depth:])
            for values in (self._fallbacks, self._lengths):
                values.extend([0] * count)
            state = new + count - 1
        if self._phrases[state] == _NONE:
            self._phrases[state] = number
            self._lengths[state] = len(words)

    def _link(self, parents: "array[int]", last_words: "array[int]") -> None:
        """Find the fallbacks of all states, those of few words first, for all states of as many words at once."""
        fallbacks, phrases, lengths = _view(self._fallbacks), _view(self._phrases), _view(self._lengths)
        depths, above, words = _view(self._depths), _view(parents), _view(last_words)
        branches = _Branches(_view(self._first_words), self._branches, len(self._words))
        order = np.argsort(depths, kind="stable")
        starts = np.searchsorted(depths[order], np.arange(1, depths.max() + 2))
        for begin, end in itertools.pairwise(starts.tolist()):
            states = order[begin:end]
            if depths[states[0]] > 1:
                fallbacks[states] = branches.step(fallbacks, fallbacks[above[states]], words[states])
            bare = states[phrases[states] == _NONE]
            phrases[bare], lengths[bare] = phrases[fallbacks[bare]], lengths[fallbacks[bare]]

    def __contains__(self, word: object) -> bool:
        """Return whether a word is one of any phrase."""
        return word in self._words

    @property
    def words(self) -> Iterable[str]:
        """The words of all phrases."""
        return self._words.keys()

    def _follow(self, state: int, word: int) -> int | None:
        return state + 1 if self._first_words[state] == word else self._branches.get((state, word))

    def _step(self, state: int, word: int) -> int:
        """Return the state after a word: that of the longest end of what has been read with which a phrase begins."""
        while (following := self._follow(state, word)) is None:
            if state == _ROOT:
                return _ROOT
            state = self._fallbacks[state]
        return following

    def find(self, words: Sequence[str]) -> int | None:
        """Return the number of the phrase that begins first in a text, and of those that begin there the lowest.

        Args:
            words: the words of the text, in order.

        Returns:
            The number of the phrase, counted from 0; None if the text holds no phrase.
        """
        numbers, depths, lengths, phrases = self._words, self._depths, self._lengths, self._phrases
        state, found, found_begin = _ROOT, None, len(words)
        for at, part in enumerate(words):
            word = numbers.get(part)
            state = _ROOT if word is None else self._step(state, word)
            if state == _ROOT and found is None:
                continue
            if at - depths[state] >= found_begin:
                # What comes now begins later than what has been found.
                return found
            if length := lengths[state]:
                begin, phrase = at - length + 1, phrases[state]
                if found is None or begin < found_begin or (begin == found_begin and phrase < found):
                    found, found_begin = phrase, begin
        return found

    def find_all(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        """Return where phrases are in a text: the longest that ends at each place, in the order of their ends, which may overlap.

        Args:
            words: the words of the text, in order.

        Returns:
            For each of them the number of its first word, that after its last one, and its own number.
        """
        numbers, lengths, state, found = self._words, self._lengths, _ROOT, list[tuple[int, int, int]]()
        for at, part in enumerate(words, 1):
            word = numbers.get(part)
            state = _ROOT if word is None else self._step(state, word)
            if length := lengths[state]:
                found.append((at - length, at, self._phrases[state]))
        return found


class _Branches:
    """The branches of all states, for many states at once.

    Args:
        first_words: the word of the branch of each state to the next one, -1 where there is none.
        others: the state that each other branch leads to, by the state that it comes from and its word.
        word_count: how many words there are.
    """

    def __init__(self, first_words: IntArray, others: Mapping[tuple[int, int], int], word_count: int) -> None:
        self._first_words = first_words
        self._word_count = word_count
        pairs = np.array(list(others), np.int64).reshape(-1, 2)
        keys = pairs[:, 0] * word_count + pairs[:, 1]
        order = np.argsort(keys)
        # The key at the end, which no branch has, keeps every place that is searched for within the arrays.
        self._keys = np.append(keys[order], np.iinfo(np.int64).max)
        self._targets = np.append(np.fromiter(others.values(), np.int64, len(others))[order], _ROOT)

    def step(self, fallbacks: IntArray, states: IntArray, words: IntArray) -> IntArray:
        """Return the states that follow on others after one word each, where need be by way of their fallbacks."""
        following = np.full(len(states), _ROOT, np.int64)
        rows = np.arange(len(states))
        while rows.size:
            keys = states.astype(np.int64) * self._word_count + words
            places = np.searchsorted(self._keys, keys)
            is_first, is_other = self._first_words[states] == words, self._keys[places] == keys
            following[rows] = np.where(is_first, states + 1, np.where(is_other, self._targets[places], _ROOT))
            open_rows = ~is_first & ~is_other & (states != _ROOT)
            rows, states, words = rows[open_rows], fallbacks[states[open_rows]], words[open_rows]
        return following


def _view(values: "array[int]") -> IntArray:
    """Return an array of NumPy in the memory of an array of whole numbers."""
    return np.frombuffer(values, np.intc)
