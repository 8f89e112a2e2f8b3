"""Records of delimited text, such as CSV: separated by comma, semicolon, tab or bar, below a header line.

A quote that is never closed costs the row in which it is opened, and not all rows below it: a record that breaks the quoting rules
over several lines counts as one bad line, and reading goes on with the line after it.
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
from training.tables.columnar.record_batches import require_few_columns

__all__ = ["DELIMITERS", "parse_first_record", "read_csv"]

DELIMITERS = ",;\t|"


def parse_first_record(text: str, delimiter: str) -> list[str]:
    """Return the cells of the first record that is not blank; none if there is no such record."""
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next((cells for cells in records if _has_content(cells)), [])
    except csv.Error:
        return []


def _has_content(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)


def read_csv(stream: io.BufferedReader, delimiter: str, *, name: str, names: list[str] | None = None, first: int = 1) -> RecordStream:
    """Read the header of delimited text, and return a lazy stream of the records below it, without blank lines.

    Args:
        stream: UTF-8.
        delimiter: the character that separates cells.
        name: the name of the file in messages.
        names: the header, if the stream begins below it; None if it begins with it.
        first: the number of the stream's first line.

    Raises:
        DumpError: the first line is no header.
        UnsafeFileError: it names more columns than any table has.
    """
    # This limit holds for the whole process and is therefore only ever raised; ``_LineSource`` bounds a record before it does.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_ROW_LENGTH))
    records = _read_cells(_read_text_lines(io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", "")), delimiter, first)
    if names is None:
        header = next((record for record in records if record.reason or _has_content(record.cells)), None)
        if header is not None and header.reason is not None:
            raise DumpError(f"{name}: line {header.line} is no header ({header.reason}); the first line must name the columns")
        names = header.cells if header is not None else []
        require_few_columns(len(names), name)
    return RecordStream(names, _name_cells(records, names), "line", strict=True, empty=not names)


def _read_text_lines(stream: io.TextIOWrapper) -> Iterator[str | None]:
    """Yield each line, its end included; None in place of a line of more than ``MAX_ROW_LENGTH`` code points, which is skipped."""
    for line in iter(partial(stream.readline, MAX_ROW_LENGTH + 1), ""):
        if len(line) <= MAX_ROW_LENGTH:
            yield line
        else:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = stream.readline(MAX_ROW_LENGTH)
            yield None


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of the record that begins in a line, or the reason why there are none."""

    line: int
    cells: list[str]
    reason: Reason | None = None


def _name_cells(records: Iterable[_Cells], names: list[str]) -> Iterator[DumpRecord]:
    width = len(names)
    for record in records:
        cells = record.cells
        reason = record.reason
        if len(cells) != width and reason is None:
            reason = Reason.TOO_FEW_CELLS if len(cells) < width else Reason.TOO_MANY_CELLS
        yield DumpRecord(record.line, None, dict(zip(names, cells, strict=False)), reason)


class _TooLong(Exception):  # noqa: N818 - a signal that passes through the csv module, not an error of ours
    """The record has more than ``MAX_ROW_LENGTH`` code points."""


class _LineSource:
    """An iterator of lines for ``csv.reader``; the lines of a record after the first can be given back, to be read again.

    Args:
        source: the lines; None in place of one that is too long.
        first: the number of the first line.
    """

    def __init__(self, source: Iterator[str | None], first: int) -> None:
        self._source = source
        self._returned_lines: deque[str | None] = deque()
        self._record_size = 0
        self._lines_before = first - 1
        self.record_lines: list[str | None] = []
        self.at_end = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._returned_lines.popleft() if self._returned_lines else next(self._source)
        except StopIteration:
            self.at_end = True
            raise
        self.record_lines.append(line)
        if line is None:
            raise _TooLong
        self._record_size += len(line)
        if self._record_size > MAX_ROW_LENGTH:
            raise _TooLong
        return line

    def begin_record(self) -> int:
        """Begin a record, and return the number of its first line."""
        self._lines_before += len(self.record_lines)
        self.record_lines, self._record_size, self.at_end = [], 0, False
        return self._lines_before + 1

    def give_back(self) -> None:
        """Give back all lines of the record but the first."""
        self._returned_lines.extendleft(reversed(self.record_lines[1:]))
        del self.record_lines[1:]


def _read_cells(source: Iterator[str | None], delimiter: str, first: int) -> Iterator[_Cells]:
    lines = _LineSource(source, first)
    # Without strict, a stray quote silently swallows rows; a malformed line is read again, without strict, below.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong):
            yield _read_malformed_record(lines, line, delimiter)
            continue
        if cells:
            yield _Cells(line, cells)


def _read_malformed_record(lines: _LineSource, line: int, delimiter: str) -> _Cells:
    """Read a record that breaks the quoting rules: its cells if it is a single line, else a bad record of its first line."""
    first_line = lines.record_lines[0]
    if first_line is None:
        return _Cells(line, [], Reason.TOO_LONG)
    if len(lines.record_lines) > 1 or lines.at_end:
        lines.give_back()
        return _Cells(line, [], Reason.OPEN_QUOTE)
    return _Cells(line, next(csv.reader([first_line], delimiter=delimiter), []))
