"""What the first values of a column are like: whether people wrote them, how long and how different they are."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["ColumnContent", "examine_columns"]

_MAX_RECORDS = 300
_MAX_COLUMNS = 300
_MAX_SIZE = 30_000
"""Code points of a column that are looked at."""
_MAX_LENGTH = 600
"""Code points of a value that are looked at."""
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+", re.IGNORECASE)
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Chinese and Japanese."""
_LETTERS_PER_WORD = 2
_LETTER_SHARE = 0.5
_DIGIT_SHARE = 0.3
_MAX_DATE_LENGTH = 48
_MOST_MADE = 3
"""People answer with a number or an address, too: only a column with more than three of those for each text holds no texts."""


class _ValueKind(Enum):
    """What a value may be: nothing, something that people wrote, something that programs write, or signs that tell neither."""

    BLANK = 0
    WRITTEN = 1
    MADE = 2
    SIGNS = 3


@dataclass(frozen=True, slots=True)
class ColumnContent:
    """What the first values of a column are like.

    Attributes:
        filled: how many of them are not blank.
        written: how many of them people may have written, as they write names, titles and comments.
        made: how many of them are numbers, dates, addresses, codes and the like.
        words: the mean number of words of those that people may have written.
        variety: the share of different ones among those that are not blank.
    """

    filled: int
    written: int
    made: int
    words: float
    variety: float

    @property
    def is_written(self) -> bool:
        """Whether most values may have been written by people."""
        return self.written > 0 and self.written >= self.made

    @property
    def is_made(self) -> bool:
        """Whether nearly all values are such that no person wrote them."""
        return self.made > _MOST_MADE * self.written


def examine_columns(names: Sequence[str], sample: Sequence[Mapping[str, object]]) -> dict[str, ColumnContent]:
    """Examine the first values of the columns of a table.

    Args:
        names: the columns, the most likely ones first if there are more than are looked at.
        sample: the first records.
    """
    records = sample[:_MAX_RECORDS]
    return {name: _examine_values(record.get(name) for record in records) for name in names[:_MAX_COLUMNS]}


def _examine_values(values: Iterable[object]) -> ColumnContent:
    filled = written = made = words = size = 0
    different: set[str] = set()
    for value in values:
        if size > _MAX_SIZE:
            break
        text = _as_text(value)
        size += len(text)
        kind = _classify(text)
        if kind is _ValueKind.BLANK:
            continue
        filled += 1
        different.add(text.casefold())
        if kind is _ValueKind.WRITTEN:
            written += 1
            words += _count_words(text)
        made += kind is _ValueKind.MADE
    return ColumnContent(filled, written, made, words / written if written else 0.0, len(different) / filled if filled else 0.0)


def _as_text(value: object) -> str:
    """Return the beginning of a value as text; a list of texts is their sequence, and whatever is no text is what JSON makes of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return value[:_MAX_LENGTH].decode("utf-8", "replace").strip()
    if isinstance(value, list | tuple) and value and all(isinstance(item, str) for item in value[:100]):
        return " ".join(item[:_MAX_LENGTH] for item in value[:100])[:_MAX_LENGTH].strip()
    if isinstance(value, Mapping | list | tuple):
        return "{}" if value else ""
    return (value if isinstance(value, str) else str(value))[:_MAX_LENGTH].strip()


def _classify(text: str) -> _ValueKind:
    if not text:
        return _ValueKind.BLANK
    if _URL.fullmatch(text) or _is_mail_address(text) or _is_json(text):
        return _ValueKind.MADE
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    signs = len(text) - sum(map(str.isspace, text))
    if not letters:
        return _ValueKind.MADE if digits else _ValueKind.SIGNS
    if " " not in text and digits and (letters + digits >= _LETTER_SHARE * signs) and not _WITHOUT_SPACES.search(text):
        return _ValueKind.MADE
    if digits >= _DIGIT_SHARE * signs and len(text) < _MAX_DATE_LENGTH:
        return _ValueKind.MADE
    # A mark is part of a letter in many scripts, and emoji and stops are no sign of a machine, so the bound is low.
    return _ValueKind.WRITTEN if letters >= _LETTER_SHARE * (signs - digits) or " " in text else _ValueKind.SIGNS


def _is_mail_address(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and at) and "." in host and "@" not in host and not any(map(str.isspace, text))


def _is_json(text: str) -> bool:
    """Tell whether a value is an object or an array of JSON, or the beginning of a long one."""
    if text[0] + text[-1] in {"{}", "[]"}:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return text.startswith(('{"', '[{"', "{'", "[{'"))
        return True
    return len(text) == _MAX_LENGTH and text.startswith(('{"', '[{"'))


def _count_words(text: str) -> int:
    without_spaces = len(_WITHOUT_SPACES.findall(text))
    spaced = _WITHOUT_SPACES.sub(" ", text) if without_spaces else text
    return sum(any(map(str.isalpha, word)) for word in spaced.split()) + -(-without_spaces // _LETTERS_PER_WORD)
