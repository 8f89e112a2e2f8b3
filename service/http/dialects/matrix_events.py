"""The texts of a Matrix event that people can read, as the client-server API and what clients send beyond it specify them."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from model.comment import Comment, Format

__all__ = ["READ_EVENTS", "event_comments"]

_HTML = "org.matrix.custom.html"
# Texts of an event that are judged one by one; the others are judged together, so that no list of any length goes unread.
_MAX_TEXTS = 50

# Older clients repeat in a reply what it answers: https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies
_QUOTE_FALLBACK = re.compile(r"> (\* )?<@[^>\n]+>")
_MX_REPLY = re.compile(r"^\s*<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)
# What a spoiler is about is shown before it is opened.
_SPOILER = re.compile(r"""data-mx-spoiler\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"'>]+))""", re.IGNORECASE)
_EDIT_FALLBACK = re.compile(r"^\s*\*\s+")
_ALIAS = re.compile(r"^#([^:]*)")
_ALIAS_BLANKS = re.compile(r"[_.\-]+")

# Texts of extensible events (MSC1767), and what holds such texts in turn.
_TEXT_BLOCKS = ("m.text", "org.matrix.msc1767.text", "org.matrix.msc1767.message", "m.message")
_HTML_BLOCKS = ("m.html", "org.matrix.msc1767.html")
_TEXT_HOLDERS = (
    *("m.caption", "org.matrix.msc1767.caption", "m.alt_text", "org.matrix.msc1767.alt_text", "m.file", "org.matrix.msc1767.file"),
    *("m.topic", "org.matrix.msc3765.topic", "m.location", "org.matrix.msc3488.location"),
)
_PLAIN_FIELDS = ("body", "filename", "name", "description")
_POLLS = ("m.poll", "m.poll.start", "org.matrix.msc3381.poll.start", "org.matrix.msc3381.v2.poll.start", "org.matrix.msc3381.v2.poll")


def event_comments(event: Mapping[str, Any]) -> list[Comment]:
    """Return the texts of an event that people see.

    Some clients show the formatted body and others the plain one, so both are read. A quotation at the beginning of a reply was not
    written by its author, and is left out unless there is nothing else. What moderators give as the reason of a ban or a removal is not
    read: it may quote what it is about, and a ban must not fail for that.

    Args:
        event: an event as a client gets it; nothing is taken for granted about it.

    Returns:
        The texts as comments without an id, each once; an empty list if the event has another type or no text.
    """
    kind, content = event.get("type"), event.get("content")
    if not isinstance(kind, str) or not isinstance(content, dict) or (read := _READERS.get(kind)) is None:
        return []
    texts = list(dict.fromkeys(comment for comment in read(content, event) if comment.text.strip()))
    return [*texts[:_MAX_TEXTS], *_join(texts[_MAX_TEXTS:])]


def _join(comments: Iterable[Comment]) -> Iterator[Comment]:
    """Yield one comment with the texts of all that are written in one format."""
    by_format: dict[Format, list[str]] = {}
    for comment in comments:
        by_format.setdefault(comment.format, []).append(comment.text)
    yield from (Comment("", "\n".join(texts), written) for written, texts in by_format.items())


def _message_texts(content: Mapping[str, Any], _event: Mapping[str, Any]) -> Iterator[Comment]:
    """Yield the texts of a message, a sticker or a poll, and of the version that replaces it."""
    relation, replacement = content.get("m.relates_to"), content.get("m.new_content")
    is_reply = isinstance(relation, dict) and "m.in_reply_to" in relation
    new = list(_version_texts(replacement, is_reply=is_reply)) if isinstance(replacement, dict) else []
    shown = {(comment.text.strip(), comment.format) for comment in new}
    for comment in _version_texts(content, is_reply=is_reply):
        # For clients that know no edits, the new text is repeated with an asterisk before it.
        if (_EDIT_FALLBACK.sub("", comment.text).strip(), comment.format) not in shown:
            yield comment
    yield from new


def _version_texts(content: Mapping[str, Any], *, is_reply: bool) -> Iterator[Comment]:
    for field in _PLAIN_FIELDS:
        if isinstance(text := content.get(field), str):
            yield Comment("", _without_quote(text) if is_reply and field == "body" else text)
    formatted = content.get("formatted_body")
    if isinstance(formatted, str) and content.get("format") == _HTML:
        yield from _html_texts(_MX_REPLY.sub("", formatted) or formatted if is_reply else formatted)
    yield from _block_texts(content)
    for holder in _TEXT_HOLDERS:
        yield from _held_texts(content.get(holder))
    for poll in _POLLS:
        yield from _poll_texts(content.get(poll))


def _without_quote(body: str) -> str:
    """Return what follows the quotation at the beginning of a reply; other lines that begin with ``>`` are the author's own."""
    if not _QUOTE_FALLBACK.match(body):
        return body
    lines = body.split("\n")
    first_own = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    return "\n".join(lines[first_own:]).strip("\n") or body


def _html_texts(text: str) -> Iterator[Comment]:
    yield Comment("", text, format=Format.HTML)
    for reasons in _SPOILER.findall(text):
        yield Comment("", html.unescape("".join(reasons)))


def _block_texts(content: Mapping[str, Any]) -> Iterator[Comment]:
    """Yield the texts of the text blocks of an extensible event, or of a part of one."""
    for name in _TEXT_BLOCKS:
        block = content.get(name)
        for version in block if isinstance(block, list) else [block]:
            text = version.get("body") if isinstance(version, dict) else version
            if isinstance(text, str):
                is_html = isinstance(version, dict) and str(version.get("mimetype")).startswith("text/html")
                yield from _html_texts(text) if is_html else [Comment("", text)]
    for name in _HTML_BLOCKS:
        if isinstance(text := content.get(name), str):
            yield from _html_texts(text)


def _held_texts(holder: object) -> Iterator[Comment]:
    """Yield the texts of a part of an event that holds text blocks, such as a caption."""
    if isinstance(holder, str):
        yield Comment("", holder)
    elif isinstance(holder, dict):
        yield from _block_texts(holder)
        yield from (Comment("", text) for field in _PLAIN_FIELDS if isinstance(text := holder.get(field), str))


def _poll_texts(poll: object) -> Iterator[Comment]:
    """Yield the question of a poll, and the answers to choose from."""
    if isinstance(poll, dict):
        answers = poll.get("answers")
        for part in (poll.get("question"), *(answers if isinstance(answers, list) else ())):
            yield from _held_texts(part)


def _field_texts(*fields: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Comment]]:
    """Return what yields the texts in some fields of a content, and in its text blocks."""

    def read(content: Mapping[str, Any], _event: Mapping[str, Any]) -> Iterator[Comment]:
        yield from (Comment("", text) for field in fields if isinstance(text := content.get(field), str))
        yield from _block_texts(content)
        for holder in _TEXT_HOLDERS:
            yield from _held_texts(content.get(holder))

    return read


def _reaction_texts(content: Mapping[str, Any], _event: Mapping[str, Any]) -> Iterator[Comment]:
    """Yield the text that somebody reacts with, and the name of a picture; an emoji alone is none."""
    relation = content.get("m.relates_to")
    key = relation.get("key") if isinstance(relation, dict) else None
    for text in (key, content.get("shortcode"), content.get("com.beeper.reaction.shortcode")):
        if isinstance(text, str) and not text.startswith("mxc://") and any(map(str.isalnum, text)):
            yield Comment("", text)


def _member_texts(content: Mapping[str, Any], event: Mapping[str, Any]) -> Iterator[Comment]:
    """Yield the name of a member, and why somebody joins, knocks, invites or goes; not why a moderator removes somebody."""
    if isinstance(name := content.get("displayname"), str):
        yield Comment("", name)
    is_removal = content.get("membership") == "ban" or (
        content.get("membership") == "leave" and event.get("sender") != event.get("state_key")
    )
    if isinstance(reason := content.get("reason"), str) and not is_removal:
        yield Comment("", reason)


def _alias_texts(content: Mapping[str, Any], _event: Mapping[str, Any]) -> Iterator[Comment]:
    """Yield the names in the addresses of a room, with blanks between their words."""
    others = content.get("alt_aliases")
    for alias in (content.get("alias"), *(others if isinstance(others, list) else ())):
        if isinstance(alias, str) and (name := _ALIAS.match(alias)):
            yield Comment("", _ALIAS_BLANKS.sub(" ", name[1]))


_READERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[Comment]]] = {
    **dict.fromkeys(
        [
            "m.room.message",
            "m.sticker",
            *("m.poll.start", "org.matrix.msc3381.poll.start", "org.matrix.msc3381.v2.poll.start"),
            *("m.poll.end", "org.matrix.msc3381.poll.end", "org.matrix.msc3381.v2.poll.end"),
            *(
                f"{prefix}.{kind}"
                for prefix in ("m", "org.matrix.msc1767")
                for kind in ("message", "emote", "notice", "image", "video", "audio", "file")
            ),
            *("m.voice", "org.matrix.msc3245.voice.v2", "m.location", "org.matrix.msc3488.location"),
            *("m.beacon_info", "org.matrix.msc3672.beacon_info"),
        ],
        _message_texts,
    ),
    "m.reaction": _reaction_texts,
    "m.room.member": _member_texts,
    "m.room.third_party_invite": _field_texts("display_name"),
    "m.room.topic": _field_texts("topic"),
    "m.room.name": _field_texts("name"),
    "m.room.canonical_alias": _alias_texts,
    "m.room.aliases": _alias_texts,
}

READ_EVENTS = frozenset(_READERS)
"""The types of events that have texts."""
