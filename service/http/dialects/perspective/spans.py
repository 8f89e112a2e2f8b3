"""The parts of a comment that are scored one by one: its sentences, with offsets as Perspective counts them."""

import re
from itertools import accumulate
from typing import NamedTuple

from model.comment import Comment, Format
from model.text.pipeline import strip_markup

__all__ = ["TextPart", "split_sentences", "utf16_length"]

_MAX_SENTENCES = 100
# The last character of the Basic Multilingual Plane. In UTF-16 it takes one code unit; characters above it take two.
_LAST_BMP_CHARACTER = "\uffff"
# A sentence ends with marks, those of Arabic, Urdu and Hindi among them, and with the quotes or brackets that close it, before white space,
# of which Chinese and Japanese have none; or at the end of its line. Without the look behind, a search that fails would be made again at
# each of ten thousand marks.
_MARKS, _WIDE_MARKS = r"[.!?\u2026\u061f\u06d4\u0964\u0965]", r"[\u3002\uff01\uff1f]"
_CLOSING = r"[\"\'\u201d\u2019)\]\u300d\u300f\uff09]*+"
_SENTENCE_END = re.compile(rf"(?<!{_MARKS}){_MARKS}++{_CLOSING}(?=\s)|(?<!{_WIDE_MARKS}){_WIDE_MARKS}++{_CLOSING}|[\r\n]+")


class TextPart(NamedTuple):
    """A part of a comment.

    Attributes:
        text: the text that is judged.
        begin: where the part begins in the original text, in UTF-16 code units.
        end: where it ends there, exclusive.
    """

    text: str
    begin: int
    end: int


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_sentences(comment: Comment) -> list[TextPart]:
    """Return the sentences of a comment, in order; none is empty. If there are more than a hundred, short ones are put together.

    Args:
        comment: the comment. If its text is marked up, the text that a reader sees is split, and the offsets are those of the text with
            its mark-up.
    """
    original = comment.text
    if comment.format is Format.PLAIN:
        spans = _find_sentences(original)
        texts = [original[begin:end] for begin, end in spans]
    else:
        visible = strip_markup(original, comment.format)
        sentences = _find_sentences(visible.text)
        texts = [visible.text[begin:end] for begin, end in sentences]
        spans = [(int(visible.begin[begin]), int(visible.end[end - 1])) for begin, end in sentences]
    if not original.isascii():
        offsets = list(accumulate((2 if char > _LAST_BMP_CHARACTER else 1 for char in original), initial=0))
        spans = [(offsets[begin], offsets[end]) for begin, end in spans]
    return [TextPart(text, begin, end) for text, (begin, end) in zip(texts, spans, strict=True)]


def _find_sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a text begin and end, in code points, without the white space around them."""
    min_length = len(text) // _MAX_SENTENCES
    sentences, begin = [], 0
    for end in (*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)):
        if end - begin > min_length or end == len(text):
            piece = text[begin:end]
            if stripped := piece.strip():
                first = begin + len(piece) - len(piece.lstrip())
                sentences.append((first, first + len(stripped)))
            begin = end
    return sentences
