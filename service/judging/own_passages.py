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
    kept, left = [], []
    for row in rows.tolist():
        comment = comments[row]
        if comment.format is Format.HTML:
            continue
        rest = _without_english(comment.text, tag, identifier)
        if rest is not None:
            kept.append(row)
            left.append(comment._replace(text=rest, language=None))
    return np.array(kept, np.int64), left


def _without_english(text: str, tag: str, identifier: "Identifier") -> str | None:
    """Return a text without its English sentences, or for another script without Latin letters; None if nothing or all of it is left."""
    if _LATIN not in tag_scripts(tag):
        rest = _LATIN_LETTERS.sub(" ", text)
    else:
        spans = [match.span() for match in _SENTENCE.finditer(text)]
        if not 1 < len(spans) <= _MOST_SENTENCES:
            return None
        candidates = identifier.identify_texts([text[begin:end] for begin, end in spans]).candidates
        rest = "".join(
            " " * (end - begin) if _ENGLISH in some and tag not in some else text[begin:end]
            for (begin, end), some in zip(spans, candidates, strict=True)
        )
    return rest if rest != text and rest.strip() else None
