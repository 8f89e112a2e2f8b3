"""Bounds between which files of lines can be cut into shards, found by reading a file once, at the speed of the disk."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, ByteArray
from service.batch.rows import MAX_ROW_LENGTH, Quoting

__all__ = ["ShardBounds", "find_csv_bounds", "find_line_bounds"]

_CHUNK_SIZE = 1 << 22
_QUOTE, _LF, _CR = ord('"'), ord("\n"), ord("\r")
_PlaceArray = npt.NDArray[np.intp]


class ShardBounds(NamedTuple):
    """The bounds of a part of a file.

    Attributes:
        begin: its first byte, or its first row group.
        end: the byte or row group before which it ends.
        first: the number of its first line or row, counted from 1.
        size: its size in bytes.
    """

    begin: int
    end: int
    first: int
    size: int


def find_line_bounds(stream: io.BufferedReader, size: int) -> list[ShardBounds]:
    """Cut a file of lines, between lines, into parts of at least ``size`` bytes; only the last may be smaller."""
    parts: list[ShardBounds] = []
    chunk_offset = begin = 0
    first = line = 1
    while chunk := stream.read(_CHUNK_SIZE):
        count_begin = 0
        while (end := chunk.find(b"\n", max(begin + size - 1 - chunk_offset, count_begin)) + 1) > 0:
            line += chunk.count(b"\n", count_begin, end)
            parts.append(ShardBounds(begin, chunk_offset + end, first, chunk_offset + end - begin))
            begin, first, count_begin = chunk_offset + end, line, end
        line += chunk.count(b"\n", count_begin)
        chunk_offset += len(chunk)
    return _with_last_part(parts, begin, chunk_offset, first)


def _with_last_part(parts: list[ShardBounds], begin: int, end: int, first: int) -> list[ShardBounds]:
    return [*parts, ShardBounds(begin, end, first, end - begin)] if end > begin else parts


def find_csv_bounds(stream: io.BufferedReader, size: int, delimiter: str, quoting: Quoting = Quoting.AUTO) -> list[ShardBounds]:
    """Cut delimited text, between records, into parts of at least ``size`` bytes; only the last may be smaller.

    The result is empty unless all of the text keeps the quoting rules, so that each quote shows by itself whether it opens or closes
    a cell: a reader that begins at a cut then finds the same records as a reader of the whole file. Where it takes more than the rules
    to tell the lines of a cell from records, as between tabs, each record must be a line.
    """
    may_span_lines = quoting is Quoting.CSV or delimiter != "\t"
    parts: list[ShardBounds] = []
    chunk_offset = begin = last_end = 0
    first, line, in_quotes = 1, 1, False
    for chunk, next_byte in _read_chunks(stream):
        record_ends = _find_record_ends(chunk, next_byte, ord(delimiter), in_quotes=in_quotes, has_quotes=quoting is not Quoting.NONE)
        if record_ends is None or (not may_span_lines and len(record_ends[0]) < chunk.count(b"\n")):
            return []
        ends, in_quotes = record_ends
        lengths = np.diff(ends, prepend=last_end - chunk_offset)
        if lengths.max(initial=0) > MAX_ROW_LENGTH or (not len(ends) and chunk_offset + len(chunk) - last_end > MAX_ROW_LENGTH):
            return []
        count_begin = 0
        for end in _choose_ends(ends, begin + size - chunk_offset, size):
            line += _count_line_ends(chunk, count_begin, end)
            parts.append(ShardBounds(begin, chunk_offset + end, first, chunk_offset + end - begin))
            begin, first, count_begin = chunk_offset + end, line, end
        line += _count_line_ends(chunk, count_begin, len(chunk))
        last_end = chunk_offset + int(ends[-1]) if len(ends) else last_end
        chunk_offset += len(chunk)
    return [] if in_quotes else _with_last_part(parts, begin, chunk_offset, first)


def _read_chunks(stream: io.BufferedReader) -> Iterator[tuple[bytes, bytes]]:
    """Yield pieces of a file that end with a line feed, where there is one, and the byte that follows each piece."""
    pending = b""
    while chunk := stream.read(_CHUNK_SIZE):
        end = chunk.rfind(b"\n") + 1
        if not end and len(pending) < MAX_ROW_LENGTH:
            pending += chunk
            continue
        if not end:
            end = len(chunk) - 1
        yield pending + chunk[:end], chunk[end : end + 1] or b"\n"
        pending = chunk[end:]
    if pending:
        yield pending, b""


def _find_record_ends(
    chunk: bytes, next_byte: bytes, delimiter: int, *, in_quotes: bool, has_quotes: bool
) -> tuple[_PlaceArray, bool] | None:
    """Find where the records in a piece of text end.

    Args:
        chunk: the piece.
        next_byte: the byte that follows it.
        delimiter: the code of the delimiter.
        in_quotes: whether the piece begins inside of quotes.
        has_quotes: whether quotes mean anything.

    Returns:
        The ends, and whether the piece ends inside of quotes; None if it breaks the quoting rules.
    """
    codes = np.frombuffer(chunk, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    line_feeds = np.flatnonzero(codes == _LF)
    if not len(quotes) or not has_quotes:
        return (line_feeds[:0] if in_quotes else line_feeds + 1), in_quotes
    padded = np.frombuffer(b"\n" + chunk + (next_byte or b"\n"), np.uint8)
    before, after = padded[quotes], padded[quotes + 2]
    is_opening = (np.arange(len(quotes)) + in_quotes) % 2 == 0
    follows_quote = np.diff(quotes, prepend=-2) == 1
    may_open = _is_cell_edge(before, delimiter) | follows_quote
    may_close = _is_cell_edge(after, delimiter) | (after == _QUOTE)
    if not np.where(is_opening, may_open, may_close).all():
        return None
    is_quoted = (np.searchsorted(quotes, line_feeds) + in_quotes) % 2
    return line_feeds[is_quoted == 0] + 1, bool((len(quotes) + in_quotes) % 2)


def _is_cell_edge(codes: ByteArray, delimiter: int) -> BoolArray:
    return np.asarray((codes == delimiter) | (codes == _LF) | (codes == _CR))


def _choose_ends(ends: _PlaceArray, earliest: int, size: int) -> Iterator[int]:
    """Yield the first end at or behind ``earliest``, and after each end the first that is at least ``size`` bytes further."""
    while (number := int(np.searchsorted(ends, earliest))) < len(ends):
        yield int(ends[number])
        earliest = int(ends[number]) + size


def _count_line_ends(chunk: bytes, begin: int, end: int) -> int:
    return chunk.count(b"\n", begin, end) + chunk.count(b"\r", begin, end) - chunk.count(b"\r\n", begin, end)
