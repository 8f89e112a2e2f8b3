"""Rows of delimited text (CSV and its kin): comma, semicolon, tab or bar, with a header line.

A quote that is never closed costs the row that it stands in, not all rows below it: a record that breaks the quoting rules over
several lines is taken for one bad line, and reading goes on with the next.
"""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from model.errors import DumpError
from service.batch.input.records import DumpRecord, RecordStream
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["DELIMITERS", "parse_first_record", "read_csv", "read_text_lines"]

DELIMITERS = ",;\t|"


def parse_first_record(text: str, delimiter: str) -> list[str]:
    """Return the cells of the first record of a text that says something; none if there is none."""
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next((cells for cells in records if _says_something(cells)), [])
    except csv.Error:
        return []


def _says_something(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def read_csv(stream: io.BufferedReader, delimiter: str, *, name: str, names: list[str] | None = None, first: int = 1) -> RecordStream:
    """Read the header of delimited text; the records below it come one by one.

    Blank lines are no records.

    Args:
        stream: UTF-8.
        delimiter: what stands between two cells.
        name: what messages call the file.
        names: the header, if the stream begins below it.
        first: the number of the stream's first line.

    Raises:
        DumpError: the first line is no header.
    """
    # A setting of the whole process, hence only ever raised; the feed bounds a record before the csv module would.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_ROW_LENGTH))
    records = _records(read_text_lines(io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", "")), delimiter, first)
    if names is None:
        header = next((record for record in records if record.reason or _says_something(record.cells)), None)
        if header is not None and header.reason is not None:
            raise DumpError(f"{name}: line {header.line} is no header ({header.reason}); the first line must name the columns")
        names = header.cells if header is not None else []
    return RecordStream(names, _named(records, names), "line", strict=True, empty=not names)


def read_text_lines(stream: io.TextIOWrapper) -> Iterator[str | None]:
    """Yield each line with its end; None stands for a line of more than ``MAX_ROW_LENGTH`` code points, which is skipped."""
    for line in iter(partial(stream.readline, MAX_ROW_LENGTH + 1), ""):
        if len(line) <= MAX_ROW_LENGTH:
            yield line
        else:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = stream.readline(MAX_ROW_LENGTH)
            yield None


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells that begin in one line, or the reason why there are none."""

    line: int
    cells: list[str]
    reason: Reason | None = None


def _named(records: Iterable[_Record], names: list[str]) -> Iterator[DumpRecord]:
    width = len(names)
    for record in records:
        cells = record.cells
        reason = record.reason
        if len(cells) != width and reason is None:
            reason = Reason.TOO_FEW_CELLS if len(cells) < width else Reason.TOO_MANY_CELLS
        yield DumpRecord(record.line, None, dict(zip(names, cells, strict=False)), reason)


class _OverLong(Exception):  # noqa: N818 - a signal through the csv module, never an error of ours
    """The record has passed ``MAX_ROW_LENGTH`` code points."""


class _Feed:
    """The lines that a csv reader is given, which can be taken back after the first of a record."""

    def __init__(self, source: Iterator[str | None], first: int) -> None:
        self._source = source
        self._again: deque[str | None] = deque()
        self._size = 0
        self._before = first - 1
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
        if self._size > MAX_ROW_LENGTH:
            raise _OverLong
        return line

    def begin(self) -> int:
        """Begin a record; returns the number of its first line."""
        self._before += len(self.taken)
        self.taken, self._size, self.ended = [], 0, False
        return self._before + 1

    def take_back(self) -> None:
        """Give all lines of the record but the first out again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(source: Iterator[str | None], delimiter: str, first: int) -> Iterator[_Record]:
    feed = _Feed(source, first)
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
