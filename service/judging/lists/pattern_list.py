"""Finds the first of a list of regular expressions that matches a text, in bounded time and memory whatever the text is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import re2

from model.errors import InputError

__all__ = ["LOCATING_COST", "MAX_PATTERNS", "PatternList"]

MAX_PATTERNS = 1_000
"""The most patterns of a list."""

LOCATING_COST = 16
"""How many times as long it takes, at most, to find all places where patterns match as to find out whether any does."""

_MAX_PATTERN_LENGTH = 500
# RE2 reads a text with a table of states that it makes as it goes; where that table would grow too large, it follows all instructions of
# the program that the patterns make at once. The time for a byte of text is then in proportion to their number, so that is bounded.
_MAX_PATTERN_INSTRUCTIONS = 2_500
_MAX_INSTRUCTIONS = 30_000
# Bytes of the tables of states of a single pattern, at first and if it is large, and of all of them together.
_PATTERN_BYTES = (64 * 1024, 1024 * 1024)
_LIST_BYTES = 8 * 1024 * 1024


class PatternList:
    """Regular expressions in RE2's syntax, of which the first that matches anywhere in a text is found; letter case does not matter.

    Args:
        patterns: the regular expressions.

    Raises:
        InputError: a pattern is no regular expression or too large, all of them together are, or there are too many. The message
            begins with ``patterns`` and gives the number of the pattern, counted from 0.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        if len(patterns) > MAX_PATTERNS:
            raise InputError(f"patterns has more than {MAX_PATTERNS} entries: join some of them with |, or take out what matches least")
        self.instructions = 0
        self._programs: list[Any] = []
        for at, pattern in enumerate(patterns):
            program = _compile_pattern(at, pattern)
            self.instructions += program.programsize
            if self.instructions > _MAX_INSTRUCTIONS:
                raise InputError(
                    f"patterns[{at}] makes the list too large: its patterns together become more than {_MAX_INSTRUCTIONS} instructions; "
                    "repeat less in {…}, take out patterns, or move plain words and phrases to the list of words"
                )
            self._programs.append(program)
        self._joint = _join(patterns)

    def find(self, text: bytes) -> int | None:
        """Return the lowest number of a pattern that matches a text in UTF-8, None if no pattern does."""
        # A search in all patterns at once, unlike RE2's sets of patterns, never gives up when it runs out of memory.
        if self._joint is not None and self._joint.search(text) is None:
            return None
        return next((at for at, program in enumerate(self._programs) if program.search(text) is not None), None)

    def find_all(self, text: bytes, numbers: Iterable[int]) -> list[int]:
        """Return those of the patterns with some numbers that match a text in UTF-8."""
        if self._joint is not None and self._joint.search(text) is None:
            return []
        return [number for number in numbers if self._programs[number].search(text) is not None]

    def locate(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where patterns match in a text, in any order; of matches of one pattern that overlap, the first.

        To find the next match of a pattern, all that follows may have to be read. So of each pattern at least ``LOCATING_COST`` matches
        are found, and as a rule twice as many.

        Returns:
            For each of them the number of its first character, and that after its last one; no match is empty.
        """
        encoded = text.encode("utf-8", "replace")
        if self._joint is not None and self._joint.search(encoded) is None:
            return
        spans = [span for program in self._programs for span in _locate_one(program, encoded)]
        # How many characters begin before a byte.
        counts = np.cumsum((np.frombuffer(b"\0" + encoded, np.uint8) & 0xC0) != 0x80) - 1
        yield from ((int(counts[begin]), int(counts[end])) for begin, end in spans)


def _locate_one(program: Any, text: bytes) -> Iterator[tuple[int, int]]:
    at, budget = 0, LOCATING_COST * len(text)
    while budget >= 0 and at <= len(text) and (match := program.search(text, at)) is not None:
        begin, end = match.span()
        budget -= len(text) - at
        if begin < end:
            yield begin, end
            at = end
        else:
            # In the middle of a character there is no match.
            at = end + 1


def _compile_pattern(at: int, pattern: str) -> Any:
    if len(pattern) > _MAX_PATTERN_LENGTH:
        raise InputError(f"patterns[{at}] is longer than {_MAX_PATTERN_LENGTH} letters: split it")
    reason = ""
    for max_bytes in _PATTERN_BYTES:
        try:
            program = re2.compile(pattern, options=_options(max_bytes))
        except re2.error as error:
            detail = error.args[0] if error.args else ""
            reason = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
        except UnicodeEncodeError:
            raise InputError(f"patterns[{at}] is no regular expression of RE2: half of a surrogate pair is no character") from None
        else:
            if program.programsize <= _MAX_PATTERN_INSTRUCTIONS:
                return program
            reason = "pattern too large"
    if "too large" in reason:
        raise InputError(
            f"patterns[{at}] is too large: it becomes more than {_MAX_PATTERN_INSTRUCTIONS} instructions; repeat less in {{…}}, "
            r"or use a smaller class such as [a-z] instead of \pL"
        )
    raise InputError(f"patterns[{at}] is no regular expression of RE2: {reason}")


def _join(patterns: Sequence[str]) -> Any:
    """Return a regular expression that matches where any of the patterns does; None if there is none."""
    # A quotation that is open at the end of a pattern would swallow what follows it.
    joint = "|".join(f"(?:{pattern})" for pattern in patterns)
    if r"\Q" in joint:
        return None
    try:
        return re2.compile(joint, options=_options(_LIST_BYTES))
    except re2.error:
        return None


def _options(max_bytes: int) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    options.max_mem = max_bytes
    return options
