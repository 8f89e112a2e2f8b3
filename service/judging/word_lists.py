"""Lists of words and patterns, matched in time linear in the text, however malicious it is."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from model.comment import Comment
from model.errors import InputError
from model.text.pipeline import strip_markup
from service.judging.pattern_list import PatternList
from service.judging.phrase_automaton import PhraseAutomaton

__all__ = ["WordLists", "fold_for_matching", "text_to_match"]

_MAX_WORDS = 50_000
_MAX_WORD_LENGTH = 500
# A letter of plain text takes 120 ns to judge, a byte of text takes each instruction of the patterns 20 ns at most.
_MAX_WORDS_COST = 2
_INSTRUCTIONS_PER_COST = 6
_BYTES_PER_LETTER = 4
# As many marks in a row as a character has in the Unicode Consortium's Stream-Safe Text Format.
_MAX_MARKS = 30

_WORDS = re.compile(r"\w+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


# Marks are neither letters nor spaces.
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MAX_MARKS + 1},}}")
# These decompose to marks, though they are none themselves.
_COMPOSITE_MARKS = "\u0f73\u0f75\u0f81"


def fold_for_matching(text: str) -> str:
    """Return a text in lower case, with full-width letters made ordinary ones, and without invisible characters."""
    if text.isascii():
        return text.lower()
    # Putting marks in order takes time in the square of how many follow one another.
    return unicodedata.normalize("NFKC", _MARKS.sub(_drop_marks, _INVISIBLE.sub("", text))).casefold()


def _drop_marks(match: re.Match[str]) -> str:
    """Return characters without the marks that are too many on one letter."""
    kept, count = [], 0
    for character in match[0]:
        count = count + 1 if unicodedata.combining(character) or character in _COMPOSITE_MARKS else 0
        if count <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


class WordLists:
    """A list of words and a list of patterns; it can be pickled, since other processes match texts too.

    An entry in the list of words is one word or several; it matches where these follow one another as whole words. A pattern is a
    regular expression in RE2's syntax and matches anywhere, whatever the case. Both are matched against the result of `text_to_match`.

    Args:
        words: the words; what separates the words of an entry does not matter.
        patterns: the regular expressions.

    Raises:
        InputError: a word has no letter or digit, a pattern is not a regular expression, or there are too many of either. The message
            gives the number of the entry, counted from 0.
    """

    def __init__(self, words: Sequence[str] = (), patterns: Sequence[str] = ()) -> None:
        if len(words) > _MAX_WORDS:
            raise InputError(f"words has more than {_MAX_WORDS} entries: take out what matches least")
        self._words: tuple[str, ...] = tuple(words)
        self._patterns: tuple[str, ...] = tuple(patterns)
        self._automaton = PhraseAutomaton(_split_words(words)) if words else None
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
        """How many times as long a letter takes to match, at most, as a letter of plain text to judge; 0 without entries."""
        cost = 0 if self._automaton is None else _MAX_WORDS_COST
        if self._pattern_list is not None:
            cost += 1 + _BYTES_PER_LETTER * self._pattern_list.instructions // _INSTRUCTIONS_PER_COST
        return cost

    def match(self, text: str) -> str | None:
        """Return the entry that matches a text, None if no entry does.

        Of several words, the one that begins first in the text is returned, and of those that begin at one place the first in the list.
        If no word matches, it is the first pattern in the list that does, wherever that is.

        Args:
            text: the result of `text_to_match`.
        """
        if self._automaton is not None and (word := self._automaton.find(_WORDS.findall(text))) is not None:
            return self._words[word]
        if self._pattern_list is not None and (pattern := self._pattern_list.find(text.encode("utf-8", "replace"))) is not None:
            return self._patterns[pattern]
        return None


def _split_words(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the words of each entry in a list of words."""
    for at, word in enumerate(words):
        parts = _WORDS.findall(fold_for_matching(word))
        if not parts or len(word) > _MAX_WORD_LENGTH:
            raise InputError(f"words[{at}] has no letter or digit, or is longer than {_MAX_WORD_LENGTH}: other characters need a pattern")
        yield parts


@lru_cache(maxsize=8)
def _unpickle(words: tuple[str, ...], patterns: tuple[str, ...]) -> WordLists:
    """Return lists that another process sent, built once for all shards that bring them: compiling long lists takes half a second."""
    return WordLists(words, patterns)


def text_to_match(comment: Comment) -> str:
    """Return the text of a comment that lists are matched against: without mark-up, and folded by `fold_for_matching`."""
    return fold_for_matching(strip_markup(comment.text, comment.format).text)
