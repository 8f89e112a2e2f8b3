"""Coral: its collection ``comments`` as mongoexport writes it, and what it sends to a user who asks for their comments."""

from collections.abc import Mapping

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["CORAL", "CORAL_DOWNLOAD"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    revisions = fields.get("revisions")
    last = revisions[-1] if isinstance(revisions, list) and revisions else None
    text = last.get("body") if isinstance(last, Mapping) else None
    gone = text is None and fields.get("deletedAt") is not None
    return {**fields, "text": text}, Reason.DELETED if gone else None


CORAL = Platform(
    "coral",
    "comments of Coral",
    (frozenset({"revisions", "authorid"}), frozenset({"revisions", "storyid"})),
    Columns("text", "id", "authorID", "parentID", "createdAt"),
    Format.HTML,
    _prepare,
)
"""Comments; the last revision is what readers see."""

CORAL_DOWNLOAD = Platform(
    "coral",
    "a user's comments on Coral",
    (frozenset({"comment id", "comment text", "published timestamp"}),),
    Columns("Comment Text", "Comment ID", None, None, "Published Timestamp"),
    Format.HTML,
)
"""``my_comments.csv``."""
