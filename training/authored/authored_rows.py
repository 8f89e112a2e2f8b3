"""Authored comments as labelled rows, which are added to those of the corpus."""

import hashlib
from collections.abc import Sequence

import numpy as np

from model.artefact.manifest import DataSource
from model.comment import Label
from training.authored.authored_comments import AuthoredComment, make_authored_comments
from training.authored.comment_tables import TAUGHT_ATTRIBUTES
from training.tables.labelled import Labelled, Place, RowContext, encode_answers

__all__ = ["AUTHORED_SOURCE", "describe_authored_rows", "load_authored_answers", "load_authored_rows"]

AUTHORED_SOURCE = "authored"
"""The source of the rows."""


def load_authored_rows() -> Labelled:
    """Return the authored comments that answer nothing as train rows, each with the weight 1 and an answer to every attribute."""
    return _as_rows([comment for comment in make_authored_comments() if comment.parent_text is None])


def load_authored_answers() -> Labelled:
    """Return the authored comments that answer something, with what they answer; only a reader that reads contexts may learn from them."""
    return _as_rows([comment for comment in make_authored_comments() if comment.parent_text is not None])


def describe_authored_rows() -> DataSource:
    """Return the description of the authored rows for a manifest."""
    comments = make_authored_comments()
    lines = (f"{comment.label} {comment.parent_text or ''} {comment.text}" for comment in comments)
    return DataSource(
        source=AUTHORED_SOURCE,
        sha256=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        rows=len(comments),
        licence="Apache-2.0",
        origin="written for Tipstaff: training/authored",
    )


def _as_rows(comments: Sequence[AuthoredComment]) -> Labelled:
    size = len(comments)
    answers_something = any(comment.parent_text is not None for comment in comments)
    return Labelled(
        text=[comment.text for comment in comments],
        abusive=np.array([comment.label is not Label.FINE for comment in comments], np.int8),
        hateful=np.array([comment.label is Label.HATEFUL for comment in comments], np.int8),
        source=[AUTHORED_SOURCE] * size,
        split=["train"] * size,
        id=[str(number) for number in range(size)],
        weight=np.ones(size),
        target=[None] * size,
        attributes={name: encode_answers([comment.attributes[name] for comment in comments]) for name in TAUGHT_ATTRIBUTES},
        place=[Place(AUTHORED_SOURCE, number) for number in range(1, size + 1)],
        context=[RowContext(comment.parent_text, None) for comment in comments] if answers_something else None,
    )
