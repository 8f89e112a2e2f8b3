"""WordPress: its export (WXR), an RSS document whose items hold comments. Spam is left out by WordPress itself."""

from model.comment import Format
from service.batch.input.formats.xml_records import XmlSchema
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["WXR", "WXR_XML"]

_ITEM = ("rss", "channel", "item")
WXR_XML = XmlSchema(
    frozenset({"wp:comment"}),
    {"wp:comment": _ITEM, "item": ("rss", "channel")},
    {"/".join((*_ITEM, name)): name for name in ("title", "link", "wp:post_id")},
    holder="item",
)
"""The elements of an export, as wp-admin/includes/export.php writes them."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    # Notes of other sites that link here; nobody wrote them as comments.
    note = fields.get("wp:comment_type") in {"pingback", "trackback"}
    return fields, Reason.NOT_A_COMMENT if note else None


WXR = Platform(
    "wordpress",
    "comments of WordPress",
    (frozenset({"wp:comment_id"}), frozenset({"wp:comment_content"})),
    Columns("wp:comment_content", "wp:comment_id", "wp:comment_author", "wp:comment_parent", "wp:comment_date_gmt"),
    Format.HTML,
    _prepare,
)
"""Comments of an export."""
