"""WordPress: its export (WXR), an RSS document whose items contain comments; WordPress itself leaves spam out of it."""

from model.comment import Format
from service.batch.input.formats.xml.xml_records import XmlSchema
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["WXR", "WXR_XML"]

_ITEM_PATH = ("rss", "channel", "item")
WXR_XML = XmlSchema(
    record=frozenset({"wp:comment"}),
    parents={"wp:comment": _ITEM_PATH, "item": ("rss", "channel")},
    context={"/".join((*_ITEM_PATH, name)): name for name in ("title", "link", "wp:post_id")},
    holder="item",
)
"""The elements of an export, as wp-admin/includes/export.php writes them."""

_NOTIFICATIONS = ("pingback", "trackback")
"""Types of comment that nobody wrote: other sites notify the blog that they link to it."""


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return fields, Reason.NOT_A_COMMENT if fields.get("wp:comment_type") in _NOTIFICATIONS else None


WXR = Platform(
    name="wordpress",
    description="comments of WordPress",
    signatures=(frozenset({"wp:comment_id"}), frozenset({"wp:comment_content"})),
    columns=Columns("wp:comment_content", "wp:comment_id", "wp:comment_author", "wp:comment_parent", "wp:comment_date_gmt", title="title"),
    format=Format.HTML,
    prepare=_prepare,
)
"""Comments of an export."""
