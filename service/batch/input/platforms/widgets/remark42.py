"""Remark42: its backup, one comment a line, and the comments of a page as its interface answers them."""

from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in, walk_tree
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["REMARK42"]


def _is_comment(fields: RecordFields) -> bool:
    if isinstance(fields.get("comments"), list):
        fields = next(iter(objects_in(fields, "comments")), {})
    comment = object_in(fields, "comment") or fields
    return isinstance(comment.get("locator"), Mapping) and "pid" in comment


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the comments in an answer, in a tree or as they are; the head of a backup holds none."""
    if isinstance(fields.get("comments"), list) or isinstance(fields.get("comment"), Mapping):
        nodes = walk_tree(objects_in(fields, "comments") or [fields], lambda node: objects_in(node, "replies"))
        yield from (object_in(node, "comment") or node for node in nodes)
    elif "version" not in fields or "text" in fields:
        yield fields


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    user, locator = object_in(fields, "user"), object_in(fields, "locator")
    comment = {
        **fields,
        "text": fields.get("text") or fields.get("orig"),
        "author": text_in(user, "name", "id"),
        "place": text_in(locator, "site", "url"),
    }
    return comment, Reason.DELETED if fields.get("delete") is True else None


REMARK42 = Platform(
    name="remark42",
    description="comments of Remark42",
    signatures=(frozenset({"pid", "locator"}), frozenset({"comments"}), frozenset({"comment"})),
    columns=Columns("text", "id", "author", "pid", "time", title="title", place="place"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_comment,
)
"""Comments, as HTML."""
