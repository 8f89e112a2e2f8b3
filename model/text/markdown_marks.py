"""A quick look at a text: whether there is anything in it that Markdown might make something else of.

A pair of marks takes two, a list two lines, a tag its end, a reference its semicolon: most texts with a sign of Markdown in them have
nothing of the kind, and to read them as Markdown costs ten times as much as to see that.
"""

import re
from itertools import islice

from model.text.character_references import CLOSED_REFERENCE

__all__ = ["ESCAPE", "has_marks"]

ESCAPE = r"\\[!-/:-@\[-`{-~\n]"

# What lines that are more than prose begin with. One of the group is enough; of the others it takes two.
_LINE = re.compile(r"[ \t]*+(?:(>|&gt;|#{1,6}[ \t]|(?:\*[ \t]*+){3}|(?:-[ \t]*+){3}|(?:_[ \t]*+){3}|===)|[-+*][ \t]|[0-9]{1,9}[.)][ \t])")
_LATER_LINE = re.compile(rf"\n{_LINE.pattern}")
_ESCAPE = re.compile(ESCAPE)
_RUN = re.compile(r"\*++|_++")


def has_marks(source: str) -> bool:
    """Return whether reading a text as Markdown may change it."""
    return _has_marked_lines(source) or _has_marks_within_lines(source)


def _has_marked_lines(source: str) -> bool:
    lines = [*filter(None, [_LINE.match(source)]), *(_LATER_LINE.finditer(source) if "\n" in source else ())]
    return len(lines) > 1 or (len(lines) == 1 and lines[0][1] is not None)


def _has_marks_within_lines(source: str) -> bool:
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
