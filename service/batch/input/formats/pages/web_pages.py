"""Records of saved web pages: comments in the mark-up of blogs, forums, chats or schema.org, or in a list of comments.

Author names, dates, buttons and everything else around a comment are no part of its text.
"""

import re
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from model.errors import DumpError
from service.batch.input.formats.pages.comment_labels import read_name
from service.batch.input.formats.pages.comment_nodes import CommentNodes, TooManyCommentsError
from service.batch.input.formats.pages.comment_texts import clean_text
from service.batch.input.formats.pages.element_words import AUTHOR_WORDS, CONTENT_WORDS, DATE_WORDS, is_stop_text
from service.batch.input.formats.pages.linked_data import find_linked_comments
from service.batch.input.formats.pages.page_dates import find_day_order, read_page_date
from service.batch.input.formats.pages.page_markup import PageMarkup
from service.batch.input.formats.pages.page_markups import ANY_LIST, PAGE_MARKUPS
from service.batch.input.records import DumpRecord
from service.batch.input.streams.encodings import UTF8, decode_head, detect_encoding
from service.batch.input.values import PLACEHOLDERS
from service.batch.rows import Reason

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["is_nested_deeper", "parse_page"]

_MAX_ELEMENT_DEPTH = 10_000
_ENCODING_HEAD_SIZE = 1 << 16
_MAX_PLACE_LENGTH = 500
_META_HEAD_SIZE = 4096
_MAX_PLACEHOLDER_HTML = 200
_NESTABLE_TAG = re.compile(rb"<(/?)(?:div|span|section|article|blockquote|[bui]|[ou]l|em|strong|font|center|table)\b", re.IGNORECASE)
"""Elements that are always closed explicitly, and can therefore be nested."""
_SAVED_FRAME = re.compile(r"<iframe\b[^<>]{0,500}?\bsrc=[\"'](?:\./)?([^\"'<>:]{1,200}_files/[^\"'<>/]{1,200}\.html?)[\"']", re.IGNORECASE)
_HEADS = ("header", "footer", "h3", "h4", "h5", "h6")
"""Elements that may hold the name of an author, if no other does."""
_MAX_UNCERTAIN_NAME_LENGTH = 60
_SINGLE_PARAGRAPH = re.compile(r"^<p>((?:(?!</?p[\s>]).)*)</p>$", re.DOTALL)
_TIME_ATTRIBUTES = ("datetime", "content", "data-time", "data-timestamp", "data-utime", "title")
"""Attributes of an element that may hold its date more exactly than its text, in order of preference."""


def parse_page(content: bytes, *, name: str) -> list[DumpRecord]:
    """Return the comments on a page as records.

    Args:
        content: the page.
        name: its name in messages.

    Raises:
        DumpError: the page is nested too deeply to be searched in time, or has no comments.
    """
    from selectolax.lexbor import LexborHTMLParser

    if is_nested_deeper(content, _MAX_ELEMENT_DEPTH):
        raise DumpError(f"{name} is a page whose elements are nested deeper than any program nests them; it is not read")
    source = _decode_page(content)
    page = LexborHTMLParser(source)
    try:
        comments = _find_marked_comments(page, source)
    except TooManyCommentsError:
        raise DumpError(f"{name} is a page with more comments, or comments nested deeper, than anybody reads; it is not read") from None
    if not comments:
        advice = "if it is another format, name it with --format"
        if (frame := _SAVED_FRAME.search(source)) is not None:
            advice = f"they may be in a frame, which the browser has saved beside the page: {frame.group(1)}"
        raise DumpError(f"{name} is a page in which no comments are found; {advice}")
    return [_build_record(number, fields) for number, fields in enumerate(comments, start=1)]


def _find_marked_comments(page: "LexborHTMLParser", source: str) -> list[dict[str, object]]:
    """Return the comments in the first kind of mark-up that yields any."""
    for markup in PAGE_MARKUPS:
        if (not markup.marks or any(mark in source for mark in markup.marks)) and (comments := _find_comments(page, markup)):
            return comments
    scripts = page.css('script[type="application/ld+json"]')
    linked = [comment for script in scripts for comment in find_linked_comments(script.text())]
    # A page of a program that nobody knows may have an element that only looks like a comment.
    listed = _find_comments(page, ANY_LIST)
    return linked if len(linked) >= len(listed) else listed


def _build_record(number: int, fields: dict[str, object]) -> DumpRecord:
    reason = Reason.NOT_A_COMMENT if fields.get("note") else None
    text = fields.get("text")
    if reason is None and isinstance(text, str) and "[" in text and len(text) < _MAX_PLACEHOLDER_HTML:
        reason = PLACEHOLDERS.get(re.sub(r"<[^>]*>", "", text).strip().casefold())
    return DumpRecord(number, None, fields, reason)


def is_nested_deeper(content: bytes, most: int) -> bool:
    """Tell whether the elements of a page are nested deeper than so many; the time to search it grows with the square of the depth."""
    depth = 0
    for tag in _NESTABLE_TAG.finditer(content):
        depth = depth + 1 if not tag.group(1) else max(depth - 1, 0)
        if depth > most:
            return True
    return False


def _decode_page(content: bytes) -> str:
    """Decode a page: by its byte order mark, by its ``<meta>`` element, as UTF-8, or else as its letters suggest."""
    encoding = detect_encoding(content[:_ENCODING_HEAD_SIZE], guess=False)
    charset = re.search(rb"<meta[^>]+charset=[\"']?([A-Za-z0-9._-]+)", content[:_META_HEAD_SIZE], re.IGNORECASE)
    if encoding == UTF8 and charset is not None:
        try:
            return content.decode(charset.group(1).decode(), "replace").replace("\0", "\ufffd")
        except (LookupError, ValueError):
            pass
    if encoding == UTF8:
        encoding = detect_encoding(content[:_ENCODING_HEAD_SIZE], guess=True)
    return decode_head(content, encoding).replace("\0", "\ufffd")


def _find_comments(page: "LexborHTMLParser", markup: PageMarkup) -> list[dict[str, object]]:
    comments = CommentNodes(page, markup)
    texts = comments.find(markup.text) if comments.nodes else {}
    if not texts and markup is not ANY_LIST:
        return []
    if markup is ANY_LIST:
        texts |= comments.find_by_words(CONTENT_WORDS, besides=texts, of_text=True)
    authors, times = comments.find(markup.author), comments.find(markup.time)
    if markup.is_loose:
        authors |= comments.find_by_words(AUTHOR_WORDS, besides=authors)
        times |= comments.find_by_words(DATE_WORDS, besides=times)
        authors = {**comments.find(_HEADS), **authors}
    if markup.group:
        authors |= comments.find_beside(markup.author, besides=authors)
        times |= comments.find_beside(markup.time, besides=times)
    dates = {place: _dates_in(element) for place, element in times.items()}
    for place, element in authors.items():
        # Many themes have name and date in one element.
        dates.setdefault(place, [element.text() or ""])
    for place, node in enumerate(comments.nodes):
        if node.tag == "dt":
            dates.setdefault(place, [node.text() or ""])
    order = find_day_order(value for values in dates.values() for value in values)
    mark = _mark_elements(replies=comments.nodes, labels=(*authors.values(), *times.values()))
    ids, answered = comments.ids(), list(comments.answered_ids())
    notes, continuations = comments.matching(markup.notes), comments.matching(markup.continues)
    page_place = _place_of(page, markup)
    found: list[dict[str, object]] = []
    author: str | None = None
    for place, node in enumerate(comments.nodes):
        text = texts.get(place)
        if text is None and not (markup.is_loose and (markup is ANY_LIST or ids[place])):
            continue
        last_author, author = author, _author_of(node, authors.get(place), markup)
        cleaned = clean_text(
            (node if text is None else text).inner_html or "",
            mark=mark,
            removed=markup.removed,
            is_loose=markup.is_loose,
            author=author,
            comment_id=ids[place],
        )
        author = cleaned.author or (last_author if place in continuations else None)
        if text is None and not cleaned.html:
            # An element around a comment looks like one, but has nothing of its own.
            continue
        read_dates = (read_page_date(value, order) for value in (*dates.get(place, ()), cleaned.label))
        found.append(
            {
                "id": ids[place],
                "author": author,
                "parent": answered[place] or _parent_id(place, comments.parents, ids) or _answered_in_id(ids[place], markup),
                "time": next((date for date in read_dates if date is not None), None),
                "note": place in notes,
                "place": page_place,
                "text": cleaned.html if text is not None else _SINGLE_PARAGRAPH.sub(r"\1", cleaned.html),
            }
        )
    return found


def _place_of(page: "LexborHTMLParser", markup: PageMarkup) -> str | None:
    """Return the channel that a page shows, or the address that the page gives for itself; None if it tells neither."""
    shown = page.css_first(markup.place) if markup.place else None
    if shown is not None:
        # A channel stands behind its category.
        return " ".join((shown.text() or "").split())[:_MAX_PLACE_LENGTH].rpartition(" / ")[2] or None
    link = page.css_first('link[rel="canonical"][href], meta[property="og:url"][content]')
    address = (link.attributes.get("href") or link.attributes.get("content")) if link is not None else None
    return address[:_MAX_PLACE_LENGTH] if address else None


def _mark_elements(replies: "Iterable[LexborNode]", labels: "Iterable[LexborNode]") -> str:
    """Give elements an attribute that tells what in a text is no part of it, and return its name, which the page cannot know."""
    mark = f"data-{secrets.token_hex(8)}"
    for node in replies:
        node.attrs[mark] = "reply"
    for element in labels:
        if mark not in element.attributes:
            element.attrs[mark] = "label"
    return mark


def _parent_id(place: int, parents: list[int | None], ids: list[str | None]) -> str | None:
    """Return the id of the comment around a comment; an element around it with the same id is the comment itself."""
    parent = parents[place]
    while parent is not None and ids[parent] == ids[place]:
        parent = parents[parent]
    return None if parent is None else ids[parent]


def _author_of(node: "LexborNode", element: "LexborNode | None", markup: PageMarkup) -> str | None:
    if node.tag == "dt":
        return read_name(node.inner_html or "")
    name = next((value for attribute in markup.author_attributes if (value := node.attributes.get(attribute))), None)
    if name or element is None:
        return name or None
    name = element.attributes.get("content") or read_name(element.inner_html or "")
    is_uncertain = element.tag in _HEADS and name is not None
    return None if is_uncertain and (len(name or "") > _MAX_UNCERTAIN_NAME_LENGTH or is_stop_text(name or "")) else name


def _dates_in(element: "LexborNode") -> list[str]:
    """Return the dates that an element, or the first in it with an exact one, holds, in order of preference."""
    exact = element.css_first("[datetime], [data-time], [title]")
    values = [node.attributes.get(name) for node in (element, exact) if node is not None for name in _TIME_ATTRIBUTES]
    return [value for value in (*values, element.text()) if value]


def _answered_in_id(comment_id: str | None, markup: PageMarkup) -> str | None:
    """Return the id that the id of a reply begins with, where the mark-up has such ids."""
    return comment_id.rpartition(".")[0] or None if comment_id and markup.links else None
