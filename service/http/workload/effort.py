"""How much work a call is, before it is done: in letters of plain text that the n-grams read in the same time."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from starlette.types import Scope

from model.comment import Comment, Format
from service.http.problems import FieldError, ProblemError, ProblemKind

if TYPE_CHECKING:
    from service.judging.judge import FirstReading

__all__ = ["EXPLANATION_COST", "MARKUP_COST", "charge_explanation", "encoder_effort", "ngrams_effort", "share_explanations"]

MARKUP_COST = 5
"""How many times as long mark-up takes as plain text."""

EXPLANATION_COST = 50
"""How many times as long an explanation takes as a judgement."""

# The effort of the encoder: for each comment, and for each of its letters up to a maximum, since the encoder reads only a part of a very
# long comment.
_ENCODER_COST_PER_COMMENT = 8_000
_ENCODER_COST_PER_LETTER = 400
_ENCODER_MAX_LETTERS = 2_300

# Of what a comment answers, the beginning is read: of its mark-up, and by the encoder.
_MAX_CONTEXT_LETTERS = 2_100
_ENCODER_CONTEXT_LETTERS = 128

# How many times as long the encoder takes to explain a judgement as to make it.
_ENCODER_EXPLANATION_COST = 30

# What each comment takes besides its letters.
_COST_PER_COMMENT = 100

# In the Unicode stage and in mark-up a byte costs, not a letter; and a letter that is not ASCII has up to four.
_MAX_BYTES_PER_LETTER = 4

# The most bytes of one comment that count when they are explained: what is beyond is explained by the n-grams alone, which is quick.
_MAX_EXPLAINED_BYTES_OF_COMMENT = 2_048

# The encoder reads words and signs, and of some texts there are as many as letters.
_WORD = re.compile(r"\w+|[^\w\s]")
_MIN_BYTES_OF_WORD = 4

_EXPLAINED_BYTES = "tipstaff.explained_bytes"


def ngrams_effort(comments: Sequence[Comment], *, explain: bool) -> int:
    """Return the effort of judging comments by the n-grams."""
    letters = sum(_weigh(comment) for comment in comments) + _COST_PER_COMMENT * len(comments)
    return letters * (EXPLANATION_COST if explain else 1)


def _weigh(comment: Comment) -> int:
    letters = len(comment.text) if comment.text.isascii() else _MAX_BYTES_PER_LETTER * len(comment.text)
    if comment.parent_text is not None or comment.title is not None:
        letters += _MAX_BYTES_PER_LETTER * _count_context_letters(comment, _MAX_CONTEXT_LETTERS)
    return letters if comment.format is Format.PLAIN else letters * MARKUP_COST


def _count_context_letters(comment: Comment, limit: int) -> int:
    return min(len(comment.parent_text or "") + len(comment.title or ""), limit)


def encoder_effort(comments: Sequence[Comment], first_pass: "FirstReading | None", *, explain: bool) -> int:
    """Return the effort of the encoder; without a first pass, the most that it may be."""
    rows = range(len(comments)) if first_pass is None else first_pass.encoder_rows.tolist()
    letters = (
        min(len(comments[row].text), _ENCODER_MAX_LETTERS) + _count_context_letters(comments[row], _ENCODER_CONTEXT_LETTERS) for row in rows
    )
    effort = sum(_ENCODER_COST_PER_COMMENT + _ENCODER_COST_PER_LETTER * count for count in letters)
    return effort * (_ENCODER_EXPLANATION_COST if explain else 1)


def share_explanations(scope: Scope) -> None:
    """Have all calls that are bundled in one count together for `charge_explanation`.

    Args:
        scope: the scope of the whole, of which each call gets a copy.
    """
    scope[_EXPLAINED_BYTES] = [0]


def charge_explanation(scope: Scope, comments: Iterable[Comment], *, limit: int, field: str) -> None:
    """Make sure that a call does not ask for more to be explained than can be done in reasonable time.

    Args:
        scope: the scope of the call.
        comments: the comments that are to be explained.
        limit: the most bytes that may be explained in one call.
        field: the field by which the call asks for it.

    Raises:
        ProblemError: it asks for more.
    """
    spent = scope.get(_EXPLAINED_BYTES, [0])
    count = spent[0] + sum(map(_explained_bytes, comments))
    if count > limit:
        detail = (
            f"takes at most {limit} bytes of text in one call, of which a comment counts for {_MAX_EXPLAINED_BYTES_OF_COMMENT} at most; "
            f"these are {count}: send fewer comments in one call"
        )
        raise ProblemError(ProblemKind.WRONG_FIELDS, f"{field}: {detail}", [FieldError(field=field, detail=detail)])
    spent[0] = count


def _explained_bytes(comment: Comment) -> int:
    """Return how many bytes a comment counts for when it is explained; what it answers is read again with each of its words."""
    text, limit = comment.text, _MAX_EXPLAINED_BYTES_OF_COMMENT
    size = len(text) if text.isascii() else len(text.encode(errors="replace"))
    if size >= limit:
        return limit
    return min(max(size, _MIN_BYTES_OF_WORD * len(_WORD.findall(text))) + _count_context_letters(comment, _ENCODER_CONTEXT_LETTERS), limit)
