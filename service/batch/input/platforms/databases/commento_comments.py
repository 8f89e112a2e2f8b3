"""Commento: its table of comments."""

from model.comment import Format
from service.batch.input.platforms.databases.table_values import is_set
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["COMMENTO_TABLE"]

_NO_PARENT = "root"


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    parent = fields.get("parenthex")
    comment = {**fields, "parenthex": None if parent == _NO_PARENT else parent}
    return comment, Reason.DELETED if is_set(fields.get("deleted")) else None


COMMENTO_TABLE = Platform(
    name="commento",
    description="comments of Commento",
    signatures=(frozenset({"commenthex", "markdown", "parenthex", "html"}),),
    columns=Columns("markdown", "commenthex", "commenterhex", "parenthex", "creationdate", place="domain"),
    format=Format.MARKDOWN,
    prepare=_prepare,
    extra_fields=("deleted",),
)
"""``comments`` in its database, whose columns PostgreSQL writes in small letters."""
