r"""Records of the table ``posts`` in a dump that PostgreSQL wrote: the lines between ``COPY`` and ``\.``."""

import io
import re
from collections.abc import Iterator

from service.batch.input.formats.json_lines import read_byte_lines
from service.batch.input.records import DumpRecord
from service.batch.rows import Reason, is_unicode

__all__ = ["read_sql_posts"]

_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?posts"? \(([^)]*)\) FROM stdin;')
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_sql_posts(stream: io.BufferedReader, *, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the rows of ``posts``, one by one; whatever else is in the dump is passed over.

    Args:
        stream: UTF-8, as ``pg_dump`` writes plain SQL.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    names: list[str] | None = None
    number, at = 0, 0
    for number, at, line in read_byte_lines(stream):
        if names is None:
            found = _COPY.match(line) if line is not None else None
            if found is not None:
                names = [name.strip().strip('"') for name in found.group(1).decode("utf-8", "replace").split(",")]
        elif line is None:
            yield DumpRecord(number, at if has_offsets else None, {}, Reason.TOO_LONG)
        elif line.rstrip(b"\r\n") == b"\\.":
            names = None
        else:
            yield _record(number, at if has_offsets else None, line, names)
    if names is not None:
        yield DumpRecord(number + 1, at if has_offsets else None, {}, Reason.TRUNCATED)


def _record(number: int, offset: int | None, line: bytes, names: list[str]) -> DumpRecord:
    text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
    cells = [None if cell == "\\N" else _plain(cell) for cell in text.split("\t")]
    fields = dict(zip(names, cells, strict=False))
    if len(cells) != len(names):
        return DumpRecord(number, offset, fields, Reason.TOO_FEW_CELLS if len(cells) < len(names) else Reason.TOO_MANY_CELLS)
    return DumpRecord(number, offset, fields, None if is_unicode(text) else Reason.NOT_UTF8)


def _plain(cell: str) -> str:
    return _ESCAPE.sub(_unescaped, cell) if "\\" in cell else cell


def _unescaped(found: "re.Match[str]") -> str:
    sign = found.group(1)
    if sign[0] == "x" and len(sign) > 1:
        return chr(int(sign[1:], 16))
    return chr(int(sign, 8) % 256) if sign[0] in "01234567" else _ESCAPED.get(sign, sign)
