"""Feeds of comments: RSS and Atom, among them the export of Blogger, whose posts, pages and settings are no comments."""

import re

from model.comment import Format
from service.batch.input.formats.xml.xml_schema import XmlSchema
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["FEED", "FEED_XML"]

FEED_XML = XmlSchema(
    record=frozenset({"item", "entry"}),
    parents={"item": ("rss", "channel"), "entry": ("feed",)},
    document_context={"rss/channel/link": "site", "feed/title": "site"},
    joined=frozenset({"category/@term", "gd:extendedProperty/@name"}),
)
"""Items of RSS and entries of Atom (RFC 4287; replies according to RFC 4685)."""

_TEXT_ELEMENTS = ("content:encoded", "content", "description", "summary")
_PLAIN_TYPE = "text"
"""The ``type`` of a text in Atom that is no HTML."""
_BLOGGER_KIND = re.compile(r"blogger/\d+/kind#(\w+)")
_IN_REPLY_TO = re.compile(
    r"\s*<p>[^<>]{1,40}<a [^<>]{0,99}?href=[\"'][^\"'<>]{0,400}#comment-(\d+)[\"'][^<>]{0,99}>[^<>]{0,99}</a>[\s.。:]{0,3}</p>\s*"
)
"""What WordPress puts before a reply in a feed of comments: “In reply to Ann.”, in the language of the blog."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    name = next((name for name in _TEXT_ELEMENTS if str(fields.get(name) or "").strip()), None)
    text, text_type = (_join_xhtml(fields), _PLAIN_TYPE) if name is None else (fields[name], fields.get(f"{name}/@type"))
    comment_id = fields.get("guid") or fields.get("id") or fields.get("link")
    parent = fields.get("thr:in-reply-to/@ref") or fields.get("blogger:inReplyTo") or fields.get("blogger:parent")
    if parent is None and isinstance(text, str) and (match := _IN_REPLY_TO.match(text)) is not None and "#comment-" in str(comment_id):
        text, parent = text[match.end() :], f"{str(comment_id).partition('#')[0]}#comment-{match.group(1)}"
    return {
        "text": text,
        "id": comment_id,
        "author": fields.get("dc:creator") or fields.get("author/name") or fields.get("author"),
        "parent": parent,
        "time": fields.get("pubDate") or fields.get("published") or fields.get("updated") or fields.get("dc:date"),
        "place": fields.get("site"),
        FORMAT_FIELD: Format.PLAIN if text_type == _PLAIN_TYPE else Format.HTML,
    }, _reason_of(fields)


def _reason_of(fields: RecordFields) -> Reason | None:
    """Return why an entry of Blogger is no comment to judge; None for entries of other feeds."""
    kind = _BLOGGER_KIND.search(str(fields.get("category/@term") or ""))
    kinds = [kind.group(1) if kind is not None else "", str(fields.get("blogger:type") or "")]
    if any(found and found.strip().casefold() != "comment" for found in kinds):
        return Reason.NOT_A_COMMENT
    status = str(fields.get("blogger:status") or "").casefold()
    if "trash" in status or "delete" in status or "blogger.contentRemoved" in str(fields.get("gd:extendedProperty/@name") or ""):
        return Reason.REMOVED
    return None


def _join_xhtml(fields: RecordFields) -> str | None:
    """Return the texts of the elements in a content of Atom's type ``xhtml``."""
    parts = [str(value) for name, value in fields.items() if name.startswith(("content/", "summary/")) and "@" not in name]
    return "\n".join(parts) if parts else None


FEED = Platform(
    name="feed",
    description="a feed of comments",
    signatures=(),
    columns=Columns("text", "id", "author", "parent", "time", place="place"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Comments of a feed."""
