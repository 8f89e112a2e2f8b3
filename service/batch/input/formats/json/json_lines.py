"""Records of JSON Lines: one object a line."""

import io
import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Literal

from service.batch.input.records import DumpRecord, RecordStream, new_record
from service.batch.rows import MAX_ROW_LENGTH, Reason, is_unicode, value_size

__all__ = ["BYTE_ORDER_MARK", "JSON_WHITESPACE", "probe_records", "read_byte_lines", "read_json_lines"]

JSON_WHITESPACE = b" \t\r\n"
"""White space as JSON defines it; a line of nothing else is no row."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some programs write at the beginning of UTF-8."""

_MAX_PROBED_RECORDS = 1000
_MAX_PROBED_TEXT = 1 << 24
_MAX_NAMES = 100_000


def read_json_lines(stream: io.BufferedReader, *, first: int = 1, offset: int = 0, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of JSON Lines, one by one.

    Args:
        stream: UTF-8.
        first: the number of the first line.
        offset: the byte of the file with which the stream begins.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    for number, begin, line in read_byte_lines(stream, first=first, offset=offset):
        known_offset = begin if has_offsets else None
        if line is None:
            yield DumpRecord(number, known_offset, {}, Reason.TOO_LONG)
            continue
        if begin == 0 and line.startswith(BYTE_ORDER_MARK):
            line = line[len(BYTE_ORDER_MARK) :]
        try:
            value = json.loads(line.decode())
        except (ValueError, RecursionError):
            if line.strip(JSON_WHITESPACE):
                yield _parse_bad_line(number, known_offset, line)
            continue
        if type(value) is dict:
            yield new_record((number, known_offset, value, None, None))
        elif isinstance(value, str):
            yield DumpRecord(number, known_offset, {"text": value})
        else:
            yield DumpRecord(number, known_offset, {}, Reason.NOT_AN_OBJECT)


def read_byte_lines(stream: io.BufferedReader, *, first: int = 1, offset: int = 0) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield number, offset and bytes of each line, its end included; None in place of more than ``MAX_ROW_LENGTH`` bytes.

    Args:
        stream: the lines.
        first: the number of the first line.
        offset: the offset of the first line.
    """
    readline = stream.readline
    while line := readline(MAX_ROW_LENGTH + 1):
        begin = offset
        offset += len(line)
        if len(line) <= MAX_ROW_LENGTH:
            yield first, begin, line
        else:
            while not line.endswith(b"\n") and (line := readline(MAX_ROW_LENGTH)):
                offset += len(line)
            yield first, begin, None
        first += 1


def _parse_bad_line(number: int, offset: int | None, line: bytes) -> DumpRecord:
    """Build the record of a line that is not JSON or not UTF-8, with the fields that can still be read."""
    text = line.decode("utf-8", "surrogateescape")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return DumpRecord(number, offset, {}, Reason.NOT_JSON if is_unicode(text) else Reason.NOT_UTF8)
    if not isinstance(value, dict):
        return DumpRecord(number, offset, {}, Reason.NOT_AN_OBJECT)
    return DumpRecord(number, offset, value, Reason.NOT_UTF8)


def probe_records(records: Iterator[DumpRecord], unit: Literal["line", "row"], *, is_nested: bool = False) -> RecordStream:
    """Return a stream of the records with the field names of the first thousand, which are read ahead and not lost.

    Args:
        records: the records.
        unit: what their lines count.
        is_nested: whether their fields may hold objects and lists.
    """
    probe, size = [], 0
    for record in records:
        probe.append(record)
        size += value_size(record.fields)
        if len(probe) >= _MAX_PROBED_RECORDS or size > _MAX_PROBED_TEXT:
            break
    names = list(islice(dict.fromkeys(name for record in probe for name in record.fields), _MAX_NAMES))
    text_names = {name for record in probe for name, value in record.fields.items() if isinstance(value, str)}
    sample = [record.fields for record in probe if record.reason is None]
    return RecordStream(names, chain(probe, records), unit, text_names, sample=sample, is_nested=is_nested, empty=not probe)
