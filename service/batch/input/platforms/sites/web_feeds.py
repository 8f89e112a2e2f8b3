"""Feeds of comments: RSS and Atom."""

from model.comment import Format
from service.batch.input.formats.xml.xml_records import XmlSchema
from service.batch.input.platforms.platform import FORMAT_FIELD, Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["FEED", "FEED_XML"]

FEED_XML = XmlSchema(record=frozenset({"item", "entry"}), parents={"item": ("rss", "channel"), "entry": ("feed",)})
"""Items of RSS and entries of Atom (RFC 4287; replies according to RFC 4685)."""

_TEXT_ELEMENTS = ("content:encoded", "content", "description", "summary")
_PLAIN_TYPE = "text"
"""The ``type`` of a text in Atom that is no HTML."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    name = next((name for name in _TEXT_ELEMENTS if str(fields.get(name) or "").strip()), None)
    text, text_type = (_join_xhtml(fields), _PLAIN_TYPE) if name is None else (fields[name], fields.get(f"{name}/@type"))
    return {
        "text": text,
        "id": fields.get("guid") or fields.get("id") or fields.get("link"),
        "author": fields.get("dc:creator") or fields.get("author/name") or fields.get("author"),
        "parent": fields.get("thr:in-reply-to/@ref"),
        "time": fields.get("pubDate") or fields.get("published") or fields.get("updated") or fields.get("dc:date"),
        FORMAT_FIELD: Format.PLAIN if text_type == _PLAIN_TYPE else Format.HTML,
    }, None


def _join_xhtml(fields: RecordFields) -> str | None:
    """Return the texts of the elements in a content of Atom's type ``xhtml``."""
    parts = [str(value) for name, value in fields.items() if name.startswith(("content/", "summary/")) and "@" not in name]
    return "\n".join(parts) if parts else None


FEED = Platform(
    name="feed",
    description="a feed of comments",
    signatures=(),
    columns=Columns("text", "id", "author", "parent", "time"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Comments of a feed."""
