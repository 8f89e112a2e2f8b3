"""HTML to the plain text that a reader sees, with the way back to the source.

Comments hold hostile input: nothing here raises, and everything takes time linear in the length of the source, because no search
that failed is made again. Broken mark-up is read as text rather than dropped.
"""

import re
from typing import NamedTuple

from model.text.character_references import REFERENCE, decode_reference
from model.text.offsets import Mapped, Piece

__all__ = ["BREAKS", "ELEMENTS", "CharacterRange", "Tag", "Tags", "read_html"]

CharacterRange = tuple[int, int]

# Of the head of a page, only these could be shown; any other text in it is.
_HIDDEN = frozenset(("script", "style", "template", "title"))
_PREFORMATTED = frozenset(("pre", "textarea"))
_BLOCKS = re.findall(
    r"\w+",
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody "
    "textarea tfoot thead tr ul",
)
# What takes the place of a tag; that of any other is taken by nothing.
BREAKS = {**dict.fromkeys(_BLOCKS, "\n"), "td": " ", "th": " "}
_INLINE = re.findall(
    r"\w+",
    "a abbr acronym audio b bdi bdo big button cite code data del dfn em font i img input ins kbd label mark q rp rt ruby s samp "
    "small span strike strong sub sup svg time tt u var video wbr",
)
ELEMENTS = _HIDDEN.union(_INLINE, BREAKS)

_OPENING = re.compile(r"<(?=/?[a-zA-Z]|!--|!(?i:doctype)|!\[|\?[a-zA-Z])")
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


def read_html(source: str) -> Mapped | None:
    """Read HTML as a browser shows it.

    Tags and comments go, and so does what scripts, style sheets, templates and the title of a page hold. Blocks, list items and
    ``<br>`` begin a line. Character references are decoded, runs of white space collapse except in ``<pre>``, and pictures
    are replaced by their alternative text. A tag, comment or element that is never closed stays as text.

    Args:
        source: a fragment of HTML, or a page.

    Returns:
        The text; its offsets count code points of ``source``. None if the source is its own text.
    """
    if _HTML.search(source) or "  " in source or source[:1] == " " or source[-1:] == " ":
        return _Page(source).read()
    return None


class Tag(NamedTuple):
    """A piece of HTML mark-up: a tag (with all that it hides), or a comment or declaration, which have no name."""

    name: str
    end: int
    closing: bool = False
    alt: CharacterRange | None = None


class Tags:
    """The HTML mark-up between two positions of a source."""

    def __init__(self, source: str, begin: int, end: int) -> None:
        self._source = source
        self._end = end
        self._missing: set[str] = set()
        self._torn = False
        self.last = source.rfind(">", begin, end)

    def read(self, at: int) -> Tag | None:
        """Return the mark-up that begins at a position, where "<" is, or None if it is never closed."""
        if at > self.last:
            return None
        if self._source.startswith("<!--", at):
            match = self._find("--!?>", at + 2)
            return Tag("", match.end()) if match else None
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
        return Tag(name, match.end(), alt=_alternative_span(match) if name == "img" else None)

    def _find(self, pattern: str, at: int) -> re.Match[str] | None:
        if pattern in self._missing:
            return None
        match = re.compile(pattern, re.IGNORECASE).search(self._source, at, self._end)
        if not match:
            self._missing.add(pattern)
        return match


def _alternative_span(tag: re.Match[str]) -> CharacterRange | None:
    """Return where the alternative text of a picture is."""
    for attribute in _ATTRIBUTE.finditer(tag.string, tag.end(2), tag.end() - 1):
        if attribute[1].lower() == "alt" and attribute.lastindex and attribute.lastindex > 1:
            return attribute.span(attribute.lastindex)
    return None


class _Page:
    """The layout of HTML as text: white space and breaks wait until text follows, so that none is left at either end."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tags = Tags(source, 0, len(source))
        self._pieces: list[Piece] = []
        self._verbatim = 0
        self._gap = ""
        self._gap_begin = self._gap_end = 0

    def read(self) -> Mapped:
        at = search = 0
        while opening := _OPENING.search(self._source, search, self._tags.last + 1):
            search = opening.end()
            if tag := self._tags.read(opening.start()):
                self._add_text(at, opening.start())
                self._apply(tag, opening.start())
                at = search = tag.end
        self._add_text(at, len(self._source))
        return Mapped.from_pieces(self._pieces)

    def _apply(self, tag: Tag, begin: int) -> None:
        if tag.name in _PREFORMATTED:
            self._verbatim = max(0, self._verbatim + (-1 if tag.closing else 1))
        if tag.alt:
            self._add_text(*tag.alt)
        elif tag.name in BREAKS:
            self._leave_gap(BREAKS[tag.name], begin, tag.end)

    def _add_text(self, begin: int, end: int) -> None:
        """Add text without tags."""
        at = begin
        for match in (_VERBATIM if self._verbatim else _FLOW).finditer(self._source, begin, end):
            text, size = decode_reference(match[0]) if match[0][0] == "&" else (" ", len(match[0]))
            if not size:
                continue
            self._add_words(at, match.start())
            at = match.start() + size
            if text and text in _WHITE and not self._verbatim:
                self._leave_gap(" ", match.start(), at)
            elif text:
                self._add_piece(text, match.start(), at)
        self._add_words(at, end)

    def _add_words(self, begin: int, end: int) -> None:
        """Add text without references and, unless it is verbatim, without white space other than single spaces."""
        first, last = begin, end
        if not self._verbatim:
            first += self._source.startswith(" ", begin, end)
            last -= first < end and self._source[end - 1] == " "
        if begin < first:
            self._leave_gap(" ", begin, first)
        if first < last:
            self._add_piece(self._source[first:last], first, last)
        if last < end:
            self._leave_gap(" ", last, end)

    def _leave_gap(self, gap: str, begin: int, end: int) -> None:
        """Leave a gap that becomes a space or a line break if text follows."""
        if not self._gap:
            self._gap_begin = begin
        self._gap = gap if self._gap != "\n" else "\n"
        self._gap_end = end

    def _add_piece(self, text: str, begin: int, end: int) -> None:
        if self._gap and self._pieces:
            self._pieces.append(Piece(self._gap, self._gap_begin, self._gap_end))
        self._gap = ""
        self._pieces.append(Piece(text, begin, end))
