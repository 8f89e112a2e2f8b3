"""Discourse: the archive that a user downloads, and the table ``posts`` of its database."""

import re

from model.comment import Format
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["ARCHIVE", "POSTS"]

_PLACE = re.compile(r"/t/(?:[^/]+/)?(\d+)/(\d+)")


def _from_archive(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    found = _PLACE.search(str(fields.get("url") or ""))
    return {**fields, "id": "/".join(found.groups()) if found is not None else None}, None


ARCHIVE = Platform(
    "discourse",
    "a user's posts on Discourse",
    (frozenset({"post_raw"}),),
    Columns("post_raw", "id", None, None, "created_at"),
    Format.MARKDOWN,
    _from_archive,
    extra_fields=("url",),
)
"""``user_archive.csv``; the id is topic and number of the post, as in the table."""


def _from_table(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    topic, number, answered = (fields.get(name) for name in ("topic_id", "post_number", "reply_to_post_number"))
    known = number not in (None, "")
    post = {
        **fields,
        "id": f"{topic}/{number}" if known else fields.get("id"),
        "parent": f"{topic}/{answered}" if answered not in (None, "") else None,
    }
    if fields.get("deleted_at") not in (None, ""):
        return post, Reason.DELETED
    # Small actions: a topic was closed, somebody was invited.
    return post, None if fields.get("post_type") in (1, "1", 2, "2", 4, "4", None, "") else Reason.NOT_A_COMMENT


POSTS = Platform(
    "discourse",
    "posts of Discourse",
    (frozenset({"raw", "cooked", "topic_id"}), frozenset({"raw", "topic_id", "post_number"})),
    Columns("raw", "id", "user_id", "parent", "created_at"),
    Format.MARKDOWN,
    _from_table,
    extra_fields=("id", "topic_id", "post_number", "reply_to_post_number", "deleted_at", "post_type"),
)
"""Rows of ``posts``, however they were exported."""
