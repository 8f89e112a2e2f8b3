"""Records of JSON documents: in arrays at any depth, under keys, column by column, or one after another.

A document of moderate size is seen whole before it is taken apart. A larger one is read piece by piece: the elements of its arrays one
by one, and of a table that is stored column by column as little as is needed to put the rows together.
"""

import io
from collections.abc import Iterator, Mapping

from service.batch.input.formats.json.column_store import ColumnCells, ColumnStore
from service.batch.input.formats.json.json_window import BrokenJson, JsonWindow, UndecodableObject
from service.batch.input.records import DumpRecord, new_record
from service.batch.input.trees.document_shapes import (
    DocumentRecord,
    DocumentShapes,
    has_containers,
    is_foreign,
    is_record_array,
    new_document_record,
)
from service.batch.rows import MAX_ROW_LENGTH, Reason, value_size

__all__ = ["read_json_documents"]

_Fields = Mapping[str, object]
_MAX_LISTED = 1000
"""Simple values of the longest array that is remembered as a field, and of an object as long as it may be a column."""
_MAX_DOCUMENT = 1 << 22
"""Code points of the longest document that is seen whole; in memory, it may take thirty times as much."""
_MAX_DEPTH = 200
"""Levels of arrays and objects that are too large to be seen whole, one inside of the other."""


def read_json_documents(stream: io.BufferedReader, shapes: DocumentShapes, *, name: str, has_offsets: bool = True) -> Iterator[DumpRecord]:
    """Read the records of JSON documents, one by one.

    Something broken is one record with a reason, and reading goes on where the next object seems to begin.

    Args:
        stream: UTF-8.
        shapes: finds the records in a value.
        name: the name of the file, for messages.
        has_offsets: whether the stream holds the bytes of the file as they are stored, so that offsets mean something.

    Raises:
        DumpError: the document is a table, stored column by column, that is too large for that.
    """
    reader = _DocumentReader(JsonWindow(stream), shapes, name)
    number = 0
    in_array: bool | None = False
    while in_array is not None:
        found = reader.read_rest_of_array() if in_array else reader.read_values()
        try:
            for offset, (value, envelope) in found:
                number += 1
                yield _build_record(number, offset if has_offsets else None, value, envelope)
            return
        except BrokenJson as broken:
            number += 1
            yield DumpRecord(number, reader.window.offset() if has_offsets else None, {}, broken.reason)
            in_array = reader.window.find_next_object()


def _build_record(number: int, offset: int | None, value: object, envelope: _Fields) -> DumpRecord:
    if type(value) is dict:
        return new_record((number, offset, value, None, envelope or None))
    if isinstance(value, UndecodableObject):
        return DumpRecord(number, offset, value, Reason.NOT_UTF8)
    return DumpRecord(number, offset, {}, Reason.NOT_AN_OBJECT)


class _DocumentReader:
    """Reads the records of documents, with the byte at which each begins where that is known."""

    def __init__(self, window: JsonWindow, shapes: DocumentShapes, name: str) -> None:
        self.window = window
        self._shapes = shapes
        self._name = name

    def read_values(self) -> Iterator[tuple[int | None, DocumentRecord]]:
        """Yield the records in a sequence of documents."""
        window = self.window
        while char := window.peek_char():
            if char == "[":
                window.at += 1
                yield from self._read_elements({}, depth=1)
            elif char == "{":
                yield from self._read_document()
            elif window.is_damaged and char in "]}:":
                window.at += 1
            elif not window.skip_script():
                offset, value = window.offset(), window.read_value()
                if not window.is_damaged:
                    yield offset, next(self._shapes.split(value, {}))

    def read_rest_of_array(self) -> Iterator[tuple[int | None, DocumentRecord]]:
        """Yield the records in the rest of an array, and those that follow it."""
        yield from self._read_elements({}, depth=1)
        yield from self.read_values()

    def _read_document(self) -> Iterator[tuple[int | None, DocumentRecord]]:
        """Yield the records in an object: seen whole if it is not too long, and otherwise part by part."""
        offset = self.window.offset()
        value = self.window.try_object(_MAX_DOCUMENT)
        if value is None:
            yield from self._read_parts({}, depth=0)
            return
        for record in self._shapes.split(value, {}):
            yield (offset if record.value is value else None), record

    def _read_elements(self, envelope: _Fields, *, depth: int, name: str = "") -> Iterator[tuple[int | None, DocumentRecord]]:
        """Yield the records in the rest of an array."""
        window = self.window
        takes_all = is_record_array(name)
        may_be_record = self._shapes.search.has_replies if is_foreign(name) else self._shapes.search.may_be_record
        is_first = True
        while char := window.peek_char():
            if char == "]":
                window.at += 1
                return
            offset = window.offset()
            if char == "{":
                value: object = window.try_object()
                if value is None and window.is_too_long():
                    yield from self._read_parts(envelope, depth=depth)
                    continue
                value = window.read_value() if value is None else value
                if takes_all and type(value) is dict and not has_containers(value):
                    yield offset, new_document_record((value, envelope))
                    continue
            else:
                value = window.read_value()
                if is_first and self._shapes.is_header(value) and window.peek_char() != "]":
                    envelope = {"columns": value, **envelope}
                    is_first = False
                    continue
            is_first = False
            for record in self._shapes.split_element(value, envelope, name=name, depth=depth):
                if takes_all or may_be_record(record.value):
                    yield (offset if record.value is value else None), record
        raise BrokenJson(Reason.TRUNCATED)

    def _read_parts(
        self, envelope: _Fields, *, depth: int, name: str = "", columns: ColumnStore | None = None
    ) -> Iterator[tuple[int | None, DocumentRecord]]:
        """Yield the records in an object that cannot be seen whole; one of nothing but simple values may be a column of a table.

        Args:
            envelope: the fields of the objects around it.
            depth: how many objects and arrays there are around it.
            name: the name of the field that it is.
            columns: the columns of the document, if it may be one.
        """
        window = self.window
        parts = _ObjectParts(window.offset(), ColumnStore(self._name) if columns is None else columns, has_keys=not depth)
        window.at += 1
        while window.peek_char() != "}":
            field = self._read_name()
            if window.peek_char() in "[{":
                parts.cells = None
                for found in self._read_container(field, {**envelope, **parts.fields}, parts, depth=depth):
                    parts.record_names.add(field)
                    yield found
            else:
                parts.add_scalar(field, window.read_value())
        window.at += 1
        if columns is not None and parts.cells is not None:
            columns.columns[name] = parts.cells
            return
        rows = None if depth or parts.record_names else self._rows_of_columns(parts)
        if rows is not None:
            yield from ((None, DocumentRecord(row, envelope)) for row in rows)
        elif self._shapes.search.has_own_text(parts.fields):
            if self._shapes.search.is_record_with_text(parts.fields, parts.record_names):
                yield parts.offset, DocumentRecord(parts.record(), envelope)
        elif not parts.record_names and (not depth or not name):
            yield parts.offset, DocumentRecord(parts.record(), envelope)

    def _rows_of_columns(self, parts: "_ObjectParts") -> Iterator[dict[str, object]] | None:
        """Return the rows of a document that is a table; None if it is none."""
        if parts.cells is not None and parts.cells.has_decimal_keys:
            return ({"id": key, "text": text} for key, text in zip(parts.cells.keys(), parts.cells.cells(), strict=True))
        rows = parts.columns.rows()
        if rows is None:
            lists = [cells for name, cells in parts.columns.columns.items() if cells.has_text and is_record_array(name)]
            rows = ({"text": cell} for cell in lists[0].cells()) if lists else None
        return rows

    def _read_container(
        self, name: str, around: _Fields, parts: "_ObjectParts", *, depth: int
    ) -> Iterator[tuple[int | None, DocumentRecord]]:
        """Yield the records in a field that holds an array or an object; what holds none is remembered with the fields of the object."""
        window = self.window
        if window.peek_char() == "{":
            value: object = window.try_object(_MAX_DOCUMENT)
            if value is None and depth < _MAX_DEPTH:
                yield from self._read_parts(around, depth=depth + 1, name=name, columns=None if depth else parts.columns)
                return
            value = window.read_value() if value is None else value
            records = self._shapes.split_field(name, value, around, depth=depth + 1)
            if records is not None:
                yield from ((None, record) for record in records)
            else:
                parts.add_object(name, value, is_column=not depth)
            return
        window.at += 1
        if (char := window.peek_char()) and char in "[{":
            yield from self._read_elements(around, depth=depth + 1, name=name)
        else:
            parts.add_list(name, self._read_simple_elements(), is_column=not depth)

    def _read_simple_elements(self) -> Iterator[object]:
        """Yield the elements in the rest of an array."""
        while char := self.window.peek_char():
            if char == "]":
                self.window.at += 1
                return
            yield self.window.read_value()
        raise BrokenJson(Reason.TRUNCATED)

    def _read_name(self) -> str:
        """Read the name of a field and the colon behind it."""
        window = self.window
        char = window.peek_char()
        if char != '"':
            raise BrokenJson(Reason.NOT_JSON if char else Reason.TRUNCATED)
        name = str(window.read_value())
        char = window.peek_char()
        if char != ":":
            raise BrokenJson(Reason.NOT_JSON if char else Reason.TRUNCATED)
        window.at += 1
        if not window.peek_char():
            raise BrokenJson(Reason.TRUNCATED)
        return name


class _ObjectParts:
    """What is remembered of an object that is read part by part.

    Args:
        offset: the byte at which it begins.
        columns: the columns of the document, as far as it may be a table.
        has_keys: whether the keys of its own cells are kept.
    """

    def __init__(self, offset: int, columns: ColumnStore, *, has_keys: bool) -> None:
        self.offset = offset
        self.columns = columns
        self.fields: dict[str, object] = {}
        self.cells: ColumnCells | None = ColumnCells(columns, has_keys=has_keys)
        self.record_names: set[str] = set()
        self._size = 0

    def add_scalar(self, name: str, value: object) -> None:
        """Remember a field that is neither an object nor an array."""
        if self.cells is not None:
            self.cells.append(value, name)
        if self.cells is None or self.cells.count <= _MAX_LISTED:
            self._remember(name, value)

    def add_object(self, name: str, value: object, *, is_column: bool) -> None:
        """Remember an object in which there are no records; one of nothing but simple values may be a column."""
        if is_column and isinstance(value, dict) and value and not any(isinstance(cell, list | dict) for cell in value.values()):
            cells = self.columns.columns[name] = ColumnCells(self.columns)
            for key, cell in value.items():
                cells.append(cell, key)
        self._remember(name, value)

    def add_list(self, name: str, values: Iterator[object], *, is_column: bool) -> None:
        """Remember an array of simple values, which may be a column."""
        cells = ColumnCells(self.columns)
        first = []
        for value in values:
            cells.append(value)
            if cells.count <= _MAX_LISTED:
                first.append(value)
        if is_column and cells.count:
            self.columns.columns[name] = cells
        if cells.count <= _MAX_LISTED:
            self._remember(name, first)

    def record(self) -> dict[str, object]:
        """Return the fields as a record."""
        is_decodable = all(_is_decodable(name) and _is_decodable(value) for name, value in self.fields.items())
        return self.fields if is_decodable else UndecodableObject(self.fields)

    def _remember(self, name: str, value: object) -> None:
        size = len(name) + value_size(value)
        if self._size + size <= MAX_ROW_LENGTH:
            self._size += size
            self.fields[name] = value


def _is_decodable(value: object) -> bool:
    if isinstance(value, UndecodableObject):
        return False
    return not isinstance(value, str) or value.isascii() or not any("\udc80" <= char <= "\udcff" for char in value)
