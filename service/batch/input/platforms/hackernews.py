"""Hacker News: items of its API, one after another, and tables of them."""

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["HACKER_NEWS"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if fields.get("type") not in (None, "comment"):
        return fields, Reason.NOT_A_COMMENT
    gone = fields.get("deleted") in (True, "true", "True", "1") and not fields.get("text")
    return fields, Reason.DELETED if gone else None


HACKER_NEWS = Platform(
    "hackernews",
    "comments of Hacker News",
    (frozenset({"by", "type", "time"}),),
    Columns("text", "id", "by", "parent", "time"),
    Format.HTML,
    _prepare,
    extra_fields=("type", "deleted"),
)
"""Items; stories, jobs and polls are no comments."""
