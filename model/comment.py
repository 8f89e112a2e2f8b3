"""Comments, labels and verdicts: the types that every room shares."""

from enum import StrEnum
from typing import NamedTuple

__all__ = ["LABELS", "VERDICTS", "Comment", "Format", "Label", "Verdict"]


class Label(StrEnum):
    """What a comment is: fine, abusive for no protected characteristic, or abusive for one."""

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
"""A code for a label is a place in it."""

VERDICTS = tuple(Verdict)
"""A code for a verdict is a place in it."""


class Comment(NamedTuple):
    """One comment as its author wrote it.

    A tuple, because comments are made by the million, which takes a third of the time that a frozen dataclass takes.

    Attributes:
        id: any string of the caller's; returned unchanged.
        text: the text in its original form, mark-up included.
        format: how ``text`` is written.
        language: a BCP 47 tag, if the caller states one.
        author: name or id of its author, if known.
        parent: the id of the comment that it answers, if any.
        parent_text: the text of the comment that it answers, written as ``format`` says, if it is known.
        title: the title, in plain text, of what is commented on, if it is known.
    """

    id: str
    text: str
    format: Format = Format.PLAIN
    language: str | None = None
    author: str | None = None
    parent: str | None = None
    parent_text: str | None = None
    title: str | None = None
