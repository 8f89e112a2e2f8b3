"""Records of JSON Lines: one object a line."""

import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import Literal

from service.batch.input.records import Record, Table
from service.batch.rows import MOST_ROW, Reason, is_unicode

__all__ = ["BLANK", "byte_lines", "probed", "read_jsonl"]

BLANK = b" \t\r\n"
"""White space as JSON knows it; a line of nothing else is no row."""

_PROBE = 1000
_MOST_PROBED = 1 << 24
_MARK = b"\xef\xbb\xbf"


def read_jsonl(stream: io.BufferedReader, *, first: int = 1, offset: int = 0, known: bool = True) -> Iterator[Record]:
    """Read the records of JSON Lines, one by one.

    Args:
        stream: UTF-8.
        first: the number of its first line.
        offset: the byte of the file that it begins with.
        known: whether bytes of the stream are bytes of the file.
    """
    for number, at, line in byte_lines(stream, first=first, offset=offset):
        where = at if known else None
        if line is None:
            yield Record(number, where, {}, Reason.TOO_LONG)
            continue
        if at == 0 and line.startswith(_MARK):
            line = line[len(_MARK) :]
        try:
            value = json.loads(line.decode())
        except (ValueError, RecursionError):
            if line.strip(BLANK):
                yield _mended(number, where, line)
            continue
        yield Record(number, where, value) if type(value) is dict else Record(number, where, {}, Reason.NOT_AN_OBJECT)


def byte_lines(stream: io.BufferedReader, *, first: int = 1, offset: int = 0) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield number, offset and bytes of each line, its end included; None stands for one of more than ``MOST_ROW`` bytes."""
    readline = stream.readline
    while line := readline(MOST_ROW + 1):
        begin = offset
        offset += len(line)
        if len(line) <= MOST_ROW:
            yield first, begin, line
        else:
            while not line.endswith(b"\n") and (line := readline(MOST_ROW)):
                offset += len(line)
            yield first, begin, None
        first += 1


def _mended(number: int, offset: int | None, line: bytes) -> Record:
    """Make the best of a line that is not JSON, or not UTF-8."""
    text = line.decode("utf-8", "surrogateescape")
    bad = not is_unicode(text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Record(number, offset, {}, Reason.NOT_UTF8 if bad else Reason.NOT_JSON)
    if not isinstance(value, dict):
        return Record(number, offset, {}, Reason.NOT_AN_OBJECT)
    return Record(number, offset, value, Reason.NOT_UTF8)


def probed(records: Iterator[Record], unit: Literal["line", "row"]) -> Table:
    """Look at the first thousand records of objects, to know their names."""
    probe, size = [], 0
    for record in records:
        probe.append(record)
        size += sum(len(value) for value in record.fields.values() if isinstance(value, str))
        if len(probe) >= _PROBE or size > _MOST_PROBED:
            break
    names = list(dict.fromkeys(name for record in probe for name in record.fields))
    speaking = {name for record in probe for name, value in record.fields.items() if isinstance(value, str)}
    return Table(names, chain(probe, records), unit, speaking, empty=not probe)
