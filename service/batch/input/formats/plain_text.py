"""Records of plain text: a comment a line, or a comment a paragraph."""

import io
from collections.abc import Iterator

from service.batch.input.formats.json_lines import JSON_WHITESPACE, read_byte_lines
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["read_paragraphs", "read_plain_lines"]

_MARK = b"\xef\xbb\xbf"


def read_plain_lines(stream: io.BufferedReader, *, first: int = 1, offset: int = 0, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read each line that is not blank as a comment; arguments as of ``jsonlines.read_jsonl``."""
    for number, at, line in read_byte_lines(stream, first=first, offset=offset):
        if line is None:
            yield DumpRecord(number, at if has_offsets else None, {}, Reason.TOO_LONG)
        elif line.strip(JSON_WHITESPACE):
            yield _record(number, at if has_offsets else None, line)


def read_paragraphs(stream: io.BufferedReader, *, first: int = 1, offset: int = 0, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read what stands between blank lines as a comment; arguments as of ``jsonlines.read_jsonl``."""
    held: list[bytes] = []
    size = begin = where = 0
    for number, at, line in read_byte_lines(stream, first=first, offset=offset):
        if line is not None and not line.strip(JSON_WHITESPACE):
            if size:
                yield _paragraph(begin, where if has_offsets else None, held, size)
            held, size = [], 0
            continue
        if not size:
            begin, where = number, at
        size += MAX_ROW_LENGTH + 1 if line is None else len(line)
        if line is not None and size <= MAX_ROW_LENGTH:
            held.append(line)
    if size:
        yield _paragraph(begin, where if has_offsets else None, held, size)


def _paragraph(number: int, offset: int | None, lines: list[bytes], size: int) -> DumpRecord:
    if size > MAX_ROW_LENGTH:
        return DumpRecord(number, offset, {}, Reason.TOO_LONG)
    return _record(number, offset, b"".join(lines))


def _record(number: int, offset: int | None, text: bytes) -> DumpRecord:
    found = text.removeprefix(_MARK) if offset in {0, None} and number == 1 else text
    return DumpRecord(number, offset, {"text": found.decode("utf-8", "surrogateescape").rstrip("\r\n")})
