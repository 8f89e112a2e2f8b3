"""Mastodon: ``outbox.json`` of the archive that a user downloads, an ActivityStreams collection."""

from collections.abc import Mapping
from html import escape

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["OUTBOX"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    post = fields.get("object")
    if fields.get("type") != "Create" or not isinstance(post, Mapping):
        # Boosts: what is told on is the post of somebody else, of which there is an address at most.
        return {"id": fields.get("id"), "published": fields.get("published")}, Reason.NOT_A_COMMENT
    warning, content = post.get("summary"), post.get("content")
    both = isinstance(warning, str) and warning and isinstance(content, str)
    told = {
        "content": f"<p>{escape(str(warning))}</p>{content}" if both else content,
        "attributedTo": post.get("attributedTo") or fields.get("actor"),
    }
    return {**post, **told}, None


OUTBOX = Platform(
    "mastodon",
    "posts on Mastodon",
    (frozenset({"type", "object", "actor"}),),
    Columns("content", "id", "attributedTo", "inReplyTo", "published"),
    Format.HTML,
    _prepare,
)
"""Activities; the warning that stands before a post is read as part of it."""
