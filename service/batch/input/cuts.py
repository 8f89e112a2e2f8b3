"""Where files of lines can be cut, found by reading them once, at the speed of the disk."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.batch.rows import MOST_ROW

__all__ = ["Cut", "cuts_of_csv", "cuts_of_lines"]

_CHUNK = 1 << 22
_QUOTE, _LF, _CR = b'"'[0], b"\n"[0], b"\r"[0]
_Places = npt.NDArray[np.intp]


class Cut(NamedTuple):
    """A part of a file: where it begins and ends, the number of its first line or row, and its bytes."""

    begin: int
    end: int
    first: int
    size: int


def cuts_of_lines(stream: io.BufferedReader, size: int) -> list[Cut]:
    """Cut a file of lines into parts of at least ``size`` bytes, each of which begins with a line."""
    cuts: list[Cut] = []
    at = begin = 0
    first = lines = 1
    while chunk := stream.read(_CHUNK):
        done = 0
        while (end := chunk.find(b"\n", max(begin + size - 1 - at, done)) + 1) > 0:
            lines += chunk.count(b"\n", done, end)
            cuts.append(Cut(begin, at + end, first, at + end - begin))
            begin, first, done = at + end, lines, end
        lines += chunk.count(b"\n", done)
        at += len(chunk)
    return _ended(cuts, begin, at, first)


def _ended(cuts: list[Cut], begin: int, at: int, first: int) -> list[Cut]:
    return [*cuts, Cut(begin, at, first, at - begin)] if at > begin else cuts


def cuts_of_csv(stream: io.BufferedReader, size: int, delimiter: str) -> list[Cut]:
    """Cut delimited text into parts of at least ``size`` bytes, each of which begins with a record.

    None are returned unless all of the text keeps the rules, so that every quote says on which side of a cell it stands:
    a reader that begins at a cut then sees just what one sees that began at the beginning.
    """
    cuts: list[Cut] = []
    at = begin = last = 0
    first, lines, inside = 1, 1, False
    for chunk, following in _chunks(stream):
        found = _ends(chunk, following, delimiter.encode()[0], inside=inside)
        if found is None:
            return []
        ends, inside = found
        gaps = np.diff(ends, prepend=last - at)
        if gaps.max(initial=0) > MOST_ROW or (not len(ends) and at + len(chunk) - last > MOST_ROW):
            return []
        done = 0
        for end in _reached(ends, begin + size - at, size):
            lines += _line_ends(chunk, done, end)
            cuts.append(Cut(begin, at + end, first, at + end - begin))
            begin, first, done = at + end, lines, end
        lines += _line_ends(chunk, done, len(chunk))
        last = at + int(ends[-1]) if len(ends) else last
        at += len(chunk)
    return [] if inside else _ended(cuts, begin, at, first)


def _chunks(stream: io.BufferedReader) -> Iterator[tuple[bytes, bytes]]:
    """Yield pieces of a file that end with a line feed, where there is one, and the byte that follows each."""
    held = b""
    while chunk := stream.read(_CHUNK):
        end = chunk.rfind(b"\n") + 1
        if not end and len(held) < MOST_ROW:
            held += chunk
            continue
        if not end:
            end = len(chunk) - 1
        yield held + chunk[:end], chunk[end : end + 1] or b"\n"
        held = chunk[end:]
    if held:
        yield held, b""


def _ends(chunk: bytes, following: bytes, delimiter: int, *, inside: bool) -> tuple[_Places, bool] | None:
    """Return the ends of the records in a piece of text, and whether it ends inside of quotes; None if it breaks the rules."""
    values = np.frombuffer(chunk, np.uint8)
    quotes = np.flatnonzero(values == _QUOTE)
    feeds = np.flatnonzero(values == _LF)
    if not len(quotes):
        return (feeds[:0] if inside else feeds + 1), inside
    padded = np.frombuffer(b"\n" + chunk + (following or b"\n"), np.uint8)
    before, after = padded[quotes], padded[quotes + 2]
    opening = (np.arange(len(quotes)) + inside) % 2 == 0
    doubled_before = np.diff(quotes, prepend=-2) == 1
    good_opening = _is_edge(before, delimiter) | doubled_before
    good_closing = _is_edge(after, delimiter) | (after == _QUOTE)
    if not np.where(opening, good_opening, good_closing).all():
        return None
    parity = (np.searchsorted(quotes, feeds) + inside) % 2
    return feeds[parity == 0] + 1, bool((len(quotes) + inside) % 2)


def _is_edge(values: npt.NDArray[np.uint8], delimiter: int) -> npt.NDArray[np.bool_]:
    return np.asarray((values == delimiter) | (values == _LF) | (values == _CR))


def _reached(ends: _Places, least: int, size: int) -> Iterator[int]:
    while (number := int(np.searchsorted(ends, least))) < len(ends):
        yield int(ends[number])
        least = int(ends[number]) + size


def _line_ends(chunk: bytes, begin: int, end: int) -> int:
    return chunk.count(b"\n", begin, end) + chunk.count(b"\r", begin, end) - chunk.count(b"\r\n", begin, end)
