"""Lists of words and patterns, matched in time linear in the text, however malicious it is."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import re2

from model.comment import Comment
from model.errors import InputError
from model.text.pipeline import strip_markup

__all__ = ["WordLists", "fold_for_matching", "text_to_match"]

_MAX_WORDS = 50_000
_MAX_PATTERNS = 1_000
_MAX_ENTRY_LENGTH = 500
_MAX_PATTERN_BYTES = 64 * 1024 * 1024

_WORDS = re.compile(r"\w+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def fold_for_matching(text: str) -> str:
    """Return a text in lower case, with full-width letters made ordinary ones, and without invisible characters."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


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
        if len(words) > _MAX_WORDS or len(patterns) > _MAX_PATTERNS:
            raise InputError(f"takes at most {_MAX_WORDS} words and {_MAX_PATTERNS} patterns")
        self._words: tuple[str, ...] = tuple(words)
        self._patterns: tuple[str, ...] = tuple(patterns)
        # By the first word and the number of words: where an entry may begin, it takes one look for each number, however many entries.
        self._by_first: dict[str, dict[int, dict[tuple[str, ...], int]]] = {}
        for at, word in enumerate(words):
            parts = tuple(_WORDS.findall(fold_for_matching(word)))
            if not parts or len(word) > _MAX_ENTRY_LENGTH:
                raise InputError(
                    f"words[{at}] has no letter or digit, or is longer than {_MAX_ENTRY_LENGTH}: other characters need a pattern"
                )
            self._by_first.setdefault(parts[0], {}).setdefault(len(parts), {}).setdefault(parts, at)
        self._pattern_set = _compile_patterns(patterns)

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

    def match(self, text: str) -> str | None:
        """Return an entry that matches a text, None if no entry does; the text is the result of `text_to_match`."""
        word = self._match_words(text) if self._by_first else None
        return self._match_patterns(text) if word is None else word

    def _match_words(self, text: str) -> str | None:
        parts = _WORDS.findall(text)
        for at, part in enumerate(parts):
            by_length = self._by_first.get(part)
            numbers = [entries.get(tuple(parts[at : at + length])) for length, entries in by_length.items()] if by_length else ()
            if matches := [number for number in numbers if number is not None]:
                return self._words[min(matches)]
        return None

    def _match_patterns(self, text: str) -> str | None:
        if self._pattern_set is None:
            return None
        matches: list[int] = self._pattern_set.Match(text.encode("utf-8", "replace"))
        return self._patterns[min(matches)] if matches else None


@lru_cache(maxsize=8)
def _unpickle(words: tuple[str, ...], patterns: tuple[str, ...]) -> WordLists:
    """Return lists that another process sent, built once for all shards that bring them: compiling long lists takes half a second."""
    return WordLists(words, patterns)


def _compile_patterns(patterns: Sequence[str]) -> Any:
    if not patterns:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MAX_PATTERN_BYTES
    pattern_set = re2.Set.SearchSet(options)
    for at, pattern in enumerate(patterns):
        try:
            if len(pattern) > _MAX_ENTRY_LENGTH:
                raise InputError(f"patterns[{at}] is longer than {_MAX_ENTRY_LENGTH}")
            re2.compile(pattern, options=options)
            pattern_set.Add(pattern)
        except re2.error as error:
            detail = error.args[0] if error.args else ""
            reason = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
            raise InputError(f"patterns[{at}] is no regular expression of RE2: {reason}") from None
    pattern_set.Compile()
    return pattern_set


def text_to_match(comment: Comment) -> str:
    """Return the text of a comment that lists are matched against: without mark-up, and folded by `fold_for_matching`."""
    return fold_for_matching(strip_markup(comment.text, comment.format).text)
