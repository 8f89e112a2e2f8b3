"""Commento and Commento++: the export of a domain, a document of its comments and of those who wrote them."""

from collections.abc import Iterator

from model.comment import Format
from service.batch.input.platforms.nested_values import objects_in
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["COMMENTO"]

_NO_PARENT = "root"


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    if not isinstance(fields.get("comments"), list):
        yield fields
        return
    names = {str(commenter.get("commenterHex")): commenter.get("name") for commenter in objects_in(fields, "commenters")}
    for comment in objects_in(fields, "comments"):
        yield {**comment, "name": names.get(str(comment.get("commenterHex")))}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    markdown, parent = fields.get("markdown"), fields.get("parentHex")
    comment = {
        **fields,
        "markdown": fields.get("html") if markdown is None else markdown,
        "commenterHex": fields.get("name") or fields.get("commenterHex"),
        "parentHex": None if parent == _NO_PARENT else parent,
        FORMAT_FIELD: Format.HTML if markdown is None else Format.MARKDOWN,
    }
    return comment, Reason.DELETED if fields.get("deleted") is True else None


COMMENTO = Platform(
    name="commento",
    description="comments of Commento",
    signatures=(frozenset({"comments", "commenters"}), frozenset({"commenthex", "markdown"}), frozenset({"commenthex", "html"})),
    columns=Columns("markdown", "commentHex", "commenterHex", "parentHex", "creationDate", place="domain"),
    format=Format.MARKDOWN,
    prepare=_prepare,
    unfold=_unfold,
)
"""Comments, as Markdown."""
