"""YouTube: answers of its Data API."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from model.comment import Format
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["YOUTUBE_DATA_API", "YOUTUBE_PARTIAL_ANSWERS"]

_TEXT_NAMES = frozenset({"textOriginal", "textDisplay"})
"""Fields of a snippet, one of which every comment has."""


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
        "place": snippet.get("videoId") or snippet.get("channelId"),
        FORMAT_FIELD: Format.PLAIN if plain_text is not None else Format.HTML,
    }, None


def _holds_comments(fields: RecordFields) -> bool:
    """Tell whether something is a page of comments or threads, or one of these, by its first comment."""
    comments = (comment.get("snippet") for comment in islice(_unfold(fields), 1))
    return any(isinstance(snippet, Mapping) and not _TEXT_NAMES.isdisjoint(snippet) for snippet in comments)


YOUTUBE_DATA_API = Platform(
    name="youtube",
    description="comments of YouTube",
    signatures=(
        frozenset({"kind", "snippet"}),
        frozenset({"etag", "snippet"}),
        frozenset({"kind", "etag", "items"}),
    ),
    columns=Columns("text", "id", "author", "parent", "time", place="place"),
    prepare=_prepare_comment,
    unfold=_unfold,
)
"""Pages of ``commentThreads.list`` and ``comments.list``, and the threads and comments in them."""

YOUTUBE_PARTIAL_ANSWERS = replace(YOUTUBE_DATA_API, signatures=(frozenset({"snippet"}), frozenset({"items"})), recognises=_holds_comments)
"""The same where only some fields were asked for (``fields=items(id,snippet,replies)``), without those that tell what it is."""
