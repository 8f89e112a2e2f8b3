"""Finds entries of lists that match a word so common that they would decide about most comments."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from service.judging.lists.matching_text import fold_for_matching
from service.judging.lists.word_lists import WordLists

__all__ = ["CommonEntry", "find_common_entries"]


class CommonEntry(NamedTuple):
    """An entry of lists that matches a very common word.

    Attributes:
        kind: ``words`` or ``patterns``, the list that it is in.
        number: its number there, counted from 0.
        entry: the entry.
        word: the first such word.
    """

    kind: str
    number: int
    entry: str
    word: str


def find_common_entries(lists: WordLists) -> Iterator[CommonEntry]:
    """Yield the entries that match a very common word, in their order; of entries that match the same places not all."""
    if not lists:
        return
    found: dict[tuple[str, int], str] = {}
    for word in _common_words():
        for kind, number in lists.match_all(fold_for_matching(word), without=found):
            found[kind, number] = word
    words, patterns = lists.entries
    for (kind, number), word in sorted(found.items(), key=lambda item: (item[0][0] == "patterns", item[0][1])):
        yield CommonEntry(kind, number, (words if kind == "words" else patterns)[number], word)


@lru_cache(maxsize=1)
def _common_words() -> tuple[str, ...]:
    lines = files("service.judging.lists").joinpath("common_words.txt").read_text("utf-8").splitlines()
    return tuple(dict.fromkeys(word for line in lines if not line.startswith("# ") for word in line.split()))
