"""Discourse: topics and posts as its interface answers them (``/t/….json``, ``/posts.json``)."""

from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.nested_values import object_in, objects_in
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["DISCOURSE_API", "DISCOURSE_CHAT"]

_SMALL_ACTION = 3
_ABSENT = (None, "")


_LISTS = ("posts", "latest_posts")


def _posts(fields: RecordFields) -> list[RecordFields]:
    holder = object_in(fields, "post_stream") or fields
    return [post for name in _LISTS for post in objects_in(holder, name)]


def _is_answer(fields: RecordFields) -> bool:
    return any("cooked" in post and "post_number" in post for post in [fields, *_posts(fields)[:1]])


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the posts in an answer, each with the id of the post that it answers, which it names by its number in the topic only."""
    posts = _posts(fields)
    if "cooked" in fields or not (posts or "post_stream" in fields):
        yield fields
        return
    ids = {(str(post.get("topic_id")), str(post.get("post_number"))): post.get("id") for post in posts}
    for post in posts:
        parent = (str(post.get("topic_id")), str(post.get("reply_to_post_number")))
        yield {**post, "title": post.get("topic_title") or fields.get("title"), "parent": ids.get(parent)}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    raw, parent_number = fields.get("raw"), fields.get("reply_to_post_number")
    post = {**fields, "cooked": fields.get("cooked") if raw is None else raw, FORMAT_FIELD: Format.HTML if raw is None else Format.MARKDOWN}
    if parent_number not in _ABSENT:
        post["reply_to_post_number"] = fields.get("parent") or f"{fields.get('topic_id')}/{parent_number}"
    if fields.get("deleted_at") not in _ABSENT or fields.get("user_deleted") is True:
        return post, Reason.DELETED
    if fields.get("cooked_hidden") is True or fields.get("hidden") is True:
        return post, Reason.REMOVED
    return post, Reason.NOT_A_COMMENT if fields.get("post_type") == _SMALL_ACTION else None


DISCOURSE_API = Platform(
    name="discourse",
    description="posts of Discourse",
    signatures=(
        *(frozenset({name}) for name in ("post_stream", "latest_posts")),
        frozenset({"posts", "topics"}),
        frozenset({"cooked", "post_number", "username"}),
    ),
    columns=Columns("cooked", "id", "username", "reply_to_post_number", "created_at", title="title"),
    format=Format.HTML,
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_answer,
)
"""Posts; what moderators have hidden is not judged, nor are notes such as that a topic was closed."""


def _prepare_message(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    author = fields.get("username")
    user = fields.get("user")
    if author is None and isinstance(user, Mapping):
        author = user.get("username")
    return {**fields, "author": author}, None if fields.get("deleted_at") in _ABSENT else Reason.DELETED


DISCOURSE_CHAT = Platform(
    name="discourse",
    description="chat messages of Discourse",
    signatures=(frozenset({"chat_channel_id", "message", "created_at"}),),
    columns=Columns("message", "id", "author", "in_reply_to_id", "created_at", place="chat_channel_name"),
    format=Format.MARKDOWN,
    prepare=_prepare_message,
    extra_fields=("username", "user", "deleted_at"),
)
"""``chat-message`` exports, and messages as the interface answers them."""
