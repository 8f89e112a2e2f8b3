"""Records of JSON documents: objects in an array, in an array in an object, or one after another, read without loading the whole."""

import codecs
import io
import json
import re
from collections.abc import Iterator

from service.batch.input.columns.known_names import TEXT_NAMES
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason, is_unicode, value_size

__all__ = ["RECORD_ARRAY_NAMES", "read_json_documents"]

RECORD_ARRAY_NAMES = frozenset(
    {"items", "orderedItems", "comments", "data", "posts", "results", "replies", "rows", "entries", "records", "hits", "messages"}
)
"""Names of the array that holds the records of a document."""

_CHUNK_SIZE = 1 << 16
_SEARCH_OVERLAP = 1 << 12
"""Code points that are kept while looking for the next object, so that a match may begin in them."""
_END_MARGIN = 16
"""An error this near to the end of the text may only mean that the text goes on."""
_SEPARATORS = " \t\r\n,\x1e\ufeff"
_NEXT_OBJECT = re.compile(r"[,\n]\s{0,64}(?=\{)")
_decode_value = json.JSONDecoder().raw_decode


class _BrokenJson(Exception):  # noqa: N818 - a signal, never an error of ours
    """The text is no JSON from here on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class _UndecodableObject(dict[str, object]):
    """An object whose text holds bytes that are not UTF-8."""


class _JsonWindow:
    """A window that moves over the text of a document and knows its position in bytes.

    Attributes:
        text: the part of the document that is in memory.
        at: the index in ``text`` that has been reached.
        is_damaged: whether something broken has been skipped.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._anchor = (0, 0)
        """An index in ``text`` and the byte of the document there."""
        self._at_end = False
        self.text = ""
        self.at = 0
        self.is_damaged = False

    def read_more(self, size: int = _CHUNK_SIZE) -> bool:
        """Read on; return False if there is no more."""
        if self._at_end:
            return False
        if self.at > _CHUNK_SIZE:
            self._anchor = (0, self.offset())
            self.text = self.text[self.at :]
            self.at = 0
        chunk = self._stream.read(size)
        self._at_end = not chunk
        self.text += self._decoder.decode(chunk, self._at_end)
        return not self._at_end

    def offset(self) -> int:
        """Return the byte of the document that has been reached."""
        place, offset = self._anchor
        if self.at >= place:
            passed = self.text[place : self.at]
            offset += len(passed) if passed.isascii() else len(passed.encode("utf-8", "surrogateescape"))
            self._anchor = (self.at, offset)
        return offset

    def peek_char(self) -> str:
        """Skip separators, and return the next code point without consuming it; an empty string at the end."""
        while True:
            text, at, length = self.text, self.at, len(self.text)
            while at < length and text[at] in _SEPARATORS:
                at += 1
            self.at = at
            if at < length:
                return text[at]
            if not self.read_more():
                return ""

    def read_value(self) -> object:
        """Read a whole value.

        Raises:
            _BrokenJson: there is none, or it is too long.
        """
        while True:
            try:
                value, end = _decode_value(self.text, self.at)
            except json.JSONDecodeError as error:
                is_final = not error.msg.startswith("Unterminated string") and error.pos < len(self.text) - _END_MARGIN
                self._read_rest_of_value(is_final=is_final)
                continue
            except (RecursionError, ValueError):
                raise _BrokenJson(Reason.NOT_JSON) from None
            if end == len(self.text) and not isinstance(value, dict | list | str) and self.read_more():
                continue
            if end - self.at > MAX_ROW_LENGTH:
                raise _BrokenJson(Reason.TOO_LONG)
            return self._move_past(value, end)

    def _move_past(self, value: object, end: int) -> object:
        if not isinstance(value, dict):
            self.at = end
            return value
        self.offset()
        text, self.at = self.text[self.at : end], end
        return value if text.isascii() or is_unicode(text) else _UndecodableObject(value)

    def _read_rest_of_value(self, *, is_final: bool) -> None:
        """Read the next part of a value that is not complete yet.

        Raises:
            _BrokenJson: its error is final, it is too long, or the document ends.
        """
        if is_final:
            raise _BrokenJson(Reason.NOT_JSON)
        size = len(self.text) - self.at
        if size > MAX_ROW_LENGTH:
            raise _BrokenJson(Reason.TOO_LONG)
        if not self.read_more(max(size, _CHUNK_SIZE)):
            raise _BrokenJson(Reason.TRUNCATED)

    def find_next_object(self) -> bool | None:
        """Skip something broken, up to where the next object seems to begin.

        Returns:
            Whether the object seems to be in an array; None if there is no further object.
        """
        self.is_damaged = True
        begin = self.at + 1
        while True:
            match = _NEXT_OBJECT.search(self.text, begin)
            if match is not None:
                self.at = match.end()
                return "," in match.group()
            self.at = max(self.at, len(self.text) - _SEARCH_OVERLAP)
            length = len(self.text) - self.at
            if not self.read_more():
                self.at = len(self.text)
                return None
            begin = max(len(self.text) - length - _CHUNK_SIZE, self.at)


def read_json_documents(stream: io.BufferedReader, *, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of a JSON document, one by one.

    Something broken is one record with a reason, and reading goes on where the next object seems to begin.

    Args:
        stream: UTF-8.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    window = _JsonWindow(stream)
    number, offset = 0, 0
    in_array: bool | None = False
    while in_array is not None:
        values = _read_rest_of_array(window) if in_array else _read_values(window)
        try:
            for offset, value in values:
                number += 1
                yield _build_record(number, offset if has_offsets else None, value)
            return
        except _BrokenJson as broken:
            number += 1
            yield DumpRecord(number, window.offset() if has_offsets else None, {}, broken.reason)
            in_array = window.find_next_object()


def _build_record(number: int, offset: int | None, value: object) -> DumpRecord:
    if type(value) is dict:
        return DumpRecord(number, offset, value)
    if isinstance(value, _UndecodableObject):
        return DumpRecord(number, offset, value, Reason.NOT_UTF8)
    return DumpRecord(number, offset, {}, Reason.NOT_AN_OBJECT)


def _read_values(window: _JsonWindow) -> Iterator[tuple[int, object]]:
    """Yield offset and value of each record in a sequence of values."""
    while char := window.peek_char():
        if char == "[":
            window.at += 1
            yield from _read_elements(window)
        elif char == "{":
            yield from _read_object(window)
        elif window.is_damaged and char in "]}:":
            window.at += 1
        else:
            value, offset = window.read_value(), window.offset()
            if not window.is_damaged:
                yield offset, value


def _read_rest_of_array(window: _JsonWindow) -> Iterator[tuple[int, object]]:
    """Yield the records in the rest of an array, and those that follow it."""
    yield from _read_elements(window)
    yield from _read_values(window)


def _read_elements(window: _JsonWindow) -> Iterator[tuple[int, object]]:
    while char := window.peek_char():
        if char == "]":
            window.at += 1
            return
        offset = window.offset()
        yield offset, window.read_value()
    raise _BrokenJson(Reason.TRUNCATED)


def _read_object(window: _JsonWindow) -> Iterator[tuple[int, object]]:
    """Yield an object as a record, or the records in its array of them."""
    offset = window.offset()
    window.at += 1
    fields: dict[str, object] = {}
    size = 0
    has_records = False
    while window.peek_char() != "}":
        name = _read_name(window)
        if name in RECORD_ARRAY_NAMES and window.peek_char() == "[":
            window.at += 1
            if window.peek_char() == "{":
                has_records = True
                yield from _read_elements(window)
            else:
                values: list[object] = []
                fields[name] = values
                size = _collect_values(window, values, size)
            continue
        window.peek_char()
        fields[name] = window.read_value()
        size = _require_short(size + len(name) + value_size(fields[name]))
    window.at += 1
    if not has_records or any(isinstance(fields.get(name), str) for name in TEXT_NAMES):
        is_decodable = all(_is_decodable(name) and _is_decodable(value) for name, value in fields.items())
        yield offset, fields if is_decodable else _UndecodableObject(fields)


def _collect_values(window: _JsonWindow, values: list[object], size: int) -> int:
    """Append the rest of an array to some values, and return ``size`` with theirs added to it."""
    for _, value in _read_elements(window):
        values.append(value)
        size = _require_short(size + value_size(value))
    return size


def _require_short(size: int) -> int:
    """Return the size of an object that is being read, unless it is too long to be held in memory."""
    if size > MAX_ROW_LENGTH:
        raise _BrokenJson(Reason.TOO_LONG)
    return size


def _read_name(window: _JsonWindow) -> str:
    """Read the name of a field and the colon behind it."""
    char = window.peek_char()
    if char != '"':
        raise _BrokenJson(Reason.NOT_JSON if char else Reason.TRUNCATED)
    name = str(window.read_value())
    char = window.peek_char()
    if char != ":":
        raise _BrokenJson(Reason.NOT_JSON if char else Reason.TRUNCATED)
    window.at += 1
    return name


def _is_decodable(value: object) -> bool:
    if isinstance(value, _UndecodableObject):
        return False
    return not isinstance(value, str) or value.isascii() or not any("\udc80" <= char <= "\udcff" for char in value)
