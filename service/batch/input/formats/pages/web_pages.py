"""Records of saved web pages: comments in the mark-up of WordPress, wpDiscuz or schema.org, or in a list of comments.

Author names, dates, buttons and everything else around a comment are no part of its text.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

from model.errors import DumpError
from service.batch.input.formats.pages.linked_data import find_linked_comments
from service.batch.input.records import DumpRecord
from service.batch.input.streams.encodings import UTF8, decode_head, detect_encoding
from service.batch.rows import Reason

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["parse_page"]

_MAX_COMMENTS = 200_000
_MAX_COMMENT_DEPTH = 100
_MAX_STEPS = 5_000_000
_MAX_ELEMENT_DEPTH = 10_000
_ENCODING_HEAD_SIZE = 1 << 16
_META_HEAD_SIZE = 4096
_NESTABLE_TAG = re.compile(rb"<(/?)(?:div|span|section|article|blockquote|[bui]|[ou]l|em|strong|font|center|table)\b", re.IGNORECASE)
"""Elements that are always closed explicitly, and can therefore be nested."""


class _Markup(NamedTuple):
    """How one kind of page marks its comments, as CSS selectors.

    Attributes:
        comment: matches the comments; a comment may contain its replies.
        text: match the text of a comment, in order of preference; elements of a reply never count.
        author: match the name of its author, in the same way.
        time: match its date, in the same way.
    """

    comment: str
    text: tuple[str, ...]
    author: tuple[str, ...]
    time: tuple[str, ...]


_WPDISCUZ = _Markup(
    "div.wpd-comment",
    ("div.wpd-comment-text", "div.wpd-comment-right-text"),
    ("div.wpd-comment-author",),
    ("div.wpd-comment-date",),
)
_WORDPRESS = _Markup(
    "li.comment, div.comment[id^=comment-], article.comment, li.trackback, li.pingback",
    ("div.comment-content", "section.comment-content", "div.comment-text", "div.comment_content", "div.comment-body"),
    (".comment-author .fn", "cite.fn", ".fn", ".comment-author"),
    ("time", ".comment-metadata a", ".comment-meta a", ".comment-date"),
)
_SCHEMA_ORG = _Markup(
    '[itemtype$="schema.org/Comment"], [itemtype$="schema.org/UserComments"], [itemprop="comment"][itemscope]',
    ('[itemprop="text"]', '[itemprop="commentText"]', '[itemprop="articleBody"]'),
    ('[itemprop="author"] [itemprop="name"]', '[itemprop="author"]', '[itemprop="creator"]'),
    ('[itemprop="dateCreated"]', '[itemprop="datePublished"]', '[itemprop="commentTime"]', "time"),
)
_COMMENT_LIST = _Markup(
    "#comments li, ol.comments > li, ul.comments > li, .comment-list > *, .comments > .comment, .comments-list > *, .comment",
    (".comment-content", ".comment-body", ".comment-text", ".comment__body", ".comment__text", ".body", ".content", ".text", "p"),
    (".comment-author", ".comment__author", ".author", ".username", ".user", "cite"),
    ("time", ".date", ".comment-date", ".timestamp"),
)
_NOT_TEXT = ", ".join(
    (
        "script, style, template, noscript, svg, form, button, input, textarea, select, nav, .reply, .comment-reply-link, .edit-link",
        ".comment-edit-link, .comment-awaiting-moderation, .screen-reader-text, .comment-author, .comment-meta, .comment-metadata",
        ".comment-actions, .actions, .comment-footer, .share, .votes, .vote, .wpd-comment-footer, .wpd-comment-header",
    )
)


def parse_page(content: bytes, *, name: str) -> list[DumpRecord]:
    """Return the comments on a page as records.

    Args:
        content: the page.
        name: its name in messages.

    Raises:
        DumpError: the page is nested too deeply to be searched in time, or has no comments.
    """
    from selectolax.lexbor import LexborHTMLParser

    if _is_nested_too_deeply(content):
        raise DumpError(f"{name} is a page whose elements are nested deeper than any program nests them; it is not read")
    page = LexborHTMLParser(_decode_page(content))
    comments = _find_marked_comments(page, name) or _find_json_ld_comments(page)
    if not comments:
        raise DumpError(f"{name} is a page in which no comments are found; if it is another format, name it with --format")
    return [_build_record(number, fields) for number, fields in enumerate(comments, start=1)]


def _find_marked_comments(page: "LexborHTMLParser", name: str) -> list[dict[str, object]]:
    """Return the comments in the first kind of mark-up that yields any."""
    for markup in (_WPDISCUZ, _WORDPRESS, _SCHEMA_ORG, _COMMENT_LIST):
        if comments := _find_comments(page, markup, name):
            return comments
    return []


def _find_json_ld_comments(page: "LexborHTMLParser") -> list[dict[str, object]]:
    scripts = page.css('script[type="application/ld+json"]')
    return [comment for script in scripts for comment in find_linked_comments(script.text())]


def _build_record(number: int, fields: dict[str, object]) -> DumpRecord:
    return DumpRecord(number, None, fields, Reason.NOT_A_COMMENT if fields.get("note") else None)


def _is_nested_too_deeply(content: bytes) -> bool:
    """Tell whether a page is nested so deeply that parsing, whose time grows with the square of the depth, would not end in time."""
    depth = 0
    for tag in _NESTABLE_TAG.finditer(content):
        depth = depth + 1 if not tag.group(1) else max(depth - 1, 0)
        if depth > _MAX_ELEMENT_DEPTH:
            return True
    return False


def _decode_page(content: bytes) -> str:
    """Decode a page: by its byte order mark, by its ``<meta>`` element, or else as UTF-8."""
    encoding = detect_encoding(content[:_ENCODING_HEAD_SIZE], guess=False)
    charset = re.search(rb"<meta[^>]+charset=[\"']?([A-Za-z0-9._-]+)", content[:_META_HEAD_SIZE], re.IGNORECASE)
    if encoding == UTF8 and charset is not None:
        try:
            return content.decode(charset.group(1).decode(), "replace").replace("\0", "\ufffd")
        except (LookupError, ValueError):
            pass
    return decode_head(content, encoding).replace("\0", "\ufffd")


def _find_comments(page: "LexborHTMLParser", markup: _Markup, name: str) -> list[dict[str, object]]:
    nodes = page.css(markup.comment)
    if len(nodes) > _MAX_COMMENTS or _takes_too_long(nodes):
        raise DumpError(f"{name} is a page with more comments, or comments nested deeper, than anybody reads; it is not read")
    comment_ids = {node.mem_id for node in nodes}
    comments = []
    for node in nodes:
        if any(node.css(selector) for selector in markup.text):
            fields = _read_comment(node, markup, comment_ids)
            if fields is not None:
                comments.append(fields)
    return comments


def _takes_too_long(nodes: "list[LexborNode]") -> bool:
    """Tell whether comments are nested so deeply that searching each of them with its replies would not end in time."""
    depths: dict[int, int] = {}
    steps = 0
    for node in nodes:
        ancestor = node.parent
        while ancestor is not None and ancestor.mem_id not in depths:
            ancestor = ancestor.parent
            steps += 1
        depths[node.mem_id] = 1 + (0 if ancestor is None else depths[ancestor.mem_id])
        if depths[node.mem_id] > _MAX_COMMENT_DEPTH or steps > _MAX_STEPS:
            return True
    return False


def _read_comment(node: "LexborNode", markup: _Markup, comment_ids: set[int]) -> dict[str, object] | None:
    text = _find_own(node, markup.text, comment_ids)
    if text is None:
        return None
    author, time = _find_own(node, markup.author, comment_ids), _find_own(node, markup.time, comment_ids)
    classes = (node.attributes.get("class") or "").split()
    parent = _enclosing_comment(node, comment_ids)
    return {
        "id": _comment_id(node),
        "author": _plain_text(author),
        "parent": None if parent is None else _comment_id(parent),
        "time": None if time is None else time.attributes.get("datetime") or time.attributes.get("content") or _plain_text(time),
        "note": "trackback" in classes or "pingback" in classes,
        "text": _text_html(text, comment_ids),
    }


def _find_own(node: "LexborNode", selectors: tuple[str, ...], comment_ids: set[int]) -> "LexborNode | None":
    """Return the first element of a comment that a selector matches; elements of its replies do not count."""
    for selector in selectors:
        for element in node.css(selector):
            if element.mem_id == node.mem_id:
                continue
            comment = element if element.mem_id in comment_ids else _enclosing_comment(element, comment_ids)
            if comment is not None and comment.mem_id == node.mem_id:
                return element
    return None


def _enclosing_comment(node: "LexborNode", comment_ids: set[int]) -> "LexborNode | None":
    ancestor = node.parent
    while ancestor is not None and ancestor.mem_id not in comment_ids:
        ancestor = ancestor.parent
    return ancestor


def _comment_id(node: "LexborNode") -> str | None:
    for element in (node, *node.css("[id^=comment-], [id^=div-comment-], [data-comment-id]")[:1]):
        element_id = element.attributes.get("data-comment-id") or element.attributes.get("id")
        if element_id:
            return element_id.removeprefix("div-").removeprefix("li-").removeprefix("comment-").removeprefix("wpd-comm-")
    return None


def _plain_text(node: "LexborNode | None") -> str | None:
    if node is None:
        return None
    text = node.attributes.get("content") or " ".join(node.text(separator=" ").split())
    return text.removesuffix(" says:").removesuffix(":") or None


def _text_html(node: "LexborNode", comment_ids: set[int]) -> str:
    """Return the HTML of a text, without the replies, buttons and links for readers in it."""
    from selectolax.lexbor import LexborHTMLParser

    replies = [element for element in node.css("*") if element.mem_id in comment_ids]
    html = node.html or ""
    for reply in replies:
        html = html.replace(reply.html or "\0", "", 1)
    fragment = LexborHTMLParser(html)
    root = fragment.body.child if fragment.body is not None else None
    for element in fragment.css(_NOT_TEXT):
        if root is None or element.mem_id != root.mem_id:
            element.decompose()
    return (root.inner_html if root is not None else None) or ""
