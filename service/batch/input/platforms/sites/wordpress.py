"""WordPress: its export (WXR), an RSS document whose items contain comments; WordPress itself leaves spam out of it."""

import re

from model.comment import Format
from service.batch.input.formats.xml.xml_schema import XmlSchema
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["WXR", "WXR_XML"]

_ITEM_PATH = ("rss", "channel", "item")
WXR_XML = XmlSchema(
    record=frozenset({"wp:comment"}),
    parents={"wp:comment": _ITEM_PATH, "item": ("rss", "channel")},
    context={"/".join((*_ITEM_PATH, name)): name for name in ("title", "link", "wp:post_id")},
    holder="item",
    document_context={"rss/channel/wp:base_blog_url": "site", "rss/channel/link": "site"},
)
"""The elements of an export, as wp-admin/includes/export.php writes them."""

_NOT_COMMENTS = frozenset(
    (
        *("pingback", "trackback", "webmention", "mention", "like", "favorite", "favourite", "repost", "bookmark", "rsvp", "reacji"),
        *("order_note", "action_log", "note", "log", "revision"),
    )
)
"""Types of comment that no visitor wrote: other sites notify the blog, and plugins and editors keep their notes among its comments."""
_KINDS_OF_NOTES = ("_note", "_log", "-note", "-log")
_STATES_OF_TRASH = ("trash", "post-trashed")
_SITE_OF_PAGE = re.compile(r"https?://[^/?#\s]+")


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    if not fields.get("site") and (site := _SITE_OF_PAGE.match(str(fields.get("link") or ""))):
        # Not every program that writes this format names the site.
        fields = {**fields, "site": site[0]}
    kind = str(fields.get("wp:comment_type") or "").strip().casefold()
    if kind in _NOT_COMMENTS or kind.endswith(_KINDS_OF_NOTES):
        return fields, Reason.NOT_A_COMMENT
    return fields, Reason.REMOVED if str(fields.get("wp:comment_approved") or "").strip() in _STATES_OF_TRASH else None


WXR = Platform(
    name="wordpress",
    description="comments of WordPress",
    signatures=(frozenset({"wp:comment_id"}), frozenset({"wp:comment_content"})),
    columns=Columns(
        *("wp:comment_content", "wp:comment_id", "wp:comment_author", "wp:comment_parent", "wp:comment_date_gmt"),
        title="title",
        place="site",
    ),
    format=Format.HTML,
    prepare=_prepare,
)
"""Comments of an export; those in the trash are in it, with the reason ``removed``."""
