"""Signal: chats as signal-export writes them, and messages as they stand in the database of Signal Desktop."""

import re

from service.batch.input.platforms.message_context import folder_of, keep_whole
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["SIGNAL_DATABASE", "SIGNAL_EXPORT"]

_CHAT_FILE = re.compile(r"(?:data|chat)\.json")
_MESSAGE_KINDS = {"incoming", "outgoing"}
_EVENT_KINDS = {"call-history", "keychange", "group-v2-change", "profile-change", "timer-notification", "verified-change"}


def _prepare_export(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return {**fields, "place": folder_of(fields, _CHAT_FILE)}, None


SIGNAL_EXPORT = Platform(
    name="signal",
    description="messages of Signal",
    signatures=(frozenset({"date", "sender", "body", "quote", "sticker"}),),
    columns=Columns("body", None, "sender", None, "date", place="place"),
    prepare=_prepare_export,
    unfold=keep_whole,
    needs_context=True,
)
"""``data.json`` of a chat, a message a line; the folder that it lies in has the name of the chat."""


def _prepare_message(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    body = fields.get("body")
    row = {
        "body": "" if body is None else body,
        "id": fields.get("id"),
        "source": fields.get("source") or fields.get("sourceServiceId") or fields.get("sourceUuid"),
        "sent_at": fields.get("sent_at"),
        "conversationId": fields.get("conversationId"),
    }
    if fields.get("deletedForEveryone") or fields.get("isErased"):
        return row, Reason.DELETED
    return row, None if str(fields.get("type")) in _MESSAGE_KINDS else Reason.NOT_A_COMMENT


def _is_database(fields: RecordFields) -> bool:
    """Tell whether a record is of Signal's database: other tables, too, have conversations and times of sending."""
    return str(fields.get("type")) in _MESSAGE_KINDS | _EVENT_KINDS


SIGNAL_DATABASE = Platform(
    name="signal",
    description="messages of Signal",
    signatures=(frozenset({"conversationid", "sent_at", "type"}),),
    columns=Columns("body", "id", "source", None, "sent_at", place="conversationId"),
    prepare=_prepare_message,
    unfold=keep_whole,
    recognises=_is_database,
)
"""Messages; calls, changes of keys and of groups are no comments."""
