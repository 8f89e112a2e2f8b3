"""Coral: its collection ``comments`` as mongoexport writes it, and the file for a user who downloads their own comments."""

from collections.abc import Mapping

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["CORAL", "CORAL_DOWNLOAD"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    revisions = fields.get("revisions")
    last_revision = revisions[-1] if isinstance(revisions, list) and revisions else None
    text = last_revision.get("body") if isinstance(last_revision, Mapping) else None
    is_deleted = text is None and fields.get("deletedAt") is not None
    return {**fields, "text": text}, Reason.DELETED if is_deleted else None


CORAL = Platform(
    name="coral",
    description="comments of Coral",
    signatures=(frozenset({"revisions", "authorid"}), frozenset({"revisions", "storyid"})),
    columns=Columns("text", "id", "authorID", "parentID", "createdAt", place="siteID"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Comments; their text is the last revision, which is the one that readers see."""

CORAL_DOWNLOAD = Platform(
    name="coral",
    description="a user's comments on Coral",
    signatures=(frozenset({"comment id", "comment text", "published timestamp"}),),
    columns=Columns("Comment Text", "Comment ID", None, None, "Published Timestamp"),
    format=Format.HTML,
)
"""``my_comments.csv``."""
