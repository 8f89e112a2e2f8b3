"""Records of plain text: a comment in each line, or a comment in each paragraph."""

import io
from collections.abc import Iterator
from functools import partial

from service.batch.input.formats.json.json_lines import BYTE_ORDER_MARK, JSON_WHITESPACE, read_byte_lines
from service.batch.input.records import DumpRecord
from service.batch.input.streams.odd_bytes import repair_line
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["read_paragraphs", "read_plain_lines"]


def read_plain_lines(
    stream: io.BufferedReader, *, first: int = 1, offset: int = 0, has_offsets: bool = True, fallback: str, remarks: list[str]
) -> Iterator[DumpRecord]:
    """Read each line that is not blank as a comment.

    Args:
        stream: UTF-8.
        first: the number of the first line.
        offset: the byte of the file with which the stream begins.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
        fallback: the encoding of comments that are ASCII but for some bytes, which are not UTF-8.
        remarks: gets what a person should know about how the text was read.
    """
    for number, begin, line in read_byte_lines(stream, first=first, offset=offset):
        if line is None:
            yield DumpRecord(number, begin if has_offsets else None, {}, Reason.TOO_LONG)
        elif line.strip(JSON_WHITESPACE):
            yield _build_record(number, begin if has_offsets else None, line, fallback=fallback, remarks=remarks)


def read_paragraphs(
    stream: io.BufferedReader, *, first: int = 1, offset: int = 0, has_offsets: bool = True, fallback: str, remarks: list[str]
) -> Iterator[DumpRecord]:
    """Read the lines between two blank lines as a comment; the arguments are those of ``read_plain_lines``."""
    build = partial(_build_paragraph, fallback=fallback, remarks=remarks)
    lines: list[bytes] = []
    size = paragraph_number = paragraph_begin = 0
    for number, begin, line in read_byte_lines(stream, first=first, offset=offset):
        if line is not None and not line.strip(JSON_WHITESPACE):
            if size:
                yield build(paragraph_number, paragraph_begin if has_offsets else None, lines, size)
            lines, size = [], 0
            continue
        if not size:
            paragraph_number, paragraph_begin = number, begin
        size += MAX_ROW_LENGTH + 1 if line is None else len(line)
        if line is not None and size <= MAX_ROW_LENGTH:
            lines.append(line)
    if size:
        yield build(paragraph_number, paragraph_begin if has_offsets else None, lines, size)


def _build_paragraph(number: int, offset: int | None, lines: list[bytes], size: int, *, fallback: str, remarks: list[str]) -> DumpRecord:
    if size > MAX_ROW_LENGTH:
        return DumpRecord(number, offset, {}, Reason.TOO_LONG)
    return _build_record(number, offset, b"".join(lines), fallback=fallback, remarks=remarks)


def _build_record(number: int, offset: int | None, content: bytes, *, fallback: str, remarks: list[str]) -> DumpRecord:
    if number == 1 and offset in {0, None}:
        content = content.removeprefix(BYTE_ORDER_MARK)
    text = content.decode("utf-8", "surrogateescape").rstrip("\r\n")
    return DumpRecord(number, offset, {"text": text if text.isascii() else repair_line(text, fallback, remarks)})
