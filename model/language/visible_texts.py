"""The text of a comment as its language is looked for in it: its beginning, without tags and character references."""

import re

import numpy as np

from model.array_types import BoolArray, ByteArray, IntArray
from model.comment import Comment, Format
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts
from model.numba_cache import kernel
from model.text.character_references import unescape_once

__all__ = ["visible_text", "visible_texts"]

_MOST_LETTERS = 4096
_TAG = re.compile(r"<[^<>]*>")


def visible_text(comment: Comment) -> str:
    """Return the first 4,096 characters of a comment without tags and character references, near enough to find its language."""
    text = comment.text
    if len(text) <= _MOST_LETTERS and "&" not in text and (comment.format is Format.PLAIN or "<" not in text):
        return text
    text = text[: 4 * _MOST_LETTERS]
    if comment.format is not Format.PLAIN and "<" in text:
        text = _TAG.sub(" ", text)
    return (unescape_once(text) if "&" in text else text)[:_MOST_LETTERS]


def visible_texts(comments: PackedComments) -> PackedTexts:
    """Return what ``visible_text`` makes of each comment, packed; most comments are not touched."""
    marks = np.zeros(len(comments), np.bool_)
    _find_markup(*comments.texts, comments.text_format is not Format.PLAIN, _MOST_LETTERS, marks)
    return comments.replace_texts(
        np.flatnonzero(marks), lambda text: visible_text(Comment("", text, comments.text_format)).encode(errors="replace")
    )


@kernel
def _find_markup(data: ByteArray, offsets: IntArray, tags: bool, most_bytes: int, marks: BoolArray) -> None:
    """Mark the texts that are not their own visible text: those with a character reference or a tag, and those that are too long.

    Args:
        data: of n packed texts.
        offsets: of the packed texts.
        tags: whether "<" may begin a tag.
        most_bytes: the size up to which a text is not too long.
        marks: gets the marks, shape (n,).
    """
    for i in range(marks.size):
        marks[i] = offsets[i + 1] - offsets[i] > most_bytes
        for at in range(offsets[i], offsets[i + 1]):
            if marks[i]:
                break
            marks[i] = data[at] == ord("&") or (tags and data[at] == ord("<"))
