"""The texts of a Matrix event that people can read, as the client-server API specifies them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from model.comment import Comment, Format

__all__ = ["event_comments"]

_HTML = "org.matrix.custom.html"
_PLAIN_FIELDS = {"m.room.topic": "topic", "m.room.name": "name"}
# Older clients repeat in a reply what it answers: https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies
_QUOTE_FALLBACK = re.compile(r"> (\* )?<@[^>\n]+>")
_MX_REPLY = re.compile(r"^\s*<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)


def event_comments(event: Mapping[str, Any]) -> list[Comment]:
    """Return the texts of an event: the bodies of a message and of its edited version, or the topic or the name of a room.

    Some clients show the formatted body and others the plain one, so both are read. A quotation at the beginning of a reply was not
    written by its author, and is left out unless there is nothing else.

    Args:
        event: an event as a client gets it; nothing is taken for granted about it.

    Returns:
        The texts as comments without an id; an empty list if the event has another type or no text.
    """
    kind, content = event.get("type"), event.get("content")
    if not isinstance(kind, str) or not isinstance(content, dict):
        return []
    if kind == "m.room.message":
        return list(_message_comments(content))
    return list(_plain_comments(content.get(_PLAIN_FIELDS[kind]))) if kind in _PLAIN_FIELDS else []


def _message_comments(content: Mapping[str, Any]) -> Iterator[Comment]:
    relation = content.get("m.relates_to")
    is_reply = isinstance(relation, dict) and "m.in_reply_to" in relation
    for version in (content, content.get("m.new_content")):
        if not isinstance(version, dict):
            continue
        body, formatted = version.get("body"), version.get("formatted_body")
        if isinstance(body, str):
            yield from _plain_comments(_without_quote(body) if is_reply else body)
        if isinstance(formatted, str) and version.get("format") == _HTML:
            yield Comment("", _MX_REPLY.sub("", formatted) or formatted if is_reply else formatted, format=Format.HTML)


def _without_quote(body: str) -> str:
    """Return what follows the quotation at the beginning of a reply; other lines that begin with ``>`` are the author's own."""
    if not _QUOTE_FALLBACK.match(body):
        return body
    lines = body.split("\n")
    first_own = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[first_own:]).strip("\n") or body


def _plain_comments(text: object) -> Iterator[Comment]:
    if isinstance(text, str) and text:
        yield Comment("", text)
