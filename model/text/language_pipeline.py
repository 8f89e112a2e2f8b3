"""From a comment to what the n-gram kernels read of it where its language is not English; see ``model.text.pipeline`` for English."""

from collections.abc import Sequence

import numpy as np

from model.comment import Comment, Format
from model.normaliser.buffers import make_buffers
from model.normaliser.hashing import Lexicon
from model.normaliser.normalise import normalise_bytes
from model.text.pipeline import NormalisedComment, strip_markup, take_back, take_comment_back
from model.text.script_fold import fold_for_language, map_for_language

__all__ = [
    "fold_stripped",
    "normalise_for_language",
    "normalise_stripped_for_language",
    "prepare_for_language",
    "prepare_text_for_language",
]

_BYTES = "latin-1"
"""How a folded text becomes bytes: one for each character."""


def prepare_for_language(comments: Sequence[Comment], tag: str) -> list[bytes]:
    """Return what the kernels of a language pack read of each of n comments, which is not UTF-8.

    Args:
        comments: n comments.
        tag: the language of the pack.
    """
    return [
        fold_for_language(text, tag).encode(_BYTES)
        if "&" not in (text := comment.text) and comment.format is Format.PLAIN
        else prepare_text_for_language(text, comment.format, tag)
        for comment in comments
    ]


def prepare_text_for_language(text: str, text_format: Format, tag: str) -> bytes:
    """Return what ``prepare_for_language`` makes of a text that is written in a given way."""
    return fold_stripped(strip_markup(text, text_format).text, tag)


def fold_stripped(stripped: str, tag: str) -> bytes:
    """Return what ``prepare_for_language`` makes of a text without mark-up."""
    return fold_for_language(stripped, tag).encode(_BYTES)


def normalise_for_language(text: str, text_format: Format, tag: str, lexicon: Lexicon) -> NormalisedComment:
    """Normalise a text as the kernels of a language pack do and remember where each byte came from.

    Args:
        text: a comment's text.
        text_format: how it is written.
        tag: the language of the pack.
        lexicon: that of the pack, which is empty.
    """
    stripped = strip_markup(text, text_format)
    return take_comment_back(stripped, normalise_stripped_for_language(stripped.text, tag, lexicon))


def normalise_stripped_for_language(stripped: str, tag: str, lexicon: Lexicon) -> NormalisedComment:
    """Normalise a text without mark-up as the kernels of a language pack do and remember where in it each byte came from."""
    folded = map_for_language(stripped, tag)
    source = np.frombuffer(folded.text.encode(_BYTES), np.uint8)
    room = make_buffers(source.size, True)
    size = normalise_bytes(source, 0, source.size, lexicon, room)
    begin, end = room.text.begin[:size], room.text.end[:size]
    return NormalisedComment(room.text.data[:size], *take_back(folded, begin, end))
