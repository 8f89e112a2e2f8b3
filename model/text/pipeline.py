"""From a comment as somebody wrote it to the one normalised text that training and serving read.

First :func:`plain` takes the mark-up away; then come entities, the Unicode stage (``model.text.unicode``) and the compiled stage
(``model.normaliser.normalise``). Whoever scores goes only as far as :func:`prepare`, since the compiled stage is part of the kernel;
whoever explains asks for :func:`normalise`, which knows the way back to the original for every code point.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from model.comment import Comment, Format
from model.normaliser.buffers import make_buffers
from model.normaliser.lexicon import load_lexicon
from model.normaliser.normalise import normalise_bytes
from model.text import markup
from model.text import unicode as fold
from model.text.offsets import Mapped, Piece

__all__ = ["Trace", "normalise", "plain", "prepare", "prepare_one", "trace"]


def plain(text: str, written: Format) -> Mapped:
    """Take the mark-up away.

    Args:
        text: a comment's text.
        written: how it is written.

    Returns:
        What a reader of the page sees, with the way back to ``text``.
    """
    if written is Format.HTML:
        return markup.html_text(text)
    if written is Format.MARKDOWN:
        return markup.markdown_text(text)
    return markup.entities(text) or _whole(text)


def prepare(comments: Sequence[Comment]) -> list[bytes]:
    """Return what the kernel reads of each comment: UTF-8 after mark-up, entities and the Unicode stage; n."""
    as_is = Format.PLAIN
    return [
        text.encode()
        if (text := comment.text).isascii() and comment.format is as_is and "&" not in text
        else prepare_one(text, comment.format)
        for comment in comments
    ]


def prepare_one(text: str, written: Format) -> bytes:
    """Return what ``prepare`` makes of a text that is written in a given way."""
    if written is Format.PLAIN:
        decoded = markup.entities(text)
        return fold.fold(text if decoded is None else decoded.text).encode()
    if written is Format.MARKDOWN:
        return fold.fold(markup.read_markdown(text).text if markup.is_marked(text) else text).encode()
    return fold.fold(plain(text, written).text).encode()


class Trace:
    """The normalised form of one comment as bytes, and the way back from each byte to the original.

    Attributes:
        data: the normalised UTF-8 bytes, shape (n,).
        begin, end: half-open range of code points of the original that each byte stands for, int32, shape (n,).
    """

    def __init__(self, text: str, written: Format, lexicon: npt.NDArray[np.uint32]) -> None:
        first = plain(text, written)
        folded = fold.fold_mapped(first.text)
        source = np.frombuffer(folded.text.encode(), np.uint8)
        room = make_buffers(source.size, True)
        n = normalise_bytes(source, 0, source.size, lexicon, room)
        read = room.text
        points = np.cumsum((source & 0xC0) != 0x80) - 1
        self.data = read.data[:n]
        self.begin, self.end = _back(first, *_back(folded, points[read.begin[:n]], points[read.end[:n] - 1] + 1))


def trace(text: str, written: Format = Format.PLAIN) -> Trace:
    """Return the normalised bytes of a text with the way back."""
    return Trace(text, written, load_lexicon())


def normalise(text: str, written: Format = Format.PLAIN) -> Mapped:
    """Normalise a text as the kernel does.

    Args:
        text: a comment's text.
        written: how it is written.

    Returns:
        The normalised text; each of its code points knows the range of ``text`` that it stands for. Normalising a
        normalised text changes nothing.
    """
    done = trace(text, written)
    normalised = done.data.tobytes().decode()
    first = np.flatnonzero((done.data & 0xC0) != 0x80)
    last = np.append(first[1:], done.data.size) - 1
    begins, ends = done.begin[first].tolist(), done.end[last].tolist() if first.size else []
    return Mapped(normalised, tuple(map(Piece, normalised, begins, ends)))


def _whole(text: str) -> Mapped:
    return Mapped(text, (Piece(text, 0, len(text)),) if text else ())


def _back(step: Mapped, begin: npt.NDArray[np.int32], end: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Take non-empty ranges of the output of one step back to its input."""
    if not len(begin):
        return begin, end
    return step.begin[begin], np.maximum(step.end[end - 1], step.begin[begin])
