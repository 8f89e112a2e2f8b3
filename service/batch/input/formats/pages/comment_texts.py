"""The text of a comment on a page, as HTML, without the names, dates and buttons that stand in the same element.

What a theme puts around a text is told from what its author wrote by classes (``comment-author``), by what it is (``time``, ``button``),
and by its place: before the first paragraph or behind the last. Where there is doubt, it stays.
"""

from typing import TYPE_CHECKING, NamedTuple

from service.batch.input.formats.pages.comment_labels import (
    TextLabel,
    find_innermost_holder,
    has_content,
    remove_elements,
    remove_leading_label,
    remove_trailing_label,
)
from service.batch.input.formats.pages.element_words import is_meta_element, is_stop_text, is_text_element

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["CleanText", "clean_text"]

_NEVER_TEXT = (
    "script, style, template, noscript, svg, form, button, input, textarea, select, nav, iframe, [hidden], .reply, .comment-reply-link, "
    ".edit-link, .comment-edit-link, .comment-awaiting-moderation, .screen-reader-text, .sr-only, .visually-hidden, .comment-author, "
    ".comment-meta, .comment-metadata, .comment-actions, .actions, .comment-footer, .share, .votes, .vote, .wpd-comment-footer, "
    '.wpd-comment-header, a[href*="replytocom="], [role="button"]'
)
"""What is no part of a text wherever it stands."""
_QUOTING_TAGS = frozenset(("blockquote", "code", "pre"))


class CleanText(NamedTuple):
    """The text of a comment.

    Attributes:
        html: the text.
        author: who wrote it, if the page says so anywhere.
        label: what stood before it, such as a name and a date; empty if nothing did.
    """

    html: str
    author: str | None
    label: str = ""


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
    root = _parse_fragment(html)
    if root is None:
        return CleanText("", author)
    remove_elements(root, f'[{mark}="reply"], {_NEVER_TEXT}' + (f", {removed}" if removed else ""))
    label = TextLabel(author, "")
    if is_loose:
        whole = root.inner_html or ""
        label = remove_leading_label(root, author)
        author = label.author
        _remove_permalinks(root, comment_id)
        _remove_labels(root, mark)
        _remove_by_class(root)
        label = label if label.text else remove_leading_label(root, author)
        trailing = remove_trailing_label(root, label.author)
        label = label if label.text else trailing
        author = trailing.author
        _remove_empty(root)
        if not has_content(root):
            # A comment has a text, whatever its classes say: then only what is surely a name or a date is no part of it.
            root = _parse_fragment(whole) or root
            _remove_labels(root, mark)
            if is_stop_text(root.text() or ""):
                return CleanText("", author, label.text)
        root = find_innermost_holder(root)
    return CleanText((root.inner_html or "").replace(f' {mark}="label"', "").strip(), author, label.text)


def _parse_fragment(html: str) -> "LexborNode | None":
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(f"<div>{html}</div>").css_first("div")


def _remove_empty(root: "LexborNode") -> None:
    """Remove what the labels that have gone left empty."""
    for element in reversed(root.css("p, div, span, ul, li, header, footer, section")):
        if element.mem_id != root.mem_id and not has_content(element) and element.css_first("video, audio, br") is None:
            element.decompose()


def _remove_permalinks(root: "LexborNode", comment_id: str | None) -> None:
    """Remove links of a comment to itself, which are its date or its number."""
    if comment_id and comment_id.isalnum():
        remove_elements(root, f'a[href$="#comment-{comment_id}"], a[href$="#c{comment_id}"], a[href$="#comment{comment_id}"]')


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
