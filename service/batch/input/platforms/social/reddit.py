"""Reddit: dumps of one comment a line, as Pushshift and its successors write them (zstd with a long window), and what users download."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["REDDIT", "REDDIT_DOWNLOAD", "REDDIT_SUBMISSIONS"]

REDDIT = Platform(
    name="reddit",
    description="comments of Reddit",
    signatures=tuple(frozenset({"body", name}) for name in ("created_utc", "link_id", "subreddit")),
    columns=Columns("body", "id", "author", "parent_id", "created_utc", title="title", place="subreddit"),
    format=Format.MARKDOWN,
)
"""Comments (``RC_*``)."""

REDDIT_SUBMISSIONS = Platform(
    name="reddit",
    description="submissions of Reddit",
    signatures=(frozenset({"selftext", "created_utc"}),),
    columns=Columns("selftext", "id", "author", None, "created_utc", title="title", place="subreddit"),
    format=Format.MARKDOWN,
)
"""Submissions (``RS_*``); those that are a link or a picture have no text."""

REDDIT_DOWNLOAD = Platform(
    name="reddit",
    description="a user's comments on Reddit",
    signatures=(frozenset({"body", "permalink", "gildings", "subreddit"}),),
    columns=Columns("body", "id", None, "parent", "date", title="title", place="subreddit"),
    format=Format.MARKDOWN,
)
"""``comments.csv`` and ``posts.csv``, which users can ask for."""
