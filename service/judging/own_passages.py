"""The passages of comments in two languages that only one of them can be, so that a pack judges these without what surrounds them.

A sentence of abuse in one language is lost among many friendly ones in another: both readers weigh a comment as a whole.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import IntArray
from model.comment import Comment, Format
from model.language.tags import tag_scripts

if TYPE_CHECKING:
    # Importing it at run time would load the compiled kernels, which not every process needs.
    from model.language.identifier import Identifier

__all__ = ["find_own_passages"]

_ENGLISH, _LATIN = "en", "Latin"
_LATIN_LETTERS = re.compile("[A-Za-z]")
_SENTENCE = re.compile(r"[^.!?…。！？؟।\r\n]+[.!?…。！？؟।\r\n]*")
_MOST_SENTENCES = 50


def find_own_passages(comments: Sequence[Comment], rows: IntArray, tag: str, identifier: "Identifier") -> tuple[IntArray, list[Comment]]:
    """Return comments without what is English in them: blanks stand in its place, so that the rest lies where it lay.

    Args:
        comments: n comments.
        rows: the numbers of those that are judged as English and by the pack of another language, ascending; shape (m,).
        tag: that language.
        identifier: tells which sentences are English.

    Returns:
        The numbers of the comments that have both English sentences and others, ascending; and what is left of each. Comments in
        HTML are not taken apart.
    """
    read = [(row, comment) for row in rows.tolist() if (comment := comments[row]).format is not Format.HTML]
    blank = _blank_latin_letters if _LATIN not in tag_scripts(tag) else _blank_english_sentences
    rests = blank([comment.text for _, comment in read], tag, identifier)
    kept = [
        (row, comment._replace(text=rest, language=None))
        for (row, comment), rest in zip(read, rests, strict=True)
        if rest != comment.text and rest.strip()
    ]
    return np.array([row for row, _ in kept], np.int64), [comment for _, comment in kept]


def _blank_latin_letters(texts: Sequence[str], _tag: str, _identifier: "Identifier") -> list[str]:
    return [_LATIN_LETTERS.sub(" ", text) for text in texts]


def _blank_english_sentences(texts: Sequence[str], tag: str, identifier: "Identifier") -> list[str]:
    """Return texts without the sentences that are English and not in a language; those of one sentence, or of very many, as they are."""
    sentences = [[match[0] for match in _SENTENCE.finditer(text)] for text in texts]
    read = [some if 1 < len(some) <= _MOST_SENTENCES else [] for some in sentences]
    # All at once, which takes a fraction of the time.
    candidates = iter(identifier.identify_texts([sentence for some in read for sentence in some]).candidates)
    return [
        "".join(" " * len(sentence) if _ENGLISH in (tags := next(candidates)) and tag not in tags else sentence for sentence in some)
        or text
        for text, some in zip(texts, read, strict=True)
    ]
