"""The text that people see of a post of a forum: BBCode, the XML that newer forums store in its place, and older mixtures with HTML."""

import re
from html import unescape

__all__ = ["read_bbcode", "read_forum_markup", "read_stored_xml"]

_TAG_NAMES = (
    *(
        "abbr",
        "align",
        "align(?:left|right|center)",
        "anchor",
        "anchorurl",
        "b",
        "bbcode",
        "big",
        "br",
        "bgcolor",
        "blur",
        "center",
        "code",
    ),
    *("color", "colour", "column", "del", "details", "div", "email", "flow", "font", "float", "glow", "h[1-6r]", "heading", "hide"),
    *("highlight", "hidden", "html", "i", "icode", "indent", "inlinemodule", "ins", "ispoiler", "italic", "justify", "left", "li", "list"),
    *(
        "ltr",
        "marquee",
        "me",
        "mention",
        "move",
        "nobbc",
        "noparse",
        "ol",
        "p",
        "php",
        "plain",
        "post",
        "pre",
        "quote",
        "right",
        "rtl",
        "s",
    ),
    *("sarcasm", "shadow", "size", "small", "spoil", "spoiler", "strike", "strong", "style", "sub", "sup", "table", "td", "th", "thread"),
    *("tr", "tt", "u", "ul", "underline", "url", "urlfull", "iurl", "user", r"\*"),
)
# What is repeated has a bound or cannot begin within itself, so that no post takes long.
_TAG = re.compile(
    rf"""\[/?(?:{"|".join(_TAG_NAMES)})
    (?:(?:=|\s+\w+=)(?:"[^"\n]*+"|'[^'\n]*+'|[^\[\]\n"']|\[[^\[\]\n]*+\]){{0,300}}+|:[^\[\]\s]{{1,30}}+)?\]""",
    re.IGNORECASE | re.VERBOSE,
)
_BLOCK = re.compile(r"\[/?(?:quote|code|php|html|h[1-6r])\b|\[\*", re.IGNORECASE)
"""Marks that stand for something with lines of its own."""
_MEDIA_NAMES = "img|attach(?:ment)?|media|youtube|video|flash|audio|gallery|galerie|embed|tweet|facebook|vimeo|spotify"
_MEDIA = re.compile(rf"\[({_MEDIA_NAMES})\b[^\[\]\n]*+\][^\[\n]*+\[/\1\b[^\[\]\n]*+\]", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s{0,3}/?>\n?|</(?:p|div|li|blockquote|h[1-6]|LI|QUOTE|LIST|H[1-6])>\n?")
_STORED_MARKS = re.compile(r"<([sei])>[^<]*+</\1>|<(IMG|ATTACHMENT|MEDIA|YOUTUBE)\b[^<>]*+>(?:[^<]|<(?!/\2>)){0,500}+</\2>")
_COMMENT = re.compile(r"<!--.{0,200}?-->", re.DOTALL)
_SMILEY = re.compile(r"<img\b[^<>]{0,300}?\balt=\"([^\"<>]{0,100}+)\"[^<>]*+>", re.IGNORECASE)
_ELEMENT = re.compile(r"</?[a-zA-Z][^<>]*+>")
_NUMBERED_CHARACTER = re.compile(r"&#(?:\d{1,7}|x[0-9a-fA-F]{1,6});")


def read_bbcode(text: str) -> str:
    """Return a text without the marks of BBCode: a link is its label, a quotation its text; pictures and films leave nothing.

    Letters that an old forum could not store stand in it as numbers, such as ``&#1076;``, and become letters. What is in brackets and
    no mark stays.
    """
    if "[" in text:
        text = _TAG.sub(_replace_tag, _MEDIA.sub("", text))
    return _NUMBERED_CHARACTER.sub(_replace_character, text) if "&#" in text else text


def read_stored_xml(text: str) -> str:
    """Return the text of a post that is stored as XML, as phpBB has done since version 3.2, and Flarum: ``<r>…</r>`` or ``<t>…</t>``.

    The marks that the author wrote stand in it as elements of their own (``<s>[b]</s>``), and are left out.
    """
    text = _STORED_MARKS.sub("", text)
    return read_bbcode(unescape(_ELEMENT.sub("", _LINE_BREAK.sub("\n", text))))


def read_forum_markup(text: str) -> str:
    """Return the text of a post that is BBCode, the XML for it, or BBCode with HTML for links, smileys, and signs that mean something."""
    if text.startswith(("<r>", "<t>", "<rt>")):
        return read_stored_xml(text)
    if "<" in text:
        text = _SMILEY.sub(r"\1", _COMMENT.sub("", text))
        text = _ELEMENT.sub("", _LINE_BREAK.sub("\n", text))
    return unescape(read_bbcode(text))


def _replace_tag(match: "re.Match[str]") -> str:
    """Return what a mark leaves: nothing, or a line end where a quotation, a list or the like begins or ends within a line."""
    text, begin, end = match.string, match.start(), match.end()
    if _BLOCK.match(text, begin) is None or begin == 0 or end == len(text):
        return ""
    return "" if text[begin - 1] == "\n" or text[end] in "\r\n" else "\n"


def _replace_character(match: "re.Match[str]") -> str:
    return unescape(match.group())
