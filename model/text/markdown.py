"""Markdown to the plain text that a reader sees, with the way back to the source."""

import re
from bisect import bisect_left
from collections import Counter
from functools import cached_property
from itertools import islice

from model.text.character_references import CLOSED_REFERENCE, Edit, decode_closed, edited
from model.text.html import BREAKS, ELEMENTS, Span, Tags
from model.text.offsets import Mapped

__all__ = ["is_marked", "markdown_text", "read_markdown"]

# What lines that are more than prose begin with. One of the group is enough, of the others it takes two.
_LINE = re.compile(r"[ \t]*+(?:(>|&gt;|#{1,6}[ \t]|(?:\*[ \t]*+){3}|(?:-[ \t]*+){3}|(?:_[ \t]*+){3}|===)|[-+*][ \t]|[0-9]{1,9}[.)][ \t])")
_LATER_LINE = re.compile(rf"\n{_LINE.pattern}")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~\n]")
_RUN = re.compile(r"\*++|_++")

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
    return read_markdown(source) if is_marked(source) else edited(source, ())


def read_markdown(source: str) -> Mapped:
    """Return what ``markdown_text`` returns, having read the text whatever it holds."""
    return _Post(source).read()


def is_marked(source: str) -> bool:
    """Whether there is anything in a text that Markdown might make something else of.

    A pair of marks takes two, a list two lines, a tag its end, a reference its semicolon: most texts with a sign of Markdown in them have
    nothing of the kind, and to read them costs ten times as much as to see that.
    """
    lines = [*filter(None, [_LINE.match(source)]), *(_LATER_LINE.finditer(source) if "\n" in source else ())]
    return len(lines) > 1 or (len(lines) == 1 and lines[0][1] is not None) or _has_marks(source)


def _has_marks(source: str) -> bool:
    # Not one pattern: to look for its beginnings at every place takes longer than all of these.
    return (
        ("~~" in source or "||" in source or ("|" in source and "\n" in source))
        or ("[" in source and ("](" in source or "[/" in source))
        or (">" in source and ("<" in source or ">!" in source))
        or ("&" in source and ";" in source and bool(CLOSED_REFERENCE.search(source)))
        or ("\\" in source and bool(_ESCAPE.search(source)))
        or source.count("`") > 1
        or (source.count("*") + source.count("_") > 1 and _has_outer_runs(source))
    )


def _has_outer_runs(source: str) -> bool:
    """Whether two runs of asterisks or underscores are not within a word."""
    outer = (
        run
        for run in _RUN.finditer(source)
        if not (source[max(run.start() - 1, 0) : run.start()].isalnum() and source[run.end() : run.end() + 1].isalnum())
    )
    return len(list(islice(outer, 2))) == 2


class _Post:
    """Takes Markdown apart into lines and paragraphs, and collects the edits that make it plain text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.edits: list[Edit] = []
        self.bbcode: dict[str, list[list[Span]]] = {}
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
        return edited(self.source, sorted(self.edits, key=lambda edit: (edit[0], -edit[1])))

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
    def _tags(self) -> Tags:
        return Tags(self._source, self._begin, self._end)

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
        known = element[1].lower() in ELEMENTS if element else self._source.startswith("<!--", begin)
        tag = self._tags.read(begin) if known else None
        if not tag:
            return begin + 1
        if tag.alt:
            self._post.remove(begin, tag.alt[0])
            self._post.remove(tag.alt[1], tag.end)
        else:
            self._post.edits.append((begin, tag.end, BREAKS.get(tag.name, "")))
        return tag.end

    def _reference(self, begin: int) -> int:
        found = CLOSED_REFERENCE.match(self._source, begin, self._end)
        edit = decode_closed(found) if found else None
        if not edit:
            return begin + 1
        self._post.edits.append(edit)
        return edit[1]


def _leans(inner: str, outer: str) -> bool:
    """Whether a marker hugs the text on one side."""
    return not inner.isspace() and (inner.isalnum() or not outer.isalnum())
