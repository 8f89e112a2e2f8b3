"""Lists of words and patterns, matched in time linear in the text, however malicious it is."""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache

from model.errors import InputError
from service.judging.lists.canonical_text import canonical_places, canonical_text
from service.judging.lists.list_tokens import (
    bare_sign,
    begins_with_stem,
    locate_tokens,
    read_with_signs,
    read_words,
    word_readings,
)
from service.judging.lists.matching_text import fold_for_matching
from service.judging.lists.pattern_list import LOCATING_COST, PatternList
from service.judging.lists.phrase_automaton import PhraseAutomaton

__all__ = ["WordLists"]

_MAX_WORDS = 50_000
_MAX_WORD_LENGTH = 500
# A letter of plain text takes 120 ns to judge, a byte of text takes each instruction of the patterns 20 ns at most.
_MAX_WORDS_COST = 2
_MAX_SIGNS_COST = 8
_INSTRUCTIONS_PER_COST = 6
# To fold a text with the way back, and to find the places of words in it.
_PLACES_COST = 8


class WordLists:
    """A list of words and a list of patterns; it can be pickled, since other processes match texts too.

    An entry in the list of words is one word or several; it matches where these follow one another as whole words, whatever separates
    them. In scripts that put no blanks between words it matches anywhere; in Korean, Hebrew and Arabic also with what is attached to a
    word. An entry with a sign in it, such as ``c++``, matches where it stands as it is written, and no word goes on with it. A pattern is
    a regular expression in RE2's syntax and matches anywhere, whatever the case. Both are matched against the result of `text_to_match`.

    Args:
        words: the words.
        patterns: the regular expressions.

    Raises:
        InputError: a word is blank or too long, a pattern is not a regular expression, or there are too many of either. The message gives
            the number of the entry, counted from 0.
    """

    def __init__(self, words: Sequence[str] = (), patterns: Sequence[str] = ()) -> None:
        if len(words) > _MAX_WORDS:
            raise InputError(f"words has more than {_MAX_WORDS} entries: take out what matches least")
        self._words: tuple[str, ...] = tuple(words)
        self._patterns: tuple[str, ...] = tuple(patterns)
        self._phrases = _build_phrases(words)
        self._pattern_list = PatternList(patterns) if patterns else None

    @property
    def entries(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words and the patterns, as the file of communities writes them."""
        return self._words, self._patterns

    def __reduce__(self) -> tuple[Callable[..., "WordLists"], tuple[tuple[str, ...], tuple[str, ...]]]:
        return _unpickle, self.entries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WordLists) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def __bool__(self) -> bool:
        """Whether there is any entry."""
        return bool(self._words) or bool(self._patterns)

    @property
    def max_cost(self) -> int:
        """How many times as long a byte takes to match, at most, as a letter of plain text to judge; 0 without entries."""
        return sum(phrases.max_cost for phrases in self._phrases) + self._patterns_cost

    @property
    def max_locating_cost(self) -> int:
        """How many times as long a byte takes to `locate` entries, at most, as a letter of plain text to judge; 0 without entries."""
        return _PLACES_COST + self.max_cost + LOCATING_COST * self._patterns_cost if self else 0

    @property
    def _patterns_cost(self) -> int:
        return 0 if self._pattern_list is None else 1 + self._pattern_list.instructions // _INSTRUCTIONS_PER_COST

    def match(self, text: str) -> str | None:
        """Return the entry that matches a text, None if no entry does.

        Of several words without signs, the one that begins first in the text is returned, and of those that begin at one place the first
        in the list. If none of these matches, it is a word with signs, or else the first pattern in the list that does, wherever that is.

        Args:
            text: the result of `text_to_match`.
        """
        canonical = self._canonical(text)
        for phrases in self._phrases:
            if (word := phrases.find(canonical)) is not None:
                return self._words[word]
        if self._pattern_list is not None and (pattern := self._pattern_list.find(text.encode("utf-8", "replace"))) is not None:
            return self._patterns[pattern]
        return None

    def match_all(self, text: str, *, without: Container[tuple[str, int]] = ()) -> Iterator[tuple[str, int]]:
        """Yield the entries that match a text, but of words that end at one place only the longest; that takes long for many patterns.

        Args:
            text: the result of `text_to_match`.
            without: entries that are not looked for.

        Returns:
            For each of them its list, ``words`` or ``patterns``, and its number there.
        """
        canonical = self._canonical(text)
        found = (("words", number) for phrases in self._phrases for number in phrases.find_all(canonical))
        yield from (entry for entry in found if entry not in without)
        if self._pattern_list is not None:
            numbers = (number for number in range(len(self._patterns)) if ("patterns", number) not in without)
            yield from (("patterns", number) for number in self._pattern_list.find_all(text.encode("utf-8", "replace"), numbers))

    def locate(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where entries are in a text, in any order; they may overlap.

        Args:
            text: the result of `text_to_match`.

        Returns:
            For each of them the number of its first character, and that after its last one.
        """
        if self._phrases:
            canonical, places = canonical_text(text), canonical_places(text)
            for phrases in self._phrases:
                yield from ((places[begin], places[end - 1] + 1) for begin, end in phrases.locate(canonical))
        if self._pattern_list is not None:
            yield from self._pattern_list.locate(text)

    def _canonical(self, text: str) -> str:
        """Return the text in which words are looked for; without words, which take no notice of it, the text as it is."""
        return canonical_text(text) if self._phrases else text


class _Phrases:
    """Those entries of a list of words that are looked for in one kind of tokens, each time in a canonical text.

    Args:
        phrases: the tokens of each entry, by its number.
        read: returns the tokens of a canonical text.
        hint: matches where any of the entries may be; None if that takes as long as to look for them.
        max_cost: how many times as long a letter takes to match, at most, as a letter of plain text to judge.
    """

    def __init__(
        self, phrases: dict[int, list[str]], read: Callable[[str], list[str]], *, hint: re.Pattern[str] | None = None, max_cost: int
    ) -> None:
        self._numbers = list(phrases)
        self._automaton = PhraseAutomaton(phrases.values())
        self._has_stems = any(map(begins_with_stem, self._automaton.words))
        self._read, self._hint = read, hint
        self.max_cost = max_cost

    def find(self, text: str) -> int | None:
        """Return the number of the entry that begins first in a text, None if there is none."""
        if self._hint is not None and self._hint.search(text) is None:
            return None
        for words in self._readings(self._read(text)):
            if (found := self._automaton.find(words)) is not None:
                return self._numbers[found]
        return None

    def find_all(self, text: str) -> Iterator[int]:
        """Yield the numbers of entries that are in a text; of those that end at one place, the longest."""
        for words in self._readings(self._read(text)):
            yield from (self._numbers[found] for _, _, found in self._automaton.find_all(words))

    def locate(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where entries are in a text: the number of the first character, and that after the last one."""
        if self._hint is not None and self._hint.search(text) is None:
            return
        tokens = self._read(text)
        spans = locate_tokens(text, tokens)
        for words in self._readings(tokens):
            for first, end, _ in self._automaton.find_all(words):
                yield spans[first][0], spans[end - 1][1]

    def _readings(self, words: list[str]) -> list[list[str]]:
        return word_readings(words, self._automaton) if self._has_stems else [words]


def _build_phrases(words: Sequence[str]) -> list[_Phrases]:
    """Sort the entries in a list of words by the tokens in which they are looked for."""
    plain, signed, signs = dict[int, list[str]](), dict[int, list[str]](), dict[int, list[str]]()
    for at, word in enumerate(words):
        folded = canonical_text(fold_for_matching(word)).strip()
        parts, tokens = read_words(folded), read_with_signs(folded)
        if not tokens or len(word) > _MAX_WORD_LENGTH:
            raise InputError(f"words[{at}] is blank, or is longer than {_MAX_WORD_LENGTH}: take it out, or write it as a pattern")
        if all(bare_sign(token) is None for token in tokens):
            plain[at] = parts
        elif parts:
            signed[at] = tokens
        else:
            signs[at] = _read_signs(folded)
    found = []
    if plain:
        found.append(_Phrases(plain, read_words, max_cost=_MAX_WORDS_COST))
    if signed:
        found.append(_Phrases(signed, read_with_signs, hint=_first_signs(signed), max_cost=_MAX_SIGNS_COST))
    if signs:
        found.append(_Phrases(signs, _read_signs, hint=_first_signs(signs), max_cost=_MAX_SIGNS_COST))
    return found


def _first_signs(phrases: dict[int, list[str]]) -> re.Pattern[str]:
    """Return what matches the first sign of any of some entries."""
    signs = {next(sign for token in tokens if (sign := bare_sign(token)) is not None) for tokens in phrases.values()}
    return re.compile("|".join(map(re.escape, sorted(signs))))


def _read_signs(text: str) -> list[str]:
    return [bare_sign(token) or token for token in read_with_signs(text)]


@lru_cache(maxsize=8)
def _unpickle(words: tuple[str, ...], patterns: tuple[str, ...]) -> WordLists:
    """Return lists that another process sent, built once for all shards that bring them: compiling long lists takes half a second."""
    return WordLists(words, patterns)
