"""Markdown to the plain text that a reader sees, with the way back to the source.

Here it is taken apart into lines and paragraphs; what is marked up within these is read by ``model.text.markdown_paragraphs``. As in
HTML, nothing here raises, everything takes time linear in the length of the source, and broken mark-up is read as text.
"""

import re
from collections import Counter
from functools import cached_property

from model.text.markdown_marks import has_marks
from model.text.markdown_paragraphs import MarkdownEdits, read_paragraph
from model.text.offsets import Mapped, apply_edits

__all__ = ["parse_markdown", "read_markdown"]

# At the beginning of a line. A ">" may come escaped, as it does from Reddit; ">!" opens a spoiler.
_QUOTE = re.compile(r"(?:[ \t]*(?:>|&gt;)(?!!))++ ?")
_FENCE = re.compile(r"[ \t]*(`{3,}+|~{3,}+)[ \t]*+[\w+#.-]*+\s*+")
_RULE = re.compile(r"[ \t]*(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+|={3,}+[ \t]*+)\r?")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]++")
_ITEM = re.compile(r"[ \t]*(?:([-+*])|([0-9]{1,9})([.)]))[ \t]++(?=\S)")
_ITEMS = re.compile(rf"^(?:{_QUOTE.pattern})?{_ITEM.pattern}", re.MULTILINE)


def read_markdown(source: str) -> Mapped | None:
    """Read Markdown as Reddit, Discourse and Discord show it.

    The markers of emphasis, strike-through, spoilers, headings, quotes, lists, code, tables and rules go, and so do paired BBCode
    tags; links and pictures are replaced by their text. HTML tags and character references are treated as ``read_html`` does.

    What may as well be prose stays: asterisks within words ("f*ck you and s*it", "5*3*2") although CommonMark takes them for
    emphasis, markers that no marker of the same length closes in their paragraph, and a list of one item ("1984. A book").

    Args:
        source: the text of a comment in Markdown.

    Returns:
        The text; its offsets count code points of ``source``. None if a quick look shows that the source is its own text.
    """
    return parse_markdown(source) if has_marks(source) else None


def parse_markdown(source: str) -> Mapped:
    """Return the text that ``read_markdown`` reads, without the quick look."""
    return _Lines(source).read()


class _Lines:
    """The lines of a text in Markdown, and the paragraph that is open as they are read."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._edits = MarkdownEdits(source)
        self._fence = ""
        self._depth = 0
        self._begin = self._end = -1
        self._table = self._piped = False

    @cached_property
    def _items(self) -> frozenset[str]:
        """The markers that make lists in this text: they begin at least two lines, and one of them is 0 or 1 if they are numbers."""
        lines: Counter[str] = Counter()
        list_markers = {"-", "+", "*"}
        for item in _ITEMS.finditer(self._source):
            lines[item[1] or item[3]] += 1
            if item[2] in {"0", "1"}:
                list_markers.add(item[3])
        return frozenset(kind for kind, count in lines.items() if count > 1 and kind in list_markers)

    def read(self) -> Mapped:
        at = 0
        for line in self._source.split("\n"):
            if self._fence:
                self._read_code_line(at, at + len(line))
            else:
                self._read_line(at, at + len(line))
            at += len(line) + 1
        self._close_paragraph()
        return apply_edits(self._source, sorted(self._edits.edits, key=lambda edit: (edit[0], -edit[1])))

    def _read_line(self, begin: int, end: int) -> None:
        quote = _QUOTE.match(self._source, begin, end)
        depth = quote[0].count(">") + quote[0].count("&gt;") if quote else 0
        if quote:
            self._edits.remove(begin, quote.end())
            begin = quote.end()
        if depth != self._depth:
            self._close_paragraph()
            self._depth = depth
        line = self._source[begin:end].strip()
        if not line:
            self._close_paragraph()
        elif line[0] not in "`~*-_=#+|:0123456789" or not self._read_marked_line(begin, end, line):
            self._extend_paragraph(begin, end)

    def _read_marked_line(self, begin: int, end: int, line: str) -> bool:
        """Read a line that may be more than a part of its paragraph; return whether it is."""
        if fence := _FENCE.fullmatch(self._source, begin, end):
            self._close_paragraph()
            self._fence = fence[1]
        elif self._piped and "-" in line and "|" in line and not line.strip("|:- \t"):
            self._table = True
        elif _RULE.fullmatch(self._source, begin, end):
            self._close_paragraph()
        else:
            return self._read_prefixed_line(begin, end)
        self._edits.remove(begin, end)
        return True

    def _read_prefixed_line(self, begin: int, end: int) -> bool:
        """Read a line that may be a heading or an item of a list; return whether it is."""
        heading = _HEADING.match(self._source, begin, end)
        item = _ITEM.match(self._source, begin, end)
        marker = heading or (item if item and (item[1] or item[3]) in self._items else None)
        if not marker:
            return False
        self._close_paragraph()
        self._edits.remove(begin, marker.end())
        if heading:
            whole = self._source[marker.end() : end].rstrip()
            bare = whole.rstrip("#")
            if not bare or bare[-1] in " \t":
                last = marker.end() + len(bare.rstrip())
                self._edits.remove(last, end)
                end = last
        self._extend_paragraph(marker.end(), end)
        if heading:
            self._close_paragraph()
        return True

    def _extend_paragraph(self, begin: int, end: int) -> None:
        """Make a line, or what is left of it, part of the open paragraph."""
        self._piped = "|" in self._source[begin:end]
        self._begin = begin if self._begin < 0 else self._begin
        self._end = end

    def _close_paragraph(self) -> None:
        if self._begin >= 0:
            read_paragraph(self._edits, self._begin, self._end, table=self._table)
        self._begin = self._end = -1
        self._table = self._piped = False

    def _read_code_line(self, begin: int, end: int) -> None:
        quote = _QUOTE.match(self._source, begin, end)
        line = self._source[quote.end() if quote else begin : end].strip()
        if line.startswith(self._fence) and not line.strip(self._fence[0]):
            self._fence = ""
            self._edits.remove(begin, end)
