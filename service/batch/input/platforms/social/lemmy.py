"""Lemmy: comments and posts as its interface answers them."""

from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["LEMMY"]

_VIEWS = ("post_view", "comment_view")
_LISTS = ("posts", "comments", "replies", "mentions")


def _views(fields: RecordFields) -> list[RecordFields]:
    """Return the posts and comments in an answer, each with its author and its community."""
    views = [view for view in (object_in(fields, name) for name in _VIEWS) if view]
    return views + [view for name in _LISTS for view in objects_in(fields, name)]


def _is_view(fields: RecordFields) -> bool:
    comment, post = object_in(fields, "comment"), object_in(fields, "post")
    return isinstance(fields.get("creator"), Mapping) and ("content" in comment or "ap_id" in post or "body" in post)


def _is_answer(fields: RecordFields) -> bool:
    return _is_view(fields) or any(map(_is_view, _views(fields)[:1]))


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    views = [] if _is_view(fields) else _views(fields)
    if not views and not any(isinstance(fields.get(name), list) for name in _LISTS):
        yield fields
    has_comments = any("comment" in view for view in views)
    for view in views:
        # The ids of posts and those of comments are counted apart, so that posts among comments go by their address.
        is_post_among_comments = has_comments and "comment" not in view
        yield {**view, "id": object_in(view, "post").get("ap_id")} if is_post_among_comments else view


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    comment, post = object_in(fields, "comment"), object_in(fields, "post")
    item = comment or post
    path = str(comment.get("path", "")).split(".")
    prepared = {
        "content": comment.get("content") if comment else post.get("body"),
        "id": fields.get("id", item.get("id")),
        "creator": text_in(object_in(fields, "creator"), "name") or item.get("creator_id"),
        "path": path[-2] if len(path) > 1 else None,
        "published": item.get("published") or item.get("published_at"),
        "post": post.get("name"),
        "community": text_in(object_in(fields, "community"), "name"),
    }
    if item.get("deleted") is True:
        return prepared, Reason.DELETED
    if item.get("removed") is True:
        return prepared, Reason.REMOVED
    return prepared, Reason.NOT_A_COMMENT if not comment and prepared["content"] is None else None


LEMMY = Platform(
    name="lemmy",
    description="comments of Lemmy",
    signatures=(*(frozenset({"creator", name}) for name in ("comment", "post")), *(frozenset({name}) for name in (*_VIEWS, *_LISTS))),
    columns=Columns("content", "id", "creator", "path", "published", title="post", place="community"),
    format=Format.MARKDOWN,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_answer,
)
"""Comments, and posts that have a text."""
