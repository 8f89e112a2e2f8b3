"""Discord: what DiscordChatExporter writes as JSON and CSV, and the package of their own messages that users can ask for."""

import re
from collections.abc import Iterator

from model.comment import Format
from service.batch.input.platforms.message_context import envelope_of, folder_of, join_lines, keep_whole
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["DISCORD", "DISCORD_PACKAGE", "DISCORD_TABLE"]

_COMMENT_KINDS = {"Default", "Reply", "0", "19", "20", "23"}
"""Messages, replies, and answers to the commands of bots; kinds that the exporter has no name for are written as numbers."""
_MENTION = re.compile(r"<@!?(\d{1,20})>")
_OWN_MESSAGES = re.compile(r"messages\.(?:json|csv)")
_REPLY_KINDS = {"Reply", "19"}


def _embedded_texts(fields: RecordFields) -> Iterator[object]:
    """Yield the texts of the cards in a message, from the top down."""
    for card in objects_in(fields, "embeds"):
        yield from (object_in(card, "author").get("name"), card.get("title"), card.get("description"))
        for field in objects_in(card, "fields"):
            yield from (field.get("name"), field.get("value"))
        yield object_in(card, "footer").get("text")


def _read_content(fields: RecordFields) -> object:
    """Return what people see of a message as its own.

    Only programs write cards; a card below a message by a person is a preview of a page that somebody else wrote.
    """
    content = fields.get("content")
    if not isinstance(content, str):
        return content
    content = _name_mentions(content, fields)
    parts = [content]
    if not content.strip():
        parts = [str(object_in(fields, "forwardedMessage").get("content") or "")]
    author = object_in(fields, "author")
    if author.get("isBot") is True or author.get("bot") is True:
        parts.append(join_lines(_embedded_texts(fields)))
    return content if parts == [content] else join_lines(parts)


def _name_mentions(content: str, fields: RecordFields) -> str:
    """Return a text with the names of those whom it mentions in place of their numbers, which only the interface writes."""
    if "<@" not in content:
        return content
    names = {str(user.get("id")): text_in(user, "global_name", "username", "name") for user in objects_in(fields, "mentions")}
    return _MENTION.sub(lambda match: f"@{names.get(match[1]) or match[1]}", content)


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    kind = str(fields.get("type", "Default"))
    author = object_in(fields, "author")
    return {
        "content": _read_content(fields),
        "id": fields.get("id"),
        "author": text_in(author, "name", "username", "id"),
        "reference": _parent_of(fields) if kind in _REPLY_KINDS else None,
        "timestamp": fields.get("timestamp"),
        "channel": text_in(object_in(envelope_of(fields), "channel"), "name") or text_in(fields, "channel_id"),
    }, None if kind in _COMMENT_KINDS else Reason.NOT_A_COMMENT


def _parent_of(fields: RecordFields) -> str | None:
    return text_in(object_in(fields, "reference"), "messageId") or text_in(object_in(fields, "message_reference"), "message_id")


DISCORD = Platform(
    name="discord",
    description="messages of Discord",
    signatures=(
        frozenset({"timestamp", "timestampedited", "ispinned", "content"}),
        frozenset({"timestamp", "callendedtimestamp", "content", "author"}),
        frozenset({"timestamp", "content", "author", "attachments", "embeds", "reactions", "mentions"}),
        frozenset({"timestamp", "edited_timestamp", "content", "author", "channel_id"}),
    ),
    columns=Columns("content", "id", "author", "reference", "timestamp", place="channel"),
    format=Format.MARKDOWN,
    prepare=_prepare,
    unfold=keep_whole,
    needs_context=True,
)
"""Messages of one channel, as DiscordChatExporter writes them as JSON; or of any, as Discord's interface returns them."""

DISCORD_TABLE = Platform(
    name="discord",
    description="messages of Discord",
    signatures=(frozenset({"authorid", "author", "date", "content", "attachments", "reactions"}),),
    columns=Columns("Content", None, "Author", None, "Date"),
    format=Format.MARKDOWN,
)
"""Messages of one channel, as DiscordChatExporter writes them as CSV: without their ids."""


def _prepare_own(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    envelope, folder = envelope_of(fields), folder_of(fields, _OWN_MESSAGES)
    channel = None if folder is None else text_in(object_in(envelope, "channels"), folder.removeprefix("c")) or folder
    return {**fields, "place": channel, "author": text_in(object_in(envelope, "account"), "username")}, None


DISCORD_PACKAGE = Platform(
    name="discord",
    description="a user's messages on Discord",
    signatures=(frozenset({"id", "timestamp", "contents", "attachments"}),),
    columns=Columns("Contents", "ID", "author", None, "Timestamp", place="place"),
    format=Format.MARKDOWN,
    prepare=_prepare_own,
    needs_context=True,
)
"""``messages.json`` or ``messages.csv`` of one channel; the folder that it lies in has the number of the channel, other files the names."""
