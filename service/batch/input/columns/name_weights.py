"""How much the name of a column speaks for it as that of the text, by the words in it, in many languages."""

import re
from collections.abc import Sequence

from service.batch.input.columns.known_names import COMMENT_WORDS, OTHER_WORDS, TEXT_WORDS

__all__ = ["COMMENT_WEIGHT", "OTHER_WEIGHT", "PLAIN_WEIGHT", "TEXT_WEIGHT", "weigh_column_name"]

COMMENT_WEIGHT, TEXT_WEIGHT, PLAIN_WEIGHT, OTHER_WEIGHT = 6.0, 3.0, 1.0, 0.3
"""The weights of names that tell of comments, of texts, of nothing, and of something else."""

_CAMEL_CASE = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_WORD_EDGE = re.compile(r"[\W_]+")
_MIN_STEM_LENGTH = 5
_FOREIGN_WORDS = frozenset({"parent", "quoted", "quote", "original", "previous", "target", "thread", "article", "headline"})
"""First words of names of columns that hold what a comment answers."""
_SOURCE_WORDS = frozenset({"original", "source"})
"""First words of names of what a comment answers, but also of comments before they were cleaned."""
_NO_TEXT_WORDS = frozenset({"context", "kontext", "contexto", "contexte"})
_PEOPLE_ENDINGS = ("er", "ers", "ator", "ators", "eur", "eurs", "name", "id")
"""Endings of words that are made of those for texts and mean something else: ``reviewer``, ``Kommentator``, ``postname``."""


def weigh_column_name(name: str) -> float:
    """Return how much a name speaks for a column."""
    words = _WORD_EDGE.sub(" ", _CAMEL_CASE.sub(" ", name)).casefold().split()
    if not words:
        return PLAIN_WEIGHT
    is_last_text = _is_one_of(words[-1:], COMMENT_WORDS) or _is_one_of(words[-1:], TEXT_WORDS)
    if words[0] in _SOURCE_WORDS and words[-1] in COMMENT_WORDS:
        words = words[1:]
    elif words[0] in COMMENT_WORDS and words[-1] == "original":
        words = words[:-1]
    if words[0] in _FOREIGN_WORDS or (not is_last_text and any(word in OTHER_WORDS for word in words)):
        return OTHER_WEIGHT
    if _is_one_of(words, COMMENT_WORDS):
        return COMMENT_WEIGHT
    return TEXT_WEIGHT if _is_one_of(words, TEXT_WORDS) else PLAIN_WEIGHT


def _is_one_of(words: Sequence[str], known_words: frozenset[str]) -> bool:
    """Tell whether one of the words is known, or begins or ends with a known one as compounds do, or whether all together are known."""
    if " ".join(words) in known_words or any(word in known_words for word in words):
        return True
    stems = tuple(stem for stem in known_words if len(stem) >= _MIN_STEM_LENGTH or not stem.isascii())
    compounds = (word for word in words if word not in _NO_TEXT_WORDS and not word.endswith(_PEOPLE_ENDINGS))
    return any(word.startswith(stems) or word.endswith((*stems, "text")) for word in compounds)
