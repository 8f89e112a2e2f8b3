"""Files of recorded calls: JSON Lines, JSON, HAR, access logs and logs with JSON in their lines; read in bounded memory."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from model.errors import DumpError
from service.migration.recorded.recorded_calls import RecordedCall, read_record
from service.migration.recorded.recorded_texts import parse_object

__all__ = ["CALL_SUFFIXES", "UnreadableCall", "holds_calls", "read_calls"]

CALL_SUFFIXES = (".jsonl", ".ndjson", ".har", ".log")
"""The suffixes of files that hold recorded calls; each may be followed by ``.gz``."""

_OBJECT_START = re.compile(r"""\{(?=\s*(?:["']|\\"|\\x22|[A-Za-z_]{1,40}\s*:))""")
_JSON_START = re.compile(r'\{\s*"')
_MAX_STARTS = 4
_MAX_LINE_BYTES = 8 << 20
_MAX_DOCUMENT_BYTES = 256 << 20
_MAX_SNIFFED_RECORDS = 100
_MAX_SNIFFED_BYTES = 32 << 20
_MAX_FILE_BYTES = 8 << 30
_MAX_RECORD_DEPTH = 3
_TABLE_SUFFIXES = (".csv", ".tsv")
_BEGINNING = 256 << 10
_REQUEST_LINE = re.compile(r'"?\b(GET|POST|PUT|HEAD|OPTIONS) (\S{1,4096}) HTTP/[\d.]{1,4}"?(?: (\d{3})\b)?')
_FIELD = re.compile(r"[A-Za-z_]{1,40}=[^\s&=]*(?:&[A-Za-z_\[\]]{1,60}=[^\s&=]*)+")
_RECORD_LISTS = ("entries", "requests", "calls", "items", "records", "rows", "data", "http_interactions", "recordings")


@dataclass(frozen=True, slots=True)
class UnreadableCall:
    """A record that cannot be read, or holds no call that is known.

    Attributes:
        file: the name of its file.
        number: the number of its line or entry in that file, from 1.
        reason: what is wrong with it; it never holds anything of the record.
        is_damage: whether the record cannot be read at all; otherwise it is about something else.
    """

    file: str
    number: int
    reason: str
    is_damage: bool = True


def read_calls(path: Path) -> Iterator[RecordedCall | UnreadableCall]:
    """Yield the calls that a file holds, in order, and a value for each record that cannot be read or holds no call.

    Raises:
        DumpError: the file cannot be read, or is too large.
    """
    if _plain_suffix(path) in _TABLE_SUFFIXES:
        yield from _read_table(path)
        return
    document = _read_document(path)
    if document is None:
        yield from _read_lines(path)
        return
    for number, record in enumerate(_list_records(document), 1):
        call = read_record(record, file=str(path), number=number)
        yield call or UnreadableCall(str(path), number, "holds no call that is known", is_damage=False)


def holds_calls(path: Path) -> bool:
    """Tell whether a file looks as if it held recorded calls, whatever its name is: by its first lines."""
    try:
        with _open(path) as file:
            lines = file.read(_BEGINNING).decode("utf-8", "replace").splitlines()
    except (OSError, EOFError, zlib.error):
        return False
    full = [line.strip() for line in lines if line.strip()]
    if not full:
        return False
    if _plain_suffix(path) in _TABLE_SUFFIXES:
        try:
            return any(isinstance(record, RecordedCall) for record in islice(_read_table(path), _MAX_SNIFFED_RECORDS))
        except DumpError:
            return False
    records = [_parse_object(line) for line in full]
    if full[0].startswith(("{", "[")) and not any(isinstance(record, dict) for record in records):
        try:
            document = _read_document(path, limit=_MAX_SNIFFED_BYTES)
        except DumpError:
            return False
        records = [] if document is None else _list_records(document)[:_MAX_SNIFFED_RECORDS]
    if any(isinstance(record, dict) and read_record(record, file="", number=1) for record in records):
        return True
    return sum(bool(_REQUEST_LINE.search(line)) for line in full) * 2 > len(full)


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def _read_document(path: Path, *, limit: int = _MAX_DOCUMENT_BYTES) -> Any:
    """Return the content of a file that is one JSON document; None if it is lines, or too large."""
    try:
        with _open(path) as file:
            beginning = file.readline(_MAX_LINE_BYTES)
            while beginning and not beginning.strip():
                beginning = file.readline(_MAX_LINE_BYTES)
            if not beginning.lstrip(b"\xef\xbb\xbf \t").startswith((b"{", b"[")):
                return None
            first = _parse_object(beginning.decode("utf-8-sig", "replace"))
            if first is not None and (file.read(_BEGINNING).strip() or read_record(first, file="", number=1)):
                return None
            rest = b"" if first is not None else file.read(limit)
    except (OSError, EOFError, zlib.error) as error:
        raise DumpError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}") from None
    if first is not None:
        return first
    return _parse_documents((beginning + rest).decode("utf-8-sig", "replace"))


def _parse_object(text: str) -> Any:
    """Return the object or list that a text is in JSON; None if it is neither."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _parse_documents(text: str) -> Any:
    """Return the JSON document that a text is, or the list of those that follow one another in it; None if it is neither."""
    decoder, documents, at = json.JSONDecoder(), [], 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        documents.append(document)
        while at < len(text) and text[at].isspace():
            at += 1
    return documents[0] if len(documents) == 1 and isinstance(documents[0], dict | list) else documents or None


def _list_records(document: Any, depth: int = 0) -> list[Any]:
    """Return the records of a JSON document: its elements, or the list that is in it under one of the usual names."""
    if isinstance(document, list):
        return document
    if depth < _MAX_RECORD_DEPTH and read_record(document, file="", number=1) is None:
        for name in ("log", *_RECORD_LISTS):
            inner = document.get(name)
            if isinstance(inner, list) or (isinstance(inner, dict) and name == "log"):
                return _list_records(inner, depth + 1)
    return [document]


def _read_lines(path: Path) -> Iterator[RecordedCall | UnreadableCall]:
    name, number, read = str(path), 0, 0
    try:
        with _open(path) as file:
            while line := file.readline(_MAX_LINE_BYTES + 1):
                number += 1
                read += len(line)
                if read > _MAX_FILE_BYTES:
                    raise DumpError(f"{path}: is larger than {_MAX_FILE_BYTES >> 30} GiB; cut it into parts")
                if len(line) > _MAX_LINE_BYTES:
                    while line and not line.endswith(b"\n"):
                        line = file.readline(_MAX_LINE_BYTES)
                        read += len(line)
                    yield UnreadableCall(name, number, f"is longer than {_MAX_LINE_BYTES >> 20} MiB")
                elif line.strip():
                    yield _read_line(line, name, number)
    except (OSError, EOFError, zlib.error) as error:
        raise DumpError(f"{path}: line {number + 1}: cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}") from None


def _plain_suffix(path: Path) -> str:
    """Return the suffix of a file, without that of its packing."""
    return Path(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def _read_table(path: Path) -> Iterator[RecordedCall | UnreadableCall]:
    """Yield the calls of a table, whose rows are objects by the names of its columns; bodies and answers are texts in them."""
    delimiter = "\t" if _plain_suffix(path) == ".tsv" else ","
    try:
        with io.TextIOWrapper(_open(path), encoding="utf-8-sig", errors="replace", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter=delimiter), 2):
                record = {name: value for name, value in row.items() if name is not None and value}
                call = read_record(record, file=str(path), number=number)
                yield call or UnreadableCall(str(path), number, "holds no call that is known", is_damage=False)
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise DumpError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}") from None


def _read_line(line: bytes, file: str, number: int) -> RecordedCall | UnreadableCall:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError:
        return UnreadableCall(file, number, "is not UTF-8")
    for start in _object_starts(text):
        record = parse_object(text[start:])
        if record is not None and (call := read_record(record, file=file, number=number)):
            return call
        if record is None and _JSON_START.match(text):
            return UnreadableCall(file, number, "is not JSON, although it begins like it")
    if match := _REQUEST_LINE.search(text):
        return _read_access(match, file, number)
    if (match := _FIELD.search(text)) and (call := read_record(match[0], file=file, number=number)):
        return call
    return UnreadableCall(file, number, "holds no call that is known", is_damage=False)


def _object_starts(text: str) -> list[int]:
    """Return where an object may begin in a line: at its start, or at one of the first brackets that a quote follows."""
    if _OBJECT_START.match(text):
        return [0]
    return [match.start() for match in islice(_OBJECT_START.finditer(text), _MAX_STARTS)]


def _read_access(match: re.Match[str], file: str, number: int) -> RecordedCall | UnreadableCall:
    """Read a line of an access log: method, address and status. The body is not in it."""
    record = {"method": match[1], "url": match[2], **({"status": match[3]} if match[3] else {})}
    call = read_record(record, file=file, number=number)
    return call or UnreadableCall(file, number, "is of another address", is_damage=False)
