"""Comments on a saved web page: in the mark-up of WordPress and wpDiscuz, as schema.org tells them, or as a list of comments.

Author names, dates, buttons and what else stands around a comment are no part of its text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from model.errors import DumpError
from service.batch.input.records import DumpRecord
from service.batch.input.streams.encodings import UTF8, decode_head, detect_encoding
from service.batch.rows import Reason

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["read_page"]

_MOST = 1 << 26
_MOST_NODES = 200_000
_MOST_DEPTH = 100
_MOST_STEPS = 5_000_000
_MOST_STEEP = 10_000
_TAG = re.compile(rb"<(/?)(?:div|span|section|article|blockquote|[bui]|[ou]l|em|strong|font|center|table)\b", re.IGNORECASE)
"""Elements that are closed wherever they are opened, and so can be nested."""


class _Markup(NamedTuple):
    """How one kind of page marks its comments, by CSS selectors.

    Attributes:
        comment: each comment, its answers perhaps inside of it.
        text, author, time: inside of the comment, the first that is there; not those of its answers.
    """

    comment: str
    text: tuple[str, ...]
    author: tuple[str, ...]
    time: tuple[str, ...]


_KINDS = (
    _Markup(
        "div.wpd-comment",
        ("div.wpd-comment-text", "div.wpd-comment-right-text"),
        ("div.wpd-comment-author",),
        ("div.wpd-comment-date",),
    ),
    _Markup(
        "li.comment, div.comment[id^=comment-], article.comment, li.trackback, li.pingback",
        ("div.comment-content", "section.comment-content", "div.comment-text", "div.comment_content", "div.comment-body"),
        (".comment-author .fn", "cite.fn", ".fn", ".comment-author"),
        ("time", ".comment-metadata a", ".comment-meta a", ".comment-date"),
    ),
    _Markup(
        '[itemtype$="schema.org/Comment"], [itemtype$="schema.org/UserComments"], [itemprop="comment"][itemscope]',
        ('[itemprop="text"]', '[itemprop="commentText"]', '[itemprop="articleBody"]'),
        ('[itemprop="author"] [itemprop="name"]', '[itemprop="author"]', '[itemprop="creator"]'),
        ('[itemprop="dateCreated"]', '[itemprop="datePublished"]', '[itemprop="commentTime"]', "time"),
    ),
    _Markup(
        "#comments li, ol.comments > li, ul.comments > li, .comment-list > *, .comments > .comment, .comments-list > *, .comment",
        (".comment-content", ".comment-body", ".comment-text", ".comment__body", ".comment__text", ".body", ".content", ".text", "p"),
        (".comment-author", ".comment__author", ".author", ".username", ".user", "cite"),
        ("time", ".date", ".comment-date", ".timestamp"),
    ),
)
_NO_TEXT = "script, style, template, noscript, svg, form, button, input, textarea, select, nav, .reply, .comment-reply-link, .edit-link"
_NO_TEXT += ", .comment-edit-link, .comment-awaiting-moderation, .screen-reader-text, .comment-author, .comment-meta, .comment-metadata"
_NO_TEXT += ", .comment-actions, .actions, .comment-footer, .share, .votes, .vote, .wpd-comment-footer, .wpd-comment-header"


def read_page(stream: BinaryIO, *, name: str) -> Iterator[DumpRecord]:
    """Read the comments of a page.

    Args:
        stream: the page.
        name: what messages call it.

    Raises:
        DumpError: it is larger than 64 MiB, nested deeper than any that people read, or holds no comments that could be told from
            the rest.
    """
    from selectolax.lexbor import LexborHTMLParser

    content = stream.read(_MOST + 1)
    if len(content) > _MOST:
        raise DumpError(f"{name} is a page of more than {_MOST >> 20} MiB; no page with comments is, name another")
    if _is_steep(content):
        raise DumpError(f"{name} is a page whose elements are nested deeper than any program nests them; it is not read")
    page = LexborHTMLParser(_decoded(content))
    found = next((comments for kind in _KINDS if (comments := _comments(page, kind, name))), None) or list(_linked(page))
    if not found:
        raise DumpError(f"{name} is a page in which no comments are found; if it is another format, name it with --format")
    return (_record(number, fields) for number, fields in enumerate(found, start=1))


def _record(number: int, fields: dict[str, object]) -> DumpRecord:
    return DumpRecord(number, None, fields, Reason.NOT_A_COMMENT if fields.get("note") else None)


def _is_steep(content: bytes) -> bool:
    """Tell whether elements are nested so deeply that the parser, whose time grows with the square of it, would take for ever."""
    depth = 0
    for tag in _TAG.finditer(content):
        depth = depth + 1 if not tag.group(1) else max(depth - 1, 0)
        if depth > _MOST_STEEP:
            return True
    return False


def _decoded(content: bytes) -> str:
    """Decode a page: by its mark, by what it says, or as UTF-8."""
    encoding = detect_encoding(content[: 1 << 16], guess=False)
    said = re.search(rb"<meta[^>]+charset=[\"']?([A-Za-z0-9._-]+)", content[:4096], re.IGNORECASE)
    if encoding == UTF8 and said is not None:
        try:
            return content.decode(said.group(1).decode(), "replace").replace("\0", "\ufffd")
        except (LookupError, ValueError):
            pass
    return decode_head(content, encoding).replace("\0", "\ufffd")


def _comments(page: "LexborHTMLParser", kind: _Markup, name: str) -> list[dict[str, object]]:
    nodes = page.css(kind.comment)
    known = {node.mem_id for node in nodes}
    if len(nodes) > _MOST_NODES or _is_too_deep(nodes):
        raise DumpError(f"{name} is a page with more comments, or comments nested deeper, than anybody reads; it is not read")
    found = []
    for node in nodes:
        if not node.css(kind.text[0]) and not any(node.css(selector) for selector in kind.text):
            continue
        fields = _fields(node, kind, known)
        if fields is not None:
            found.append(fields)
    return found


def _is_too_deep(nodes: "list[LexborNode]") -> bool:
    """Tell whether comments are nested so deeply that looking through each with its answers would take for ever."""
    depths: dict[int, int] = {}
    steps = 0
    for node in nodes:
        above = node.parent
        while above is not None and above.mem_id not in depths:
            above = above.parent
            steps += 1
        depths[node.mem_id] = 1 + (0 if above is None else depths[above.mem_id])
        if depths[node.mem_id] > _MOST_DEPTH or steps > _MOST_STEPS:
            return True
    return False


def _fields(node: "LexborNode", kind: _Markup, known: set[int]) -> dict[str, object] | None:
    text = _own(node, kind.text, known)
    if text is None:
        return None
    author, time = _own(node, kind.author, known), _own(node, kind.time, known)
    classes = (node.attributes.get("class") or "").split()
    parent = _above(node, known)
    fields: dict[str, object] = {
        "id": _id_of(node),
        "author": _plain(author),
        "parent": None if parent is None else _id_of(parent),
        "time": None if time is None else time.attributes.get("datetime") or time.attributes.get("content") or _plain(time),
        "note": "trackback" in classes or "pingback" in classes,
    }
    return fields | {"text": _cleaned(text, known)}


def _own(node: "LexborNode", selectors: tuple[str, ...], known: set[int]) -> "LexborNode | None":
    """Return the first element that one of the selectors finds, unless it stands in an answer."""
    for selector in selectors:
        for found in node.css(selector):
            above = found if found.mem_id in known else _above(found, known)
            if above is not None and above.mem_id == node.mem_id and found.mem_id != node.mem_id:
                return found
    return None


def _above(node: "LexborNode", known: set[int]) -> "LexborNode | None":
    above = node.parent
    while above is not None and above.mem_id not in known:
        above = above.parent
    return above


def _id_of(node: "LexborNode") -> str | None:
    for at in (node, *node.css("[id^=comment-], [id^=div-comment-], [data-comment-id]")[:1]):
        said = at.attributes.get("data-comment-id") or at.attributes.get("id")
        if said:
            return said.removeprefix("div-").removeprefix("li-").removeprefix("comment-").removeprefix("wpd-comm-")
    return None


def _plain(node: "LexborNode | None") -> str | None:
    if node is None:
        return None
    said = node.attributes.get("content") or " ".join(node.text(separator=" ").split())
    return said.removesuffix(" says:").removesuffix(":") or None


def _cleaned(node: "LexborNode", known: set[int]) -> str:
    """Return the HTML of a text without its answers, and without what is there to be clicked."""
    from selectolax.lexbor import LexborHTMLParser

    answers = [found for found in node.css("*") if found.mem_id in known]
    html = node.html or ""
    for answer in answers:
        html = html.replace(answer.html or "\0", "", 1)
    inner = LexborHTMLParser(html)
    root = inner.body.child if inner.body is not None else None
    for found in inner.css(_NO_TEXT):
        if root is None or found.mem_id != root.mem_id:
            found.decompose()
    return (root.inner_html if root is not None else None) or ""


def _linked(page: "LexborHTMLParser") -> Iterator[dict[str, object]]:
    """Yield the comments that a page tells of as JSON-LD."""
    for script in page.css('script[type="application/ld+json"]'):
        try:
            told = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        yield from _things(told, None)


def _things(told: object, parent: object) -> Iterator[dict[str, object]]:
    stack = [(told, parent)]
    while stack:
        thing, above = stack.pop()
        if isinstance(thing, list):
            stack.extend((one, above) for one in reversed(thing))
        elif isinstance(thing, Mapping):
            said = thing.get("text") or thing.get("commentText")
            is_comment = "Comment" in str(thing.get("@type")) and isinstance(said, str)
            known_id = thing.get("@id") or thing.get("url") or thing.get("identifier")
            if is_comment:
                author = thing.get("author") or thing.get("creator")
                if isinstance(author, list):
                    author = next(iter(author), None)
                yield {
                    **{"id": known_id, "text": said, "author": author, "parent": above},
                    "time": thing.get("dateCreated") or thing.get("datePublished"),
                }
            inside = known_id if is_comment else above
            stack.extend((thing[name], inside) for name in ("comment", "@graph", "mainEntity", "hasPart") if name in thing)
