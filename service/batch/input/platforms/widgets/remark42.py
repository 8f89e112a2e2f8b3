"""Remark42: its backup, one comment a line, and the comments of a page as its interface answers them."""

from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in, walk_tree
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["REMARK42"]


def _is_head(fields: RecordFields) -> bool:
    """Tell the first line of a backup, which lists users and pages, from comments."""
    return "text" not in fields and isinstance(fields.get("users"), list) and isinstance(fields.get("posts"), list)


def _is_remark42(fields: RecordFields) -> bool:
    if _is_head(fields):
        return "version" in fields
    if isinstance(fields.get("comments"), list):
        fields = next(iter(objects_in(fields, "comments")), {})
    comment = object_in(fields, "comment") or fields
    return isinstance(comment.get("locator"), Mapping) and "pid" in comment


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the comments in an answer, in a tree or as they are; the head of a backup holds none."""
    if isinstance(fields.get("comments"), list) or isinstance(fields.get("comment"), Mapping):
        for node, parent in walk_tree(objects_in(fields, "comments") or [fields], lambda node: objects_in(node, "replies")):
            comment = object_in(node, "comment") or node
            yield comment if parent is None or comment.get("pid") else {**comment, "pid": object_in(parent, "comment").get("id")}
    elif not _is_head(fields):
        yield fields


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    user, locator = object_in(fields, "user"), object_in(fields, "locator")
    comment = {
        **fields,
        "text": fields.get("text") or fields.get("orig"),
        "user": text_in(user, "name", "id"),
        "locator": text_in(locator, "site", "url"),
    }
    return comment, Reason.DELETED if fields.get("delete") is True else None


REMARK42 = Platform(
    name="remark42",
    description="comments of Remark42",
    signatures=(frozenset({"pid", "locator"}), frozenset({"comments"}), frozenset({"comment"}), frozenset({"version", "users", "posts"})),
    columns=Columns("text", "id", "user", "pid", "time", title="title", place="locator"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_remark42,
)
"""Comments, as HTML."""
