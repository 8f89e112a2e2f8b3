"""HTML to the plain text that a reader sees, with the way back to the source."""

import re
from typing import NamedTuple

from model.text.character_references import REFERENCE, decode, edited, joined
from model.text.offsets import Mapped, Piece

__all__ = ["BREAKS", "ELEMENTS", "OPENING", "Span", "Tag", "Tags", "html_text"]

Span = tuple[int, int]

# The head of a page shows nothing else than these could; text that stands in it is shown.
_HIDDEN = frozenset(("script", "style", "template", "title"))
_PREFORMATTED = frozenset(("pre", "textarea"))
_BLOCKS = re.findall(
    r"\w+",
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody "
    "textarea tfoot thead tr ul",
)
# What takes the place of a tag; for all others, nothing does.
BREAKS = {**dict.fromkeys(_BLOCKS, "\n"), "td": " ", "th": " "}
_INLINE = re.findall(
    r"\w+",
    "a abbr acronym audio b bdi bdo big button cite code data del dfn em font i img input ins kbd label mark q rp rt ruby s samp "
    "small span strike strong sub sup svg time tt u var video wbr",
)
ELEMENTS = _HIDDEN.union(_INLINE, BREAKS)

OPENING = re.compile(r"<(?=/?[a-zA-Z]|!--|!(?i:doctype)|!\[|\?[a-zA-Z])")
# https://html.spec.whatwg.org/#tag-open-state: a quote counts only where a value begins. A match fails at the end of the source
# or nowhere, hence the second pattern, which serves once that has happened.
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=>)))*+>""")
_TORN_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)[^>]*+>")
_ATTRIBUTE = re.compile(r"""([^\s=/>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?""")
_WHITE = " \t\n\f\r"
_MORE_WHITE = "[ \t\n\f\r]"
_HTML = re.compile(r"[<&\t\n\f\r]")
_FLOW = re.compile(rf"\t{_MORE_WHITE}*|\n{_MORE_WHITE}*|\f{_MORE_WHITE}*|\r{_MORE_WHITE}*| {_MORE_WHITE}+|{REFERENCE}")
_VERBATIM = re.compile(REFERENCE)


def html_text(source: str) -> Mapped:
    """Reads HTML as a browser shows it.

    Tags and comments go, and so does what scripts, style sheets, templates and the title of a page hold. Blocks, list items and
    ``<br>`` begin a line. Character references are decoded, runs of white space collapse except in ``<pre>``, and pictures
    are told by their alternative text. A tag, comment or element that is never closed stays as text.

    Args:
        source: a fragment of HTML, or a page.

    Returns:
        The text; its offsets count code points of ``source``.
    """
    if _HTML.search(source) or "  " in source or source[:1] == " " or source[-1:] == " ":
        return _Page(source).read()
    return edited(source, ())


class Tag(NamedTuple):
    """A piece of HTML mark-up: a tag (with all that it hides), or a comment or declaration, which have no name."""

    name: str
    end: int
    closing: bool = False
    alt: Span | None = None


class Tags:
    """Reads the HTML mark-up that lies between two positions of a source."""

    def __init__(self, source: str, begin: int, end: int) -> None:
        self._source = source
        self._end = end
        self._missing: set[str] = set()
        self._torn = False
        self.last = source.rfind(">", begin, end)

    def read(self, at: int) -> Tag | None:
        """The mark-up at a position that ``OPENING`` matches, or None if it is never closed."""
        if at > self.last:
            return None
        if self._source.startswith("<!--", at):
            found = self._find("--!?>", at + 2)
            return Tag("", found.end()) if found else None
        if self._source.startswith("<![CDATA[", at):
            return Tag("", at + len("<![CDATA["))
        if self._source[at + 1] in "!?":
            return Tag("", self._source.index(">", at) + 1)
        match = None if self._torn else _TAG.match(self._source, at, self._end)
        if not match:
            self._torn = True
            match = _TORN_TAG.match(self._source, at, self._end)
        return self._tag(match) if match else None

    def _tag(self, match: re.Match[str]) -> Tag:
        name = match[2].lower()
        if match[1]:
            return Tag(name, match.end(), closing=True)
        if name in _HIDDEN and (closing := self._find(rf"</{name}(?=[\s/>])", match.end())):
            return Tag(name, closing.start())
        return Tag(name, match.end(), alt=_alternative(match) if name == "img" else None)

    def _find(self, pattern: str, at: int) -> re.Match[str] | None:
        if pattern in self._missing:
            return None
        found = re.compile(pattern, re.IGNORECASE).search(self._source, at, self._end)
        if not found:
            self._missing.add(pattern)
        return found


def _alternative(tag: re.Match[str]) -> Span | None:
    """Where the alternative text of a picture stands."""
    for attribute in _ATTRIBUTE.finditer(tag.string, tag.end(2), tag.end() - 1):
        if attribute[1].lower() == "alt" and attribute.lastindex and attribute.lastindex > 1:
            return attribute.span(attribute.lastindex)
    return None


class _Page:
    """Lays out HTML: white space and breaks wait until text follows, so that none is left at either end."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tags = Tags(source, 0, len(source))
        self._pieces: list[Piece] = []
        self._verbatim = 0
        self._gap = ""
        self._gap_begin = self._gap_end = 0

    def read(self) -> Mapped:
        at = search = 0
        while found := OPENING.search(self._source, search, self._tags.last + 1):
            search = found.end()
            if tag := self._tags.read(found.start()):
                self._text(at, found.start())
                self._apply(tag, found.start())
                at = search = tag.end
        self._text(at, len(self._source))
        return joined(self._pieces)

    def _apply(self, tag: Tag, begin: int) -> None:
        if tag.name in _PREFORMATTED:
            self._verbatim = max(0, self._verbatim + (-1 if tag.closing else 1))
        if tag.alt:
            self._text(*tag.alt)
        elif tag.name in BREAKS:
            self._leave(BREAKS[tag.name], begin, tag.end)

    def _text(self, begin: int, end: int) -> None:
        """Lays out text without tags."""
        at = begin
        for found in (_VERBATIM if self._verbatim else _FLOW).finditer(self._source, begin, end):
            text, size = decode(found[0]) if found[0][0] == "&" else (" ", len(found[0]))
            if not size:
                continue
            self._words(at, found.start())
            at = found.start() + size
            if text and text in _WHITE and not self._verbatim:
                self._leave(" ", found.start(), at)
            elif text:
                self._put(text, found.start(), at)
        self._words(at, end)

    def _words(self, begin: int, end: int) -> None:
        """Lays out text without references and, unless verbatim, without white space but single spaces."""
        first, last = begin, end
        if not self._verbatim:
            first += self._source.startswith(" ", begin, end)
            last -= first < end and self._source[end - 1] == " "
        if begin < first:
            self._leave(" ", begin, first)
        if first < last:
            self._put(self._source[first:last], first, last)
        if last < end:
            self._leave(" ", last, end)

    def _leave(self, mark: str, begin: int, end: int) -> None:
        """Leaves a gap that becomes a space or a line if text follows."""
        if not self._gap:
            self._gap_begin = begin
        self._gap = mark if self._gap != "\n" else "\n"
        self._gap_end = end

    def _put(self, text: str, begin: int, end: int) -> None:
        if self._gap and self._pieces:
            self._pieces.append(Piece(self._gap, self._gap_begin, self._gap_end))
        self._gap = ""
        self._pieces.append(Piece(text, begin, end))
