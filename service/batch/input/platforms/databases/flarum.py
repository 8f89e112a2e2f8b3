"""Flarum: its table of posts."""

from service.batch.input.platforms.bbcode import read_forum_markup
from service.batch.input.platforms.databases.table_values import as_written, is_set
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["FLARUM"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if fields.get("type") != "comment":
        return fields, Reason.NOT_A_COMMENT
    text = fields.get("content")
    post = {**fields, "content": read_forum_markup(text) if isinstance(text, str) else text}
    if not is_set(fields.get("hidden_at")):
        return post, None
    is_own = as_written(fields.get("hidden_user_id")) == as_written(fields.get("user_id"))
    return post, Reason.DELETED if is_own else Reason.REMOVED


FLARUM = Platform(
    name="flarum",
    description="posts of Flarum",
    signatures=(frozenset({"discussion_id", "number", "type", "content"}),),
    columns=Columns("content", "id", "user_id", None, "created_at"),
    prepare=_prepare,
    extra_fields=("type", "hidden_at", "hidden_user_id"),
)
"""``posts``; renaming or locking a discussion is a post of another type."""
