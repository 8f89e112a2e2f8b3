"""Reddit, as Pushshift and its successors dump it: one comment a line, as a rule in zstd with a long window."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["REDDIT"]

REDDIT = Platform(
    "reddit",
    "comments of Reddit",
    tuple(frozenset({"body", name}) for name in ("created_utc", "link_id", "subreddit")),
    Columns("body", "id", "author", "parent_id", "created_utc"),
    Format.MARKDOWN,
)
"""Comments (``RC_*``)."""
