"""Records of XML documents, read element by element, without entities or network; a broken element costs no other record."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from model.errors import DumpError
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["ReferredTitles", "XmlSchema", "read_xml"]

_CHUNK_SIZE = 1 << 16
_MAX_TOKEN_SIZE = 1 << 22
_MAX_NAME_LENGTH = 1 << 10
_FIELD_SIZE = 64
"""Code points that an element or an attribute of a record counts for, besides its text."""
_MAX_DEPTH = 200
_TAG_OVERLAP = 256
"""The number of bytes that a search for the next record keeps, because its tag may begin in them."""
_MAX_CONTEXT_PIECES = 100
_MAX_TITLES = 50_000
_MAX_TITLE_LENGTH = 200
_CONTROL_CHARS = bytes(range(0x09)) + b"\x0b\x0c" + bytes(range(0x0E, 0x20))
_CONTROL_CHARS_TO_SPACES = bytes.maketrans(_CONTROL_CHARS, b" " * len(_CONTROL_CHARS))
"""XML forbids these characters, but exports of forums are full of them; a space in place of each keeps every offset."""
_ENCODINGS_OF_WIDE_CHARS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
"""The first bytes of texts whose characters have two bytes or more."""


@dataclass(frozen=True)
class ReferredTitles:
    """Titles that stand elsewhere in a document, in elements that records refer to by a key, such as threads.

    Attributes:
        element: the path of these elements.
        key: their attribute that holds the key.
        title: the name of the element in them that holds the title.
        reference: the field of a record that holds the key.
        field: the field of a record that gets the title.
    """

    element: str
    key: str
    title: str
    reference: str
    field: str


@dataclass(frozen=True)
class XmlSchema:
    """Where the records are in a kind of XML document.

    Attributes:
        record: the names of the elements that are records.
        parents: for each element that is a record or contains records, the names of the elements around it.
        context: for the path of each element whose text belongs to the records beside it, such as the title of the page that is
            commented on: what the records call it. It holds until the next ``holder`` begins.
        holder: the name of the element that contains records and their context.
        titles: the titles that records refer to; None if there are none.
    """

    record: frozenset[str]
    parents: dict[str, tuple[str, ...]]
    context: dict[str, str] = field(default_factory=dict)
    holder: str = ""
    titles: ReferredTitles | None = None


@dataclass
class _PartialRecord:
    """A record that is being read.

    Attributes:
        number: its number in the document, counted from 1.
        offset: the byte where it begins.
        depth: how many elements it is in, itself included.
        fields: the fields that have been read.
        size: the code points of its texts.
    """

    number: int
    offset: int
    depth: int
    fields: dict[str, object]
    size: int = 0


class _ForbiddenEntity(Exception):  # noqa: N818 - a signal that passes through expat, not an error of ours
    """The document declares entities."""


class _Position(NamedTuple):
    """A place in a document where parsing can begin.

    Attributes:
        offset: the byte of the document.
        inside: the names of the elements around it.
        data: bytes from there on that have been read already.
    """

    offset: int
    inside: tuple[str, ...]
    data: bytes


class _RecordParser:
    """An XML parser that begins somewhere in a document and collects records."""

    def __init__(self, schema: XmlSchema, position: _Position, titles: dict[str, str], *, number: int, encoding: str | None) -> None:
        self._schema = schema
        self._titles = titles
        self._title_key: str | None = None
        self._title_path = f"{schema.titles.element}/{schema.titles.title}" if schema.titles else ""
        self._number = number
        self._records: list[DumpRecord] = []
        self._partial: _PartialRecord | None = None
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._context: dict[str, object] = {}
        self._opening_tags = "".join(f"<{name}>" for name in position.inside).encode()
        self._base = position.offset - len(self._opening_tags)
        self._size = 0
        self._expat = expat.ParserCreate(encoding)
        self._expat.buffer_text = True
        self._expat.buffer_size = _CHUNK_SIZE
        self._expat.StartElementHandler = self._begin_element
        self._expat.EndElementHandler = self._end_element
        self._expat.CharacterDataHandler = self._add_text
        self._expat.EntityDeclHandler = lambda *_: self._refuse_entity() and None
        self._expat.ExternalEntityRefHandler = self._refuse_entity

    def open_surrounding_elements(self) -> None:
        """Parse the tags of the elements around the position, as if the document began there."""
        self.parse(self._opening_tags)

    def parse(self, data: bytes, *, is_last: bool = False) -> None:
        self._expat.Parse(data, is_last)
        self._size += len(data)
        if self._size - self._expat.CurrentByteIndex > _MAX_TOKEN_SIZE:
            raise expat.ExpatError

    def take_records(self) -> list[DumpRecord]:
        """Return the records that are complete since the last call."""
        records, self._records = self._records, []
        return records

    @property
    def offset(self) -> int:
        """The byte of the document that has been reached."""
        return self._base + max(self._expat.CurrentByteIndex, 0)

    def broken_record(self, reason: Reason) -> DumpRecord:
        """Return the record in which the parser has stopped, or a new one if it is in none."""
        partial = self._partial
        if partial is None:
            return DumpRecord(self._number + 1, self.offset, {}, reason)
        return DumpRecord(partial.number, partial.offset, partial.fields, reason)

    def _refuse_entity(self, *_: object) -> int:
        raise _ForbiddenEntity

    def _begin_element(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._texts.append([])
        if len(self._path) > _MAX_DEPTH or len(name) > _MAX_NAME_LENGTH:
            raise expat.ExpatError
        if self._partial is None:
            if name == self._schema.holder:
                self._context = {}
            if (titles := self._schema.titles) is not None and "/".join(self._path) == titles.element:
                self._title_key = attributes.get(titles.key)
            if name not in self._schema.record:
                return
            self._number += 1
            self._partial = _PartialRecord(self._number, self.offset, len(self._path), dict(self._context))
        path = self._path[self._partial.depth :]
        self._partial.size += _FIELD_SIZE
        for attribute, value in attributes.items():
            key = "/".join([*path, "@" + attribute])
            self._partial.size += len(key) + len(value) + _FIELD_SIZE
            if self._partial.size > MAX_ROW_LENGTH:
                break
            self._partial.fields.setdefault(key, value)

    def _add_text(self, text: str) -> None:
        partial = self._partial
        if partial is not None:
            partial.size += len(text)
        if self._texts and (partial is None or partial.size <= MAX_ROW_LENGTH):
            # Of a text outside of records, only the beginning is kept.
            if partial is None and len(self._texts[-1]) > _MAX_CONTEXT_PIECES:
                return
            self._texts[-1].append(text)

    def _end_element(self, name: str) -> None:
        text = "".join(self._texts.pop())
        path, partial = "/".join(self._path), self._partial
        self._path.pop()
        if partial is None:
            if (key := self._schema.context.get(path)) is not None:
                self._context[key] = text
            elif self._title_key is not None and path == self._title_path and len(self._titles) < _MAX_TITLES:
                self._titles[self._title_key[:_MAX_TITLE_LENGTH]] = text[:_MAX_TITLE_LENGTH]
        elif len(self._path) < partial.depth:
            if (titles := self._schema.titles) is not None and (title := self._titles.get(str(partial.fields.get(titles.reference)))):
                partial.fields[titles.field] = title
            reason = Reason.TOO_LONG if partial.size > MAX_ROW_LENGTH else None
            self._records.append(DumpRecord(partial.number, partial.offset, partial.fields, reason))
            self._partial = None
        elif partial.size <= MAX_ROW_LENGTH:
            key = "/".join([*self._path[partial.depth :], name])
            partial.size += len(key)
            earlier_text = partial.fields.get(key)
            partial.fields[key] = f"{earlier_text}\n{text}" if isinstance(earlier_text, str) and earlier_text.strip() else text


def read_xml(stream: BinaryIO, schema: XmlSchema, *, name: str, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of an XML document, one by one.

    Where the document is broken, a record has a reason, and reading goes on with the next element that is a record.

    Args:
        stream: the bytes.
        schema: where the records are.
        name: the name of the document in messages.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.

    Raises:
        DumpError: the document declares entities.
    """
    for record in _read_records(stream, schema, name):
        yield record if has_offsets else record._replace(offset=None)


def _read_records(stream: BinaryIO, schema: XmlSchema, name: str) -> Iterator[DumpRecord]:
    head = stream.read(_CHUNK_SIZE)
    has_wide_chars = head.startswith(_ENCODINGS_OF_WIDE_CHARS)
    encoding = _declared_encoding(head)
    position: _Position | None = _Position(0, (), head)
    number = 0
    titles: dict[str, str] = {}
    while position is not None:
        offset, data = position.offset, position.data
        # Behind something broken, the declaration of the encoding has been passed.
        parser = _RecordParser(schema, position, titles, number=number, encoding=encoding if position.inside else None)
        try:
            parser.open_surrounding_elements()
            while data:
                parser.parse(data if has_wide_chars else data.translate(_CONTROL_CHARS_TO_SPACES))
                yield from parser.take_records()
                offset += len(data)
                data = stream.read(_CHUNK_SIZE)
            parser.parse(b"", is_last=True)
        except _ForbiddenEntity:
            raise DumpError(f"{name} declares entities of its own, which dumps have no use for; it is not read") from None
        except (expat.ExpatError, ValueError, LookupError):
            yield from parser.take_records()
            record = parser.broken_record(Reason.NOT_XML if data else Reason.TRUNCATED)
            number = record.line
            yield record
            at = max(parser.offset, offset)
            position = None if has_wide_chars else _find_next_record(data[at - offset :], stream, schema, offset=at)
        else:
            yield from parser.take_records()
            return


def _declared_encoding(head: bytes) -> str | None:
    declaration = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", head.removeprefix(b"\xef\xbb\xbf"))
    return declaration.group(1).decode() if declaration is not None else None


def _find_next_record(data: bytes, stream: BinaryIO, schema: XmlSchema, *, offset: int) -> _Position | None:
    """Find the next element behind ``offset``, where the document is broken, that is a record or contains records."""
    tag = re.compile(rf"<({'|'.join(map(re.escape, schema.parents))})(?=[\s>])".encode())
    search_begin = offset + 1
    while True:
        match = tag.search(data, max(search_begin - offset, 0))
        if match is not None:
            return _Position(offset + match.start(), schema.parents[match.group(1).decode()], data[match.start() :])
        overlap = min(_TAG_OVERLAP, len(data))
        offset += len(data) - overlap
        chunk = stream.read(_CHUNK_SIZE)
        if not chunk:
            return None
        data = data[len(data) - overlap :] + chunk
