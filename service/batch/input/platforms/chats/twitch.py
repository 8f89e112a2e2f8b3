"""Twitch: the chat of a stream, as TwitchDownloader writes it."""

from service.batch.input.platforms.message_context import envelope_of, keep_whole
from service.batch.input.platforms.nested_values import object_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["TWITCH"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    commenter = object_in(fields, "commenter")
    return {
        "message": object_in(fields, "message").get("body"),
        "_id": fields.get("_id"),
        "commenter": text_in(commenter, "name", "display_name", "_id"),
        "created_at": fields.get("created_at"),
        "streamer": text_in(object_in(envelope_of(fields), "streamer"), "name"),
    }, None


TWITCH = Platform(
    name="twitch",
    description="messages of Twitch",
    signatures=(
        frozenset({"_id", "commenter", "message", "content_offset_seconds"}),
        frozenset({"_id", "commenter", "message", "channel_id"}),
    ),
    columns=Columns("message", "_id", "commenter", None, "created_at", place="streamer"),
    prepare=_prepare,
    unfold=keep_whole,
    needs_context=True,
)
"""Messages; the channel is that of the streamer."""
