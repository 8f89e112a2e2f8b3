"""Records of XML, read element by element: no entities of its own, no network, and what is broken costs no more than itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from model.errors import DumpError
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["XmlSchema", "read_xml"]

_CHUNK = 1 << 16
_MOST_TOKEN = 1 << 24
_MOST_DEPTH = 200
_HELD = 256
_MOST_PIECES = 100
_CONTROLS = bytes(range(0x09)) + b"\x0b\x0c" + bytes(range(0x0E, 0x20))
_BLANKED = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
"""Signs that XML forbids and that exports of forums are full of; a space in their place keeps every offset."""


@dataclass(frozen=True)
class XmlSchema:
    """Which elements of a kind of XML are records.

    Attributes:
        record: the names of elements that are records.
        parents: name of a record, or of what holds records → the elements around it.
        around: path of an element that is no part of a record → what a record calls its text, such as the title of what is
            commented on. It goes when the next of ``holder`` begins.
        holder: the element that holds records and what is around them.
    """

    record: frozenset[str]
    parents: dict[str, tuple[str, ...]]
    around: dict[str, str] = field(default_factory=dict)
    holder: str = ""


@dataclass
class _Open:
    """A record that is being read."""

    number: int
    offset: int
    depth: int
    fields: dict[str, object] = field(default_factory=dict)
    size: int = 0


class _Forbidden(Exception):  # noqa: N818 - a signal through expat, never an error of ours
    """The document declares entities."""


class _Parser:
    """Expat with our handlers, begun at some byte of the document inside of some elements."""

    def __init__(self, dialect: XmlSchema, *, base: int, inside: tuple[str, ...], number: int, encoding: str | None) -> None:
        self.dialect = dialect
        self.found: list[DumpRecord] = []
        self.number = number
        self._open: _Open | None = None
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._around: dict[str, object] = {}
        self._expat = expat.ParserCreate(encoding)
        self._expat.buffer_text = True
        self._expat.buffer_size = 1 << 16
        prefix = "".join(f"<{name}>" for name in inside).encode()
        self._base = base - len(prefix)
        self._fed = 0
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.EntityDeclHandler = lambda *_: self._refuse() and None
        self._expat.ExternalEntityRefHandler = self._refuse
        self.feed(prefix)

    def feed(self, data: bytes, *, last: bool = False) -> None:
        self._expat.Parse(data, last)
        self._fed += len(data)
        if self._fed - self._expat.CurrentByteIndex > _MOST_TOKEN:
            raise expat.ExpatError

    @property
    def offset(self) -> int:
        """The byte of the document where it is."""
        return self._base + max(self._expat.CurrentByteIndex, 0)

    @property
    def broken(self) -> DumpRecord:
        """What is broken: the record in which the parser is, or else a new one where it is."""
        if self._open is not None:
            return DumpRecord(self._open.number, self._open.offset, self._open.fields)
        return DumpRecord(self.number + 1, self.offset, {})

    def _refuse(self, *_: object) -> int:
        raise _Forbidden

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._texts.append([])
        if len(self._path) > _MOST_DEPTH:
            raise expat.ExpatError
        if self._open is None:
            if name == self.dialect.holder:
                self._around = {}
            if name not in self.dialect.record:
                return
            self.number += 1
            self._open = _Open(self.number, self.offset, len(self._path), dict(self._around))
        within = self._path[self._open.depth :]
        for key, value in attributes.items():
            self._open.fields.setdefault("/".join([*within, "@" + key]), value)

    def _data(self, data: str) -> None:
        record = self._open
        if record is not None:
            record.size += len(data)
        if self._texts and (record is None or record.size <= MAX_ROW_LENGTH):
            # What is around records is kept to its beginning.
            if record is None and len(self._texts[-1]) > _MOST_PIECES:
                return
            self._texts[-1].append(data)

    def _end(self, name: str) -> None:
        text = "".join(self._texts.pop())
        path, record = "/".join(self._path), self._open
        self._path.pop()
        if record is None:
            if (key := self.dialect.around.get(path)) is not None:
                self._around[key] = text
            return
        if len(self._path) < record.depth:
            self.found.append(
                DumpRecord(record.number, record.offset, record.fields, Reason.TOO_LONG if record.size > MAX_ROW_LENGTH else None)
            )
            self._open = None
            return
        key = "/".join([*self._path[record.depth :], name])
        before = record.fields.get(key)
        record.fields[key] = f"{before}\n{text}" if isinstance(before, str) and before.strip() else text


def read_xml(stream: BinaryIO, dialect: XmlSchema, *, name: str, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of an XML document, one by one.

    A document that is broken somewhere gives a record with a reason, and reading goes on with the next element that is one.

    Args:
        stream: the bytes.
        dialect: which elements are records.
        name: what messages call the document.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.

    Raises:
        DumpError: the document declares entities of its own.
    """
    data = stream.read(_CHUNK)
    ascii_like = not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00"))
    encoding = _declared(data)
    place: tuple[int, tuple[str, ...], bytes] | None = (0, (), data)
    number = 0
    while place is not None:
        base, inside, data = place
        parser = _Parser(dialect, base=base, inside=inside, number=number, encoding=encoding if inside else None)
        reason = None
        try:
            while data:
                parser.feed(data.translate(_BLANKED) if ascii_like else data)
                yield from _given(parser, has_offsets=has_offsets)
                base += len(data)
                data = stream.read(_CHUNK)
            parser.feed(b"", last=True)
        except _Forbidden:
            raise DumpError(f"{name} declares entities of its own, which dumps have no use for; it is not read") from None
        except (expat.ExpatError, ValueError, LookupError):
            reason = Reason.NOT_XML if data else Reason.TRUNCATED
        yield from _given(parser, has_offsets=has_offsets)
        if reason is None:
            return
        record = parser.broken
        number = record.line
        yield (record if has_offsets else record._replace(offset=None))._replace(reason=reason)
        at = max(parser.offset, base)
        place = _find(data[at - base :], stream, dialect, at=at) if ascii_like else None


def _given(parser: _Parser, *, has_offsets: bool) -> Iterator[DumpRecord]:
    found, parser.found = parser.found, []
    for record in found:
        yield record if has_offsets else record._replace(offset=None)


def _declared(head: bytes) -> str | None:
    found = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", head.removeprefix(b"\xef\xbb\xbf"))
    return found.group(1).decode() if found is not None else None


def _find(rest: bytes, stream: BinaryIO, dialect: XmlSchema, *, at: int) -> tuple[int, tuple[str, ...], bytes] | None:
    """Find the next element that is a record or holds some, beyond something broken."""
    tag = re.compile(rf"<({'|'.join(map(re.escape, dialect.parents))})(?=[\s>])".encode())
    floor = at + 1
    while True:
        found = tag.search(rest, max(floor - at, 0))
        if found is not None:
            return at + found.start(), dialect.parents[found.group(1).decode()], rest[found.start() :]
        keep = min(_HELD, len(rest))
        at += len(rest) - keep
        more = stream.read(_CHUNK)
        if not more:
            return None
        rest = rest[len(rest) - keep :] + more
