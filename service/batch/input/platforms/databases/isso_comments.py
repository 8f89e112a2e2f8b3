"""Isso: its table of comments."""

from model.comment import Format
from service.batch.input.platforms.databases.table_values import as_written
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["ISSO"]

_DELETED = "4"


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return fields, Reason.DELETED if as_written(fields.get("mode")) == _DELETED else None


ISSO = Platform(
    name="isso",
    description="comments of Isso",
    signatures=(frozenset({"tid", "id", "text", "mode"}),),
    columns=Columns("text", "id", "author", "parent", "created"),
    format=Format.MARKDOWN,
    prepare=_prepare,
    extra_fields=("mode",),
)
"""``comments``; a comment that was deleted stays in it, without its text, as long as there are answers to it."""
