"""The cells of records of delimited text, line by line, however sloppy the quotes are.

A quote that is never closed costs the row in which it is opened, and not all rows below it: a record that breaks the quoting rules
over several lines counts as one bad line, and reading goes on with the line after it.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from service.batch.rows import MAX_ROW_LENGTH, Quoting, Reason, is_unicode

__all__ = ["LineRecord", "LineRecords", "double_quotes", "read_text_lines"]

_ESCAPED_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


def double_quotes(text: str) -> str:
    """Return a text with each quote that has a backslash before it doubled in place of that, as the rules of CSV have it."""
    return _ESCAPED_QUOTE.sub(r'\1""', text) if '\\"' in text else text


def read_text_lines(stream: io.TextIOWrapper, repair: Callable[[str], str]) -> Iterator[str | None]:
    """Yield each line, its end included; None in place of a line of more than ``MAX_ROW_LENGTH`` code points, which is skipped.

    Args:
        stream: the text, with a lone surrogate in place of each byte that is not UTF-8.
        repair: returns a line with such bytes as it is to be read.
    """
    for line in iter(partial(stream.readline, MAX_ROW_LENGTH + 1), ""):
        if len(line) <= MAX_ROW_LENGTH:
            yield line if line.isascii() or is_unicode(line) else repair(line)
        else:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = stream.readline(MAX_ROW_LENGTH)
            yield None


class LineRecord(NamedTuple):
    """The cells of the record that begins in a line, or the reason why they cannot be used; a tuple, because there are millions of them."""

    line: int
    cells: list[str]
    reason: Reason | None = None

    @property
    def has_content(self) -> bool:
        """Whether a cell is not blank."""
        return any(cell.strip() for cell in self.cells)


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


class LineRecords:
    """The records of delimited text, in order; blank lines are none.

    Args:
        source: the lines; None in place of one that is too long.
        delimiter: the character that separates cells.
        quoting: what quotes mean.
        first: the number of the first line.
        has_spaces: whether spaces follow the delimiters, before the quotes of cells that have any.

    Attributes:
        width: the number of cells of a record, as soon as it is known. A tab hardly ever stands in a text, so that lines which all have
            the right number of tabs are records of their own, whatever quotes are in them; and nothing separates the cells of a table
            with one column.
    """

    def __init__(self, source: Iterator[str | None], delimiter: str, quoting: Quoting, first: int, *, has_spaces: bool = False) -> None:
        self.width: int | None = None
        self._lines = _LineSource(source, first)
        self._delimiter = delimiter
        self._quoting = quoting
        # Without strict, a stray quote silently swallows rows; a malformed line is read again, without strict, below.
        self._reader = csv.reader(self._lines, delimiter=delimiter, skipinitialspace=has_spaces, strict=True)
        self._has_spaces = has_spaces

    def __iter__(self) -> Iterator[LineRecord]:
        if self._quoting is Quoting.NONE:
            yield from self._read_unquoted()
            return
        lines, reader, is_auto = self._lines, self._reader, self._quoting is Quoting.AUTO
        # LineRecord.__new__, which names every field, would take three times as long.
        new_record = partial(tuple.__new__, LineRecord)
        while True:
            line = lines.begin_record()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong):
                yield self._read_malformed(line)
                continue
            if is_auto and (len(lines.record_lines) > 1 or self.width == 1):
                cells = self._read_again(cells)
            if cells:
                yield new_record((line, cells, None))

    def _read_unquoted(self) -> Iterator[LineRecord]:
        lines = self._lines
        while True:
            line = lines.begin_record()
            try:
                text = next(lines).rstrip("\r\n")
            except StopIteration:
                return
            except _TooLong:
                yield LineRecord(line, [], Reason.TOO_LONG)
                continue
            if text:
                yield LineRecord(line, self._split(text))

    def _read_again(self, cells: list[str]) -> list[str]:
        """Return the cells of a record of several lines, or in one column, that may have been written without quotes."""
        lines = self._lines
        if self._are_records(lines.record_lines):
            lines.give_back()
            return self._split_line(lines.record_lines[0])
        if self.width == 1 and len(cells) > 1:
            return ["".join(text or "" for text in lines.record_lines).rstrip("\r\n")]
        return cells

    def _split(self, text: str) -> list[str]:
        return [text] if self.width == 1 else text.split(self._delimiter)

    def _are_records(self, record_lines: list[str | None], least: int = 2) -> bool:
        """Tell whether lines are surely a record each, rather than the lines of a quoted cell."""
        width = self.width
        if width is None or width < 2 or self._delimiter != "\t" or self._quoting is not Quoting.AUTO or len(record_lines) < least:
            return False
        return all(text is not None and text.count("\t") == width - 1 for text in record_lines)

    def _split_line(self, text: str | None) -> list[str]:
        """Return the cells of a line that is a record; of each cell, quotes that keep the rules are none of its text."""
        return [_unquote(cell) for cell in self._split((text or "").rstrip("\r\n"))]

    def _read_malformed(self, line: int) -> LineRecord:
        """Read a record that breaks the quoting rules: its cells if it is a single line, else a bad record of its first line.

        The cells to the left of the one whose quote is never closed are kept: the id of the row may be one of them.
        """
        lines = self._lines
        first_line = lines.record_lines[0]
        if first_line is None:
            return LineRecord(line, [], Reason.TOO_LONG)
        is_one_column = self.width == 1 and self._quoting is Quoting.AUTO
        is_open = len(lines.record_lines) > 1 or lines.at_end
        if is_open:
            lines.give_back()
        if is_one_column or self._are_records([first_line], 1):
            return LineRecord(line, self._split_line(first_line))
        cells: list[str] = next(csv.reader([first_line], delimiter=self._delimiter, skipinitialspace=self._has_spaces), [])
        if is_open:
            return LineRecord(line, cells[:-1], Reason.OPEN_QUOTE)
        return LineRecord(line, cells)


def _unquote(cell: str) -> str:
    """Return a cell without the quotes around it, if it keeps the rules of quoting; otherwise as it stands."""
    inner = cell[1:-1]
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell
