"""Hacker News: the items of its API, one after another, and tables of them."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["HACKER_NEWS"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if fields.get("type") not in (None, "comment"):
        return fields, Reason.NOT_A_COMMENT
    is_deleted = fields.get("deleted") in (True, "true", "True", "1") and not fields.get("text")
    return fields, Reason.DELETED if is_deleted else None


HACKER_NEWS = Platform(
    name="hackernews",
    description="comments of Hacker News",
    signatures=(frozenset({"by", "type", "time"}),),
    columns=Columns("text", "id", "by", "parent", "time", title="title"),
    format=Format.HTML,
    prepare=_prepare,
    extra_fields=("type", "deleted"),
)
"""Items; stories, jobs and polls are no comments."""
