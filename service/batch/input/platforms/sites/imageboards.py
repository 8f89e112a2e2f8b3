"""Imageboards: threads and catalogues as the interface of 4chan, and those made after it, answer them."""

from collections.abc import Iterator

from model.comment import Format
from service.batch.input.platforms.nested_values import objects_in, walk_tree
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["IMAGEBOARD"]

_LISTS = ("posts", "threads", "last_replies")


def _children(fields: RecordFields) -> list[RecordFields]:
    return [post for name in _LISTS for post in objects_in(fields, name)]


def _is_answer(fields: RecordFields) -> bool:
    return any("no" in post and "resto" in post for post in [fields, *_children(fields)[:1]])


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    return (post for post, _ in walk_tree([fields], _children) if "no" in post or not _children(post))


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if "no" not in fields:
        return fields, Reason.NOT_A_COMMENT
    # A picture without words has no field for these.
    return {**fields, "com": fields.get("com", "")}, None


IMAGEBOARD = Platform(
    name="imageboard",
    description="posts of an imageboard",
    signatures=(frozenset({"no", "resto"}), frozenset({"posts"}), frozenset({"page", "threads"})),
    columns=Columns("com", "no", "name", "resto", "time", title="sub", place="board"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    extra_fields=("no",),
    recognises=_is_answer,
)
"""Posts; the parent of each is the first post of its thread."""
