"""Coral: comments as its interface (GraphQL) answers them, and those of Talk, as it was called up to version 4."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from model.comment import Format
from service.batch.input.platforms.message_context import keep_whole
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in, walk_tree
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["CORAL_ANSWERS", "TALK"]

_HOLDERS = ("data", "story", "stream", "viewer", "user", "comments", "comment", "replies", "allChildComments", "moderationQueues")
_MAX_OBJECTS = 64
"""Objects among which the first comment of an answer is to be found."""


def _children(fields: RecordFields) -> Iterable[RecordFields]:
    """Return the objects in an object that are comments or may hold some."""
    edges = [node for edge in objects_in(fields, "edges") if (node := object_in(edge, "node"))] or objects_in(fields, "nodes")
    return edges + [value for name in _HOLDERS if isinstance(value := fields.get(name), Mapping)]


def _is_comment(fields: RecordFields) -> bool:
    return isinstance(fields.get("body"), str | None) and "body" in fields and "id" in fields


def _is_answer(fields: RecordFields) -> bool:
    """Tell whether an answer holds comments of Coral not far from its beginning."""
    if not object_in(fields, "data") and "edges" not in fields:
        return False
    comments = (node for node, _ in islice(walk_tree([fields], _children), _MAX_OBJECTS) if _is_comment(node))
    first = next(comments, None)
    # Other answers in GraphQL look alike but for how they call their users.
    return first is not None and (not object_in(first, "author") or "username" in object_in(first, "author"))


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    root: tuple[RecordFields, object] = (fields, None)
    for (node, parent), _ in walk_tree([root], _children_with_parent):
        if _is_comment(node):
            yield {**node, "parent": object_in(node, "parent").get("id") or parent}


def _children_with_parent(item: tuple[RecordFields, object]) -> list[tuple[RecordFields, object]]:
    fields, parent = item
    return [(child, fields.get("id") if _is_comment(fields) else parent) for child in _children(fields)]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return {
        **fields,
        "author": text_in(object_in(fields, "author"), "username", "id"),
    }, Reason.DELETED if fields.get("deleted") is True else None


CORAL_ANSWERS = Platform(
    name="coral",
    description="comments of Coral",
    signatures=(frozenset({"data"}), frozenset({"edges"})),
    columns=Columns("body", "id", "author", "parent", "createdAt"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_answer,
)
"""Comments and the replies to them in an answer."""


def _prepare_talk(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    rich_text = text_in(object_in(fields, "metadata"), "richTextBody")
    return {**fields, "body": rich_text or fields.get("body")}, None if fields.get("deleted_at") is None else Reason.DELETED


TALK = Platform(
    name="coral",
    description="comments of Talk",
    signatures=(frozenset({"body", "asset_id", "author_id"}),),
    columns=Columns("body", "id", "author_id", "parent_id", "created_at"),
    format=Format.HTML,
    prepare=_prepare_talk,
    unfold=keep_whole,
    extra_fields=("deleted_at", "metadata"),
)
"""The collection ``comments``, as mongoexport writes it."""
