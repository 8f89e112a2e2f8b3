"""The records in a JSON document: in arrays at any depth, under keys, or column by column, with what stands around them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from service.batch.input.columns.known_names import ID_NAMES, TEXT_NAMES
from service.batch.input.trees.paths import parse_path
from service.batch.input.trees.table_shapes import is_header, is_row_of_values, name_values, split_columns
from service.batch.input.trees.text_search import TextSearch, sample_values
from service.batch.input.trees.tree_names import QUOTED_NAMES, RECORD_ARRAY_NAMES, REPLY_NAMES, THING_NAMES
from service.batch.rows import value_size

__all__ = ["DocumentRecord", "DocumentShapes", "has_containers", "is_foreign", "is_record_array", "new_document_record"]

_Fields = Mapping[str, object]
_MAX_DEPTH = 100
_MAX_ENVELOPE_VALUE = 10_000
"""Code points of the largest value that is handed on with the records it stands around."""
_CONTAINER_TYPES = frozenset({dict, list})


class DocumentRecord(NamedTuple):
    """A record of a document.

    Attributes:
        value: the record; anything but an object is no record.
        envelope: the fields of the objects around it, without large values.
    """

    value: object
    envelope: _Fields


new_document_record = partial(tuple.__new__, DocumentRecord)
"""Builds a record from its value and its envelope, in a third of the time that ``DocumentRecord(…)`` takes."""


class DocumentShapes:
    """Finds the records in the values of a document.

    Args:
        text_column: the column or path with the text that the caller names; None if known names are looked for.
        is_known: tells whether an object is a record of a platform, so that it is left whole.
    """

    def __init__(self, text_column: str | None, is_known: Callable[[_Fields], bool]) -> None:
        leaf = None if text_column is None else text_column.rpartition(".")[2].removesuffix("[]").casefold()
        self.search = TextSearch(frozenset(TEXT_NAMES if leaf is None else (leaf,)), is_known)
        self._first_name = None
        """The field with which the caller's path to the records begins; None if the caller names no lists."""
        if text_column is not None and any(step.is_list for step in parse_path(text_column)):
            self._first_name = parse_path(text_column)[0].name

    def split(self, value: object, envelope: _Fields) -> Iterator[DocumentRecord]:
        """Yield the records in a whole document.

        Args:
            value: the document.
            envelope: the fields around it.
        """
        self.search.begin_value()
        return self._split(value, envelope, "", 0)

    def split_element(self, value: object, envelope: _Fields, *, name: str, depth: int) -> Iterator[DocumentRecord]:
        """Yield the records in an element of an array, which may be a row of values besides.

        Args:
            value: the element.
            envelope: the fields around the array.
            name: the name of the array.
            depth: how many objects and arrays there are around the element.
        """
        self.search.begin_value()
        return self._split_element(value, envelope, name, depth)

    def is_header(self, value: object) -> bool:
        """Tell whether the first element of an array names the values of the others."""
        return is_header(value, self.search.text_names)

    def split_field(self, name: str, value: object, envelope: _Fields, *, depth: int) -> Iterator[DocumentRecord] | None:
        """Return the records in a field of an object of which no more is known; None if there are none.

        Args:
            name: the name of the field.
            value: its value.
            envelope: the fields of the object before it.
            depth: how many objects and arrays there are around it.
        """
        self.search.begin_value()
        folded = name.lower()
        if folded in QUOTED_NAMES or not isinstance(value, dict):
            return None
        if self.search.holds_records(name, value, depth):
            return self._split(value, envelope, name, depth)
        if folded not in THING_NAMES and self.search.has_own_text(value):
            return (record._replace(value=_with_key(record.value, name)) for record in self._split(value, envelope, name, depth))
        return None

    def _split(self, value: object, envelope: _Fields, name: str, depth: int) -> Iterator[DocumentRecord]:
        if isinstance(value, list):
            if len(value) > 1 and self.is_header(value[0]) and "columns" not in envelope:
                value, envelope = value[1:], {**envelope, "columns": value[0]}
            for inner in value:
                yield from self._split_element(inner, envelope, name, depth + 1)
        elif type(value) is not dict:
            yield DocumentRecord({"text": value} if isinstance(value, str) else value, envelope)
        elif self._first_name is not None:
            yield from self._split_at_name(self._first_name, value, envelope)
        elif (depth and not has_containers(value)) or self.search.is_known(value):
            yield DocumentRecord(value, envelope)
        elif not depth and (rows := split_columns(value, self.search.text_names)) is not None:
            yield from (DocumentRecord(row, envelope) for row in rows)
        else:
            yield from self._split_object(value, envelope, name, depth)

    def _split_element(self, value: object, envelope: _Fields, name: str, depth: int) -> Iterator[DocumentRecord]:
        if is_row_of_values(value):
            yield DocumentRecord(name_values(value, envelope.get("columns")), envelope)
        else:
            yield from self._split(value, envelope, name, depth)

    def _split_at_name(self, name: str, value: dict[str, object], envelope: _Fields) -> Iterator[DocumentRecord]:
        """Yield the objects that have a field, without looking into them; the whole value if there are none."""
        found: list[DocumentRecord] = []
        pending: list[tuple[object, int]] = [(value, 0)]
        while pending:
            inner, depth = pending.pop()
            if isinstance(inner, dict) and name in inner:
                found.append(DocumentRecord(inner, envelope))
            elif depth < _MAX_DEPTH and isinstance(inner, list | dict):
                values = list(inner.values()) if isinstance(inner, dict) else inner
                pending.extend((element, depth + 1) for element in reversed(values))
        yield from found or [DocumentRecord(value, envelope)]

    def _split_object(self, value: dict[str, object], envelope: _Fields, name: str, depth: int) -> Iterator[DocumentRecord]:
        is_keyed = self.search.is_keyed(value, name) or (not depth and self.search.is_uniform(value) and not self.search.holds_text(value))
        containers = self._find_containers(value, depth, is_keyed=is_keyed) if depth < _MAX_DEPTH else []
        if not containers or self._is_node(value, containers):
            yield DocumentRecord(value, envelope)
            return
        inner_envelope = {**envelope, **_small_fields(value, containers)}
        for key in containers:
            inner = value[key]
            records = self._split(inner, inner_envelope, key, depth + 1)
            if is_keyed and isinstance(inner, dict):
                # The key is the id of a record that has none.
                records = (record._replace(value=_with_key(record.value, key)) if record.value is inner else record for record in records)
            yield from records

    def _find_containers(self, value: dict[str, object], depth: int, *, is_keyed: bool) -> list[str]:
        """Return the fields of an object in which there are records: those with text, else those that are known to hold records."""
        fields = [(name, inner) for name, inner in value.items() if isinstance(inner, list | dict) and inner]
        fields = [(name, inner) for name, inner in fields if name.lower() not in QUOTED_NAMES]
        if is_keyed:
            return [name for name, inner in fields if isinstance(inner, dict) and name.lower() not in THING_NAMES]
        with_text = [name for name, inner in fields if self.search.holds_records(name, inner, depth + 1)]
        if with_text:
            # An object with a text beside them, such as the post that they answer, is a record too.
            return [name for name, inner in fields if name in with_text or self._is_record(name, inner)]
        arrays = [(name, inner) for name, inner in fields if isinstance(inner, list)]
        known = [name for name, inner in arrays if name in RECORD_ARRAY_NAMES and self.search.may_hold_records(inner)]
        if known or self.search.has_own_text(value) or depth:
            return known[:1]
        sizes = [(value_size(list(sample_values(inner))), name) for name, inner in arrays if any(map(_may_be_row, sample_values(inner)))]
        return [max(sizes)[1]] if sizes else []

    def _is_record(self, name: str, value: object) -> bool:
        return isinstance(value, dict) and name.lower() not in THING_NAMES and self.search.has_own_text(value)

    def _is_node(self, value: dict[str, object], containers: Sequence[str]) -> bool:
        """Tell whether an object is a record that has replies, rather than one that merely holds records."""
        if self.search.has_own_text(value):
            return self.search.is_record_with_text(value, containers)
        if not any(name in REPLY_NAMES for name in containers):
            return False
        if any(self._has_inner_text(name, inner) for name, inner in value.items() if name not in containers):
            return True
        first = next((inner for name in containers for inner in _first_objects(value[name])), None)
        return first is not None and self.search.is_like_its_records(value, first)

    def _has_inner_text(self, name: str, value: object) -> bool:
        """Tell whether an object beside replies holds the text that they answer, inside of something else."""
        return isinstance(value, dict) and not is_foreign(name) and self.search.holds_text(value, 1)


def has_containers(value: _Fields) -> bool:
    """Tell whether an object holds other objects, or lists."""
    return not _CONTAINER_TYPES.isdisjoint(map(type, value.values()))


def is_record_array(name: str) -> bool:
    """Tell whether every element of an array with this name is a record; an array that is a document has none."""
    return not name or name in RECORD_ARRAY_NAMES or name in REPLY_NAMES


def is_foreign(name: str) -> bool:
    """Tell whether what stands in a field is no record itself."""
    return name.lower() in QUOTED_NAMES or name.lower() in THING_NAMES


def _may_be_row(value: object) -> bool:
    return isinstance(value, dict) or is_row_of_values(value)


def _small_fields(value: _Fields, containers: Sequence[str]) -> dict[str, object]:
    """Return the fields of an object without those that hold its records, and without large ones."""
    others = value.keys() - set(containers)
    return {name: inner for name, inner in value.items() if name in others and value_size(inner) <= _MAX_ENVELOPE_VALUE}


def _with_key(value: object, key: str) -> object:
    """Return a record that stood under a key, with the key as its id if it has none."""
    if not isinstance(value, dict) or any(name.lower() in ID_NAMES for name in value):
        return value
    return {"id": key, **value}


def _first_objects(value: object) -> Iterator[dict[str, object]]:
    """Yield objects from the beginning of a list, or of an object that has them by their keys."""
    values = list(value.values()) if isinstance(value, dict) else value
    if isinstance(values, list):
        yield from (inner for inner in sample_values(values) if isinstance(inner, dict))
