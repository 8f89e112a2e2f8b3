"""GitHub: comments on issues, pull requests and commits, as its interface and its command line write them."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns

__all__ = ["GITHUB", "GITHUB_COMMAND_LINE"]

GITHUB = Platform(
    name="github",
    description="comments on GitHub",
    signatures=(frozenset({"body", "author_association"}),),
    columns=Columns("body", "id", "user", "in_reply_to_id", "created_at", title="title"),
    format=Format.MARKDOWN,
)
"""Comments as the interface answers them."""

GITHUB_COMMAND_LINE = Platform(
    name="github",
    description="comments on GitHub",
    signatures=(frozenset({"body", "authorassociation"}),),
    columns=Columns("body", "id", "author", None, "createdAt"),
    format=Format.MARKDOWN,
)
"""Comments as ``gh issue view --json comments`` writes them."""
