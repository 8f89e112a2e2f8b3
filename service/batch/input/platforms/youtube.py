"""YouTube: ``comments.csv`` of Google Takeout, and answers of its Data API."""

import json
from collections.abc import Iterator, Mapping

from model.comment import Format
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["DATA_API", "TAKEOUT"]

_TEXT_NAMES = ("Comment Text", "Comment text", "comment text")


def _from_takeout(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    name = next((name for name in _TEXT_NAMES if name in fields), None)
    return (fields, None) if name is None else ({**fields, name: _joined(fields[name])}, None)


def _joined(text: object) -> object:
    """Return the text of ``{"takeoutSegments":[{"text":"…"},…]}`` or of ``{"text":"…"},{"text":"…"}``; other text as it is."""
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return text
    try:
        value = json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        return text
    parts = [part for one in value if isinstance(one, dict) for part in _segments(one)]
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return "".join(texts) if texts else text


def _segments(value: dict[str, object]) -> list[object]:
    segments = value.get("takeoutSegments")
    return segments if isinstance(segments, list) else [value]


TAKEOUT = Platform(
    "youtube",
    "a user's comments on YouTube",
    (frozenset({"comment id", "comment text", "channel id"}), frozenset({"comment text", "comment create timestamp"})),
    Columns("Comment Text", "Comment ID", "Channel ID", "Parent Comment ID", "Comment Create Timestamp"),
    prepare=_from_takeout,
)
"""``comments.csv``; the case of its header has changed over the years."""


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    items = fields.get("items")
    if isinstance(items, list):
        for item in items:
            yield from _unfold(item) if isinstance(item, Mapping) else ({},)
        return
    snippet = fields.get("snippet")
    first = snippet.get("topLevelComment") if isinstance(snippet, Mapping) else None
    yield first if isinstance(first, Mapping) else fields
    replies = fields.get("replies")
    answers = replies.get("comments") if isinstance(replies, Mapping) else None
    if isinstance(answers, list):
        yield from (answer for answer in answers if isinstance(answer, Mapping))


def _from_api(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    snippet = fields.get("snippet")
    if not isinstance(snippet, Mapping):
        return {"id": fields.get("id")}, Reason.NOT_A_COMMENT
    channel = snippet.get("authorChannelId")
    plain = snippet.get("textOriginal")
    return {
        "id": fields.get("id"),
        "text": plain if plain is not None else snippet.get("textDisplay"),
        "author": snippet.get("authorDisplayName") or (channel.get("value") if isinstance(channel, Mapping) else None),
        "parent": snippet.get("parentId"),
        "time": snippet.get("publishedAt"),
        FORMAT_FIELD: Format.PLAIN if plain is not None else Format.HTML,
    }, None


DATA_API = Platform(
    "youtube",
    "comments of YouTube",
    (frozenset({"kind", "snippet"}), frozenset({"etag", "snippet"}), frozenset({"kind", "etag", "items"})),
    Columns("text", "id", "author", "parent", "time"),
    prepare=_from_api,
    unfold=_unfold,
)
"""Pages of ``commentThreads.list`` and ``comments.list``, their threads and comments; a thread is a comment and its answers."""
