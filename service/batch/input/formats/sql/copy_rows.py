r"""Rows of PostgreSQL's ``COPY … FROM stdin``: a line each, cells between tabs, up to the line ``\.``."""

import re
from collections.abc import Iterator, Sequence

from service.batch.input.formats.sql.insert_rows import MAX_STORED_ROW
from service.batch.input.formats.sql.sql_buffer import SqlBuffer
from service.batch.input.formats.sql.sql_literals import LiteralReader, SqlValue
from service.batch.input.records import DumpRecord
from service.batch.rows import Reason

__all__ = ["CopyRows"]

_END = b"\\."
_NULL = b"\\N"
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED_BYTES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


class CopyRows:
    """The rows of one statement.

    Args:
        buffer: the window; its position is the beginning of the first row.
        literals: decodes the texts.
    """

    def __init__(self, buffer: SqlBuffer, literals: LiteralReader) -> None:
        self._buffer = buffer
        self._literals = literals
        self._is_open = True
        self._is_cut = False

    def count_cells(self) -> int:
        """Return how many cells the first row has; 0 if there is none."""
        buffer = self._buffer
        while (end := buffer.data.find(b"\n", buffer.at)) < 0 and buffer.waiting <= MAX_STORED_ROW and buffer.fill():
            pass
        line = buffer.data[buffer.at : end if end >= 0 else None]
        return 0 if not line or line.rstrip(b"\r") == _END else line.count(b"\t") + 1

    def read(self, names: Sequence[str], wanted: Sequence[str], first: int) -> Iterator[DumpRecord]:
        """Read the rows; another call goes on where the last was left.

        Args:
            names: the names of the cells.
            wanted: the names of the cells that are needed.
            first: the number of the first row.
        """
        buffer, number = self._buffer, first
        width = len(names)
        needed = set(wanted)
        picked = [(position, name) for position, name in enumerate(names) if name in needed]
        while self._is_open:
            begin = buffer.offset
            line = self._next_line()
            if line is None:
                yield DumpRecord(number, begin, {}, Reason.TRUNCATED if self._is_cut else Reason.TOO_LONG)
                number += 1
                continue
            if line == _END:
                self._is_open = False
                return
            cells = line.split(b"\t")
            fields = {name: self._decode(cells[position]) for position, name in picked if position < len(cells)}
            reason = None
            if len(cells) != width:
                reason = Reason.TOO_FEW_CELLS if len(cells) < width else Reason.TOO_MANY_CELLS
            yield DumpRecord(number, begin, fields, reason)
            number += 1

    def skip(self) -> bool:
        """Move behind the rows; False if the dump ends within them."""
        if not self._is_open:
            return True
        buffer = self._buffer
        self._is_open = False
        buffer.require(len(_END) + 1)
        if buffer.data.startswith(_END, buffer.at):
            return buffer.skip_past(b"\n") or True
        if not buffer.skip_past(b"\n\\."):
            return False
        buffer.skip_past(b"\n")
        return True

    def _next_line(self) -> bytes | None:
        """Return the next line without its end; None for one that is too long, and where the dump ends before the last."""
        buffer = self._buffer
        while (end := buffer.data.find(b"\n", buffer.at)) < 0:
            if buffer.waiting > MAX_STORED_ROW:
                self._is_open = buffer.skip_past(b"\n")
                return None
            if not buffer.fill():
                is_last = buffer.data[buffer.at :].rstrip(b"\r") == _END
                self._is_open, self._is_cut = False, not is_last
                buffer.at = len(buffer.data)
                return _END if is_last else None
        line = buffer.data[buffer.at : end]
        buffer.at = end + 1
        if len(line) > MAX_STORED_ROW:
            return None
        return line[:-1] if line[-1:] == b"\r" else line

    def _decode(self, cell: bytes) -> SqlValue:
        if cell == _NULL:
            return None
        return self._literals.decode(_ESCAPE.sub(_replace_escape, cell) if b"\\" in cell else cell)


def _replace_escape(match: "re.Match[bytes]") -> bytes:
    code: bytes = match.group(1)
    if code[:1] == b"x" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    return bytes([int(code, 8) % 256]) if code[0] in b"01234567" else _ESCAPED_BYTES.get(code, code)
