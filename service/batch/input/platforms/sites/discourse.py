"""Discourse: the archive that users download of their own posts, and the table ``posts`` of its database."""

import re

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["DISCOURSE_ARCHIVE", "DISCOURSE_POSTS"]

_TOPIC_AND_NUMBER = re.compile(r"/t/(?:[^/]+/)?(\d+)/(\d+)")
_EMPTY = (None, "")
_POST_TYPES = (1, "1", 2, "2", 4, "4", *_EMPTY)
"""Posts, posts by moderators and whispers; the other type is for small actions, such as closing a topic or inviting somebody."""


def _prepare_archive(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    match = _TOPIC_AND_NUMBER.search(str(fields.get("url") or ""))
    return {**fields, "id": "/".join(match.groups()) if match is not None else None}, None


DISCOURSE_ARCHIVE = Platform(
    name="discourse",
    description="a user's posts on Discourse",
    signatures=(frozenset({"post_raw"}),),
    columns=Columns("post_raw", "id", None, None, "created_at", title="topic_title", place="categories"),
    format=Format.MARKDOWN,
    prepare=_prepare_archive,
    extra_fields=("url",),
)
"""``user_archive.csv``; the id of a post consists of the id of its topic and its number there, as in ``DISCOURSE_POSTS``."""


def _prepare_post(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    topic, number, parent_number = (fields.get(name) for name in ("topic_id", "post_number", "reply_to_post_number"))
    post = {
        **fields,
        "id": fields.get("id") if number in _EMPTY else f"{topic}/{number}",
        "parent": None if parent_number in _EMPTY else f"{topic}/{parent_number}",
    }
    if fields.get("deleted_at") not in _EMPTY:
        return post, Reason.DELETED
    return post, None if fields.get("post_type") in _POST_TYPES else Reason.NOT_A_COMMENT


DISCOURSE_POSTS = Platform(
    name="discourse",
    description="posts of Discourse",
    signatures=(frozenset({"raw", "cooked", "topic_id"}), frozenset({"raw", "topic_id", "post_number"})),
    columns=Columns("raw", "id", "user_id", "parent", "created_at", title="topic_title"),
    format=Format.MARKDOWN,
    prepare=_prepare_post,
    extra_fields=("id", "topic_id", "post_number", "reply_to_post_number", "deleted_at", "post_type"),
)
"""Rows of ``posts``, in whatever way they were exported."""
