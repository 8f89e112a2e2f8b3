"""Mastodon: ``outbox.json`` in the archive that users download of their own posts, an ActivityStreams collection."""

from collections.abc import Mapping
from html import escape

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["MASTODON_OUTBOX"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    post = fields.get("object")
    if fields.get("type") != "Create" or not isinstance(post, Mapping):
        # A boost repeats the post of another user; the archive holds at most its address.
        return {"id": fields.get("id"), "published": fields.get("published")}, Reason.NOT_A_COMMENT
    warning, content = post.get("summary"), post.get("content")
    has_both = isinstance(warning, str) and warning and isinstance(content, str)
    return {
        **post,
        "content": f"<p>{escape(str(warning))}</p>{content}" if has_both else content,
        "attributedTo": post.get("attributedTo") or fields.get("actor"),
    }, None


MASTODON_OUTBOX = Platform(
    name="mastodon",
    description="posts on Mastodon",
    signatures=(frozenset({"type", "object", "actor"}),),
    columns=Columns("content", "id", "attributedTo", "inReplyTo", "published"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Activities; the content warning before a post is read as a part of it."""
