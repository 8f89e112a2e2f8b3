"""Records of JSON documents: the objects of an array, or of the array in an object, or one after another; never the whole at once."""

import codecs
import io
import json
import re
from collections.abc import Iterator

from service.batch.input.columns import TEXT_NAMES
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason, is_unicode

__all__ = ["RECORD_ARRAY_NAMES", "read_json_documents"]

RECORD_ARRAY_NAMES = frozenset(
    {"items", "orderedItems", "comments", "data", "posts", "results", "replies", "rows", "entries", "records", "hits", "messages"}
)
"""What the array of records in a document is called."""

_CHUNK = 1 << 16
_HELD = 1 << 12
_NEAR = 16
"""Code points from its end within which the text may be broken only because it goes on."""
_BETWEEN = " \t\r\n,\x1e\ufeff"
_NEXT = re.compile(r"[,\n]\s{0,64}(?=\{)")
_DECODE = json.JSONDecoder().raw_decode


class _Broken(Exception):  # noqa: N818 - a signal, never an error of ours
    """The text is no JSON from here on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class _Text:
    """A window of the text that moves on, and knows at which byte it is."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._marked = (0, 0)
        self.text = ""
        self.at = 0
        self.ended = False
        self.damaged = False

    def more(self, size: int = _CHUNK) -> bool:
        """Read on; False if there is no more."""
        if self.ended:
            return False
        if self.at > _CHUNK:
            self.offset()
            self.text = self.text[self.at :]
            self._marked = (0, self._marked[1])
            self.at = 0
        chunk = self._stream.read(size)
        self.ended = not chunk
        self.text += self._decoder.decode(chunk, self.ended)
        return not self.ended

    def offset(self) -> int:
        """Return at which byte it is."""
        mark, count = self._marked
        if self.at >= mark:
            passed = self.text[mark : self.at]
            count += len(passed) if passed.isascii() else len(passed.encode("utf-8", "surrogateescape"))
            self._marked = (self.at, count)
        return count

    def next(self) -> str:
        """Pass over what stands between two values; return the next code point, empty at the end."""
        while True:
            text, at, length = self.text, self.at, len(self.text)
            while at < length and text[at] in _BETWEEN:
                at += 1
            self.at = at
            if at < length:
                return text[at]
            if not self.more():
                return ""

    def value(self) -> object:
        """Read a whole value."""
        while True:
            try:
                value, end = _DECODE(self.text, self.at)
            except json.JSONDecodeError as error:
                self._insist(real=not error.msg.startswith("Unterminated string") and error.pos < len(self.text) - _NEAR)
                continue
            except (RecursionError, ValueError):
                raise _Broken(Reason.NOT_JSON) from None
            if end == len(self.text) and not isinstance(value, dict | list | str) and self.more():
                continue
            if end - self.at > MAX_ROW_LENGTH:
                raise _Broken(Reason.TOO_LONG)
            return self._passed(value, end)

    def _passed(self, value: object, end: int) -> object:
        if not isinstance(value, dict):
            self.at = end
            return value
        self.offset()
        passed, self.at = self.text[self.at : end], end
        if not passed.isascii() and not is_unicode(passed):
            return _Doubtful(value)
        return value

    def _insist(self, *, real: bool) -> None:
        """Read on where a value is not whole yet."""
        if real:
            raise _Broken(Reason.NOT_JSON)
        size = len(self.text) - self.at
        if size > MAX_ROW_LENGTH:
            raise _Broken(Reason.TOO_LONG)
        if not self.more(max(size, _CHUNK)):
            raise _Broken(Reason.TRUNCATED)

    def find_next(self) -> bool | None:
        """Go to where the next object seems to begin, beyond something broken; tells whether in an array, None if there is none."""
        self.damaged = True
        begin = self.at + 1
        while True:
            found = _NEXT.search(self.text, begin)
            if found is not None:
                self.at = found.end()
                return "," in found.group()
            self.at = max(self.at, len(self.text) - _HELD)
            length = len(self.text) - self.at
            if not self.more():
                self.at = len(self.text)
                return None
            begin = max(len(self.text) - length - _CHUNK, self.at)


class _Doubtful(dict[str, object]):
    """An object in whose text bytes were not UTF-8."""


def read_json_documents(stream: io.BufferedReader, *, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of a JSON document, one by one.

    What is broken is one record with a reason; reading goes on where the next object seems to begin.

    Args:
        stream: UTF-8.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.
    """
    text = _Text(stream)
    number, offset = 0, 0
    in_array: bool | None = False
    while in_array is not None:
        records = _array(text) if in_array else _top(text)
        try:
            for offset, value in records:
                number += 1
                yield _record(number, offset if has_offsets else None, value)
            return
        except _Broken as broken:
            number += 1
            yield DumpRecord(number, text.offset() if has_offsets else None, {}, broken.reason)
            in_array = text.find_next()


def _record(number: int, offset: int | None, value: object) -> DumpRecord:
    if type(value) is dict:
        return DumpRecord(number, offset, value)
    if isinstance(value, _Doubtful):
        return DumpRecord(number, offset, value, Reason.NOT_UTF8)
    return DumpRecord(number, offset, {}, Reason.NOT_AN_OBJECT)


def _top(text: _Text) -> Iterator[tuple[int, object]]:
    """Yield what is in a sequence of values."""
    while char := text.next():
        if char == "[":
            text.at += 1
            yield from _elements(text)
        elif char == "{":
            yield from _object(text)
        elif text.damaged and char in "]}:":
            text.at += 1
        else:
            value, offset = text.value(), text.offset()
            if not text.damaged:
                yield offset, value


def _array(text: _Text) -> Iterator[tuple[int, object]]:
    """Yield what is left of an array, and what follows it."""
    yield from _elements(text)
    yield from _top(text)


def _elements(text: _Text) -> Iterator[tuple[int, object]]:
    while char := text.next():
        if char == "]":
            text.at += 1
            return
        offset = text.offset()
        yield offset, text.value()
    raise _Broken(Reason.TRUNCATED)


def _object(text: _Text) -> Iterator[tuple[int, object]]:
    """Yield an object, or what is in its array of records."""
    offset = text.offset()
    text.at += 1
    fields: dict[str, object] = {}
    unfolded = False
    while (char := text.next()) != "}":
        if char != '"':
            raise _Broken(Reason.NOT_JSON if char else Reason.TRUNCATED)
        name = str(text.value())
        if text.next() != ":":
            raise _Broken(Reason.NOT_JSON if text.next() else Reason.TRUNCATED)
        text.at += 1
        if name in RECORD_ARRAY_NAMES and text.next() == "[":
            text.at += 1
            if text.next() == "{":
                unfolded = True
                yield from _elements(text)
                continue
            fields[name] = [value for _, value in _elements(text)]
            continue
        text.next()
        fields[name] = text.value()
    text.at += 1
    if not unfolded or any(isinstance(fields.get(name), str) for name in TEXT_NAMES):
        doubtful = not all(_is_text(name) and _is_text(value) for name, value in fields.items())
        yield offset, _Doubtful(fields) if doubtful else fields


def _is_text(value: object) -> bool:
    return not isinstance(value, _Doubtful) and (not isinstance(value, str) or value.isascii() or not _has_bytes(value))


def _has_bytes(value: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in value)
