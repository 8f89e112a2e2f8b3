"""Names, dates and buttons before or behind the text of a comment, in the same element, without a class that tells what they are."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from service.batch.input.formats.pages.element_words import DATE_WORDS, class_words, is_stop_text, word_set
from service.batch.input.formats.pages.page_dates import DayOrder, read_page_date

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = [
    "TextLabel",
    "find_innermost_holder",
    "has_content",
    "read_name",
    "remove_elements",
    "remove_leading_label",
    "remove_trailing_label",
]

_INLINE_TAGS = word_set("a abbr b br cite em font i img small span strong time u sup sub label -text h1 h2 h3 h4 h5 h6")
_HEADING_TAGS = word_set("h1 h2 h3 h4 h5 h6")
_HOLDING_TAGS = word_set("div section article")
_CLOCK_OR_AGE = re.compile(r"\b\d{1,2}:\d\d\b|\b\d+ ?(?:[smhdwy]|min|minutes?|hours?|days?|weeks?|months?|years?)\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MAX_LABEL_LENGTH = 120
_MAX_BUTTON_LENGTH = 25
_MAX_NAME_LENGTH = 60
_NO_ADDRESSES = frozenset(("#", "#respond", "javascript:;", "javascript:void(0)", "javascript:void(0);"))
_SEPARATORS = " \t\r\n|·•-–—()[]"
_MAX_LABEL_HTML = 1 << 14
_NOT_NAME_WORDS = DATE_WORDS | {"says", "meta", "reply", "edit", "rank", "role"}
_LABEL_PREFIX = re.compile(r"^(?:(?:comment|posted|written|submitted|reply|review)(?:ed)?\s+)?by:?\s+", re.IGNORECASE)
_LABEL_SUFFIX = re.compile(
    r"(?:\s+(?:says|said|wrote|writes|commented|replied|sagt|schrieb|dit|dice|dijo|diz|disse))?\s*(?:\.\.\.|…|[:,|·•–—-])?$",
    re.IGNORECASE,
)
_NOT_NAMES = "script, style, template, time, .says, .said, .screen-reader-text, .sr-only, .avatar, .badge, button, form, small"
_BREAK_IN_LABEL = re.compile(r"\s*[—–|·•,(@-]\s*|\s+")


class TextLabel(NamedTuple):
    """What stood before or behind a text.

    Attributes:
        author: the name of the author; None if it is still unknown.
        text: the label, with its date; empty if there was none.
    """

    author: str | None
    text: str


def read_name(html: str) -> str | None:
    """Return the name that an element holds, without “says”, dates and pictures in it; None if there is none."""
    from selectolax.lexbor import LexborHTMLParser

    if len(html) > _MAX_LABEL_HTML:
        return None
    root = LexborHTMLParser(f"<div>{html}</div>").css_first("div")
    if root is None:
        return None
    whole = _squeeze(root.text(separator=" "))
    remove_elements(root, _NOT_NAMES)
    for element in reversed(root.css("[class]")):
        if class_words(element) & _NOT_NAME_WORDS:
            element.decompose()
    name = _without_date(_squeeze(root.text(separator=" ")) or whole)
    return _LABEL_SUFFIX.sub("", _LABEL_PREFIX.sub("", name)).strip() or None


def remove_elements(root: "LexborNode", selector: str) -> None:
    """Remove what a selector matches below an element."""
    # Inner elements first, because an element must not be touched after the one around it has gone.
    for element in reversed(root.css(selector)):
        if element.mem_id != root.mem_id:
            element.decompose()


def remove_leading_label(root: "LexborNode", author: str | None) -> TextLabel:
    """Remove a name or a date that stands before a text, and return it.

    Args:
        root: the element of the text.
        author: the name of the author, if it is known.
    """
    for run in _leading_runs(_children(find_innermost_holder(root))):
        name = author or _name_in(run)
        if _is_label(run, name):
            label = TextLabel(name, _text_of(run))
            _remove_all(run)
            return label
    return TextLabel(author, "")


def remove_trailing_label(root: "LexborNode", author: str | None) -> TextLabel:
    """Remove links, dates and a name that stand behind a text, and return them.

    Args:
        root: the element of the text.
        author: the name of the author, if it is known.
    """
    children = _children(find_innermost_holder(root))[::-1]
    children = children[next((place for place, child in enumerate(children) if has_content(child)), 0) :]
    run = _inline_run(children)
    if len(run) == len(children):
        # There is no paragraph, so that only the last links can be told from the text.
        for node in run:
            if node.is_element_node and node.tag == "a" and _is_button(node):
                node.decompose()
            elif node.is_element_node or (node.text() or "").strip(_SEPARATORS):
                break
    elif _text_of(run):
        if _is_label(run, None):
            _remove_all(run)
    elif children[0].tag in {"p", "div"} and any(map(has_content, children[1:])):
        inner = [node for node in _children(children[0]) if node.is_element_node or (node.text() or "").strip()]
        if all(node.is_element_node and _is_button(node) for node in inner):
            children[0].decompose()
        elif (name := _name_behind(inner)) is not None and author in {None, name}:
            label = TextLabel(name, _text_of(inner))
            children[0].decompose()
            return label
    return TextLabel(author, "")


def _name_behind(run: "list[LexborNode]") -> str | None:
    """Return the name in a paragraph that says “by”, a name and a date, and nothing else; None for any other."""
    text = _text_of(run)
    if len(text) > _MAX_LABEL_LENGTH or _LABEL_PREFIX.match(text) is None:
        return None
    named = next((node for node in run if node.is_element_node and not is_stop_text(node.text() or "")), None)
    if named is None and _YEAR.search(text) is None and _CLOCK_OR_AGE.search(text) is None:
        return None
    name = read_name(named.html or "") if named is not None else _LABEL_SUFFIX.sub("", _LABEL_PREFIX.sub("", _without_date(text)))
    return name if name and is_stop_text(text.replace(name, " ", 1)) else None


def find_innermost_holder(root: "LexborNode") -> "LexborNode":
    """Return the element that holds the paragraphs of a text: one that is alone in another takes its place."""
    holder = root
    while True:
        children = [child for child in _children(holder) if has_content(child)]
        if len(children) != 1 or children[0].tag not in _HOLDING_TAGS:
            return holder
        holder = children[0]


def _without_date(text: str) -> str:
    """Return a label up to where a date begins in it."""
    for match in _BREAK_IN_LABEL.finditer(text[:_MAX_LABEL_LENGTH]):
        rest = text[match.end() :]
        if match.start() and is_stop_text(rest) and (_CLOCK_OR_AGE.search(rest) or read_page_date(rest, DayOrder.DAY_FIRST)):
            return text[: match.start()]
    return text


def _leading_runs(children: "list[LexborNode]") -> "Iterator[list[LexborNode]]":
    """Yield what may be a label before a text: what is before the first paragraph or the first line end, a heading, a first paragraph."""
    children = children[next((place for place, child in enumerate(children) if has_content(child)), 0) :]
    run = _inline_run(children)
    if run and run[0].tag in _HEADING_TAGS and len(children) > 1:
        yield run[:1]
    elif len(run) == len(children):
        line_end = next((place for place, child in enumerate(children) if child.tag == "br"), None)
        if line_end is not None and any(map(has_content, children[line_end:])):
            yield children[: line_end + 1]
    elif _text_of(run):
        yield run
    elif len(children) > len(run) + 1 and children[len(run)].tag in {"p", "div"} and any(map(has_content, children[len(run) + 1 :])):
        paragraph = children[len(run)]
        if _name_in(_children(paragraph)) is not None:
            yield [paragraph]


def _inline_run(children: "list[LexborNode]") -> "list[LexborNode]":
    """Return the children before the first paragraph."""
    end = next((place for place, child in enumerate(children) if child.tag not in _INLINE_TAGS), len(children))
    return children[:end]


def _name_in(run: "list[LexborNode]") -> str | None:
    """Return the name that the first element before a text holds, if what is around it shows that it is one."""
    if len(run) == 1 and run[0].tag in {"p", "div"}:
        run = _children(run[0])
    first = next((node for node in run if has_content(node)), None)
    if first is None or not first.is_element_node or len(text := _text_of(run)) > _MAX_LABEL_LENGTH:
        return None
    name = read_name(first.html or "")
    if name is None or len(name) > _MAX_NAME_LENGTH or is_stop_text(name):
        return None
    is_named = text != name or first.tag in _HEADING_TAGS or first.css_first("a, small") is not None
    return name if is_named and is_stop_text(text.replace(name, " ", 1)) else None


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
    has_date = _YEAR.search(text) is not None or _CLOCK_OR_AGE.search(text) is not None
    return bool(elements) and is_stop_text(rest) and (has_date or all(map(_is_button, elements)))


def _is_button(node: "LexborNode") -> bool:
    """Tell whether an element holds links that do something, rather than ones that somebody wrote."""
    links = [node] if node.tag == "a" else node.css("a")
    if not links or len(node.text() or "") > _MAX_BUTTON_LENGTH:
        return False
    return all(is_stop_text(link.text() or "") or (link.attributes.get("href") or "#") in _NO_ADDRESSES for link in links)


def has_content(node: "LexborNode") -> bool:
    """Tell whether people see anything of a node: a text or a picture."""
    return bool((node.text() or "").strip()) or (node.is_element_node and (node.tag == "img" or node.css_first("img") is not None))


def _remove_all(nodes: "list[LexborNode]") -> None:
    for node in nodes:
        node.decompose()


def _children(node: "LexborNode") -> "list[LexborNode]":
    return [child for child in node.iter(include_text=True) if child.tag != "-comment"]


def _text_of(run: "list[LexborNode]") -> str:
    return _squeeze(" ".join((node.text(separator=" ") if node.is_element_node else node.text()) or "" for node in run))


def _squeeze(text: str) -> str:
    return " ".join(text.split())
