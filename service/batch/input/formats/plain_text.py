"""Records of plain text: a comment a line, or a comment a paragraph."""

import io
from collections.abc import Iterator

from service.batch.input.formats.json_lines import BLANK, byte_lines
from service.batch.input.records import Record
from service.batch.rows import MOST_ROW, Reason

__all__ = ["read_paragraphs", "read_plain_lines"]

_MARK = b"\xef\xbb\xbf"


def read_plain_lines(stream: io.BufferedReader, *, first: int = 1, offset: int = 0, known: bool = True) -> Iterator[Record]:
    """Read each line that is not blank as a comment; arguments as of ``jsonlines.read_jsonl``."""
    for number, at, line in byte_lines(stream, first=first, offset=offset):
        if line is None:
            yield Record(number, at if known else None, {}, Reason.TOO_LONG)
        elif line.strip(BLANK):
            yield _record(number, at if known else None, line)


def read_paragraphs(stream: io.BufferedReader, *, first: int = 1, offset: int = 0, known: bool = True) -> Iterator[Record]:
    """Read what stands between blank lines as a comment; arguments as of ``jsonlines.read_jsonl``."""
    held: list[bytes] = []
    size = begin = where = 0
    for number, at, line in byte_lines(stream, first=first, offset=offset):
        if line is not None and not line.strip(BLANK):
            if size:
                yield _paragraph(begin, where if known else None, held, size)
            held, size = [], 0
            continue
        if not size:
            begin, where = number, at
        size += MOST_ROW + 1 if line is None else len(line)
        if line is not None and size <= MOST_ROW:
            held.append(line)
    if size:
        yield _paragraph(begin, where if known else None, held, size)


def _paragraph(number: int, offset: int | None, lines: list[bytes], size: int) -> Record:
    if size > MOST_ROW:
        return Record(number, offset, {}, Reason.TOO_LONG)
    return _record(number, offset, b"".join(lines))


def _record(number: int, offset: int | None, text: bytes) -> Record:
    found = text.removeprefix(_MARK) if offset in {0, None} and number == 1 else text
    return Record(number, offset, {"text": found.decode("utf-8", "surrogateescape").rstrip("\r\n")})
