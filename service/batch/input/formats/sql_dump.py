r"""Records of the table ``posts`` in a dump written by PostgreSQL: the lines between ``COPY`` and ``\.``."""

import io
import re
from collections.abc import Iterator

from service.batch.input.formats.json.json_lines import read_byte_lines
from service.batch.input.records import DumpRecord
from service.batch.rows import Reason, is_unicode
from training.tables.columnar.record_batches import require_few_columns

__all__ = ["read_sql_posts"]

_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?posts"? \(([^)]*)\) FROM stdin;')
_END_OF_COPY = b"\\."
_NULL = "\\N"
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED_CHARS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_sql_posts(stream: io.BufferedReader, *, name: str, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the rows of ``posts``, one by one; everything else in the dump is passed over.

    Args:
        stream: UTF-8, as ``pg_dump`` writes plain SQL.
        name: the name of the file in messages.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.

    Raises:
        UnsafeFileError: the table has more columns than any has.
    """
    names: list[str] | None = None
    number, begin = 0, 0
    for number, begin, line in read_byte_lines(stream):
        if names is None:
            names = _parse_header(line) if line is not None else None
            require_few_columns(len(names or ()), name)
        elif line is None:
            yield DumpRecord(number, begin if has_offsets else None, {}, Reason.TOO_LONG)
        elif line.rstrip(b"\r\n") == _END_OF_COPY:
            names = None
        else:
            yield _parse_row(number, begin if has_offsets else None, line, names)
    if names is not None:
        yield DumpRecord(number + 1, begin if has_offsets else None, {}, Reason.TRUNCATED)


def _parse_header(line: bytes) -> list[str] | None:
    """Return the columns of ``posts`` if this line begins its rows."""
    match = _COPY.match(line)
    return None if match is None else [name.strip().strip('"') for name in match.group(1).decode("utf-8", "replace").split(",")]


def _parse_row(number: int, offset: int | None, line: bytes, names: list[str]) -> DumpRecord:
    text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
    cells = [None if cell == _NULL else _unescape(cell) for cell in text.split("\t")]
    fields = dict(zip(names, cells, strict=False))
    if len(cells) != len(names):
        return DumpRecord(number, offset, fields, Reason.TOO_FEW_CELLS if len(cells) < len(names) else Reason.TOO_MANY_CELLS)
    return DumpRecord(number, offset, fields, None if is_unicode(text) else Reason.NOT_UTF8)


def _unescape(cell: str) -> str:
    return _ESCAPE.sub(_decode_escape, cell) if "\\" in cell else cell


def _decode_escape(match: "re.Match[str]") -> str:
    code = match.group(1)
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8) % 256) if code[0] in "01234567" else _ESCAPED_CHARS.get(code, code)
