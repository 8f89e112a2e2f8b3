"""Isso: the comments of a page as its interface answers them."""

from collections.abc import Iterator

from model.comment import Format
from service.batch.input.platforms.nested_values import objects_in, walk_tree
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["ISSO_API"]

_DELETED_MODES = (4, "4")


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    is_answer = "total_replies" in fields and "text" not in fields and isinstance(fields.get("replies"), list)
    roots = objects_in(fields, "replies") if is_answer else [fields]
    for comment, parent in walk_tree(roots, lambda comment: objects_in(comment, "replies")):
        yield comment if parent is None or comment.get("parent") is not None else {**comment, "parent": parent.get("id")}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return fields, Reason.DELETED if fields.get("mode") in _DELETED_MODES else None


ISSO_API = Platform(
    name="isso",
    description="comments of Isso",
    signatures=(frozenset({"total_replies", "hidden_replies", "replies"}), frozenset({"text", "mode", "website", "dislikes"})),
    columns=Columns("text", "id", "author", "parent", "created"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
)
"""Comments and the replies in them."""
