"""Rows of ``INSERT INTO … VALUES``: one regular expression for a whole row, because there are millions of them."""

import re
from collections.abc import Iterator, Sequence

from service.batch.input.formats.sql.sql_buffer import SqlBuffer
from service.batch.input.formats.sql.sql_dialect import SqlDialect
from service.batch.input.formats.sql.sql_literals import LiteralReader, SqlValue, build_string_pattern
from service.batch.input.formats.sql.sql_skipping import SqlSkipper
from service.batch.input.records import DumpRecord
from service.batch.rows import Reason

__all__ = ["MAX_STORED_ROW", "InsertRows"]

MAX_STORED_ROW = 1 << 24
"""The longest row in bytes that is held in memory: as many characters as a row may have, each of them escaped."""

_MAX_CELLS = 10_000
"""No table has more columns."""
_MAX_FAST_CELLS = 300
"""A regular expression for a row with more cells would take long to build."""
_NEXT_LINE = re.compile(rb"\n[ \t]*+(?=\(|(?:INSERT|REPLACE|CREATE|DROP|ALTER|LOCK|UNLOCK|COMMIT|BEGIN|SET|COPY|GO)\b|--|/\*)")
_CALL = re.compile(rb"\s*\w+\s*\(.*\)\s*", re.DOTALL)


class InsertRows:
    """The rows of one statement, and of those behind it that begin in the same way.

    Args:
        buffer: the window; its position is behind ``VALUES``.
        dialect: the dialect of the dump.
        skipper: passes over comments in the same window.
        literals: reads the values.
        header: the beginning of the statement up to ``VALUES``.

    Attributes:
        is_at_row: whether the position is that of a row, rather than of another statement or the end.
    """

    def __init__(self, buffer: SqlBuffer, dialect: SqlDialect, skipper: SqlSkipper, *, literals: LiteralReader, header: bytes) -> None:
        self._buffer = buffer
        self._skipper = skipper
        self._literals = literals
        self._header = header
        self._is_row_wise = dialect.has_batches
        self._string = build_string_pattern(dialect)
        # What has no end matches nothing, so that it is looked at once, however often it begins.
        dollars = rb"" if dialect.escapes else rb"|\$(?P<tag>[A-Za-z_]?\w*)\$.*?\$(?P=tag)\$|\$(?![A-Za-z_]?\w*\$)(?=.)"
        plain = rb"[^'\"(),/-]++" if dialect.escapes else rb"[^'\"(),$/eE-]++|[eE](?=[^'])"
        pieces = (
            *(rb"(?P<text>", self._string, rb")(?=.)", rb"|\"[^\"]*+\"", rb"|--[^\n]*+\n|-(?=[^-])|/\*.*?\*/|/(?=[^*])"),
            *(dollars, rb"|[(),]|", plain),
        )
        self._piece = re.compile(b"".join(pieces), re.DOTALL)
        self._is_truncated = False
        skipper.skip_blanks()
        self.is_at_row = self._sees(b"(")

    def count_cells(self) -> int:
        """Return how many cells the row at the position has; 0 if it has no end."""
        try:
            return len(self._parse_cells()[0])
        except _UnfinishedRowError:
            return 0

    def read(self, names: Sequence[str], wanted: Sequence[str], first: int) -> Iterator[DumpRecord]:
        """Read the rows; another call goes on where the last was left.

        Args:
            names: the names of the cells.
            wanted: the names of the cells that are needed.
            first: the number of the first row.
        """
        buffer, read = self._buffer, self._literals.read
        picked = [position for position, name in enumerate(names) if name in set(wanted)]
        picked_names = [names[position] for position in picked]
        match = self._row_pattern(len(names), picked).match
        number = first
        while self.is_at_row:
            begin = buffer.offset
            row = match(buffer.data, buffer.at)
            if row is None:
                yield self._read_slowly(number, names, picked)
            else:
                *cells, separator = row.groups()
                buffer.at = row.end()
                if separator != b",":
                    self._find_next_row(separator)
                try:
                    yield DumpRecord(number, begin, dict(zip(picked_names, map(read, cells), strict=True)))
                except ValueError:
                    yield DumpRecord(number, begin, {}, Reason.NOT_SQL)
            number += 1
        if self._is_truncated:
            self._is_truncated = False
            yield DumpRecord(number, buffer.offset, {}, Reason.TRUNCATED)

    def skip(self) -> bool:
        """Move behind the rows; False if the dump ends within them."""
        while self.is_at_row:
            self._buffer.at += self._is_row_wise
            if not (self._skipper.skip_row() if self._is_row_wise else self._skipper.skip_statement()):
                self.is_at_row = False
                return False
            self._find_next_row(b"" if self._is_row_wise else b";")
        return True

    def _row_pattern(self, count: int, picked: Sequence[int]) -> "re.Pattern[bytes]":
        """Return the pattern of a row and the comma or semicolon behind it, with a group for each cell that is needed."""
        if not 0 < count <= _MAX_FAST_CELLS:
            return re.compile(rb"(?!)")
        cell = rb"(?:" + self._string + rb"\s*+|[^'\"(),$]++)"
        wanted = set(picked)
        cells = [rb"(" + cell + rb")" if position in wanted else cell for position in range(count)]
        # The separator must be in the window: without it, what follows is not known yet.
        return re.compile(rb"\(\s*+" + rb",\s*+".join(cells) + rb"\)\s*+([,;])\s*+(?=.)", re.DOTALL)

    def _find_next_row(self, separator: bytes = b"") -> None:
        """Move from behind a row, or the separator behind it, to the next row, or else to the next statement or the end."""
        if not separator:
            self._skipper.skip_blanks()
            if self._sees(b",") or self._sees(b";"):
                separator = self._buffer.data[self._buffer.at : self._buffer.at + 1]
                self._buffer.at += 1
        if separator == b",":
            self._skipper.skip_blanks()
            self.is_at_row = bool(self._buffer.waiting)
            self._is_truncated = not self.is_at_row
        else:
            self._continue()

    def _continue(self) -> None:
        """Move into the next statement if it begins in the same way."""
        buffer, header = self._buffer, self._header
        self._skipper.skip_blanks()
        buffer.require(len(header) + 1)
        self.is_at_row = buffer.data.startswith(header, buffer.at)
        if self.is_at_row:
            buffer.at += len(header)
            self._skipper.skip_blanks()
            self.is_at_row = self._sees(b"(")

    def _sees(self, sign: bytes) -> bool:
        self._buffer.require(1)
        return self._buffer.data[self._buffer.at : self._buffer.at + 1] == sign

    def _read_slowly(self, number: int, names: Sequence[str], picked: Sequence[int]) -> DumpRecord:
        """Read a row that ends beyond the window, or that has something unusual in it."""
        buffer = self._buffer
        begin = buffer.offset
        self._skipper.skip_blanks()
        if not self._sees(b"("):
            return self._give_up(number)
        try:
            cells, length = self._parse_cells()
        except _UnfinishedRowError as error:
            return self._pass_over(number, error.is_too_long)
        values: list[SqlValue] = []
        reason = None
        for cell in cells:
            try:
                values.append(self._literals.evaluate(cell))
            except ValueError:
                if not _CALL.fullmatch(cell):
                    return self._give_up(number)
                values.append(None)
                reason = Reason.NOT_SQL if len(values) - 1 in picked else reason
        buffer.at += length
        self._find_next_row()
        fields = dict(zip(names, values, strict=False))
        if len(cells) != len(names):
            reason = Reason.TOO_FEW_CELLS if len(cells) < len(names) else Reason.TOO_MANY_CELLS
        return DumpRecord(number, begin, fields, reason)

    def _pass_over(self, number: int, is_too_long: bool) -> DumpRecord:
        """Move behind a row that is too long, or to the end of a dump that ends within one."""
        buffer = self._buffer
        begin = buffer.offset
        if not is_too_long:
            self.is_at_row = False
            buffer.at = len(buffer.data)
            return DumpRecord(number, begin, {}, Reason.TRUNCATED)
        buffer.at += 1
        if self._skipper.skip_row():
            self._find_next_row()
        else:
            self.is_at_row, self._is_truncated = False, True
        return DumpRecord(number, begin, {}, Reason.TOO_LONG)

    def _give_up(self, number: int) -> DumpRecord:
        """Move to the next line that begins as a row or a statement does."""
        buffer = self._buffer
        begin = buffer.offset
        buffer.at += 1
        while (found := _NEXT_LINE.search(buffer.data, buffer.at)) is None:
            buffer.at = max(buffer.at, len(buffer.data) - 1)
            if not buffer.fill():
                buffer.at = len(buffer.data)
                self.is_at_row = False
                return DumpRecord(number, begin, {}, Reason.NOT_SQL)
        buffer.at = found.end()
        self.is_at_row = self._sees(b"(")
        return DumpRecord(number, begin, {}, Reason.NOT_SQL)

    def _parse_cells(self) -> tuple[list[bytes], int]:
        """Return the cells of the row at the position as they are written, and how many bytes it has.

        Raises:
            _UnfinishedRowError: the dump ends within the row, or the row is too long.
        """
        while True:
            parsed = self._try_parse()
            if parsed is not None:
                return parsed
            if self._buffer.waiting > MAX_STORED_ROW:
                raise _UnfinishedRowError(is_too_long=True)
            if not self._buffer.fill():
                raise _UnfinishedRowError(is_too_long=False)

    def _try_parse(self) -> tuple[list[bytes], int] | None:
        """Return the same; None if the row is not all in the window."""
        data, begin = self._buffer.data, self._buffer.at
        cells, depth, at, cell_begin = [], 1, begin + 1, begin + 1
        while (match := self._piece.match(data, at)) is not None:
            at = match.end()
            sign = data[match.start() : at]
            if sign == b"(":
                depth += 1
            elif sign == b")":
                depth -= 1
            if (sign == b"," and depth == 1) or depth == 0:
                cells.append(data[cell_begin : match.start()])
                cell_begin = at
                if len(cells) > _MAX_CELLS:
                    raise _UnfinishedRowError(is_too_long=True)
            if depth == 0:
                return cells, at - begin
        return None


class _UnfinishedRowError(Exception):
    """A row has no end within what is read of it."""

    def __init__(self, *, is_too_long: bool) -> None:
        super().__init__()
        self.is_too_long = is_too_long
