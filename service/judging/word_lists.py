"""Lists of words and patterns, matched in a time that grows with the text and not with its malice."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import re2

from model.comment import Comment
from model.errors import InputError
from model.text.pipeline import plain

__all__ = ["MOST_PATTERNS", "MOST_WORDS", "Rules", "folded", "shown"]

MOST_WORDS = 50_000
MOST_PATTERNS = 1_000
_LONGEST_RULE = 500
_PATTERN_BYTES = 64 * 1024 * 1024

_WORDS = re.compile(r"\w+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def folded(text: str) -> str:
    """Return a text without regard to case, width of letters and signs that nobody sees."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()


class Rules:
    """Words and patterns.

    A word, or several in a row, matches where they stand as whole words. A pattern (RE2's syntax, no matter the case) matches
    anywhere. Both look at the text without mark-up, and as `folded` makes it.

    Args:
        words: each of letters and digits, with anything else between them.
        patterns: regular expressions.

    Raises:
        InputError: a word has no letter or digit, a pattern is none, or there are too many. The message tells which, from 0.
    """

    def __init__(self, words: Sequence[str], patterns: Sequence[str]) -> None:
        if len(words) > MOST_WORDS or len(patterns) > MOST_PATTERNS:
            raise InputError(f"takes at most {MOST_WORDS} words and {MOST_PATTERNS} patterns")
        self._patterns: list[str] = list(patterns)
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for at, word in enumerate(words):
            parts = tuple(_WORDS.findall(folded(word)))
            if not parts or len(word) > _LONGEST_RULE:
                raise InputError(f"words[{at}] has no letter or digit, or is longer than {_LONGEST_RULE}: other signs need a pattern")
            self._by_first.setdefault(parts[0], []).append((parts, word))
        self._set = _pattern_set(patterns)

    def __bool__(self) -> bool:
        """Tell whether there is any rule."""
        return bool(self._by_first) or bool(self._patterns)

    def match(self, text: str) -> str | None:
        """Return the word or the pattern that matches a text that is `folded` already, None if none does."""
        if self._by_first:
            parts = _WORDS.findall(text)
            for at, part in enumerate(parts):
                for wanted, word in self._by_first.get(part, ()):
                    if tuple(parts[at : at + len(wanted)]) == wanted:
                        return word
        if self._set is not None and (found := self._set.Match(text.encode("utf-8", "replace"))):
            first: int = min(found)
            return self._patterns[first]
        return None


def _pattern_set(patterns: Sequence[str]) -> Any:
    if not patterns:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _PATTERN_BYTES
    made = re2.Set.SearchSet(options)
    for at, pattern in enumerate(patterns):
        try:
            if len(pattern) > _LONGEST_RULE:
                raise InputError(f"patterns[{at}] is longer than {_LONGEST_RULE}")
            re2.compile(pattern, options=options)
            made.Add(pattern)
        except re2.error as error:
            said = error.args[0] if error.args else ""
            reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
            raise InputError(f"patterns[{at}] is no regular expression of RE2: {reason}") from None
    made.Compile()
    return made


def shown(comment: Comment) -> str:
    """Return the text of a comment as rules look at it."""
    return folded(plain(comment.text, comment.format).text)
