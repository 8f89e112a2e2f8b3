"""Disqus: comments as its interface answers them."""

from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["DISQUS_API"]


def _is_answer(fields: RecordFields) -> bool:
    posts = objects_in(fields, "response")[:1] or [fields]
    return any("message" in post and ("raw_message" in post or "isDeleted" in post) for post in posts)


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    if isinstance(fields.get("response"), list):
        yield from objects_in(fields, "response")
    else:
        yield fields


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    author = object_in(fields, "author")
    parent = fields.get("parent")
    forum = fields.get("forum")
    post = {
        **fields,
        "message": fields.get("message") or fields.get("raw_message"),
        "author": text_in(author, "name", "username") or author.get("id") or fields.get("author"),
        "parent": parent.get("id") if isinstance(parent, Mapping) else parent,
        "thread": object_in(fields, "thread").get("title"),
        "forum": forum.get("id") if isinstance(forum, Mapping) else forum,
    }
    return post, Reason.DELETED if fields.get("isDeleted") is True else None


DISQUS_API = Platform(
    name="disqus",
    description="comments of Disqus",
    signatures=(frozenset({"response", "code"}), frozenset({"message", "raw_message"}), frozenset({"message", "isdeleted", "isspam"})),
    columns=Columns("message", "id", "author", "parent", "createdAt", title="thread", place="forum"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_answer,
)
"""Answers of ``posts/list``, ``threads/listPosts`` and the like, and the posts in them."""
