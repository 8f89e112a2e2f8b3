"""HTML and Markdown to the plain text that a reader sees, with the way back to the source.

Comments hold hostile input: nothing here raises, and everything takes time linear in the length of the source, because no search
that failed is made again. Broken mark-up is read as text rather than dropped.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from html import unescape
from html.entities import html5
from itertools import groupby
from typing import NamedTuple

from model.offsets import Mapped, Piece

__all__ = ["entities", "html_text", "markdown_text"]

_Span = tuple[int, int]
# Where, and what instead.
_Edit = tuple[int, int, str]

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
_BREAKS = {**dict.fromkeys(_BLOCKS, "\n"), "td": " ", "th": " "}
_INLINE = re.findall(
    r"\w+",
    "a abbr acronym audio b bdi bdo big button cite code data del dfn em font i img input ins kbd label mark q rp rt ruby s samp "
    "small span strike strong sub sup svg time tt u var video wbr",
)
_ELEMENTS = _HIDDEN.union(_INLINE, _BREAKS)

_OPENING = re.compile(r"<(?=/?[a-zA-Z]|!--|!(?i:doctype)|!\[|\?[a-zA-Z])")
# https://html.spec.whatwg.org/#tag-open-state: a quote counts only where a value begins. A match fails at the end of the source
# or nowhere, hence the second pattern, which serves once that has happened.
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=>)))*+>""")
_TORN_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)[^>]*+>")
_ATTRIBUTE = re.compile(r"""([^\s=/>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?""")
_REFERENCE = r"&(?:\#[0-9]++|\#[xX][0-9a-fA-F]++|[a-zA-Z][a-zA-Z0-9]{1,31}+);?"
# What was escaped several times ("&amp;amp;lt;") is read as one reference.
_CLOSED_REFERENCE = re.compile(r"&(?:amp;)*(#[0-9]{1,31}|#[xX][0-9a-fA-F]{1,30}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_LONGEST_CLOSED_REFERENCE = 34
_WHITE = " \t\n\f\r"
_MORE_WHITE = "[ \t\n\f\r]"
_HTML = re.compile(r"[<&\t\n\f\r]")
_FLOW = re.compile(rf"\t{_MORE_WHITE}*|\n{_MORE_WHITE}*|\f{_MORE_WHITE}*|\r{_MORE_WHITE}*| {_MORE_WHITE}+|{_REFERENCE}")
_VERBATIM = re.compile(_REFERENCE)


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
    return _edited(source, ())


def markdown_text(source: str) -> Mapped:
    """Reads Markdown as Reddit, Discourse and Discord show it.

    The markers of emphasis, strike-through, spoilers, headings, quotes, lists, code, tables and rules go, and so do paired BBCode
    tags; links and pictures are told by their text. HTML tags and character references are treated as ``html_text`` does.

    What may as well be prose stays: asterisks within words ("f*ck you and s*it", "5*3*2") although CommonMark takes them for
    emphasis, markers that no marker of the same length closes in their paragraph, and a list of one item ("1984. A book").

    Args:
        source: the text of a comment in Markdown.

    Returns:
        The text; its offsets count code points of ``source``.
    """
    if _MARKDOWN.search(source) or _MARKER.match(source) or ("\n" in source and _LATER_MARKER.search(source)):
        return _Post(source).read()
    return _edited(source, ())


def entities(text: str) -> Mapped | None:
    """Decodes the character references that stand in plain text, again and again until none is left.

    Only references that end in a semicolon count, for the addresses of web pages are full of ampersands.

    Args:
        text: plain text.

    Returns:
        The decoded text; its offsets count code points of ``text``. None if there is nothing to decode.
    """
    if "&" not in text:
        return None
    edits = _references(text)
    if not edits:
        return None
    decoded = _edited(text, edits)
    return _unwound(text) if "&" in decoded.text and _references(decoded.text) else decoded


def _references(text: str) -> list[_Edit]:
    return [edit for edit in map(_decode_closed, _CLOSED_REFERENCE.finditer(text)) if edit]


def _decode_closed(found: re.Match[str]) -> _Edit | None:
    """What to put for a reference that ends in a semicolon, or None if it only looks like one."""
    if found[1][0] == "#" or f"{found[1]};" in html5:
        return (*found.span(), _decode(f"&{found[1]};")[0])
    begin = found.start()
    return (begin, found.start(1), "&") if begin + 1 < found.start(1) else None


def _unwound(text: str) -> Mapped:
    """Decodes references that come to light when others are decoded, as in ``&am&#112;;``, in one pass."""
    stack: list[tuple[str, _Span]] = []
    for at, character in enumerate(text):
        stack.append((character, (at, at + 1)))
        while stack and stack[-1][0] == ";":
            tail = "".join(character for character, _ in stack[-_LONGEST_CLOSED_REFERENCE:])
            found = _CLOSED_REFERENCE.match(tail, max(tail.rfind("&"), 0))
            edit = _decode_closed(found) if found else None
            if not edit:
                break
            size = edit[1] - edit[0]
            span = (stack[-size][1][0], at + 1)
            del stack[-size:]
            stack.extend((character, span) for character in edit[2])
    pieces = [Piece("".join(character for character, _ in group), *span) for span, group in groupby(stack, lambda entry: entry[1])]
    return _joined(pieces)


def _edited(source: str, edits: Iterable[_Edit]) -> Mapped:
    """Applies edits in order of their beginning; one that begins within another is void."""
    pieces = []
    at = 0
    for begin, end, text in edits:
        if begin < at:
            continue
        if at < begin:
            pieces.append(Piece(source[at:begin], at, begin))
        if text:
            pieces.append(Piece(text, begin, end))
        at = end
    if at < len(source):
        pieces.append(Piece(source[at:], at, len(source)))
    return _joined(pieces)


def _joined(pieces: list[Piece]) -> Mapped:
    """Makes a text of its pieces."""
    return Mapped("".join([piece.text for piece in pieces]), pieces)


def _decode(reference: str) -> tuple[str, int]:
    """What a character reference stands for, and how many of its code points it takes: 0 if it is none."""
    if reference[1] == "#":
        base = "x" if reference[2] in "xX" else ""
        digits = reference[2 + len(base) :].rstrip(";").lstrip("0") or "0"
        # No code point has more digits, and int() refuses thousands of them.
        return (unescape(f"&#{base}{digits};") if len(digits) <= 7 else "\ufffd"), len(reference)
    for size in range(len(reference), 2, -1):
        if reference[1:size] in html5:
            return html5[reference[1:size]], size
    return "", 0


class _Tag(NamedTuple):
    """A piece of HTML mark-up: a tag (with all that it hides), or a comment or declaration, which have no name."""

    name: str
    end: int
    closing: bool = False
    alt: _Span | None = None


class _Tags:
    """Reads the HTML mark-up that lies between two positions of a source."""

    def __init__(self, source: str, begin: int, end: int) -> None:
        self._source = source
        self._end = end
        self._missing: set[str] = set()
        self._torn = False
        self.last = source.rfind(">", begin, end)

    def read(self, at: int) -> _Tag | None:
        """The mark-up at a position that ``_OPENING`` matches, or None if it is never closed."""
        if at > self.last:
            return None
        if self._source.startswith("<!--", at):
            found = self._find("--!?>", at + 2)
            return _Tag("", found.end()) if found else None
        if self._source.startswith("<![CDATA[", at):
            return _Tag("", at + len("<![CDATA["))
        if self._source[at + 1] in "!?":
            return _Tag("", self._source.index(">", at) + 1)
        match = None if self._torn else _TAG.match(self._source, at, self._end)
        if not match:
            self._torn = True
            match = _TORN_TAG.match(self._source, at, self._end)
        return self._tag(match) if match else None

    def _tag(self, match: re.Match[str]) -> _Tag:
        name = match[2].lower()
        if match[1]:
            return _Tag(name, match.end(), closing=True)
        if name in _HIDDEN and (closing := self._find(rf"</{name}(?=[\s/>])", match.end())):
            return _Tag(name, closing.start())
        return _Tag(name, match.end(), alt=_alternative(match) if name == "img" else None)

    def _find(self, pattern: str, at: int) -> re.Match[str] | None:
        if pattern in self._missing:
            return None
        found = re.compile(pattern, re.IGNORECASE).search(self._source, at, self._end)
        if not found:
            self._missing.add(pattern)
        return found


def _alternative(tag: re.Match[str]) -> _Span | None:
    """Where the alternative text of a picture stands."""
    for attribute in _ATTRIBUTE.finditer(tag.string, tag.end(2), tag.end() - 1):
        if attribute[1].lower() == "alt" and attribute.lastindex and attribute.lastindex > 1:
            return attribute.span(attribute.lastindex)
    return None


class _Page:
    """Lays out HTML: white space and breaks wait until text follows, so that none is left at either end."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tags = _Tags(source, 0, len(source))
        self._pieces: list[Piece] = []
        self._verbatim = 0
        self._gap = ""
        self._gap_begin = self._gap_end = 0

    def read(self) -> Mapped:
        at = search = 0
        while found := _OPENING.search(self._source, search, self._tags.last + 1):
            search = found.end()
            if tag := self._tags.read(found.start()):
                self._text(at, found.start())
                self._apply(tag, found.start())
                at = search = tag.end
        self._text(at, len(self._source))
        return _joined(self._pieces)

    def _apply(self, tag: _Tag, begin: int) -> None:
        if tag.name in _PREFORMATTED:
            self._verbatim = max(0, self._verbatim + (-1 if tag.closing else 1))
        if tag.alt:
            self._text(*tag.alt)
        elif tag.name in _BREAKS:
            self._leave(_BREAKS[tag.name], begin, tag.end)

    def _text(self, begin: int, end: int) -> None:
        """Lays out text without tags."""
        at = begin
        for found in (_VERBATIM if self._verbatim else _FLOW).finditer(self._source, begin, end):
            text, size = _decode(found[0]) if found[0][0] == "&" else (" ", len(found[0]))
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


_MARKDOWN = re.compile(r"[*_~|`\[<>&\\]")
_MARKER = re.compile(r"[ \t]*(?:[-+=#]|[0-9]{1,9}[.)])")
_LATER_MARKER = re.compile(rf"\n{_MARKER.pattern}")
# At the beginning of a line. A ">" may come escaped, as it does from Reddit; ">!" opens a spoiler.
_QUOTE = re.compile(r"(?:[ \t]*(?:>|&gt;)(?!!))++ ?")
_FENCE = re.compile(r"[ \t]*(`{3,}+|~{3,}+)[ \t]*+[\w+#.-]*+\s*+")
_RULE = re.compile(r"[ \t]*(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+|={3,}+[ \t]*+)\r?")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]++")
_ITEM = re.compile(r"[ \t]*(?:([-+*])|([0-9]{1,9})([.)]))[ \t]++(?=\S)")
_ITEMS = re.compile(rf"^(?:{_QUOTE.pattern})?{_ITEM.pattern}", re.MULTILINE)

# A scan is three times as fast if every alternative begins with a literal.
_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~\n]|``*|\*\**|__*|~~*|\|\|*|>!|&gt;!|!<|!&lt;|!\[|\[|\]|<(?=[\w/!.+-])|&(?=[#a-zA-Z])")
_RUNS = frozenset(("*", "**", "***", "_", "__", "___", "~~", "||", ">!"))
_ELEMENT = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*+)(?=[\s/>])")
_AUTOLINK = re.compile(r"<(?:(?:https?|ftp|mailto):[^\s<>]++|[\w.+-]++@[\w.-]++)>", re.IGNORECASE)
_TARGET = re.compile(r"""\(\s*+(?:<[^<>\n]*+>|(?:[^\s()<>\\]++|\\.|\([^\s()]*+\))*+)(?:\s++(?:"[^"]*+"|'[^']*+'|\([^()]*+\)))?\s*+\)""")
_BBCODE = re.compile(
    r"\[(/?)(b|center|code|color|details|email|hr|i|img|left|list|quote|right|s|size|spoiler|u|url)(?:=([^\[\]\n]*+))?\](?!\()",
    re.IGNORECASE,
)


class _Post:
    """Takes Markdown apart into lines and paragraphs, and collects the edits that make it plain text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.edits: list[_Edit] = []
        self.bbcode: dict[str, list[list[_Span]]] = {}
        self._fence = ""
        self._depth = 0
        self._begin = self._end = -1
        self._table = self._piped = False

    @cached_property
    def _items(self) -> frozenset[str]:
        """The markers that make lists here: those of two lines at least, and if they are numbers, one of them is 0 or 1."""
        lines: Counter[str] = Counter()
        begun = {"-", "+", "*"}
        for item in _ITEMS.finditer(self.source):
            lines[item[1] or item[3]] += 1
            if item[2] in {"0", "1"}:
                begun.add(item[3])
        return frozenset(kind for kind, count in lines.items() if count > 1 and kind in begun)

    def read(self) -> Mapped:
        at = 0
        for line in self.source.split("\n"):
            if self._fence:
                self._code(at, at + len(line))
            else:
                self._line(at, at + len(line))
            at += len(line) + 1
        self._close()
        return _edited(self.source, sorted(self.edits, key=lambda edit: (edit[0], -edit[1])))

    def remove(self, begin: int, end: int) -> None:
        self.edits.append((begin, end, ""))

    def _line(self, begin: int, end: int) -> None:
        quote = _QUOTE.match(self.source, begin, end)
        depth = quote[0].count(">") + quote[0].count("&gt;") if quote else 0
        if quote:
            self.remove(begin, quote.end())
            begin = quote.end()
        if depth != self._depth:
            self._close()
            self._depth = depth
        line = self.source[begin:end].strip()
        if not line:
            self._close()
        elif line[0] not in "`~*-_=#+|:0123456789" or not self._marked(begin, end, line):
            self._add(begin, end)

    def _marked(self, begin: int, end: int, line: str) -> bool:
        """Whether a line is more than a part of its paragraph; then it is done with."""
        if fence := _FENCE.fullmatch(self.source, begin, end):
            self._close()
            self._fence = fence[1]
        elif self._piped and "-" in line and "|" in line and not line.strip("|:- \t"):
            self._table = True
        elif _RULE.fullmatch(self.source, begin, end):
            self._close()
        else:
            return self._prefixed(begin, end)
        self.remove(begin, end)
        return True

    def _prefixed(self, begin: int, end: int) -> bool:
        heading = _HEADING.match(self.source, begin, end)
        item = _ITEM.match(self.source, begin, end)
        marker = heading or (item if item and (item[1] or item[3]) in self._items else None)
        if not marker:
            return False
        self._close()
        self.remove(begin, marker.end())
        if heading:
            whole = self.source[marker.end() : end].rstrip()
            bare = whole.rstrip("#")
            if not bare or bare[-1] in " \t":
                last = marker.end() + len(bare.rstrip())
                self.remove(last, end)
                end = last
        self._add(marker.end(), end)
        if heading:
            self._close()
        return True

    def _add(self, begin: int, end: int) -> None:
        self._piped = "|" in self.source[begin:end]
        self._begin = begin if self._begin < 0 else self._begin
        self._end = end

    def _close(self) -> None:
        if self._begin >= 0:
            _Paragraph(self, self._begin, self._end).read(table=self._table)
        self._begin = self._end = -1
        self._table = self._piped = False

    def _code(self, begin: int, end: int) -> None:
        quote = _QUOTE.match(self.source, begin, end)
        line = self.source[quote.end() if quote else begin : end].strip()
        if line.startswith(self._fence) and not line.strip(self._fence[0]):
            self._fence = ""
            self.remove(begin, end)


class _Paragraph:
    """Reads the mark-up within a paragraph."""

    def __init__(self, post: _Post, begin: int, end: int) -> None:
        self._post = post
        self._source = post.source
        self._begin, self._end = begin, end
        self._open: list[tuple[str, int, int]] = []
        self._count = dict.fromkeys(_RUNS, 0)
        self._brackets: list[tuple[int, int, int]] = []

    @cached_property
    def _tags(self) -> _Tags:
        return _Tags(self._source, self._begin, self._end)

    @cached_property
    def _ticks(self) -> dict[int, list[int]]:
        """Where the runs of backticks begin, by length."""
        ticks: dict[int, list[int]] = {}
        for run in re.compile("`+").finditer(self._source, self._begin, self._end):
            ticks.setdefault(len(run[0]), []).append(run.start())
        return ticks

    def read(self, *, table: bool) -> None:
        at = self._begin
        while token := _TOKEN.search(self._source, at, self._end):
            mark, begin, end = token[0], token.start(), token.end()
            if table and mark[0] == "|":
                self._post.edits.append((begin, end, " " * len(mark)))
                at = end
            else:
                at = self._take(mark, begin, end)

    def _take(self, mark: str, begin: int, end: int) -> int:
        """Treats a token; returns where to go on."""
        match mark[0]:
            case "*" | "_" | "~" | "|":
                return self._run(mark, begin, end)
            case "\\":
                self._post.remove(begin, begin + 1)
                return end
            case "`":
                return self._code(begin, end)
            case "]":
                return self._link(begin, end)
            case "<":
                return self._angle(begin)
        if mark[-1] == "[":
            return self._bracket(begin, end)
        if mark == "&":
            return self._reference(begin)
        if mark[-1] == "!":
            self._push(">!", begin, end)
            return end
        return end if self._pair(">!", begin, end) else begin + 1

    def _run(self, run: str, begin: int, end: int) -> int:
        """Emphasis, strike-through, spoilers; see https://spec.commonmark.org/0.31.2/#delimiter-run for what may open or close."""
        before = self._source[begin - 1] if begin > self._begin else " "
        after = self._source[end] if end < self._end else " "
        inside_word = run[0] in "*_" and before.isalnum() and after.isalnum()
        if run not in _RUNS or inside_word or (_leans(before, after) and self._pair(run, begin, end)):
            return end
        if _leans(after, before):
            self._push(run, begin, end)
        return end

    def _push(self, kind: str, begin: int, end: int) -> None:
        self._open.append((kind, begin, end))
        self._count[kind] += 1

    def _pair(self, kind: str, begin: int, end: int) -> bool:
        """Removes a closing marker and the last that opened the same; what was opened between them is text."""
        if not self._count[kind]:
            return False
        opener = self._pop()
        while opener[0] != kind:
            opener = self._pop()
        self._post.remove(opener[1], opener[2])
        self._post.remove(begin, end)
        return True

    def _pop(self) -> tuple[str, int, int]:
        opener = self._open.pop()
        self._count[opener[0]] -= 1
        return opener

    def _code(self, begin: int, end: int) -> int:
        starts = self._ticks.get(end - begin, [])
        index = bisect_left(starts, end)
        if index == len(starts):
            return end
        after = starts[index] + end - begin
        self._post.remove(begin, end)
        self._post.remove(starts[index], after)
        return after

    def _bracket(self, begin: int, end: int) -> int:
        code = _BBCODE.match(self._source, begin, self._end)
        if not code:
            self._brackets.append((begin, end, len(self._open)))
            return end
        # The value of [details=…] is the heading that a reader sees.
        spans = [code.span()] if code[2].lower() != "details" or not code[3] else [(begin, code.start(3)), (code.end(3), code.end())]
        begun = self._post.bbcode.setdefault(code[2].lower(), [])
        if not code[1]:
            begun.append(spans)
        elif begun:
            for span in (*begun.pop(), code.span()):
                self._post.remove(*span)
        return code.end()

    def _link(self, begin: int, end: int) -> int:
        if not self._brackets:
            return end
        opening, text, height = self._brackets.pop()
        target = _TARGET.match(self._source, end, self._end)
        if not target:
            return end
        while len(self._open) > height:
            self._pop()
        self._post.remove(opening, text)
        self._post.remove(begin, target.end())
        return target.end()

    def _angle(self, begin: int) -> int:
        if link := _AUTOLINK.match(self._source, begin, self._end):
            self._post.remove(begin, begin + 1)
            self._post.remove(link.end() - 1, link.end())
            return link.end()
        element = _ELEMENT.match(self._source, begin, self._end)
        known = element[1].lower() in _ELEMENTS if element else self._source.startswith("<!--", begin)
        tag = self._tags.read(begin) if known else None
        if not tag:
            return begin + 1
        if tag.alt:
            self._post.remove(begin, tag.alt[0])
            self._post.remove(tag.alt[1], tag.end)
        else:
            self._post.edits.append((begin, tag.end, _BREAKS.get(tag.name, "")))
        return tag.end

    def _reference(self, begin: int) -> int:
        found = _CLOSED_REFERENCE.match(self._source, begin, self._end)
        edit = _decode_closed(found) if found else None
        if not edit:
            return begin + 1
        self._post.edits.append(edit)
        return edit[1]


def _leans(inner: str, outer: str) -> bool:
    """Whether a marker hugs the text on one side."""
    return not inner.isspace() and (inner.isalnum() or not outer.isalnum())
