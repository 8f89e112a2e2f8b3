"""The records in a JSON document: in arrays at any depth, under keys, or column by column, with what stands around them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.batch.input.columns.known_names import AUTHOR_NAMES, ID_NAMES, TEXT_NAMES
from service.batch.input.trees.table_shapes import is_row_of_values, name_values, split_columns
from service.batch.input.trees.text_parts import is_document, join_text_parts
from service.batch.input.trees.tree_names import QUOTED_NAMES, RECORD_ARRAY_NAMES, REPLY_NAMES, THING_NAMES
from service.batch.rows import value_size

__all__ = ["DocumentRecord", "DocumentShapes"]

_Fields = Mapping[str, object]
_MAX_DEPTH = 100
_SAMPLE_SIZE = 20
"""Elements of an array by which its kind is judged."""
_MAX_ENVELOPE_VALUE = 10_000
"""Code points of the largest value that is handed on with the records it stands around."""
_MIN_KEYED_TEXTS = 2
_CONTAINER_TYPES = frozenset({dict, list})
_PLAIN_ARRAYS = RECORD_ARRAY_NAMES - REPLY_NAMES


class DocumentRecord(NamedTuple):
    """A record of a document.

    Attributes:
        value: the record; anything but an object is no record.
        envelope: the fields of the objects around it, without large values.
    """

    value: object
    envelope: _Fields


@dataclass(frozen=True)
class DocumentShapes:
    """Finds the records in the values of a document.

    Attributes:
        text_names: names of fields that hold text, in small letters.
        is_known: tells whether an object is a record of a platform, so that it is left whole.
        stays_whole: whether no object is taken apart, because the caller says by a path where the texts are.
    """

    text_names: frozenset[str]
    is_known: Callable[[_Fields], bool]
    stays_whole: bool = False

    @classmethod
    def of_columns(cls, text_column: str | None, is_known: Callable[[_Fields], bool]) -> "DocumentShapes":
        """Return what finds records by the text column that the caller names, or by all known names.

        Args:
            text_column: the column or path.
            is_known: tells whether an object is a record of a platform.
        """
        if text_column is None:
            return cls(frozenset(TEXT_NAMES), is_known)
        leaf = text_column.rpartition(".")[2].removesuffix("[]").casefold()
        return cls(frozenset({leaf}), is_known, "[]" in text_column)

    def split(self, value: object, envelope: _Fields, *, name: str = "", depth: int = 0) -> Iterator[DocumentRecord]:
        """Yield the records in a value.

        Args:
            value: an element of an array, or a whole document.
            envelope: the fields around it.
            name: the name of the array or of the field.
            depth: how many objects and arrays there are around it.
        """
        if isinstance(value, list):
            for inner in value:
                yield from self.split_element(inner, envelope, name=name, depth=depth + 1)
        elif type(value) is not dict:
            yield DocumentRecord({"text": value} if isinstance(value, str) else value, envelope)
        elif (depth and not any(isinstance(inner, list | dict) for inner in value.values())) or self.stays_whole or self.is_known(value):
            yield DocumentRecord(value, envelope)
        elif not depth and (rows := split_columns(value, self.text_names)) is not None:
            yield from (DocumentRecord(row, envelope) for row in rows)
        else:
            yield from self._split_object(value, envelope, depth)

    def split_element(self, value: object, envelope: _Fields, *, name: str, depth: int) -> Iterator[DocumentRecord]:
        """Yield the records in an element of an array, which may be a row of values besides.

        Args:
            value: the element.
            envelope: the fields around the array.
            name: the name of the array.
            depth: how many objects and arrays there are around the element.
        """
        if is_row_of_values(value):
            yield DocumentRecord(name_values(value, envelope.get("columns")), envelope)
        else:
            yield from self.split(value, envelope, name=name, depth=depth)

    def split_field(self, name: str, value: object, envelope: _Fields, *, depth: int) -> Iterator[DocumentRecord] | None:
        """Return the records in a field of an object of which no more is known; None if there are none.

        Args:
            name: the name of the field.
            value: its value.
            envelope: the fields of the object before it.
            depth: how many objects and arrays there are around it.
        """
        folded = name.lower()
        if folded in QUOTED_NAMES or not isinstance(value, dict):
            return None
        if self._holds_records(name, value, depth):
            return self.split(value, envelope, name=name, depth=depth)
        if folded not in THING_NAMES and self.has_own_text(value):
            return (record._replace(value=_with_key(record.value, name)) for record in self.split(value, envelope, name=name, depth=depth))
        return None

    def is_record_array(self, name: str) -> bool:
        """Tell whether every element of an array with this name is a record; an array that is a document has none."""
        return not name or name in RECORD_ARRAY_NAMES or name in REPLY_NAMES

    def is_foreign(self, name: str) -> bool:
        """Tell whether what stands in a field is no record itself."""
        return name.lower() in QUOTED_NAMES or name.lower() in THING_NAMES

    def has_replies(self, value: object) -> bool:
        """Tell whether an object that is no record has records among its replies."""
        return isinstance(value, dict) and self._has_reply_array(value)

    def may_be_record(self, value: object) -> bool:
        """Tell whether an element of any other array is a record: whether it holds a text, or what looks like sentences."""
        if self._holds_text(value, 1):
            return True
        fields = value.values() if isinstance(value, dict) else ()
        return any(isinstance(inner, str) and inner.count(" ") > 1 for inner in fields)

    def _split_object(self, value: dict[str, object], envelope: _Fields, depth: int) -> Iterator[DocumentRecord]:
        containers = self._find_containers(value, depth) if depth < _MAX_DEPTH else []
        if not containers or self._is_node(value, containers):
            yield DocumentRecord(value, envelope)
            return
        inner_envelope = {**envelope, **_small_fields(value, containers)}
        for name in containers:
            inner = value[name]
            if isinstance(inner, dict) and self._is_keyed(value):
                yield from self._split_keyed(name, inner, envelope, depth)
            else:
                yield from self.split(inner, inner_envelope, name=name, depth=depth + 1)

    def _split_keyed(self, key: str, value: dict[str, object], envelope: _Fields, depth: int) -> Iterator[DocumentRecord]:
        """Yield the records of an object that stands under its key; the key is the id of one that has none."""
        for record in self.split(value, envelope, name=key, depth=depth + 1):
            yield record._replace(value=_with_key(record.value, key)) if record.value is value else record

    def _find_containers(self, value: dict[str, object], depth: int) -> list[str]:
        """Return the fields of an object in which there are records: those with text, else those that are known to hold records."""
        fields = [(name, inner) for name, inner in value.items() if isinstance(inner, list | dict) and inner]
        fields = [(name, inner) for name, inner in fields if name.lower() not in QUOTED_NAMES]
        if self._is_keyed(value):
            return [name for name, inner in fields if isinstance(inner, dict)]
        with_text = [name for name, inner in fields if self._holds_records(name, inner, depth + 1)]
        if with_text:
            return with_text
        known = [name for name, inner in fields if name in RECORD_ARRAY_NAMES and isinstance(inner, list) and self._may_hold_records(inner)]
        if known or self.has_own_text(value) or depth:
            return known[:1]
        arrays = [(value_size(inner[:_SAMPLE_SIZE]), name) for name, inner in fields if isinstance(inner, list) and _has_objects(inner)]
        return [max(arrays)[1]] if arrays else []

    def _holds_records(self, name: str, value: object, depth: int) -> bool:
        """Tell whether there are records in a field: in an array, or in an object by their keys."""
        if depth > _MAX_DEPTH:
            return False
        if isinstance(value, list):
            if name.lower() in THING_NAMES:
                return any(isinstance(inner, dict) and self._has_reply_array(inner) for inner in value[:_SAMPLE_SIZE])
            if (
                name in RECORD_ARRAY_NAMES | REPLY_NAMES
                and name.lower() not in self.text_names
                and all(isinstance(inner, str) for inner in value)
            ):
                return True
            return any(
                self._holds_text(inner, depth) or (name in RECORD_ARRAY_NAMES and is_row_of_values(inner)) for inner in value[:_SAMPLE_SIZE]
            )
        if not isinstance(value, dict):
            return False
        if name.lower() in THING_NAMES:
            return self._has_reply_array(value)
        return self._holds_keyed_texts(name, value) or any(
            self._holds_records(inner_name, inner, depth + 1)
            for inner_name, inner in value.items()
            if inner_name.lower() not in QUOTED_NAMES
        )

    def _may_hold_records(self, values: Sequence[object]) -> bool:
        """Tell whether there are objects in an array that may be records, though no text is known in them."""
        sample = [value for value in values[:_SAMPLE_SIZE] if isinstance(value, dict)]
        return any(self.may_be_record(value) or any(name.lower() in self.text_names for name in value) for value in sample)

    def _has_reply_array(self, value: dict[str, object]) -> bool:
        return any(
            name in REPLY_NAMES and isinstance(inner, list) and any(self._holds_text(element, 1) for element in inner[:_SAMPLE_SIZE])
            for name, inner in value.items()
        )

    def _holds_keyed_texts(self, name: str, value: dict[str, object]) -> bool:
        """Tell whether the values of an object are records with text, by their keys."""
        sample = list(value.values())[:_SAMPLE_SIZE]
        if not all(isinstance(inner, dict) for inner in sample):
            return False
        count = sum(self.has_own_text(inner) for inner in sample if isinstance(inner, dict))
        return count > len(sample) / 2 and (count >= _MIN_KEYED_TEXTS or name in REPLY_NAMES)

    def _is_keyed(self, value: dict[str, object]) -> bool:
        """Tell whether the fields of an object are records by their keys, rather than fields of one record."""
        return self._holds_keyed_texts("", value)

    def _holds_text(self, value: object, depth: int) -> bool:
        """Tell whether a value has a text in it, at any depth, that is not foreign to it."""
        if depth > _MAX_DEPTH:
            return False
        if isinstance(value, list):
            return any(self._holds_text(inner, depth + 1) for inner in value[:_SAMPLE_SIZE])
        if not isinstance(value, dict):
            return False
        if self.has_own_text(value) or self.is_known(value):
            return True
        fields = ((name.lower(), inner) for name, inner in value.items())
        return any(self._holds_text(inner, depth + 1) for name, inner in fields if name not in QUOTED_NAMES and name not in THING_NAMES)

    def has_own_text(self, value: Mapping[str, object]) -> bool:
        """Tell whether an object has a text itself."""
        for name, inner in value.items():
            if name.lower() in self.text_names and (isinstance(inner, str) or (name not in REPLY_NAMES and _is_in_parts(inner))):
                return True
        return False

    def is_record_with_text(self, value: _Fields, containers: Collection[str]) -> bool:
        """Tell whether an object with a text is a record, rather than the answer of a server that says ``ok`` beside its records.

        Args:
            value: the object.
            containers: the fields in which there are records.
        """
        has_identity = any(name.lower() in ID_NAMES or name.lower() in AUTHOR_NAMES for name in value)
        return has_identity or not containers or any(name not in _PLAIN_ARRAYS for name in containers)

    def _is_node(self, value: dict[str, object], containers: Sequence[str]) -> bool:
        """Tell whether an object is a record that has replies, rather than one that merely holds records."""
        first = next((inner for name in containers for inner in _first_objects(value[name])), None)
        if self.has_own_text(value):
            return self.is_record_with_text(value, containers)
        if first is None:
            return False
        shared = value.keys() & first.keys()
        return (
            any(name in REPLY_NAMES for name in containers)
            and len(shared) * 2 > len(first)
            and any(self._is_text_of_both(value[name], first[name]) for name in shared)
        )

    def _is_text_of_both(self, one: object, other: object) -> bool:
        """Tell whether two values are texts, or objects with a text in them."""
        if isinstance(one, dict) and isinstance(other, dict):
            return self._holds_text(one, 1) and self._holds_text(other, 1)
        return isinstance(one, str) and isinstance(other, str)


def has_containers(value: Mapping[str, object]) -> bool:
    """Tell whether an object holds other objects, or lists."""
    return not _CONTAINER_TYPES.isdisjoint(map(type, value.values()))


def _small_fields(value: Mapping[str, object], containers: Sequence[str] = ()) -> dict[str, object]:
    """Return the fields of an object without those that hold its records, and without large ones."""
    return {name: inner for name, inner in value.items() if name not in containers and value_size(inner) <= _MAX_ENVELOPE_VALUE}


def _with_key(value: object, key: str) -> object:
    """Return a record that stood under a key, with the key as its id if it has none."""
    if not isinstance(value, dict) or any(name.lower() in ID_NAMES for name in value):
        return value
    return {"id": key, **value}


def _is_in_parts(value: object) -> bool:
    return is_document(value) or (isinstance(value, list) and bool(value) and join_text_parts(value) is not None)


def _has_objects(values: Sequence[object]) -> bool:
    return any(isinstance(value, dict) for value in values[:_SAMPLE_SIZE])


def _first_objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        yield from (inner for inner in value[:_SAMPLE_SIZE] if isinstance(inner, dict))
