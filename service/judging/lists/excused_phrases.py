"""What is left of a comment without the phrases that its community allows."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from model.comment import Comment
from model.text.offsets import Edit, Mapped, apply_edits
from service.judging.lists.matching_text import fold_with_offsets
from service.judging.lists.word_lists import WordLists

if TYPE_CHECKING:
    from model.explain import Span  # importing it at run time would load the compiled kernels

__all__ = ["Remainder", "excuse_phrases"]

_SYMBOL = re.compile(r"[^\w\s\x00-\x7f]")


class Remainder(NamedTuple):
    """A comment without the phrases that its community allows.

    Attributes:
        comment: what is left of it, with its mark-up.
        text: the text of that, with the way back to the text of the whole comment.
    """

    comment: Comment
    text: Mapped

    def take_back(self, spans: "Sequence[Span]") -> "list[Span]":
        """Return stretches of what is left as those of the whole comment, which may have phrases in them that are allowed."""
        return [replace(span, begin=int(self.text.begin[span.begin]), end=int(self.text.end[span.end - 1])) for span in spans]


def excuse_phrases(comment: Comment, allowed: WordLists) -> Remainder | None:
    """Take all that some lists match out of a comment.

    Args:
        comment: a comment.
        allowed: the lists.

    Returns:
        What is left; None if that has no word and no symbol such as an emoji.
    """
    # As in `text_to_match`.
    from model.text.pipeline import prepare_text, strip_markup

    stripped = strip_markup(comment.text, comment.format)
    folded = fold_with_offsets(stripped.text)
    spans = [(int(folded.begin[begin]), int(folded.end[end - 1])) for begin, end in allowed.locate(folded.text)]
    shown = [at for begin, end in _merge(spans) for at in range(begin, end)]
    # What is marked up within a phrase stays, so that what was opened in it still is.
    cuts = _merge((int(stripped.begin[at]), int(stripped.end[at])) for at in shown)
    left = apply_edits(comment.text, _cut(comment.text, cuts))
    remainder = comment._replace(text=left.text)
    return Remainder(remainder, left) if _says_anything(prepare_text(left.text, comment.format).decode()) else None


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the stretches that some spans cover together, in order."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Edit]:
    """Yield the edits that take stretches out of a text, with one of two blanks around them; between words they leave a blank."""
    for begin, end in spans:
        before, after = text[begin - 1 : begin] if begin else " ", text[end : end + 1]
        if before.isspace() and after.isspace():
            yield begin, end + 1, ""
        else:
            yield begin, end, " " if before.isalnum() and after.isalnum() else ""


def _says_anything(text: str) -> bool:
    """Return whether there is a word in a text as the readers get it, or a symbol that may stand for one."""
    return re.search(r"\w", text) is not None or any(unicodedata.category(sign) in {"So", "Sk"} for sign in _SYMBOL.findall(text))
