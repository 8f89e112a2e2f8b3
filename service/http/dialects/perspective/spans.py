"""The parts of a comment that are scored by themselves: its sentences, with offsets as Perspective counts them."""

import re
from itertools import accumulate
from typing import NamedTuple

from model.comment import Comment, Format
from model.text.pipeline import plain

__all__ = ["TextPart", "split_sentences", "utf16_length"]

_MOST = 100
# A sentence ends with its marks, and quotes or brackets that close it, before a blank; or with its line.
_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+[\"'\u201d\u2019)\]]*(?=\s)|[\r\n]+")


class TextPart(NamedTuple):
    """A part of a comment.

    Attributes:
        text: what is judged.
        begin, end: where it stands in the original text, in UTF-16 code units, end exclusive.
    """

    text: str
    begin: int
    end: int


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_sentences(comment: Comment) -> list[TextPart]:
    """Return the sentences of a comment in order, none of white space alone; short ones together if there are more than a hundred.

    Args:
        comment: of marked-up text, what a reader sees is cut; the offsets are those of the text with its mark-up.
    """
    original = comment.text
    if comment.format is Format.PLAIN:
        found = _cut(original)
        where = [(begin, end) for begin, end in found]
        texts = [original[begin:end] for begin, end in found]
    else:
        seen = plain(original, comment.format)
        found = _cut(seen.text)
        where = [(int(seen.begin[begin]), int(seen.end[end - 1])) for begin, end in found]
        texts = [seen.text[begin:end] for begin, end in found]
    if original.isascii():
        return [TextPart(text, begin, end) for text, (begin, end) in zip(texts, where, strict=True)]
    offsets = list(accumulate((2 if char > "\uffff" else 1 for char in original), initial=0))
    return [TextPart(text, offsets[begin], offsets[end]) for text, (begin, end) in zip(texts, where, strict=True)]


def _cut(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text begin and end, in code points, without the white space around them."""
    least = len(text) // _MOST
    found, begin = [], 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        if end - begin > least or end == len(text):
            piece = text[begin:end]
            if stripped := piece.strip():
                first = begin + len(piece) - len(piece.lstrip())
                found.append((first, first + len(stripped)))
            begin = end
    return found
