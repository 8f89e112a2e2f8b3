"""Matrix: events of rooms, as Element exports them as JSON, as Synapse exports a user's data, or as the interface returns them."""

import re
from collections.abc import Mapping

from service.batch.input.platforms.message_context import envelope_of, join_lines, keep_whole
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["MATRIX"]

_MESSAGE = "m.room.message"
_POLL_PREFIXES = ("m.poll.start", "org.matrix.msc3381.poll.start")
_MEDIA_KINDS = {"m.image", "m.video", "m.audio", "m.file", "m.location"}
_QUOTED_PARENT = re.compile(r"> (?:\* )?<@[^>\n]*>[^\n]*(?:\n>[^\n]*)*(?:\n\n?|$)")
"""What clients that do not show replies are given to read before a reply: a line ``> <@ann:example.org> text``, and more of them."""
_EDIT_MARK = "* "


def _is_event(fields: RecordFields) -> bool:
    """Tell whether a record is an event, whose content is an object."""
    return isinstance(fields.get("content"), Mapping)


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    content = object_in(fields, "content")
    relation = object_in(content, "m.relates_to")
    room = fields.get("room_id")
    row = {
        "body": None,
        "event_id": fields.get("event_id"),
        "sender": fields.get("sender"),
        "m.in_reply_to": _parent_of(relation),
        "origin_server_ts": fields.get("origin_server_ts"),
        "room_name": text_in(envelope_of(fields), "room_name") or (room if isinstance(room, str) else None),
    }
    kind = str(fields.get("type"))
    is_poll = kind.startswith(_POLL_PREFIXES)
    if kind not in {_MESSAGE, "m.sticker", "m.room.encrypted"} and not is_poll:
        return row, Reason.NOT_A_COMMENT
    if not content:
        return row, _reason_of_redaction(fields)
    if kind == "m.room.encrypted":
        # The key to it is on somebody's device; there is a text, and it cannot be read.
        return row, None
    return {**row, "body": _read_poll(content, kind) if is_poll else _read_message(content, relation, kind)}, None


def _parent_of(relation: RecordFields) -> object:
    """Return the message that is answered: in a thread the first one, unless the writer answers another in particular."""
    if relation.get("rel_type") == "m.thread" and relation.get("is_falling_back") is True:
        return relation.get("event_id")
    parent = object_in(relation, "m.in_reply_to").get("event_id")
    return parent if parent is not None or relation.get("rel_type") != "m.thread" else relation.get("event_id")


def _reason_of_redaction(fields: RecordFields) -> Reason:
    """Tell whether the writer took a message away or somebody else did."""
    redaction = object_in(object_in(fields, "unsigned"), "redacted_because")
    return Reason.REMOVED if redaction and redaction.get("sender") != fields.get("sender") else Reason.DELETED


def _read_message(content: RecordFields, relation: RecordFields, kind: str) -> object:
    if relation.get("rel_type") == "m.replace":
        edited = object_in(content, "m.new_content")
        body = edited.get("body", content.get("body"))
        return body.removeprefix(_EDIT_MARK) if isinstance(body, str) and not edited else body
    body = content.get("body")
    if not isinstance(body, str):
        return body
    if str(content.get("msgtype")) in _MEDIA_KINDS or kind == "m.sticker":
        # Media without a caption have the name of the file in its place.
        return body if kind == _MESSAGE and text_in(content, "filename") not in {None, body} else ""
    quote = _QUOTED_PARENT.match(body) if "m.in_reply_to" in relation else None
    return body if quote is None else body[quote.end() :]


def _read_poll(content: RecordFields, kind: str) -> str:
    poll = object_in(content, "m.poll" if kind.startswith("m.") else "org.matrix.msc3381.poll.start")
    parts = (object_in(poll, "question"), *objects_in(poll, "answers"))
    return join_lines(_read_extensible(part) for part in parts)


def _read_extensible(part: RecordFields) -> str | None:
    """Return the text of a part of a poll, under the name that it had while polls were a draft or the one that it has now."""
    texts = objects_in(part, "m.text")
    return text_in(part, "org.matrix.msc1767.text", "m.text", "body") or next((text_in(text, "body") for text in texts), None)


MATRIX = Platform(
    name="matrix",
    description="messages of Matrix",
    signatures=(frozenset({"type", "sender", "content", "origin_server_ts"}), frozenset({"type", "sender", "content", "event_id"})),
    columns=Columns("body", "event_id", "sender", "m.in_reply_to", "origin_server_ts", place="room_name"),
    prepare=_prepare,
    unfold=keep_whole,
    recognises=_is_event,
    needs_context=True,
)
"""Events; messages, edits of messages and polls are comments."""
