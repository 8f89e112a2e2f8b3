"""The text that lists are matched against: without mark-up, in small letters, without what nobody sees, and the way back from it."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from model.comment import Comment
from model.text.offsets import Mapped, Piece

__all__ = ["fold_for_matching", "fold_with_offsets", "text_to_match"]

# As many marks in a row as a character has in the Unicode Consortium's Stream-Safe Text Format.
_MAX_MARKS = 30

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Marks are neither letters nor spaces.
_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MAX_MARKS + 1},}}")
# These decompose to marks, though they are none themselves.
_COMPOSITE_MARKS = "\u0f73\u0f75\u0f81"


def text_to_match(comment: Comment) -> str:
    """Return the text of a comment that lists are matched against: without mark-up, and folded by `fold_for_matching`."""
    # Loading the compiled kernels takes a third of a second, which not every command that knows of lists has to wait for.
    from model.text.pipeline import strip_markup

    return fold_for_matching(strip_markup(comment.text, comment.format).text)


def fold_for_matching(text: str) -> str:
    """Return a text in lower case, with full-width letters made ordinary ones, and without invisible characters."""
    return text.lower() if text.isascii() else _fold_visible(_INVISIBLE.sub("", text))


def fold_with_offsets(text: str) -> Mapped:
    """Return what `fold_for_matching` makes of a text, with the way back to it; that takes about ten times as long."""
    if text.isascii():
        return Mapped(text.lower(), Mapped.unchanged(text).pieces)
    visible = [at for at, character in enumerate(text) if not _INVISIBLE.match(character)]
    begins = [number for number, at in enumerate(visible) if not number or _begins_anew(text[at])]
    pieces = []
    for begin, end in pairwise([*begins, len(visible)]):
        source = visible[begin:end]
        pieces.append(Piece(_fold_visible("".join([text[at] for at in source])), source[0], source[-1] + 1))
    return Mapped.from_pieces(pieces)


def _fold_visible(text: str) -> str:
    # Putting marks in order takes time in the square of how many follow one another.
    return unicodedata.normalize("NFKC", _MARKS.sub(_drop_marks, text)).casefold()


def _drop_marks(match: re.Match[str]) -> str:
    """Return characters without the marks that are too many on one letter."""
    kept, count = [], 0
    for character in match[0]:
        count = count + 1 if unicodedata.combining(character) or character in _COMPOSITE_MARKS else 0
        if count <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _begins_anew(character: str) -> bool:
    """Return whether a character is folded by itself, whatever is before it: it is no mark, and joins no letter to another one."""
    first = unicodedata.normalize("NFKD", character)[0]
    if unicodedata.combining(first) or "\u1161" <= first <= "\u11ff":
        return False
    # Some vowel signs of India join the letter before them, although their combining class is that of a letter.
    return unicodedata.category(first)[0] != "M"
