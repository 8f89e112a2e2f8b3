"""Slack: the messages of a channel on a day, each list of them a file in the ZIP archive that a workspace exports."""

import re
from collections.abc import Iterator

from service.batch.input.platforms.chats.slack_markup import decode_slack_text, read_attachments, read_blocks
from service.batch.input.platforms.message_context import envelope_of, folder_of, join_lines
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["SLACK"]

_SYSTEM_PREFIXES = ("channel_", "group_", "huddle_", "ekm_", "sh_room_")
_SYSTEM_KINDS = {
    *("pinned_item", "unpinned_item", "bot_add", "bot_remove", "bot_enable", "bot_disable", "reminder_add", "reminder_delete"),
    *("app_conversation_join", "app_conversation_leave", "joiner_notification", "joiner_notification_for_inviter"),
    *("message_replied", "conversation_archived", "conversation_unarchived", "channel_canvas_updated", "tabbed_canvas_updated"),
    *("document_mention", "dm_created", "list_record_comment_placeholder", "sharing_request_approved"),
}
"""What a message says happened in a channel, and that nobody wrote."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d\.jsonl?")
"""The name of a file in the folder of a channel."""
_TIME = re.compile(r"\d{10}\.\d{6}")
_NO_TEXT = "This content can't be displayed."
"""What Slack writes as the text of messages that consist of blocks."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    kind = fields.get("subtype")
    message = object_in(fields, "message") if kind == "message_changed" else fields
    row = {
        "text": _read_text(message, object_in(envelope_of(fields), "users")),
        "ts": message.get("ts"),
        "user": _author_of(message),
        "thread_ts": message.get("thread_ts") if message.get("thread_ts") != message.get("ts") else None,
        "channel": _channel_of(fields),
    }
    if kind == "message_deleted":
        return {**row, "ts": fields.get("deleted_ts") or fields.get("ts")}, Reason.DELETED
    if kind == "tombstone":
        return row, Reason.DELETED
    return row, Reason.NOT_A_COMMENT if _is_system(fields) else None


def _channel_of(fields: RecordFields) -> str | None:
    """Return the channel of a message: its folder in an export; elsewhere a field of the message, or of the document around it."""
    if (folder := folder_of(fields, _DAY)) is not None:
        return folder
    channel, envelope = object_in(fields, "channel"), envelope_of(fields)
    return text_in(channel, "name", "id") or text_in(fields, "channel") or text_in(envelope, "name", "channel_id")


def _is_system(fields: RecordFields) -> bool:
    kind = fields.get("subtype")
    is_message = fields.get("type", "message") == "message"
    return not is_message or (isinstance(kind, str) and (kind in _SYSTEM_KINDS or kind.startswith(_SYSTEM_PREFIXES)))


def _author_of(message: RecordFields) -> object:
    name = text_in(message, "user") or text_in(object_in(message, "comment"), "user")
    return name or text_in(message, "username") or text_in(object_in(message, "bot_profile"), "name") or message.get("bot_id")


def _read_text(message: RecordFields, names: RecordFields) -> object:
    """Return the text of a message: what a program writes may stand in blocks and attachments, beside a text or in place of it."""
    text = message.get("text")
    if message.get("subtype") == "file_comment":
        text = object_in(message, "comment").get("comment", text)
    if text is not None and not isinstance(text, str):
        return text
    own_text = "" if text is None or text == _NO_TEXT else decode_slack_text(text, names)
    is_program = message.get("bot_id") is not None or message.get("subtype") == "bot_message"
    if own_text.strip() and not is_program:
        return own_text
    blocks = read_blocks(message, names)
    if len(blocks) > len(own_text):
        # The text of a message with blocks is what its notification says: a repetition or a summary of them.
        own_text = blocks if own_text in blocks else join_lines((own_text, blocks))
    attachments = read_attachments(message, names)
    return own_text if attachments in own_text else join_lines((own_text, attachments))


def _is_slack(fields: RecordFields) -> bool:
    """Tell whether a record is of Slack, whose times have six digits behind the point: other logs, too, have a ``ts``."""
    return _TIME.fullmatch(str(fields.get("ts"))) is not None


def _unfold(fields: RecordFields) -> Iterator[RecordFields]:
    """Yield a message and, where the exporter put them inside it as slackdump does, the replies in its thread."""
    yield fields
    yield from objects_in(fields, "slackdump_thread_replies")


SLACK = Platform(
    name="slack",
    description="messages of Slack",
    signatures=(
        frozenset({"type", "ts", "text", "user"}),
        frozenset({"type", "ts", "text", "subtype"}),
        frozenset({"type", "ts", "text", "bot_id"}),
        frozenset({"client_msg_id", "ts"}),
    ),
    columns=Columns("text", "ts", "user", "thread_ts", "ts", place="channel"),
    prepare=_prepare,
    unfold=_unfold,
    recognises=_is_slack,
    needs_context=True,
)
"""Messages; the folder that their file lies in has the name of the channel, and their ``ts`` is their id within the channel."""
