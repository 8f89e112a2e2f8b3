"""Records of the export of Movable Type, which TypePad and Hatena write too: posts in plain text, with their comments below them."""

import io
import re
from collections.abc import Iterator

from service.batch.input.formats.json.json_lines import read_byte_lines
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason, is_unicode

__all__ = ["is_movable_type", "read_movable_type"]

_BEGIN = re.compile(
    r"(?:(?:AUTHOR|TITLE|BASENAME|STATUS|ALLOW COMMENTS|DATE|PRIMARY CATEGORY|CATEGORY|UNIQUE URL):[^\n]*\n){2,12}-----\r?\n"
)
_SECTION_END = b"-----"
_POST_END = b"--------"
_FIELD = re.compile(r"(AUTHOR|EMAIL|IP|URL|DATE):\s?(.*)", re.DOTALL)
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)(?: ([AP])M)?")
_HOURS = 12


def is_movable_type(start: str) -> bool:
    """Tell whether a text is such an export by how it begins."""
    return _BEGIN.match(start) is not None


def read_movable_type(stream: io.BufferedReader, *, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the comments one by one, each with the title of its post; posts and pings are none.

    Args:
        stream: UTF-8.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    title = ""
    begin: tuple[int, int | None] | None = None
    lines: list[bytes] = []
    size = 0
    for number, offset, line in read_byte_lines(stream):
        stripped = b"" if line is None else line.rstrip(b"\r\n")
        if begin is None:
            if stripped == b"COMMENT:":
                begin, lines, size = (number, offset if has_offsets else None), [], 0
            elif stripped.startswith(b"TITLE:"):
                title = stripped.removeprefix(b"TITLE:").decode("utf-8", "replace").strip()
        elif stripped in {_SECTION_END, _POST_END}:
            yield _read_comment(begin, lines, size, title)
            begin = None
        else:
            size += MAX_ROW_LENGTH + 1 if line is None else len(line)
            if line is not None and size <= MAX_ROW_LENGTH:
                lines.append(line)
    if begin is not None:
        yield DumpRecord(*begin, {}, Reason.TRUNCATED)


def _read_comment(begin: tuple[int, int | None], lines: list[bytes], size: int, title: str) -> DumpRecord:
    if size > MAX_ROW_LENGTH:
        return DumpRecord(*begin, {}, Reason.TOO_LONG)
    text = b"".join(lines).decode("utf-8", "surrogateescape")
    if not is_unicode(text):
        return DumpRecord(*begin, {}, Reason.NOT_UTF8)
    fields: dict[str, object] = {"title": title}
    rest = text
    while (match := _FIELD.fullmatch(rest.partition("\n")[0].rstrip("\r"))) is not None and match.group(1) not in fields:
        fields[match.group(1)] = match.group(2)
        rest = rest.partition("\n")[2]
    return DumpRecord(*begin, {**fields, "text": rest.strip(), "DATE": _read_date(str(fields.get("DATE", "")))})


def _read_date(text: str) -> str | None:
    """Return a date such as ``01/31/2002 03:31:05 PM`` in the form of ISO 8601."""
    match = _DATE.match(text)
    if match is None:
        return None
    month, day, year, hour, minute, second, half = match.groups()
    full_hour = int(hour) if half is None else int(hour) % _HOURS + (_HOURS if half == "P" else 0)
    return f"{year}-{month}-{day}T{full_hour:02}:{minute}:{second}"
