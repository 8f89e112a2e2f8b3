"""Authored comments that only test: their lines and their words are none of those that the shipped model learns from."""

import re
from pathlib import Path

from training.authored.authored_comments import AuthoredComment, make_authored_comments

__all__ = ["HELD_OUT_FOLDER", "make_held_out_comments"]

HELD_OUT_FOLDER = Path(__file__).with_name("held_out_comments")
"""The files of the comments that only test; nothing is ever trained or tuned on them."""


def make_held_out_comments(folder: Path = HELD_OUT_FOLDER) -> tuple[AuthoredComment, ...]:
    """Return the comments that only test, without those that are also among the others, case and punctuation aside.

    Args:
        folder: where their files lie; see :mod:`training.authored.comment_tables`.

    Raises:
        TableError: a file cannot be understood.
    """
    learned = {_key(comment) for comment in make_authored_comments()}
    return tuple(comment for comment in make_authored_comments(folder) if _key(comment) not in learned)


def _key(comment: AuthoredComment) -> tuple[str, str | None]:
    words = " ".join(re.findall(r"\w+", comment.text.casefold()))
    return words or comment.text, comment.parent_text
