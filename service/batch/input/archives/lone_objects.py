"""Files of an archive that hold a single object of JSON: most of them describe the others, and are no comment."""

import json
from dataclasses import replace
from itertools import chain, islice

from model.errors import DumpError
from service.batch.input.columns.known_names import COMMENT_WORDS, TEXT_NAMES, TEXT_WORDS
from service.batch.input.detection.file_kinds import Container
from service.batch.input.layout import Layout
from service.batch.input.opened_dump import OpenDump
from service.batch.input.streams.dump_source import DumpSource
from service.batch.rows import Reason

__all__ = ["holds_no_text", "refuse_description"]

_NAMES = {*TEXT_NAMES, *COMMENT_WORDS, *TEXT_WORDS}
_MAX_SMALL_SIZE = (1 << 16) - 1
"""The bytes of a file whose beginning, as far as it is read to find out what it is, is all of it."""
_MIN_WORDS = 3
"""The words of the shortest text that may be a comment; names and labels have fewer."""


def refuse_description(dump: OpenDump, layout: Layout, source: DumpSource) -> OpenDump:
    """Return an open member whose rows are those of a dump, as far as its first two rows tell.

    Args:
        dump: the member.
        layout: its layout.
        source: its bytes.

    Raises:
        DumpError: it holds one object of JSON with a text under a name that says nothing, or with texts of which none can be chosen.
    """
    columns = layout.columns
    if layout.kind.container not in {Container.JSON, Container.JSONL} or layout.platform.name or columns is None:
        return dump
    first_rows = list(islice(dump.rows, 2))
    if len(first_rows) == 1:
        (row,) = first_rows
        if row.text is not None and columns.text.rpartition(".")[2].casefold() not in _NAMES:
            raise DumpError(
                f"{source.name} holds one object, which may describe other files rather than be a comment; if its “{columns.text}” is one, "
                f"say --text-column {columns.text}"
            )
        if row.reason in {Reason.NO_TEXT, Reason.NOT_A_STRING}:
            raise DumpError(f"{source.name} holds no text where comments are known to have it; name the place with --text-column")
    return replace(dump, rows=chain(first_rows, dump.rows), chunks=None)


def holds_no_text(source: DumpSource) -> bool:
    """Tell whether a member is so small that all of it is known, and holds no text of several words: numbers, names, settings."""
    if len(source.head) > _MAX_SMALL_SIZE:
        return False
    try:
        stack = [json.loads(source.head)]
    except (ValueError, RecursionError):
        return False
    while stack:
        value = stack.pop()
        if isinstance(value, str) and len(value.split()) >= _MIN_WORDS:
            return False
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return True
