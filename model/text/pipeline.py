"""From a comment as somebody wrote it to the one normalised text that training and serving read.

The mark-up goes first, or, where there is none, character references are decoded (:func:`strip_markup`); then come the Unicode stage
(``model.text.unicode``) and the compiled stage (``model.normaliser.normalise``). Scoring goes only as far as :func:`prepare`, since the
compiled stage is part of its kernels; explaining takes :func:`normalise_comment`, which knows the way back to the original.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.array_types import ByteArray, Int32Array
from model.comment import Comment, Format
from model.normaliser.buffers import make_buffers
from model.normaliser.hashing import Lexicon
from model.normaliser.lexicon import load_lexicon
from model.normaliser.normalise import normalise_bytes
from model.text.character_references import decode_references
from model.text.html import read_html
from model.text.markdown import read_markdown
from model.text.offsets import Mapped, Piece
from model.text.unicode import fold_characters, map_characters

__all__ = [
    "MAX_CONTEXT_BYTES",
    "NormalisedComment",
    "normalise",
    "normalise_comment",
    "normalise_stripped",
    "prepare",
    "prepare_context",
    "prepare_text",
    "strip_markup",
    "take_back",
    "take_comment_back",
]

MAX_CONTEXT_BYTES = 400
"""The most bytes that are read of what a comment answers; the encoder reads some thirty words of them."""

# What is read of a parent as it is written, mark-up included, so that a long one costs no more than a short one.
_MAX_PARENT_LETTERS = 2_000
# A title beside a parent leaves it the larger part of what the encoder reads.
_MAX_TITLE_LETTERS = 80

# What takes the mark-up away, or returns None if there is none.
_READERS: Mapping[Format, Callable[[str], Mapped | None]] = {
    Format.PLAIN: decode_references,
    Format.MARKDOWN: read_markdown,
    Format.HTML: read_html,
}


def strip_markup(text: str, text_format: Format) -> Mapped:
    """Return what a reader of the page sees, with the way back to ``text``.

    Args:
        text: a comment's text.
        text_format: how it is written.
    """
    return _READERS[text_format](text) or Mapped.unchanged(text)


def prepare(comments: Sequence[Comment]) -> list[bytes]:
    """Return what the kernels read of each of n comments: its UTF-8 after mark-up, references and the Unicode stage."""
    as_is = Format.PLAIN
    return [
        text.encode()
        if (text := comment.text).isascii() and comment.format is as_is and "&" not in text
        else prepare_text(text, comment.format)
        for comment in comments
    ]


def prepare_text(text: str, text_format: Format) -> bytes:
    """Return what ``prepare`` makes of a text that is written in a given way."""
    stripped = _READERS[text_format](text)
    return fold_characters(text if stripped is None else stripped.text).encode()


def prepare_context(comment: Comment) -> bytes:
    """Return what is read of what a comment answers: the title and the beginning of the parent, made plain like a comment.

    Args:
        comment: a comment; its own text does not matter.

    Returns:
        At most ``MAX_CONTEXT_BYTES`` of UTF-8; nothing where neither title nor parent is known.
    """
    title, parent = comment.title, comment.parent_text
    if not title and not parent:
        return b""
    parts = []
    if title:
        parts.append(prepare_text(title[: _MAX_TITLE_LETTERS if parent else MAX_CONTEXT_BYTES], Format.PLAIN).strip())
    if parent:
        parts.append(prepare_text(_begin(parent, comment.format), comment.format).strip())
    context = b"\n".join(filter(None, parts))
    return context if len(context) <= MAX_CONTEXT_BYTES else context[:MAX_CONTEXT_BYTES].decode(errors="ignore").encode()


def _begin(text: str, text_format: Format) -> str:
    """Return the beginning of a text, without a tag that is cut in two."""
    if len(text) <= _MAX_PARENT_LETTERS:
        return text
    text = text[:_MAX_PARENT_LETTERS]
    tag = text.rfind("<")
    return text[:tag] if text_format is not Format.PLAIN and tag > text.rfind(">") else text


@dataclass(frozen=True)
class NormalisedComment:
    """The normalised form of one comment as bytes, and the way back from each byte to the original.

    Attributes:
        data: the normalised UTF-8 bytes, shape (n,).
        begin, end: half-open range of code points of the original that each byte stands for, shape (n,).
    """

    data: ByteArray
    begin: Int32Array
    end: Int32Array


def normalise_comment(text: str, text_format: Format, lexicon: Lexicon) -> NormalisedComment:
    """Normalise a text as the kernels do and remember where each byte came from.

    Args:
        text: a comment's text.
        text_format: how it is written.
        lexicon: the words that disguises may be read as.
    """
    stripped = strip_markup(text, text_format)
    return take_comment_back(stripped, normalise_stripped(map_characters(stripped.text), lexicon))


def normalise_stripped(folded: Mapped, lexicon: Lexicon) -> NormalisedComment:
    """Normalise a text after its Unicode stage.

    Args:
        folded: the output of the Unicode stage.
        lexicon: the words that disguises may be read as.

    Returns:
        The normalised bytes; the ranges are those of the input of the Unicode stage.
    """
    source = np.frombuffer(folded.text.encode(), np.uint8)
    room = make_buffers(source.size, True)
    size = normalise_bytes(source, 0, source.size, lexicon, room)
    points = np.cumsum((source & 0xC0) != 0x80) - 1
    begin, end = points[room.text.begin[:size]], points[room.text.end[:size] - 1] + 1
    return NormalisedComment(room.text.data[:size], *take_back(folded, begin, end))


def take_comment_back(stripped: Mapped, comment: NormalisedComment) -> NormalisedComment:
    """Return what was normalised of a text without mark-up, with the ranges of the text with mark-up."""
    return NormalisedComment(comment.data, *take_back(stripped, comment.begin, comment.end))


def normalise(text: str, text_format: Format = Format.PLAIN) -> Mapped:
    """Normalise a text as the kernels do.

    Args:
        text: a comment's text.
        text_format: how it is written.

    Returns:
        The normalised text; each of its code points knows the range of ``text`` that it stands for. Normalising a
        normalised text changes nothing.
    """
    comment = normalise_comment(text, text_format, load_lexicon())
    normalised = comment.data.tobytes().decode()
    first = np.flatnonzero((comment.data & 0xC0) != 0x80)
    last = np.append(first[1:], comment.data.size) - 1
    begins, ends = comment.begin[first].tolist(), comment.end[last].tolist() if first.size else []
    return Mapped(normalised, tuple(map(Piece, normalised, begins, ends)))


def take_back(step: Mapped, begin: Int32Array, end: Int32Array) -> tuple[Int32Array, Int32Array]:
    """Take non-empty ranges of the output of one step back to its input."""
    if not len(begin):
        return begin, end
    return step.begin[begin], np.maximum(step.end[end - 1], step.begin[begin])
