"""phpBB: its table of posts."""

from service.batch.input.platforms.bbcode import read_forum_markup
from service.batch.input.platforms.databases.table_values import as_written
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["PHPBB"]

_SOFT_DELETED = "2"


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = fields.get("post_text")
    post = {
        **fields,
        "post_text": read_forum_markup(text) if isinstance(text, str) else text,
        "author": fields.get("post_username") or fields.get("poster_id"),
    }
    return post, Reason.REMOVED if as_written(fields.get("post_visibility")) == _SOFT_DELETED else None


PHPBB = Platform(
    name="phpbb",
    description="posts of phpBB",
    signatures=(frozenset({"post_id", "topic_id", "post_text"}), frozenset({"post_id", "poster_id", "post_text"})),
    columns=Columns("post_text", "post_id", "author", None, "post_time", title="post_subject", place="forum_id"),
    prepare=_prepare,
    extra_fields=("post_username", "poster_id", "post_visibility"),
)
"""``phpbb_posts``; guests have a name there, everybody else a number."""
