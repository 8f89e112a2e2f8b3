"""YouTube: ``comments.csv`` from Google Takeout, and answers of its Data API."""

import json
from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["YOUTUBE_DATA_API", "YOUTUBE_TAKEOUT"]

_TEXT_COLUMNS = ("Comment Text", "Comment text", "comment text")


def _prepare_takeout(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    name = next((name for name in _TEXT_COLUMNS if name in fields), None)
    return (fields, None) if name is None else ({**fields, name: _join_segments(fields[name])}, None)


def _join_segments(text: object) -> object:
    """Return the text of ``{"takeoutSegments":[{"text":"…"},…]}`` or of ``{"text":"…"},{"text":"…"}``; any other text as it is."""
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return text
    try:
        values = json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        return text
    segments = [segment for value in values if isinstance(value, dict) for segment in _segments_of(value)]
    texts = [segment["text"] for segment in segments if isinstance(segment, dict) and isinstance(segment.get("text"), str)]
    return "".join(texts) if texts else text


def _segments_of(value: dict[str, object]) -> list[object]:
    segments = value.get("takeoutSegments")
    return segments if isinstance(segments, list) else [value]


YOUTUBE_TAKEOUT = Platform(
    name="youtube",
    description="a user's comments on YouTube",
    signatures=(
        frozenset({"comment id", "comment text", "channel id"}),
        frozenset({"comment text", "comment create timestamp"}),
    ),
    columns=Columns("Comment Text", "Comment ID", "Channel ID", "Parent Comment ID", "Comment Create Timestamp"),
    prepare=_prepare_takeout,
)
"""``comments.csv``; the case of its header has changed over the years."""


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the comments in a page of answers or in a thread: each comment before its replies."""
    items = fields.get("items")
    if isinstance(items, list):
        for item in items:
            yield from _unfold(item) if isinstance(item, Mapping) else ({},)
        return
    snippet = fields.get("snippet")
    top_comment = snippet.get("topLevelComment") if isinstance(snippet, Mapping) else None
    yield top_comment if isinstance(top_comment, Mapping) else fields
    replies = fields.get("replies")
    comments = replies.get("comments") if isinstance(replies, Mapping) else None
    if isinstance(comments, list):
        yield from (comment for comment in comments if isinstance(comment, Mapping))


def _prepare_comment(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    snippet = fields.get("snippet")
    if not isinstance(snippet, Mapping):
        return {"id": fields.get("id")}, Reason.NOT_A_COMMENT
    channel = snippet.get("authorChannelId")
    plain_text = snippet.get("textOriginal")
    return {
        "id": fields.get("id"),
        "text": plain_text if plain_text is not None else snippet.get("textDisplay"),
        "author": snippet.get("authorDisplayName") or (channel.get("value") if isinstance(channel, Mapping) else None),
        "parent": snippet.get("parentId"),
        "time": snippet.get("publishedAt"),
        FORMAT_FIELD: Format.PLAIN if plain_text is not None else Format.HTML,
    }, None


YOUTUBE_DATA_API = Platform(
    name="youtube",
    description="comments of YouTube",
    signatures=(
        frozenset({"kind", "snippet"}),
        frozenset({"etag", "snippet"}),
        frozenset({"kind", "etag", "items"}),
    ),
    columns=Columns("text", "id", "author", "parent", "time"),
    prepare=_prepare_comment,
    unfold=_unfold,
)
"""Pages of ``commentThreads.list`` and ``comments.list``, and the threads and comments in them."""
