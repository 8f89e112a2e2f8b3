"""Movable Type and TypePad: the comments in their export."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["MOVABLE_TYPE"]

MOVABLE_TYPE = Platform(
    "movabletype", "comments of Movable Type", (), Columns("text", None, "AUTHOR", None, "DATE", title="title"), Format.HTML
)
"""Comments, which have no ids in an export."""
