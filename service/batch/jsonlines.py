"""Rows of JSON Lines: one object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from service.batch.columns import choose_id, choose_text
from service.batch.rows import Columns, Reading, Reason, Row, Wanted, is_unicode, row_of
from service.batch.streams import Source, lines

__all__ = ["BLANK", "read_jsonl"]

BLANK = " \t\r\n"
"""White space as JSON knows it; a line of nothing else is no row."""

_PROBE = 1000


@dataclass(frozen=True, slots=True)
class _Entry:
    """The object in one line, or the reason why there is none."""

    line: int
    fields: dict[str, object]
    reason: Reason | None = None


def read_jsonl(source: Source, wanted: Wanted) -> Reading:
    """Read the first thousand rows to find the fields that hold text and id; all rows come one by one.

    Raises:
        DumpError: no known field holds text, or the wanted one is in none of the first thousand rows.
    """
    entries = _entries(source)
    probe = list(islice(entries, _PROBE))
    if not probe:
        return Reading(source.name, "line", None, iter(()), source.share)
    columns = _columns([entry.fields for entry in probe], wanted, file=source.name)
    rows = (_row(entry, columns) for entry in chain(probe, entries))
    return Reading(source.name, "line", columns, rows, source.share)


def _columns(objects: list[dict[str, object]], wanted: Wanted, *, file: str) -> Columns:
    names = list(dict.fromkeys(name for fields in objects for name in fields))
    if not names:
        return Columns(wanted.text_column or "text", wanted.id_column or "id")
    known_id = choose_id(names, wanted, file=file)
    # A known name that never holds a text (a count of comments, say) must not hide one that does.
    speaking = {name for fields in objects for name, value in fields.items() if isinstance(value, str)}
    if wanted.text_column is None and speaking <= {known_id}:
        return Columns("text", known_id)
    candidates = names if wanted.text_column is not None else [name for name in names if name in speaking]
    return Columns(choose_text(candidates, wanted, file=file), known_id)


def _entries(source: Source) -> Iterator[_Entry]:
    for number, line in enumerate(lines(source.text(newline="\n")), start=1):
        if line is None:
            yield _Entry(number, {}, Reason.TOO_LONG)
        elif line.strip(BLANK):
            yield _entry(number, line)


def _entry(number: int, line: str) -> _Entry:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return _Entry(number, {}, Reason.NOT_JSON if is_unicode(line) else Reason.NOT_UTF8)
    if not isinstance(value, dict):
        return _Entry(number, {}, Reason.NOT_AN_OBJECT)
    if not line.isascii() and not is_unicode(line):
        return _Entry(number, value, Reason.NOT_UTF8)
    return _Entry(number, value)


def _row(entry: _Entry, columns: Columns) -> Row:
    known_id = entry.fields.get(columns.id) if columns.id is not None else None
    row = row_of(entry.line, id=known_id, text=entry.fields.get(columns.text))
    return row if entry.reason is None else Row(row.line, row.id, None, entry.reason)
