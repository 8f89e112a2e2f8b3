"""Hacker News as its search answers (hn.algolia.com): lists of hits, and items with all that was answered below them."""

from collections.abc import Iterator

from model.comment import Format
from service.batch.input.platforms.nested_values import objects_in, walk_tree
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["HACKER_NEWS_SEARCH"]

_ITEM_TYPES = {"story", "comment", "job", "poll", "pollopt"}


def _is_answer(fields: RecordFields) -> bool:
    """Tell items and hits from the comments of others, which may have children and types as well."""
    if "objectID" in fields or "hits" in fields:
        return True
    return str(fields.get("type")) in _ITEM_TYPES and any(
        name in fields for name in ("created_at", "created_at_i", "points", "story_id", "title")
    )


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    if isinstance(fields.get("hits"), list):
        yield from objects_in(fields, "hits")
    else:
        for item, parent in walk_tree([fields], lambda item: objects_in(item, "children")):
            yield item if parent is None or item.get("parent_id") is not None else {**item, "parent_id": parent.get("id")}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    tags = fields.get("_tags")
    text = fields.get("comment_text")
    item = {
        **fields,
        "id": fields.get("objectID") or fields.get("id"),
        "text": fields.get("text") if text is None else text,
        "time": fields.get("created_at") or fields.get("created_at_i"),
        "title": fields.get("story_title") or fields.get("title"),
    }
    is_comment = "comment" in tags if isinstance(tags, list) else fields.get("type") in (None, "comment")
    if not is_comment:
        return item, Reason.NOT_A_COMMENT
    return item, Reason.DELETED if item["text"] is None and fields.get("author") is None else None


HACKER_NEWS_SEARCH = Platform(
    name="hackernews",
    description="comments of Hacker News",
    signatures=(
        frozenset({"hits", "nbhits"}),
        frozenset({"objectid", "_tags"}),
        frozenset({"objectid", "comment_text"}),
        frozenset({"children", "type", "author", "text"}),
    ),
    columns=Columns("text", "id", "author", "parent_id", "time", title="title"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_answer,
)
"""Hits and items; stories, jobs and polls are no comments."""
