"""Records of a chat that WhatsApp exported as plain text: a message begins in a line with a date and a time, and may have more lines."""

import io
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from service.batch.input.formats.chats.whatsapp_stamps import (
    DIRECTION_MARKS,
    DateOrder,
    WhatsAppStamp,
    find_date_order,
    parse_stamp,
    stamp_time,
)
from service.batch.input.formats.json.json_lines import JSON_WHITESPACE, read_byte_lines
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["is_whatsapp_chat", "read_whatsapp_chat"]

_PROBED_MESSAGES = 2000
_PROBED_SIZE = 1 << 20
"""Messages, and bytes of them, by which the order of day, month and year is told."""
_MAX_SENDER_LENGTH = 120
_QUOTATION_MARKS = frozenset('"“”„«»「」')
"""Signs of no name: they show that a colon stands inside the new subject of a group, say."""
_HEAD_LINES = 200
_NO_MARKS = dict.fromkeys(map(ord, DIRECTION_MARKS))
_STRANGER = ("~\u202f", "~\u00a0", "~ ", "~")
"""What stands before the name that a stranger has given themselves."""


class _ChatMessage(NamedTuple):
    """The lines of a message, with the place where it begins.

    Attributes:
        line: its first line.
        offset: the byte where it begins.
        stamp: its date and time; None for lines above the first message, as in a chat that was cut.
        text: sender and text, with the colon between them; None if there is too much of it.
    """

    line: int
    offset: int | None
    stamp: WhatsAppStamp | None
    text: str | None


def is_whatsapp_chat(start: str) -> bool:
    """Tell whether a text is a chat of WhatsApp: its first line begins with date and time, and somebody writes something.

    Args:
        start: the beginning of the text, without white space before it.
    """
    lines = start.split("\n", _HEAD_LINES)[:_HEAD_LINES]
    if parse_stamp(lines[0]) is None:
        return False
    stamps = ((line, stamp) for line in lines if (stamp := parse_stamp(line)) is not None)
    return any(_split_sender(line[stamp.end :])[0] is not None for line, stamp in stamps)


def read_whatsapp_chat(stream: io.BufferedReader, *, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the messages of a chat, one by one.

    The fields of a record are ``sender`` (None where WhatsApp itself says something), ``text`` as it stands, and ``time``.

    Args:
        stream: UTF-8.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    messages = _read_messages(stream, has_offsets=has_offsets)
    probe: list[_ChatMessage] = []
    size = 0
    for message in messages:
        probe.append(message)
        size += len(message.text or "")
        if len(probe) >= _PROBED_MESSAGES or size > _PROBED_SIZE:
            break
    order = find_date_order(message.stamp for message in probe if message.stamp is not None)
    for message in chain(probe, messages):
        yield _build_record(message, order)


def _read_messages(stream: io.BufferedReader, *, has_offsets: bool) -> Iterator[_ChatMessage]:
    stamp: WhatsAppStamp | None = None
    lines: list[str] = []
    size = first = begin = 0
    for number, offset, line in read_byte_lines(stream):
        text = "" if line is None else line.decode("utf-8", "surrogateescape")
        if number == 1:
            text = text.removeprefix("\ufeff")
        new_stamp = parse_stamp(text)
        if new_stamp is not None:
            if size:
                yield _ChatMessage(first, begin if has_offsets else None, stamp, _join_lines(lines, size))
            stamp, lines, size, text = new_stamp, [], 0, text[new_stamp.end :]
        elif line is not None and not size and not line.strip(JSON_WHITESPACE):
            continue  # blank lines above the first message
        if not size:
            first, begin = number, offset
        size += MAX_ROW_LENGTH + 1 if line is None else len(line)
        if size <= MAX_ROW_LENGTH:
            lines.append(text)
    if size:
        yield _ChatMessage(first, begin if has_offsets else None, stamp, _join_lines(lines, size))


def _join_lines(lines: list[str], size: int) -> str | None:
    return "".join(lines).rstrip("\r\n") if size <= MAX_ROW_LENGTH else None


def _build_record(message: _ChatMessage, order: DateOrder) -> DumpRecord:
    if message.text is None:
        return DumpRecord(message.line, message.offset, {}, Reason.TOO_LONG)
    if message.stamp is None:
        return DumpRecord(message.line, message.offset, {"sender": "", "text": message.text, "time": None})
    sender, text = _split_sender(message.text)
    return DumpRecord(message.line, message.offset, {"sender": sender, "text": text, "time": stamp_time(message.stamp, order)})


def _split_sender(text: str) -> tuple[str | None, str]:
    """Split who wrote a message from what; None in place of the sender for a message of WhatsApp's own, which has none."""
    line, newline, rest = text.partition("\n")
    sender, colon, own = line.rstrip("\r").partition(": ")
    if not colon and sender.endswith(":"):
        sender, colon = sender[:-1], ":"
    name = (sender if sender.isascii() else sender.translate(_NO_MARKS)).strip()
    if not colon or not name or len(name) > _MAX_SENDER_LENGTH or not _QUOTATION_MARKS.isdisjoint(name):
        return None, text
    prefix = next((prefix for prefix in _STRANGER if name.startswith(prefix)), "")
    return name[len(prefix) :].strip() or name, (own + newline + rest).replace("\r\n", "\n")
