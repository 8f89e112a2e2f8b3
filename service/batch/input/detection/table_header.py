"""Where the header of a table is, and by which delimiter its cells are separated, found in the first lines of a text."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.batch.input.formats.tables.delimited_text import DELIMITERS, parse_first_record

__all__ = ["TableHeader", "find_header", "find_header_row"]

_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?;*,*\r?', re.IGNORECASE)
"""The first line with which spreadsheet programs name the delimiter."""
_RARITY = ",;|\t"
"""Delimiters, those last that hardly ever stand in a text."""
_RARE_DELIMITERS = "\x01\x1f^~"
"""Delimiters that databases write, and only those: they count where a column that is known lies between them."""
_MAX_PREAMBLE = 30
_MAX_LINES = 100
_MAX_NAME_LENGTH = 80
_MAX_LINE_LENGTH = 1 << 16
_MIN_COLUMNS_BELOW_PREAMBLE = 2
_MIN_RECORDS_BELOW = 1
_MIN_RECORDS_BELOW_UNKNOWN = 2

IsKnown = Callable[[list[str]], bool]


@dataclass(frozen=True)
class TableHeader:
    """The header of a delimited text, or its first record where it has no header.

    Attributes:
        delimiter: what separates its cells.
        cells: the cells.
        skipped_lines: the number of lines before it that are neither header nor records.
        is_known: whether it names a column that is known to hold text.
    """

    delimiter: str
    cells: list[str]
    skipped_lines: int = 0
    is_known: bool = False


def find_header(text: str, is_known: IsKnown, *, delimiter: str | None, has_header: bool) -> TableHeader:
    """Find the header of a delimited text.

    It is in the first line that is not blank, unless another below is known, or lines above have fewer cells than all others.

    Args:
        text: the first lines of the text.
        is_known: tells whether some cells name a column that is known to hold text, or a platform.
        delimiter: the delimiter, where the caller names it.
        has_header: whether the caller says that there is a header.
    """
    separator = _SEPARATOR_LINE.match(text)
    if separator is not None and text[separator.end() : separator.end() + 1] in {"\n", ""}:
        rest = text[separator.end() + 1 :]
        header = _find_header(rest, is_known, delimiter or separator[1], has_header=has_header)
        return TableHeader(header.delimiter, header.cells, header.skipped_lines + 1, header.is_known)
    return _find_header(text, is_known, delimiter, has_header=has_header)


def _find_header(text: str, is_known: IsKnown, delimiter: str | None, *, has_header: bool) -> TableHeader:
    delimiters = DELIMITERS if delimiter is None else delimiter
    if not has_header:
        best = max(delimiters, key=lambda candidate: _rate_delimiter(text, candidate))
        return TableHeader(best, parse_first_record(text, best))
    headers = {candidate: parse_first_record(text, candidate) for candidate in delimiters}
    if any(map(is_known, headers.values())):
        best = max(headers, key=lambda candidate: (is_known(headers[candidate]), len(headers[candidate])))
        return TableHeader(best, headers[best], is_known=True)
    if delimiter is None:
        rare = {candidate: parse_first_record(text, candidate) for candidate in _RARE_DELIMITERS}
        known = next((candidate for candidate, cells in rare.items() if len(cells) > 1 and is_known(cells)), None)
        if known is not None:
            return TableHeader(known, rare[known], is_known=True)
    below = _find_below_preamble(text, is_known, delimiters)
    if below is not None:
        return below
    ratings = {candidate: _rate_delimiter(text, candidate) for candidate in headers}
    best = max(headers, key=lambda candidate: (ratings[candidate][0], len(headers[candidate]), ratings[candidate]))
    return TableHeader(best, headers[best])


def _rate_delimiter(text: str, delimiter: str) -> tuple[bool, int, int]:
    """Return whether nearly all records have as many cells as the first, more than one; how many it has; and how rare the sign is."""
    rarity = _RARITY.find(delimiter)
    widths = [len(cells) for cells in _parse_records(text, delimiter)]
    if not widths or widths[0] < 2:
        return False, 1, 0
    return 5 * widths.count(widths[0]) >= 4 * len(widths), widths[0], rarity


def _parse_records(text: str, delimiter: str) -> list[list[str]]:
    """Return the records at the beginning of a text that are not blank, except for one that may be cut off at its end."""
    lines = text.splitlines(keepends=True)[: _MAX_LINES + 1]
    content = "".join(lines[:-1] if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")) else lines)
    try:
        return [cells for cells in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if any(map(str.strip, cells))]
    except csv.Error:
        return []


def _find_below_preamble(text: str, is_known: IsKnown, delimiters: str) -> TableHeader | None:
    """Find a header below lines that are no part of the table."""
    lines = re.split(r"\r\n|\n|\r", text)[:_MAX_LINES]
    candidates = []
    for delimiter in delimiters:
        rows = [_parse_line(line, delimiter) for line in lines]
        number = find_header_row(rows, is_known)
        if number:
            candidates.append(TableHeader(delimiter, rows[number], number, is_known(rows[number])))
    return max(candidates, key=lambda header: (header.is_known, len(header.cells)), default=None)


def _parse_line(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), []) if len(line) < _MAX_LINE_LENGTH else []
    except csv.Error:
        return []


def find_header_row(rows: Sequence[Sequence[str]], is_known: IsKnown) -> int | None:
    """Return the number of the row, counted from 0, that names the columns; None where nothing shows that it is not the first.

    Args:
        rows: the cells of the first rows.
        is_known: tells whether some cells name a column that is known to hold text, or a platform.
    """
    counts = [_count_filled(row) for row in rows]
    for number, row in enumerate(rows[:_MAX_PREAMBLE]):
        if counts[number] < _MIN_COLUMNS_BELOW_PREAMBLE:
            continue
        if number and is_known(list(row)) and _fits(rows, number, _MIN_RECORDS_BELOW):
            return number
        if number == 0 and _is_heading_of_groups(rows, is_known):
            return 1
        if max(counts[:number], default=0) * 2 <= counts[number] and _fits(rows, number, _MIN_RECORDS_BELOW_UNKNOWN):
            return number if number and _has_names(row) else None
    return None


def _is_heading_of_groups(rows: Sequence[Sequence[str]], is_known: IsKnown) -> bool:
    """Tell whether the first row names groups of columns, with blanks behind a name that stands for several, above the names of all."""
    if len(rows) <= _MIN_RECORDS_BELOW + 1 or _count_filled(rows[0]) >= _count_filled(rows[1]):
        return False
    return all(map(str.strip, rows[1])) and is_known(list(rows[1])) and _has_names(rows[1]) and _fits(rows, 1, _MIN_RECORDS_BELOW)


def _count_filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _fits(rows: Sequence[Sequence[str]], number: int, most: int) -> bool:
    """Tell whether the rows below one have as many cells as it."""
    below = [row for row in rows[number + 1 :] if _count_filled(row)][:most]
    return len(below) == most and all(len(row) == len(rows[number]) for row in below)


def _has_names(row: Sequence[str]) -> bool:
    """Tell whether the cells of a row may be the names of columns: short, different from each other, and no numbers."""
    names = [cell.strip() for cell in row if cell.strip()]
    most_frequent = Counter(names).most_common(1)[0][1]
    return most_frequent == 1 and all(len(name) <= _MAX_NAME_LENGTH and any(map(str.isalpha, name)) for name in names)
