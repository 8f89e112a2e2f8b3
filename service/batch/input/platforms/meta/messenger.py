"""Conversations in what Facebook and Instagram let users download: ``message_1.json``, and those that were encrypted end to end."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from service.batch.input.platforms.message_context import envelope_of, folder_of, keep_whole
from service.batch.input.platforms.meta.mojibake import mend_fields
from service.batch.input.platforms.nested_values import objects_in, text_in
from service.batch.input.platforms.platform import FILE_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["INSTAGRAM_CONVERSATIONS", "META_ENCRYPTED_MESSAGES", "META_MESSAGES"]

_CONVERSATION = re.compile(r"message_\d+\.json")
_SYSTEM_KINDS = {"Call", "Subscribe", "Unsubscribe"}


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    content = fields.get("content")
    row = mend_fields(
        {
            # A photo, a sticker or a link alone has no content.
            "content": "" if content is None else content,
            "sender_name": fields.get("sender_name"),
            "timestamp_ms": fields.get("timestamp_ms"),
            "title": text_in(envelope_of(fields), "title") or folder_of(fields, _CONVERSATION),
        }
    )
    if fields.get("is_unsent") is True:
        return row, Reason.DELETED
    is_system = str(fields.get("type")) in _SYSTEM_KINDS or "call_duration" in fields
    return row, Reason.NOT_A_COMMENT if is_system else None


META_MESSAGES = Platform(
    name="facebook",
    description="messages of Facebook or Instagram",
    signatures=(frozenset({"sender_name", "timestamp_ms"}),),
    columns=Columns("content", None, "sender_name", None, "timestamp_ms", place="title"),
    prepare=_prepare,
    unfold=keep_whole,
    needs_context=True,
)
"""``messages/inbox/NAME_NUMBER/message_1.json``, which has no ids; the folder names the conversation, whose title follows the messages."""


def _prepare_encrypted(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = fields.get("text")
    row = {
        "text": "" if text is None else text,
        "senderName": fields.get("senderName"),
        "timestamp": fields.get("timestamp"),
        "threadName": text_in(envelope_of(fields), "threadName") or _stem_of(fields),
    }
    return row, Reason.DELETED if fields.get("isUnsent") is True else None


def _stem_of(fields: RecordFields) -> str | None:
    file = fields.get(FILE_FIELD)
    return PurePosixPath(file).stem if isinstance(file, str) else None


META_ENCRYPTED_MESSAGES = Platform(
    name="facebook",
    description="messages of Facebook, encrypted end to end",
    signatures=(frozenset({"sendername", "isunsent", "timestamp"}),),
    columns=Columns("text", None, "senderName", None, "timestamp", place="threadName"),
    prepare=_prepare_encrypted,
    unfold=keep_whole,
    needs_context=True,
)
"""``NAME_NUMBER.json``, one conversation a file, as Messenger itself exports those whose storage is encrypted."""


def _is_conversation(fields: RecordFields) -> bool:
    """Tell whether a record is a conversation of Instagram; corpora of dialogues have other messages."""
    return any("sender" in message and "created_at" in message for message in objects_in(fields, "conversation"))


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield the messages of a conversation, which has no name but those of the people in it."""
    participants = fields.get("participants")
    names = [name for name in participants if isinstance(name, str)] if isinstance(participants, list) else []
    for message in objects_in(fields, "conversation"):
        text = message.get("text")
        yield {
            "text": "" if text is None else text,
            "author": message.get("sender"),
            "time": message.get("created_at"),
            "place": ", ".join(names) or None,
        }


def _prepare_early(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return mend_fields(fields), None


INSTAGRAM_CONVERSATIONS = Platform(
    name="instagram",
    description="messages of Instagram",
    signatures=(frozenset({"participants", "conversation"}),),
    columns=Columns("text", None, "author", None, "time", place="place"),
    prepare=_prepare_early,
    unfold=_unfold,
    recognises=_is_conversation,
)
"""``messages.json`` as Instagram wrote it until 2020."""
