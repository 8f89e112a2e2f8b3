"""Records of Weka's attribute-relation files (ARFF): a header that declares the columns, and a line for each record below ``@data``."""

import io
import re

from model.errors import DumpError
from service.batch.input.formats.json.json_lines import probe_records, read_byte_lines
from service.batch.input.records import DumpRecord, RecordStream
from service.batch.rows import Reason, is_unicode
from training.tables.columnar.record_batches import require_few_columns

__all__ = ["is_attribute_relation", "read_attribute_relation"]

_BEGIN = re.compile(r"(?:[ \t\r]*(?:%[^\n]*)?\n)*[ \t]*@relation\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s*@attribute\s+(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|(\S+))\s", re.IGNORECASE)
_DATA = re.compile(r"\s*@data\b", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.|'(?=[^,\s]))*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_SPARSE_NUMBER = re.compile(r"\s*(\d{1,6})\s+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED_CHARS = {"n": "\n", "r": "\r", "t": "\t"}
_MISSING = "?"


def is_attribute_relation(start: str) -> bool:
    """Tell whether a text is such a file by how it begins."""
    return _BEGIN.match(start) is not None


def read_attribute_relation(stream: io.BufferedReader, *, name: str, has_offsets: bool = True) -> RecordStream:
    """Read the header, and return a lazy stream of the records below it.

    Args:
        stream: UTF-8.
        name: the name of the file in messages.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.

    Raises:
        DumpError: it declares no column.
        UnsafeFileError: it declares more columns than any table has.
    """
    names: list[str] = []
    lines = read_byte_lines(stream)
    for _, _, line in lines:
        text = "" if line is None else line.decode("utf-8-sig", "replace")
        if (match := _ATTRIBUTE.match(text)) is not None:
            names.append(_unescape(next(group for group in match.groups() if group is not None)))
        elif _DATA.match(text):
            break
    if not names:
        raise DumpError(f"{name} declares no column with @attribute before its @data")
    require_few_columns(len(names), name)
    records = (_read_record(number, offset if has_offsets else None, line, names) for number, offset, line in lines if _is_record(line))
    return probe_records(records, "line")


def _is_record(line: bytes | None) -> bool:
    return line is None or (bool(line.strip()) and not line.lstrip().startswith(b"%"))


def _read_record(number: int, offset: int | None, line: bytes | None, names: list[str]) -> DumpRecord:
    if line is None:
        return DumpRecord(number, offset, {}, Reason.TOO_LONG)
    text = line.decode("utf-8", "surrogateescape").strip()
    if not is_unicode(text):
        return DumpRecord(number, offset, {}, Reason.NOT_UTF8)
    if text.startswith("{"):
        return _read_sparse_record(number, offset, text.removesuffix("}"), names)
    values: list[str | None] = []
    place = 0
    while place <= len(text):
        value = _read_value(text, place)
        if value is None:
            return DumpRecord(number, offset, dict(zip(names, values, strict=False)), Reason.OPEN_QUOTE)
        values.append(value[0])
        place = value[1] + 1
    reason = None if len(values) == len(names) else Reason.TOO_FEW_CELLS if len(values) < len(names) else Reason.TOO_MANY_CELLS
    return DumpRecord(number, offset, dict(zip(names, values, strict=False)), reason)


def _read_sparse_record(number: int, offset: int | None, text: str, names: list[str]) -> DumpRecord:
    """Read a line that lists the number and the value of those columns that are not zero or empty."""
    cells: dict[str, object] = {}
    place = 1
    while (match := _SPARSE_NUMBER.match(text, place)) is not None:
        value = _read_value(text, match.end())
        if value is None:
            return DumpRecord(number, offset, cells, Reason.OPEN_QUOTE)
        if int(match.group(1)) < len(names):
            cells[names[int(match.group(1))]] = value[0]
        place = value[1] + 1
    return DumpRecord(number, offset, cells)


def _read_value(text: str, place: int) -> tuple[str | None, int] | None:
    """Return the value that begins in a place, None for a missing one, and the place of the comma behind it; None if a quote stays open."""
    while place < len(text) and text[place].isspace():
        place += 1
    if text[place : place + 1] in {"'", '"'}:
        match = _QUOTED.match(text, place)
        if match is None:
            return None
        single, double = match.groups()
        end = text.find(",", match.end())
        return _unescape(single if single is not None else double), len(text) if end < 0 else end
    end = text.find(",", place)
    end = len(text) if end < 0 else end
    value = text[place:end].rstrip()
    return (None if value == _MISSING else value), end


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED_CHARS.get(match.group(1), match.group(1)), text) if "\\" in text else text
