"""The text of a comment on a page, as HTML, without the names, dates and buttons that stand in the same element.

What a theme puts around a text is told from what its author wrote by classes (``comment-author``), by what it is (``time``, ``button``),
and by its place: before the first paragraph or behind the last. Where there is doubt, it stays.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

from service.batch.input.formats.pages.element_words import (
    DATE_WORDS,
    class_words,
    is_meta_element,
    is_stop_text,
    is_text_element,
    word_set,
)

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["CleanText", "clean_text", "read_name"]

_NEVER_TEXT = (
    "script, style, template, noscript, svg, form, button, input, textarea, select, nav, iframe, [hidden], .reply, .comment-reply-link, "
    ".edit-link, .comment-edit-link, .comment-awaiting-moderation, .screen-reader-text, .sr-only, .visually-hidden, .comment-author, "
    ".comment-meta, .comment-metadata, .comment-actions, .actions, .comment-footer, .share, .votes, .vote, .wpd-comment-footer, "
    '.wpd-comment-header, a[href*="replytocom="], [role="button"]'
)
"""What is no part of a text wherever it stands."""

_INLINE_TAGS = word_set("a abbr b br cite em font i img small span strong time u sup sub label -text")
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_QUOTING_TAGS = frozenset(("blockquote", "code", "pre"))
_YEAR_OR_CLOCK = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b\d+ ?(?:[smhdwy]|min|minutes?|hours?|days?|weeks?|months?|years?)\b")
_MAX_LABEL_LENGTH = 120
_MAX_BUTTON_LENGTH = 25
_MAX_NAME_LENGTH = 60
_NO_ADDRESSES = frozenset(("#", "javascript:;", "javascript:void(0)", "javascript:void(0);"))
_SEPARATORS = " \t\r\n|·•-–—()[]"
_MAX_LABEL_HTML = 1 << 14
_NOT_NAME_WORDS = DATE_WORDS | {"says", "meta", "reply", "edit", "rank", "role"}
_LABEL_PREFIX = re.compile(r"^(?:(?:comment|posted|written|submitted|reply|review)(?:ed)?\s+)?by:?\s+", re.IGNORECASE)
_LABEL_SUFFIX = re.compile(
    r"(?:\s+(?:says|said|wrote|writes|commented|replied|sagt|schrieb|dit|dice|dijo|diz|disse))?\s*(?:\.\.\.|…|[:,])?$", re.IGNORECASE
)


class CleanText(NamedTuple):
    """The text of a comment.

    Attributes:
        html: the text.
        author: who wrote it, if the page says so anywhere.
    """

    html: str
    author: str | None


def clean_text(html: str, *, mark: str, removed: str, is_loose: bool, author: str | None, comment_id: str | None) -> CleanText:
    """Return the HTML of a text without what is around it, and the name that stood before it.

    Args:
        html: what is in the element of the text.
        mark: the attribute of the elements in it that are replies (``reply``), or the name or the date of the comment (``label``).
        removed: a selector of what else is no part of it; empty if there is nothing else.
        is_loose: whether names, dates and buttons are looked for by their classes and their places.
        author: the name of the author, if it is known.
        comment_id: the id of the comment, if it is known.
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(f"<div>{html}</div>").css_first("div")
    if root is None:
        return CleanText("", author)
    _remove(root, f'[{mark}="reply"], {_NEVER_TEXT}' + (f", {removed}" if removed else ""))
    if not is_loose:
        return CleanText((root.inner_html or "").strip(), author)
    before = (root.inner_html or "").strip()
    author = author or _leading_name(root)
    _remove_permalinks(root, comment_id)
    _remove_labels(root, mark)
    _remove_by_class(root)
    _remove_leading_label(root, author)
    _remove_trailing_buttons(root)
    # Whatever is taken for a label, a comment has a text: one that would have none is left as it was.
    has_content = bool(root.text(strip=True)) or root.css_first("img") is not None
    return CleanText((_innermost_holder(root).inner_html or "").strip() if has_content else before, author)


def read_name(html: str) -> str | None:
    """Return the name that an element holds, without “says”, dates and pictures in it; None if there is none."""
    from selectolax.lexbor import LexborHTMLParser

    if len(html) > _MAX_LABEL_HTML:
        return None
    root = LexborHTMLParser(f"<div>{html}</div>").css_first("div")
    if root is None:
        return None
    whole = _squeeze(root.text(separator=" "))
    _remove(root, "script, style, template, time, .says, .said, .screen-reader-text, .sr-only, .avatar, .badge, button, form, small")
    for element in root.css("[class]"):
        if class_words(element) & _NOT_NAME_WORDS:
            element.decompose()
    text = _squeeze(root.text(separator=" ")) or whole
    return _LABEL_SUFFIX.sub("", _LABEL_PREFIX.sub("", text)).strip() or None


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _remove(root: "LexborNode", selector: str) -> None:
    # Inner elements first, because an element must not be touched after the one around it has gone.
    for element in reversed(root.css(selector)):
        if element.mem_id != root.mem_id:
            element.decompose()


def _remove_permalinks(root: "LexborNode", comment_id: str | None) -> None:
    """Remove links of a comment to itself, which are its date or its number."""
    if comment_id and comment_id.isalnum():
        _remove(root, f'a[href$="#comment-{comment_id}"], a[href$="#c{comment_id}"], a[href$="#comment{comment_id}"]')


def _remove_labels(root: "LexborNode", mark: str) -> None:
    """Remove name and date, each with the element around it if that holds nothing else but “by” or “on”."""
    # What goes may hold another of them, so that each is looked for anew.
    while (element := root.css_first(f'[{mark}="label"]')) is not None:
        text = element.text() or ""
        around, target = element.parent, element
        while around is not None and around.mem_id != root.mem_id and around.tag not in _QUOTING_TAGS:
            if not is_stop_text((around.text() or "").replace(text, " ", 1)):
                break
            target, around = around, around.parent
        target.decompose()


def _remove_by_class(root: "LexborNode") -> None:
    """Remove elements whose classes say that they are names, dates, buttons and the like; nobody's comment has classes."""
    for element in reversed(root.css("[class], time")):
        if element.tag not in _QUOTING_TAGS and not is_text_element(element) and (element.tag == "time" or is_meta_element(element)):
            element.decompose()


def _leading_name(root: "LexborNode") -> str | None:
    """Return the name before the first paragraph of a text, if there is one."""
    run, is_whole = _inline_run(_children(_innermost_holder(root)))
    return _name_in(run) if run and not is_whole else None


def _remove_leading_label(root: "LexborNode", author: str | None) -> None:
    """Remove what stands before the first paragraph of a text, if it is a name or a date."""
    run, is_whole = _inline_run(_children(_innermost_holder(root)))
    if run and not is_whole and _is_label(run, author):
        for node in run:
            node.decompose()


def _remove_trailing_buttons(root: "LexborNode") -> None:
    """Remove the links and the dates behind a text."""
    run, is_whole = _inline_run(_children(_innermost_holder(root))[::-1])
    if not is_whole:
        if run and _is_label(run, None):
            for node in run:
                node.decompose()
        return
    # There is no paragraph, so that only the last links can be told from the text.
    for node in run:
        if node.is_element_node and node.tag == "a" and _is_button(node):
            node.decompose()
        elif node.is_element_node or (node.text() or "").strip(_SEPARATORS):
            return


def _inline_run(children: "list[LexborNode]") -> "tuple[list[LexborNode], bool]":
    """Return the children before the first paragraph, and whether there is no paragraph at all."""
    for place, child in enumerate(children):
        if child.tag not in _INLINE_TAGS and child.tag not in _HEADING_TAGS:
            return children[:place], False
    return children, True


def _name_in(run: "list[LexborNode]") -> str | None:
    """Return the name that the first element before a text holds, if what is around it shows that it is one."""
    element = next((node for node in run if node.is_element_node and node.tag not in {"br", "img"} and (node.text() or "").strip()), None)
    if element is None:
        return None
    name = read_name(element.html or "")
    if name is None or len(name) > _MAX_NAME_LENGTH or is_stop_text(name):
        return None
    text = _text_of(run)
    is_named = text.endswith(":") or _YEAR_OR_CLOCK.search(text) is not None or element.css_first("a, small") is not None or text != name
    return name if is_named and is_stop_text(text.replace(name, " ", 1)) else None


def _innermost_holder(root: "LexborNode") -> "LexborNode":
    """Return the element that holds the paragraphs: one that is alone in another takes its place."""
    holder = root
    while True:
        children = [child for child in _children(holder) if child.is_element_node or (child.text() or "").strip()]
        if len(children) != 1 or children[0].tag not in {"div", "section", "article"}:
            return holder
        holder = children[0]


def _children(node: "LexborNode") -> "list[LexborNode]":
    return [child for child in node.iter(include_text=True) if child.tag != "-comment"]


def _text_of(run: "list[LexborNode]") -> str:
    return _squeeze(" ".join((node.text(separator=" ") if node.is_element_node else node.text()) or "" for node in run))


def _is_label(run: "list[LexborNode]", author: str | None) -> bool:
    """Tell whether what stands before or behind the paragraphs of a text is a name, a date or a button."""
    text = _text_of(run)
    if author:
        text = text.replace(author, " ", 1)
    if not text or len(text) > _MAX_LABEL_LENGTH:
        return False
    if is_stop_text(text):
        return True
    elements = [node for node in run if node.is_element_node and node.tag not in {"br", "img"}]
    rest = _text_of([node for node in run if not node.is_element_node])
    return bool(elements) and is_stop_text(rest) and (_YEAR_OR_CLOCK.search(text) is not None or all(map(_is_button, elements)))


def _is_button(node: "LexborNode") -> bool:
    """Tell whether an element holds links that do something, rather than ones that somebody wrote."""
    links = [node] if node.tag == "a" else node.css("a")
    if not links or len(node.text() or "") > _MAX_BUTTON_LENGTH:
        return False
    return all(is_stop_text(link.text() or "") or (link.attributes.get("href") or "#") in _NO_ADDRESSES for link in links)
