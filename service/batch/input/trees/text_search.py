"""A search for texts in the values of a document, by the names of the fields that hold them."""

from collections.abc import Callable, Collection, Mapping, Sequence

from service.batch.input.columns.known_names import AUTHOR_NAMES, ID_NAMES
from service.batch.input.trees.table_shapes import is_row_of_values
from service.batch.input.trees.text_parts import is_in_parts
from service.batch.input.trees.tree_names import QUOTED_NAMES, RECORD_ARRAY_NAMES, REPLY_NAMES, THING_NAMES

__all__ = ["TextSearch", "sample_values"]

_Fields = Mapping[str, object]
_MAX_DEPTH = 100
_SAMPLE_SIZE = 20
"""Elements at the beginning of an array by which its kind is judged; as many are taken from all of it."""
_MIN_KEYED_TEXTS = 2
_PLAIN_ARRAYS = RECORD_ARRAY_NAMES - REPLY_NAMES
_MAX_REMEMBERED = 1_000_000


class TextSearch:
    """Tells where in a value there are texts.

    Args:
        text_names: names of fields that hold text, in small letters.
        is_known: tells whether an object is a record of a platform, which has a text wherever that is.
    """

    def __init__(self, text_names: frozenset[str], is_known: Callable[[_Fields], bool]) -> None:
        self.text_names = text_names
        self.is_known = is_known
        self._found: dict[tuple[int, bool], bool] = {}
        """What has been found in an object or list, by its identity, so that a document is looked through once only."""

    def begin_value(self) -> None:
        """Forget what was found in another value."""
        self._found.clear()

    def has_own_text(self, value: _Fields) -> bool:
        """Tell whether an object has a text itself."""
        for name, inner in value.items():
            if name.lower() in self.text_names and (isinstance(inner, str) or (name not in REPLY_NAMES and is_in_parts(inner))):
                return True
        return False

    def holds_text(self, value: object, depth: int = 0) -> bool:
        """Tell whether a value has a text in it, at any depth, that is not foreign to it."""
        if depth > _MAX_DEPTH or not isinstance(value, list | dict):
            return False
        return self._remember(value, lambda: self._look_for_text(value, depth), is_records=False)

    def _look_for_text(self, value: object, depth: int) -> bool:
        if isinstance(value, list):
            return any(self.holds_text(inner, depth + 1) for inner in sample_values(value))
        if not isinstance(value, dict):
            return False
        if self.has_own_text(value) or self.is_known(value):
            return True
        fields = ((name.lower(), inner) for name, inner in value.items())
        return any(self.holds_text(inner, depth + 1) for name, inner in fields if name not in QUOTED_NAMES and name not in THING_NAMES)

    def holds_records(self, name: str, value: object, depth: int = 0) -> bool:
        """Tell whether there are records in a field: in an array, or in an object by their keys.

        Args:
            name: the name of the field.
            value: its value.
            depth: how many objects and arrays there are around it.
        """
        if depth > _MAX_DEPTH or not isinstance(value, list | dict):
            return False
        return self._remember(value, lambda: self._look_for_records(name, value, depth), is_records=True)

    def _look_for_records(self, name: str, value: object, depth: int) -> bool:
        is_thing = name.lower() in THING_NAMES
        if isinstance(value, list):
            sample = sample_values(value)
            if is_thing:
                return any(map(self.has_replies, sample))
            is_record_array = name in RECORD_ARRAY_NAMES or name in REPLY_NAMES
            if is_record_array and name.lower() not in self.text_names and value and all(isinstance(inner, str) for inner in sample):
                return True
            return any(self.holds_text(inner, depth + 1) or (is_record_array and is_row_of_values(inner)) for inner in sample)
        if not isinstance(value, dict):
            return False
        if is_thing:
            return self.has_replies(value)
        fields = ((inner_name, inner) for inner_name, inner in value.items() if inner_name.lower() not in QUOTED_NAMES)
        return self.is_keyed(value, name) or any(self.holds_records(inner_name, inner, depth + 1) for inner_name, inner in fields)

    def has_replies(self, value: object) -> bool:
        """Tell whether an object that is no record itself has records among its replies."""
        if not isinstance(value, dict):
            return False
        lists = (inner for name, inner in value.items() if name in REPLY_NAMES and isinstance(inner, list))
        return any(self.holds_text(element, 1) for inner in lists for element in sample_values(inner))

    def is_keyed(self, value: _Fields, name: str = "") -> bool:
        """Tell whether the objects in an object are records by their keys, rather than parts of one record.

        Args:
            value: the object.
            name: the name of the field in which it stands.
        """
        objects = [inner for key, inner in value.items() if isinstance(inner, dict) and key.lower() not in THING_NAMES]
        sample = sample_values(objects)
        with_text = [inner for inner in sample if isinstance(inner, dict) and self.has_own_text(inner)]
        if len(with_text) <= len(sample) / 2:
            return False
        if len(with_text) < _MIN_KEYED_TEXTS:
            return name in REPLY_NAMES and len(objects) == len(value)
        first, second = with_text[0].keys(), with_text[1].keys()
        return 2 * len(first & second) > min(len(first), len(second))

    def is_uniform(self, value: _Fields) -> bool:
        """Tell whether an object holds nothing but objects with the same fields, none of which is known to hold a text."""
        objects = [inner for inner in value.values() if isinstance(inner, dict)]
        if len(objects) < _MIN_KEYED_TEXTS or len(objects) < len(value):
            return False
        first = objects[0].keys()
        return all(isinstance(inner, dict) and 2 * len(first & inner.keys()) > len(first) for inner in sample_values(objects))

    def may_be_record(self, value: object) -> bool:
        """Tell whether an element of an array is a record: whether it holds a text, or what looks like sentences."""
        if self.holds_text(value, 1):
            return True
        fields = value.values() if isinstance(value, dict) else ()
        return any(isinstance(inner, str) and inner.count(" ") > 1 for inner in fields)

    def may_hold_records(self, values: Sequence[object]) -> bool:
        """Tell whether there are objects in an array that may be records, though no text is known in them."""
        sample = [value for value in sample_values(values) if isinstance(value, dict)]
        return any(self.may_be_record(value) or not self.text_names.isdisjoint(map(str.lower, value)) for value in sample)

    def is_record_with_text(self, value: _Fields, containers: Collection[str]) -> bool:
        """Tell whether an object with a text is a record, rather than the answer of a server that says ``ok`` beside its records.

        Args:
            value: the object.
            containers: the fields in which there are records.
        """
        has_identity = any(name.lower() in ID_NAMES or name.lower() in AUTHOR_NAMES for name in value)
        return has_identity or not containers or any(name not in _PLAIN_ARRAYS for name in containers)

    def is_like_its_records(self, value: _Fields, record: _Fields) -> bool:
        """Tell whether an object has the fields of the records in it, and with text, or one that is gone, so that it is one itself."""
        shared = value.keys() & record.keys()
        is_gone = any(value[name] is None and name.lower() in self.text_names for name in shared)
        return len(shared) * 2 > len(record) and (is_gone or any(self._is_text_of_both(value[name], record[name]) for name in shared))

    def _is_text_of_both(self, one: object, other: object) -> bool:
        if isinstance(one, dict) and isinstance(other, dict):
            return self.holds_text(one, 1) and self.holds_text(other, 1)
        return isinstance(one, str) and isinstance(other, str)

    def _remember(self, value: object, find: Callable[[], bool], *, is_records: bool) -> bool:
        """Return what is found, without looking twice."""
        key = (id(value), is_records)
        known = self._found.get(key)
        if known is None:
            known = find()
            if len(self._found) < _MAX_REMEMBERED:
                self._found[key] = known
        return known


def sample_values(values: Sequence[object]) -> Sequence[object]:
    """Return some values of an array: the first of them, and as many from all of it."""
    if len(values) <= 2 * _SAMPLE_SIZE:
        return values
    return (*values[:_SAMPLE_SIZE], *values[_SAMPLE_SIZE :: len(values) // _SAMPLE_SIZE])
