"""Tables of comments of further software: Typecho, Ghost, Lemmy, Mastodon."""

from model.comment import Format
from service.batch.input.platforms.databases.table_values import as_written, is_set
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["GHOST", "LEMMY_TABLE", "MASTODON_TABLE", "TYPECHO"]

TYPECHO = Platform(
    name="typecho",
    description="comments of Typecho",
    signatures=(frozenset({"coid", "cid", "text"}),),
    columns=Columns("text", "coid", "author", "parent", "created"),
    format=Format.HTML,
)
"""``typecho_comments``."""


def _prepare_ghost(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    state = as_written(fields.get("status"))
    return fields, {"hidden": Reason.REMOVED, "deleted": Reason.DELETED}.get(state)


GHOST = Platform(
    name="ghost",
    description="comments of Ghost",
    signatures=(frozenset({"post_id", "member_id", "html", "status"}),),
    columns=Columns("html", "id", "member_id", "parent_id", "created_at"),
    format=Format.HTML,
    prepare=_prepare_ghost,
    extra_fields=("status",),
)
"""``comments``."""


def _prepare_lemmy(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    *_, parent, _ = ["", "", *as_written(fields.get("path")).split(".")]
    comment = {**fields, "parent": parent}
    if is_set(fields.get("deleted")):
        return comment, Reason.DELETED
    return comment, Reason.REMOVED if is_set(fields.get("removed")) else None


LEMMY_TABLE = Platform(
    name="lemmy",
    description="comments of Lemmy",
    signatures=(frozenset({"creator_id", "post_id", "content", "path", "ap_id"}),),
    columns=Columns("content", "id", "creator_id", "parent", "published"),
    format=Format.MARKDOWN,
    prepare=_prepare_lemmy,
    extra_fields=("path", "deleted", "removed"),
)
"""``comment``; its path names the comments above it, such as ``0.12.15``."""


def _prepare_mastodon(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = fields.get("text")
    # Posts of the server's own members are stored as they were written, those of others as HTML.
    is_html = isinstance(text, str) and text.startswith("<p>")
    post = {**fields, FORMAT_FIELD: Format.HTML if is_html else Format.PLAIN}
    if is_set(fields.get("reblog_of_id")):
        return post, Reason.NOT_A_COMMENT
    return post, Reason.DELETED if is_set(fields.get("deleted_at")) else None


MASTODON_TABLE = Platform(
    name="mastodon",
    description="posts on Mastodon",
    signatures=(frozenset({"account_id", "reblog_of_id", "in_reply_to_id", "text"}),),
    columns=Columns("text", "id", "account_id", "in_reply_to_id", "created_at"),
    prepare=_prepare_mastodon,
    extra_fields=("reblog_of_id", "deleted_at"),
)
"""``statuses``."""
