"""The passages of comments in two languages that only one of them can be, so that a pack judges these without what surrounds them.

A sentence of abuse in one language is lost among many friendly ones in another: both readers weigh a comment as a whole.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import IntArray
from model.comment import Comment, Format

if TYPE_CHECKING:
    # Importing it at run time would load the compiled kernels, which not every process needs.
    from model.language.identifier import Identifier

__all__ = ["find_own_passages"]

_ENGLISH, _LATIN = "en", "Latin"
_LATIN_LETTERS = re.compile("[A-Za-z]")
_SENTENCE = re.compile(r"[^.!?…。！？؟।\r\n]+[.!?…。！？؟।\r\n]*")
_MOST_SENTENCES = 50


def find_own_passages(
    comments: Sequence[Comment], rows: Mapping[str, IntArray], identifier: "Identifier"
) -> dict[str, tuple[IntArray, list[Comment]]]:
    """Return comments without what is English in them: blanks stand in its place, so that the rest lies where it lay.

    Args:
        comments: n comments.
        rows: by language, the numbers of the comments that are judged as English and by the pack of that language, ascending.
        identifier: tells which sentences are English.

    Returns:
        By language, the numbers of its comments that have both English and other sentences, ascending; and what is left of each. Comments
        in HTML are not taken apart.
    """
    from model.language.tags import tag_scripts

    texts = {row: comment.text for row in _all_rows(rows) if (comment := comments[row]).format is not Format.HTML}
    latin = {tag: some for tag, some in rows.items() if _LATIN in tag_scripts(tag)}
    sentences = _identify_sentences({row: texts[row] for row in _all_rows(latin) if row in texts}, identifier)
    passages = {}
    for tag, some in rows.items():
        kept = []
        for row in some.tolist():
            if (text := texts.get(row)) is not None:
                rest = _blank_english_sentences(sentences[row], tag) if tag in latin else _LATIN_LETTERS.sub(" ", text)
                if rest != text and rest.strip():
                    kept.append((row, comments[row]._replace(text=rest, language=None)))
        passages[tag] = np.array([row for row, _ in kept], np.int64), [comment for _, comment in kept]
    return passages


def _all_rows(rows: Mapping[str, IntArray]) -> set[int]:
    return {row for some in rows.values() for row in some.tolist()}


def _identify_sentences(texts: Mapping[int, str], identifier: "Identifier") -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """Return the sentences of texts by their numbers, each with the languages that it may be in; none where there is one, or very many.

    All are identified at once, which takes a fraction of the time.
    """
    sentences = {row: [match[0] for match in _SENTENCE.finditer(text)] for row, text in texts.items()}
    read = {row: some if 1 < len(some) <= _MOST_SENTENCES else [] for row, some in sentences.items()}
    together = [sentence for some in read.values() for sentence in some]
    candidates = iter(identifier.identify_texts(together).candidates if together else ())
    return {row: [(sentence, next(candidates)) for sentence in some] for row, some in read.items()}


def _blank_english_sentences(sentences: Sequence[tuple[str, tuple[str, ...]]], tag: str) -> str:
    """Return sentences without those that are English and not in a language."""
    return "".join(" " * len(sentence) if _ENGLISH in tags and tag not in tags else sentence for sentence, tags in sentences)
