"""The words of the house as types: comment, label, verdict."""

from enum import StrEnum
from typing import NamedTuple

__all__ = ["LABELS", "VERDICTS", "Comment", "Format", "Label", "Verdict"]


class Label(StrEnum):
    """What a comment is called."""

    FINE = "fine"
    TOXIC = "toxic"
    HATEFUL = "hateful"


class Verdict(StrEnum):
    """What a policy advises to do with a comment."""

    APPROVE = "approve"
    REVIEW = "review"
    REJECT = "reject"


class Format(StrEnum):
    """How the text of a comment is written."""

    PLAIN = "plain"
    HTML = "html"
    MARKDOWN = "markdown"


LABELS = tuple(Label)
VERDICTS = tuple(Verdict)


class Comment(NamedTuple):
    """One comment as somebody wrote it; a tuple, because these are made by the million, thrice as fast as frozen dataclasses.

    Attributes:
        id: whatever the caller calls it; handed back unchanged.
        text: the text in its original form, mark-up included.
        format: how ``text`` is written.
        language: the language that the caller names (BCP 47), if any.
        author: who wrote it, if known.
        parent: the id of the comment that it answers, if any.
    """

    id: str
    text: str
    format: Format = Format.PLAIN
    language: str | None = None
    author: str | None = None
    parent: str | None = None
