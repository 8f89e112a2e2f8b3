"""Telegram: ``result.json``, which Telegram Desktop exports, of one chat or of all; and messages as Telethon writes them."""

from collections.abc import Mapping

from service.batch.input.platforms.message_context import envelope_of, join_lines, keep_whole
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["TELEGRAM", "TELETHON"]

_SERVICE = "service"


def _join_parts(value: object) -> object:
    """Return what people see of a rich text: of a link its label, of each other part its text; any other value as it is."""
    if isinstance(value, Mapping):
        return value.get("text")
    if not isinstance(value, list):
        return value
    parts = [part.get("text") if isinstance(part, Mapping) else part for part in value]
    return "".join(part for part in parts if isinstance(part, str))


def _read_text(fields: RecordFields) -> object:
    """Return the text of a message and, where it is a poll or a list, what there is to choose from or to do."""
    text = _join_parts(fields["text"] if fields.get("text") is not None else fields.get("text_entities"))
    if text is None:
        text = ""
    if not isinstance(text, str):
        return text
    poll, tasks = object_in(fields, "poll"), object_in(fields, "todo_list")
    entries = (*objects_in(poll, "answers"), *objects_in(tasks, "answers"), *objects_in(tasks, "items"))
    others = [_join_parts(poll.get("question")), _join_parts(tasks.get("title")), *(_join_parts(entry.get("text")) for entry in entries)]
    return join_lines((text, *others)) if join_lines(others) else text


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = _read_text(fields)
    is_message = fields.get("type") == "message" or (fields.get("type") != _SERVICE and text != "")
    chat = envelope_of(fields)
    chat_id = chat.get("id")
    return {
        "text": text,
        "id": fields.get("id"),
        "from": fields.get("from") or fields.get("from_id") or fields.get("actor") or fields.get("actor_id"),
        # A reply to a message in another chat has the number that the message has there.
        "reply_to_message_id": fields.get("reply_to_message_id") if fields.get("reply_to_peer_id") is None else None,
        "date": fields.get("date_unixtime") or fields.get("date"),
        "name": text_in(chat, "name") or (str(chat_id) if isinstance(chat_id, int | str) else None),
    }, None if is_message else Reason.NOT_A_COMMENT


TELEGRAM = Platform(
    name="telegram",
    description="messages of Telegram",
    signatures=(
        frozenset({"type", "date", "from_id", "text"}),
        frozenset({"type", "date", "from", "text"}),
        frozenset({"type", "date", "actor", "action", "text"}),
        frozenset({"date_unixtime", "text_entities"}),
    ),
    columns=Columns("text", "id", "from", "reply_to_message_id", "date", place="name"),
    prepare=_prepare,
    unfold=keep_whole,
    needs_context=True,
)
"""Messages; exports up to 2021 have no ``date_unixtime``, and their times are those of the clock of the computer that exported them."""


def _prepare_telethon(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    peer = object_in(fields, "peer_id") or object_in(fields, "to_id")
    sender = object_in(fields, "from_id")
    poll = object_in(object_in(fields, "media"), "poll")
    choices = (_join_parts(answer.get("text")) for answer in objects_in(poll, "answers"))
    text = fields.get("message")
    if isinstance(text, str) and poll:
        text = join_lines((text, _join_parts(poll.get("question")), *choices))
    is_service = fields.get("_") == "MessageService" or (text is None and fields.get("action") is not None)
    return {
        "message": text,
        "id": fields.get("id"),
        "from_id": _peer_number(sender) if sender else fields.get("from_id") or fields.get("post_author"),
        "reply_to": object_in(fields, "reply_to").get("reply_to_msg_id") or fields.get("reply_to_msg_id"),
        "date": fields.get("date"),
        "peer_id": _peer_number(peer),
    }, Reason.NOT_A_COMMENT if is_service else None


def _peer_number(peer: RecordFields) -> str | None:
    """Return the number of a user, a group or a channel."""
    numbers = (peer.get(name) for name in ("user_id", "channel_id", "chat_id"))
    return next((str(number) for number in numbers if isinstance(number, int)), None)


TELETHON = Platform(
    name="telegram",
    description="messages of Telegram",
    signatures=(
        frozenset({"_", "peer_id", "message", "date"}),
        frozenset({"_", "to_id", "message", "date"}),
        frozenset({"peer_id", "message", "date", "grouped_id"}),
    ),
    columns=Columns("message", "id", "from_id", "reply_to", "date", place="peer_id"),
    prepare=_prepare_telethon,
    unfold=keep_whole,
)
"""Messages as Telegram's interface returns them, which Telethon writes with ``to_json``."""
