"""Feeds of comments: RSS and Atom."""

from model.comment import Format
from service.batch.input.formats.xml_records import XmlSchema
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["FEED", "FEED_XML"]

FEED_XML = XmlSchema(frozenset({"item", "entry"}), {"item": ("rss", "channel"), "entry": ("feed",)})
"""Items of RSS, entries of Atom (RFC 4287, replies by RFC 4685)."""

_TEXTS = ("content:encoded", "content", "description", "summary")


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    name = next((name for name in _TEXTS if str(fields.get(name) or "").strip()), None)
    text, how = (fields[name], fields.get(f"{name}/@type")) if name is not None else _nested(fields)
    return {
        "text": text,
        "id": fields.get("guid") or fields.get("id") or fields.get("link"),
        "author": fields.get("dc:creator") or fields.get("author/name") or fields.get("author"),
        "parent": fields.get("thr:in-reply-to/@ref"),
        "time": fields.get("pubDate") or fields.get("published") or fields.get("updated") or fields.get("dc:date"),
        FORMAT_FIELD: Format.PLAIN if how == "text" else Format.HTML,
    }, None


def _nested(fields: RecordFields) -> tuple[object, object]:
    """Return the text of elements in the content: Atom's ``xhtml``."""
    parts = [str(value) for name, value in fields.items() if name.startswith(("content/", "summary/")) and "@" not in name]
    return ("\n".join(parts) if parts else None), "text"


FEED = Platform("feed", "a feed of comments", (), Columns("text", "id", "author", "parent", "time"), Format.HTML, _prepare)
"""Comments of a feed."""
