"""The texts of Slack's messages as people see them: its mark-up, its blocks and its attachments as plain text."""

import re
from collections.abc import Iterator, Mapping

from service.batch.input.platforms.message_context import join_lines
from service.batch.input.platforms.nested_values import object_in, objects_in, text_in
from service.batch.input.platforms.platform import RecordFields

__all__ = ["decode_slack_text", "read_attachments", "read_blocks"]

_REFERENCE = re.compile(r"<([@#!][^<>\n]*|[a-z][a-z0-9+.-]*:[^<>\n]*)>", re.IGNORECASE)
_ENTITY = re.compile(r"&(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_MAX_DEPTH = 8
_LINES = {"rich_text", "rich_text_list"}
"""Parts of a rich text whose elements stand on lines of their own."""
_UNFURL_FIELDS = ("from_url", "original_url", "is_msg_unfurl", "is_app_unfurl")
"""Fields of attachments that are previews of something that somebody else wrote."""

_Names = Mapping[str, object]
"""Id of a user → the name of the user."""


def decode_slack_text(text: str, names: _Names) -> str:
    """Return a text as people see it: mentions as ``@name``, links as their label or address, and no entities."""
    if "<" in text:
        text = _REFERENCE.sub(lambda match: _decode_reference(match, names), text)
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], text) if "&" in text else text


def _decode_reference(match: "re.Match[str]", names: _Names) -> str:
    target, _, label = match[1].partition("|")
    sign, name = target[:1], target[1:]
    if sign == "@":
        return f"@{(label or _user_name(name, names)).removeprefix('@')}"
    if sign == "#":
        return f"#{(label or name).removeprefix('#')}"
    if sign == "!":
        return label or f"@{name.partition('^')[0]}"
    return label or target.removeprefix("mailto:")


def _user_name(user: str, names: _Names) -> str:
    name = names.get(user)
    return name if isinstance(name, str) and name else user


def read_blocks(fields: RecordFields, names: _Names) -> str:
    """Return the text of the blocks of a message, or of an attachment."""
    return join_lines(text for block in objects_in(fields, "blocks") for text in _block_texts(block, names))


def _block_texts(block: RecordFields, names: _Names) -> Iterator[str]:
    kind = str(block.get("type"))
    if kind == "rich_text":
        yield _read_rich_text(block, names, depth=0)
    elif kind in {"section", "header", "context"}:
        for part in (object_in(block, "text"), *objects_in(block, "fields"), *objects_in(block, "elements")):
            yield decode_slack_text(text_in(part, "text") or "", names)
    elif kind in {"markdown", "image", "video"}:
        text = text_in(block, "text") or text_in(object_in(block, "title"), "text")
        yield decode_slack_text(text or "", names)


def _read_rich_text(element: RecordFields, names: _Names, *, depth: int) -> str:
    """Return the text of an element of a rich text, which holds others down to ``_MAX_DEPTH``."""
    match str(element.get("type")):
        case "text":
            return text_in(element, "text") or str(element.get("text") or "")
        case "link":
            return text_in(element, "text", "url") or ""
        case "user":
            return f"@{_user_name(str(element.get('user_id') or ''), names)}"
        case "usergroup":
            return f"@{element.get('usergroup_id') or ''}"
        case "channel":
            return f"#{element.get('channel_id') or ''}"
        case "broadcast":
            return f"@{element.get('range') or ''}"
        case "emoji":
            return f":{element.get('name') or ''}:"
        case "date":
            return text_in(element, "fallback") or ""
        case kind if depth < _MAX_DEPTH:
            parts = [_read_rich_text(part, names, depth=depth + 1) for part in objects_in(element, "elements")]
            return join_lines(parts) if kind in _LINES else "".join(parts)
    return ""


def read_attachments(fields: RecordFields, names: _Names) -> str:
    """Return the text of the attachments of a message, except for previews of what somebody else wrote."""
    attachments = [item for item in objects_in(fields, "attachments") if not any(item.get(name) for name in _UNFURL_FIELDS)]
    return join_lines(_read_attachment(attachment, names) for attachment in attachments)


def _read_attachment(attachment: RecordFields, names: _Names) -> str:
    entries = (entry.get(name) for entry in objects_in(attachment, "fields") for name in ("title", "value"))
    parts = (*(attachment.get(name) for name in ("pretext", "author_name", "title", "text")), *entries, attachment.get("footer"))
    visible = join_lines(decode_slack_text(part, names) for part in parts if isinstance(part, str))
    return visible or read_blocks(attachment, names) or decode_slack_text(text_in(attachment, "fallback") or "", names)
