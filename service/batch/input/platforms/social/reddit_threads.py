"""Reddit: threads as ``…/.json`` shows them, and the archives that the Bulk Downloader for Reddit (BDFR) writes of submissions."""

from collections.abc import Iterable, Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.nested_values import object_in, objects_in, walk_tree
from service.batch.input.platforms.platform import REMARK_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["REDDIT_THREADS"]

_KINDS = {"Listing", "t1", "t3", "more"}
_UNKNOWN_AUTHOR = "DELETED"
"""What BDFR writes in place of an author who is gone."""
_STUB_FIELD = "\0stub"
_STUB_REMARK = "comments that a thread of Reddit only counts (“load more comments”) are not in the dump and were not judged"


def _is_thread(fields: RecordFields) -> bool:
    """Tell a listing or one of its things from other objects with a kind, and a tree of comments from tables with a column ``replies``."""
    if isinstance(fields.get("data"), Mapping):
        return str(fields.get("kind")) in _KINDS
    return isinstance(fields.get("comments"), list) if "selftext" in fields else isinstance(fields.get("replies"), list | Mapping)


def _data(thing: RecordFields) -> RecordFields:
    """Return the fields of a thing: those in its frame, if it has one."""
    return object_in(thing, "data") or thing


def _children(thing: RecordFields) -> Iterable[RecordFields]:
    """Return what a thing of Reddit holds: the things in a listing, the comments below a submission, the replies to a comment."""
    data = _data(thing)
    if thing.get("kind") == "Listing":
        return objects_in(data, "children")
    replies = data.get("replies")
    if isinstance(replies, Mapping):
        return objects_in(object_in(replies, "data"), "children")
    return [*objects_in(data, "comments"), *objects_in(data, "replies")]


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    for thing, parent in walk_tree([fields], _children):
        kind, data = thing.get("kind"), _data(thing)
        if kind == "more":
            yield {_STUB_FIELD: True, "parent_id": data.get("parent_id")}
        elif kind != "Listing":
            yield data if parent is None or data.get("parent_id") is not None else {**data, "parent_id": _data(parent).get("id")}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if _STUB_FIELD in fields:
        return {**fields, REMARK_FIELD: _STUB_REMARK}, Reason.NOT_A_COMMENT
    is_post = "body" not in fields and "selftext" in fields
    author = fields.get("author")
    comment = {
        **fields,
        "body": fields.get("selftext" if is_post else "body"),
        "author": None if author == _UNKNOWN_AUTHOR else author,
        "title": fields.get("title") or fields.get("link_title"),
    }
    # A link or a picture is no text of anybody's.
    return comment, Reason.NOT_A_COMMENT if is_post and not comment["body"] else None


REDDIT_THREADS = Platform(
    name="reddit",
    description="threads of Reddit",
    signatures=(frozenset({"kind", "data"}), frozenset({"selftext", "comments"}), frozenset({"body", "replies", "created_utc"})),
    columns=Columns("body", "id", "author", "parent_id", "created_utc", title="title", place="subreddit"),
    format=Format.MARKDOWN,
    prepare=_prepare,
    unfold=_unfold,
    extra_fields=("body", "selftext", "link_title", "replies", "comments"),
    recognises=_is_thread,
)
"""Submissions that have a text, and every comment below them, however deep."""
