"""Rows of delimited text (CSV and its kin): comma, semicolon, tab or bar, with a header line.

A quote that is never closed costs the row that it stands in, not all rows below it: a record that breaks the quoting rules over
several lines is taken for one bad line, and reading goes on with the next.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from model.errors import DumpError
from service.batch.columns import choose_id, choose_text, knows_text
from service.batch.rows import MOST_ROW, Columns, Reading, Reason, Row, Wanted, is_unicode, row_of
from service.batch.streams import Source, lines

__all__ = ["header_of", "read_csv"]

_DELIMITERS = ",;\t|"


def header_of(text: str, wanted: Wanted) -> tuple[str, list[str]]:
    """Find the delimiter of a delimited text and the names in its header.

    The delimiter is the one that yields a known text column, and among several the one that yields most columns.
    """
    headers = {delimiter: _first_record(text, delimiter) for delimiter in _DELIMITERS}
    best = max(headers, key=lambda delimiter: (knows_text(headers[delimiter], wanted), len(headers[delimiter])))
    return best, headers[best]


def _first_record(text: str, delimiter: str) -> list[str]:
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next((cells for cells in records if _says_something(cells)), [])
    except csv.Error:
        return []


def _says_something(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def read_csv(source: Source, wanted: Wanted) -> Reading:
    """Read the header of a delimited file; the rows below it come one by one.

    Blank lines are no rows.

    Raises:
        DumpError: the header does not say which column holds the text.
    """
    # A setting of the whole process, hence only ever raised; the feed bounds a record before the csv module would.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * MOST_ROW))
    delimiter, _ = header_of(source.head_text, wanted)
    records = _records(lines(source.text(newline="")), delimiter)
    header = next((record for record in records if record.reason or _says_something(record.cells)), None)
    if header is None:
        return Reading(source.name, "line", None, iter(()), source.share)
    if header.reason is not None:
        raise DumpError(f"{source.name}: line {header.line} is no header ({header.reason}); the first line must name the columns")
    columns = Columns(
        choose_text(header.cells, wanted, file=source.name),
        choose_id(header.cells, wanted, file=source.name),
    )
    return Reading(source.name, "line", columns, _rows(records, header.cells, columns), source.share)


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells that begin in one line, or the reason why there are none."""

    line: int
    cells: list[str]
    reason: Reason | None = None


def _rows(records: Iterator[_Record], header: list[str], columns: Columns) -> Iterator[Row]:
    width = len(header)
    text_at = header.index(columns.text)
    id_at = header.index(columns.id) if columns.id is not None else width
    for record in records:
        cells = record.cells
        # A stray delimiter in the text shifts what is right of it; what is left of it still stands in its column.
        known = cells[id_at] or None if id_at < len(cells) and (len(cells) == width or id_at < text_at) else None
        if len(cells) == width and (cells[text_at].isascii() or is_unicode(cells[text_at])):
            yield row_of(record.line, id=known, text=cells[text_at])
        else:
            bad = row_of(record.line, id=known, text=None)
            yield Row(bad.line, bad.id, None, record.reason or _misfit(len(cells), width))


def _misfit(count: int, width: int) -> Reason:
    if count == width:
        return Reason.NOT_UTF8
    return Reason.TOO_FEW_CELLS if count < width else Reason.TOO_MANY_CELLS


class _OverLong(Exception):  # noqa: N818 - a signal through the csv module, never an error of ours
    """The record has passed ``MOST_ROW`` code points."""


class _Feed:
    """The lines that a csv reader is given, which can be taken back after the first of a record."""

    def __init__(self, source: Iterator[str | None]) -> None:
        self._source = source
        self._again: deque[str | None] = deque()
        self._size = 0
        self._before = 0
        self.taken: list[str | None] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._again.popleft() if self._again else next(self._source)
        except StopIteration:
            self.ended = True
            raise
        self.taken.append(line)
        if line is None:
            raise _OverLong
        self._size += len(line)
        if self._size > MOST_ROW:
            raise _OverLong
        return line

    def begin(self) -> int:
        """Begin a record; returns the number of its first line, counted from 1."""
        self._before += len(self.taken)
        self.taken, self._size, self.ended = [], 0, False
        return self._before + 1

    def take_back(self) -> None:
        """Give all lines of the record but the first out again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(source: Iterator[str | None], delimiter: str) -> Iterator[_Record]:
    feed = _Feed(source)
    # Strict, because otherwise a stray quote silently swallows rows; what is merely sloppy gets a second chance below.
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        line = feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _OverLong):
            yield _mend(feed, line, delimiter)
            continue
        if cells:
            yield _Record(line, cells)


def _mend(feed: _Feed, line: int, delimiter: str) -> _Record:
    """Make the best of a record that breaks the rules: of one line, its cells; of several, one bad line."""
    first = feed.taken[0]
    if first is None:
        return _Record(line, [], Reason.TOO_LONG)
    if len(feed.taken) > 1 or feed.ended:
        feed.take_back()
        return _Record(line, [], Reason.OPEN_QUOTE)
    return _Record(line, next(csv.reader([first], delimiter=delimiter), []))
