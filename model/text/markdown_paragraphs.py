"""The mark-up within a paragraph of Markdown: emphasis, spoilers, code, links, BBCode and HTML tags."""

import re
from bisect import bisect_left
from functools import cached_property

from model.text.character_references import CLOSED_REFERENCE, closed_reference_edit
from model.text.html import BREAKS, ELEMENTS, CharacterRange, Tags
from model.text.markdown_marks import ESCAPE
from model.text.offsets import Edit

__all__ = ["MarkdownEdits", "read_paragraph"]

# A scan is three times as fast if every alternative begins with a literal.
_TOKEN = re.compile(rf"{ESCAPE}|``*|\*\**|__*|~~*|\|\|*|>!|&gt;!|!<|!&lt;|!\[|\[|\]|<(?=[\w/!.+-])|&(?=[#a-zA-Z])")
_RUNS = frozenset(("*", "**", "***", "_", "__", "___", "~~", "||", ">!"))
_ELEMENT = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*+)(?=[\s/>])")
_AUTOLINK = re.compile(r"<(?:(?:https?|ftp|mailto):[^\s<>]++|[\w.+-]++@[\w.-]++)>", re.IGNORECASE)
_TARGET = re.compile(r"""\(\s*+(?:<[^<>\n]*+>|(?:[^\s()<>\\]++|\\.|\([^\s()]*+\))*+)(?:\s++(?:"[^"]*+"|'[^']*+'|\([^()]*+\)))?\s*+\)""")
_BBCODE = re.compile(
    r"\[(/?)(b|center|code|color|details|email|hr|i|img|left|list|quote|right|s|size|spoiler|u|url)(?:=([^\[\]\n]*+))?\](?!\()",
    re.IGNORECASE,
)


class MarkdownEdits:
    """The edits that make plain text of a text in Markdown, as its lines and paragraphs are read.

    Attributes:
        source: the text.
        edits: so far, in no particular order.
        open_bbcode: for the name of each BBCode tag, the spans of those that are not closed yet.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.edits: list[Edit] = []
        self.open_bbcode: dict[str, list[list[CharacterRange]]] = {}

    def add(self, begin: int, end: int, text: str) -> None:
        """Replace source[begin:end] by a text."""
        self.edits.append((begin, end, text))

    def remove(self, begin: int, end: int) -> None:
        """Remove source[begin:end]."""
        self.edits.append((begin, end, ""))


def read_paragraph(edits: MarkdownEdits, begin: int, end: int, *, table: bool) -> None:
    """Add the edits of the paragraph source[begin:end], which may be a table."""
    _Paragraph(edits, begin, end).read(table=table)


class _Paragraph:
    """The markers within a paragraph that are open, and their counterparts as they are met."""

    def __init__(self, edits: MarkdownEdits, begin: int, end: int) -> None:
        self._edits = edits
        self._source = edits.source
        self._begin, self._end = begin, end
        self._open: list[tuple[str, int, int]] = []
        self._count = dict.fromkeys(_RUNS, 0)
        self._brackets: list[tuple[int, int, int]] = []

    @cached_property
    def _tags(self) -> Tags:
        return Tags(self._source, self._begin, self._end)

    @cached_property
    def _ticks(self) -> dict[int, list[int]]:
        """Where the runs of backticks begin, by their length."""
        ticks: dict[int, list[int]] = {}
        for run in re.compile("`+").finditer(self._source, self._begin, self._end):
            ticks.setdefault(len(run[0]), []).append(run.start())
        return ticks

    def read(self, *, table: bool) -> None:
        at = self._begin
        while token := _TOKEN.search(self._source, at, self._end):
            mark, begin, end = token[0], token.start(), token.end()
            if table and mark[0] == "|":
                self._edits.add(begin, end, " " * len(mark))
                at = end
            else:
                at = self._read_token(mark, begin, end)

    def _read_token(self, mark: str, begin: int, end: int) -> int:
        """Read a token; return where to go on."""
        match mark[0]:
            case "*" | "_" | "~" | "|":
                return self._read_run(mark, begin, end)
            case "\\":
                self._edits.remove(begin, begin + 1)
                return end
            case "`":
                return self._read_code(begin, end)
            case "]":
                return self._read_link(begin, end)
            case "<":
                return self._read_angle(begin)
        if mark[-1] == "[":
            return self._read_bracket(begin, end)
        if mark == "&":
            return self._read_reference(begin)
        if mark[-1] == "!":
            self._push(">!", begin, end)
            return end
        return end if self._pair(">!", begin, end) else begin + 1

    def _read_run(self, run: str, begin: int, end: int) -> int:
        """Read a run of markers of emphasis, strike-through or spoilers.

        What may open or close is close to https://spec.commonmark.org/0.31.2/#delimiter-run.
        """
        before = self._source[begin - 1] if begin > self._begin else " "
        after = self._source[end] if end < self._end else " "
        inside_word = run[0] in "*_" and before.isalnum() and after.isalnum()
        if run not in _RUNS or inside_word or (_touches(before, after) and self._pair(run, begin, end)):
            return end
        if _touches(after, before):
            self._push(run, begin, end)
        return end

    def _push(self, kind: str, begin: int, end: int) -> None:
        self._open.append((kind, begin, end))
        self._count[kind] += 1

    def _pair(self, kind: str, begin: int, end: int) -> bool:
        """Remove a closing marker and the last that opened the same; return whether there is one. What was opened between them is text."""
        if not self._count[kind]:
            return False
        opener = self._pop()
        while opener[0] != kind:
            opener = self._pop()
        self._edits.remove(opener[1], opener[2])
        self._edits.remove(begin, end)
        return True

    def _pop(self) -> tuple[str, int, int]:
        opener = self._open.pop()
        self._count[opener[0]] -= 1
        return opener

    def _read_code(self, begin: int, end: int) -> int:
        """Read code: what lies between a run of backticks and the next of its length."""
        starts = self._ticks.get(end - begin, [])
        index = bisect_left(starts, end)
        if index == len(starts):
            return end
        after = starts[index] + end - begin
        self._edits.remove(begin, end)
        self._edits.remove(starts[index], after)
        return after

    def _read_bracket(self, begin: int, end: int) -> int:
        """Read "[" or "![", which opens a link or a picture unless it is part of a BBCode tag."""
        code = _BBCODE.match(self._source, begin, self._end)
        if not code:
            self._brackets.append((begin, end, len(self._open)))
            return end
        # The value of [details=…] is the heading that a reader sees.
        spans = [code.span()] if code[2].lower() != "details" or not code[3] else [(begin, code.start(3)), (code.end(3), code.end())]
        open_tags = self._edits.open_bbcode.setdefault(code[2].lower(), [])
        if not code[1]:
            open_tags.append(spans)
        elif open_tags:
            for span in (*open_tags.pop(), code.span()):
                self._edits.remove(*span)
        return code.end()

    def _read_link(self, begin: int, end: int) -> int:
        """Read "]", which closes the text of a link or a picture if a target follows."""
        if not self._brackets:
            return end
        opening, text, height = self._brackets.pop()
        target = _TARGET.match(self._source, end, self._end)
        if not target:
            return end
        while len(self._open) > height:
            self._pop()
        self._edits.remove(opening, text)
        self._edits.remove(begin, target.end())
        return target.end()

    def _read_angle(self, begin: int) -> int:
        """Read "<", with which an address or an HTML tag may begin."""
        if link := _AUTOLINK.match(self._source, begin, self._end):
            self._edits.remove(begin, begin + 1)
            self._edits.remove(link.end() - 1, link.end())
            return link.end()
        element = _ELEMENT.match(self._source, begin, self._end)
        known = element[1].lower() in ELEMENTS if element else self._source.startswith("<!--", begin)
        tag = self._tags.read(begin) if known else None
        if not tag:
            return begin + 1
        if tag.alt:
            self._edits.remove(begin, tag.alt[0])
            self._edits.remove(tag.alt[1], tag.end)
        else:
            self._edits.add(begin, tag.end, BREAKS.get(tag.name, ""))
        return tag.end

    def _read_reference(self, begin: int) -> int:
        match = CLOSED_REFERENCE.match(self._source, begin, self._end)
        edit = closed_reference_edit(match) if match else None
        if not edit:
            return begin + 1
        self._edits.add(*edit)
        return edit[1]


def _touches(inner: str, outer: str) -> bool:
    """Whether a marker touches the text on its inner side."""
    return not inner.isspace() and (inner.isalnum() or not outer.isalnum())
