"""Reddit, as Pushshift and its successors dump it: one comment a line, usually compressed by zstd with a long window."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["REDDIT"]

REDDIT = Platform(
    name="reddit",
    description="comments of Reddit",
    signatures=tuple(frozenset({"body", name}) for name in ("created_utc", "link_id", "subreddit")),
    columns=Columns("body", "id", "author", "parent_id", "created_utc", title="title"),
    format=Format.MARKDOWN,
)
"""Comments (``RC_*``)."""
