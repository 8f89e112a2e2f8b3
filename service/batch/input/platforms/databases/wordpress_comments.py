"""WordPress: its table of comments."""

from model.comment import Format
from service.batch.input.platforms.databases.table_values import as_written
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["WORDPRESS_COMMENTS"]

_NOT_COMMENTS = {"pingback", "trackback", "order_note", "webhook_delivery", "action_log", "like", "edit_flow"}
"""Types of comment that nobody wrote for others to read; reviews of a shop are comments."""
_IN_TRASH = {"trash", "post-trashed"}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if as_written(fields.get("comment_type")).lower() in _NOT_COMMENTS:
        return fields, Reason.NOT_A_COMMENT
    return fields, Reason.REMOVED if as_written(fields.get("comment_approved")).lower() in _IN_TRASH else None


WORDPRESS_COMMENTS = Platform(
    name="wordpress",
    description="comments of WordPress",
    signatures=(frozenset({"comment_id", "comment_post_id", "comment_content"}),),
    columns=Columns("comment_content", "comment_ID", "comment_author", "comment_parent", "comment_date_gmt"),
    format=Format.HTML,
    prepare=_prepare,
    extra_fields=("comment_type", "comment_approved"),
)
"""``wp_comments``, whatever the prefix; in a network of sites each has a table of its own. Spam is judged, the trash is not."""
