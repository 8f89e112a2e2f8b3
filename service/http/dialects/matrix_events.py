"""What people can read in a Matrix event: its texts, as the specification of the client-server API has them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from model.comment import Comment, Format

__all__ = ["event_comments"]

_HTML = "org.matrix.custom.html"
_PLAIN_FIELDS = {"m.room.topic": "topic", "m.room.name": "name"}
# Of old each reply carried what it answered: https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies
_QUOTE = re.compile(r"> (\* )?<@[^>\n]+>")
_MX_REPLY = re.compile(r"^\s*<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)


def event_comments(event: Mapping[str, Any]) -> list[Comment]:
    """Return the texts of an event: those of a message or of what it is changed to, the topic or the name of a room.

    Clients show the formatted body where they can and the plain one where they cannot, so both are read. What a reply quotes is
    not its author's and left out, unless nothing else is there.

    Args:
        event: as a client gets it; nothing about it is taken for granted.

    Returns:
        None, if it is of another type or has no text.
    """
    kind, content = event.get("type"), event.get("content")
    if not isinstance(kind, str) or not isinstance(content, dict):
        return []
    if kind == "m.room.message":
        return list(_message(content, author=event.get("sender")))
    return list(_plain(content.get(_PLAIN_FIELDS[kind]))) if kind in _PLAIN_FIELDS else []


def _message(content: Mapping[str, Any], *, author: object) -> Iterator[Comment]:
    relation = content.get("m.relates_to")
    is_reply = isinstance(relation, dict) and "m.in_reply_to" in relation
    for each in (content, content.get("m.new_content")):
        if not isinstance(each, dict):
            continue
        body, formatted = each.get("body"), each.get("formatted_body")
        if isinstance(body, str):
            yield from _plain(_without_quote(body) if is_reply else body)
        if isinstance(formatted, str) and each.get("format") == _HTML:
            yield Comment("", _MX_REPLY.sub("", formatted) or formatted if is_reply else formatted, format=Format.HTML)


def _without_quote(body: str) -> str:
    """Return what follows the fallback of a reply; other lines that begin with ``>`` are the author's own."""
    if not _QUOTE.match(body):
        return body
    lines = body.split("\n")
    own = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[own:]).strip("\n") or body


def _plain(text: object) -> Iterator[Comment]:
    if isinstance(text, str) and text:
        yield Comment("", text)
