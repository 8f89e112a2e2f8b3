"""Saved web pages with comments, whatever software made the page."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["SAVED_PAGE"]

SAVED_PAGE = Platform("page", "comments on a page", (), Columns("text", "id", "author", "parent", "time", place="place"), Format.HTML)
"""The comments that ``read_page`` finds in the mark-up."""
