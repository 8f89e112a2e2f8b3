"""An XML parser that begins somewhere in a document and collects records, without entities or network."""

from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from service.batch.input.columns.known_names import ID_NAMES, PARENT_NAMES
from service.batch.input.formats.xml.xml_schema import XmlSchema, column_of_element
from service.batch.input.records import DumpRecord
from service.batch.rows import MAX_ROW_LENGTH, Reason

__all__ = ["ForbiddenEntity", "RecordParser", "XmlPosition"]

_CHUNK_SIZE = 1 << 16
_MAX_TOKEN_SIZE = 1 << 22
_MAX_NAME_LENGTH = 1 << 10
_FIELD_SIZE = 64
"""Code points that an element or an attribute of a record counts for, besides its text."""
_MAX_DEPTH = 200
_MAX_CONTEXT_PIECES = 100
_MAX_TITLES = 50_000
_MAX_TITLE_LENGTH = 200


@dataclass
class _PartialRecord:
    """A record that is being read.

    Attributes:
        number: its number in the document, counted from 1.
        offset: the byte where it begins.
        depth: how many elements it is in, itself included.
        fields: the fields that have been read.
        size: the code points of its texts.
        outer: the record that it is in, if records nest.
        texts: all texts in it, in order, if the document is one whose records are texts.
    """

    number: int
    offset: int
    depth: int
    fields: dict[str, object]
    size: int = 0
    outer: "_PartialRecord | None" = None
    texts: list[str] = field(default_factory=list)

    def whole_size(self) -> int:
        """Return the code points of its texts and of those of the records around it."""
        size, record = 0, self
        while record.outer is not None:
            size += record.size
            record = record.outer
        return size + record.size

    def complete(self) -> DumpRecord:
        """Return the record, whose element has ended."""
        return DumpRecord(self.number, self.offset, self.fields, Reason.TOO_LONG if self.size > MAX_ROW_LENGTH else None)


class ForbiddenEntity(Exception):  # noqa: N818 - a signal that passes through expat, not an error of ours
    """The document declares entities."""


class XmlPosition(NamedTuple):
    """A place in a document where parsing can begin.

    Attributes:
        offset: the byte of the document.
        inside: the names of the elements around it.
        data: bytes from there on that have been read already.
    """

    offset: int
    inside: tuple[str, ...]
    data: bytes


class RecordParser:
    """An XML parser that begins somewhere in a document and collects records."""

    def __init__(self, schema: XmlSchema, position: XmlPosition, titles: dict[str, str], *, number: int, encoding: str | None) -> None:
        self._schema = schema
        self._titles = titles
        self._title_key: str | None = None
        self._title_path = f"{schema.titles.element}/{schema.titles.title}" if schema.titles else ""
        self._number = number
        self._records: list[DumpRecord] = []
        self._partial: _PartialRecord | None = None
        self._inner_records: list[DumpRecord] = []
        self._inner_size = 0
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._context: dict[str, object] = {}
        self._document_context: dict[str, object] = {}
        self.has_ended = False
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
        """Parse the next bytes of the document.

        Raises:
            ForbiddenEntity: the document declares entities.
            expat.ExpatError: it is broken, or a name or an attribute in it is longer than any is.
        """
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

    def broken_records(self, reason: Reason) -> list[DumpRecord]:
        """Return the records in which the parser has stopped, and those that had ended in them; a new one if it is in none."""
        if self._partial is None:
            return [DumpRecord(self._number + 1, self.offset, {}, reason)]
        records = self._inner_records
        partial: _PartialRecord | None = self._partial
        while partial is not None:
            records.append(DumpRecord(partial.number, partial.offset, partial.fields, reason))
            partial = partial.outer
        return sorted(records, key=lambda record: record.line)

    def _refuse_entity(self, *_: object) -> int:
        raise ForbiddenEntity

    def _begin_element(self, name: str, attributes: dict[str, str]) -> None:
        if self._schema.plain_attributes and self._partial is not None:
            name = column_of_element(name, attributes)
        self._path.append(name)
        self._texts.append([])
        if len(self._path) > _MAX_DEPTH or len(name) > _MAX_NAME_LENGTH:
            raise expat.ExpatError
        if self._partial is None:
            if name == self._schema.holder:
                self._context = {}
            if (titles := self._schema.titles) is not None and "/".join(self._path) == titles.element:
                self._title_key = attributes.get(titles.key)
        if name in self._schema.record and (self._partial is None or (self._schema.nests and self._partial.whole_size() <= MAX_ROW_LENGTH)):
            self._begin_record()
        if self._partial is None:
            return
        path = self._path[self._partial.depth :]
        self._partial.size += _FIELD_SIZE
        for attribute, value in attributes.items():
            key = attribute if self._schema.plain_attributes and not path else "/".join([*path, "@" + attribute])
            self._partial.size += len(key) + len(value) + _FIELD_SIZE
            if self._partial.size > MAX_ROW_LENGTH:
                break
            if key in self._schema.joined and key in self._partial.fields:
                value = f"{self._partial.fields[key]}\n{value}"
                self._partial.fields[key] = value
            self._partial.fields.setdefault(key, value)

    def _begin_record(self) -> None:
        self._number += 1
        fields = {**self._document_context, **self._context}
        self._partial = _PartialRecord(self._number, self.offset, len(self._path), fields, outer=self._partial)

    def _end_record(self, partial: _PartialRecord) -> None:
        """Hand on a record that is complete: those in another one only after it, unless they are many."""
        self._partial = partial.outer
        if partial.outer is not None and not any(name.casefold() in PARENT_NAMES for name in partial.fields):
            outer_fields = {name.casefold(): value for name, value in partial.outer.fields.items()}
            partial.fields["parent_id"] = next((outer_fields[name] for name in ID_NAMES if name in outer_fields), None)
        self._inner_records.append(partial.complete())
        self._inner_size += partial.size
        if self._partial is None or self._inner_size > MAX_ROW_LENGTH:
            self._records.extend(sorted(self._inner_records, key=lambda record: record.line))
            self._inner_records, self._inner_size = [], 0

    def _add_text(self, text: str) -> None:
        partial = self._partial
        if partial is not None:
            partial.size += len(text)
        if self._texts and (partial is None or partial.size <= MAX_ROW_LENGTH):
            # Of a text outside of records, only the beginning is kept.
            if partial is None and len(self._texts[-1]) > _MAX_CONTEXT_PIECES:
                return
            self._texts[-1].append(text)
            if partial is not None and self._schema.own_text:
                partial.texts.append(text)

    def _end_element(self, _: str) -> None:
        text = "".join(self._texts.pop())
        path, partial = "/".join(self._path), self._partial
        name = self._path.pop()
        self.has_ended = not self._path
        if partial is None:
            if (key := self._schema.document_context.get(path)) is not None:
                if not self._document_context.get(key):
                    self._document_context[key] = text.strip()
            elif (key := self._schema.context.get(path)) is not None:
                self._context[key] = text
            elif self._title_key is not None and path == self._title_path and len(self._titles) < _MAX_TITLES:
                self._titles[self._title_key[:_MAX_TITLE_LENGTH]] = text[:_MAX_TITLE_LENGTH]
        elif len(self._path) < partial.depth:
            if (titles := self._schema.titles) is not None and (title := self._titles.get(str(partial.fields.get(titles.reference)))):
                partial.fields[titles.field] = title
            if self._schema.own_text and partial.size <= MAX_ROW_LENGTH and (whole_text := "".join(partial.texts).strip()):
                partial.fields[self._schema.own_text] = whole_text
            self._end_record(partial)
        elif partial.size <= MAX_ROW_LENGTH:
            key = "/".join([*self._path[partial.depth :], name])
            partial.size += len(key)
            earlier_text = partial.fields.get(key)
            if key in self._schema.replaced and isinstance(earlier_text, str):
                partial.size -= len(earlier_text)
                earlier_text = None
            partial.fields[key] = f"{earlier_text}\n{text}" if isinstance(earlier_text, str) and earlier_text.strip() else text
