"""Unfolding of trees: a record that holds its replies, or a list of records, becomes one record after another.

Whatever stands in a list, or in a field whose name means replies, and has the field of the text is a record of its own. Parents come
before their children, and each child that does not say what it answers answers the nearest record around it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from typing import NamedTuple

from service.batch.input.columns.known_names import AUTHOR_NAMES, ID_NAMES, PARENT_NAMES, TEXT_NAMES, TIME_NAMES
from service.batch.input.trees.flat_records import CONTAINER_TYPES, is_flat_record
from service.batch.input.trees.other_texts import find_other_text
from service.batch.input.trees.paths import PathStep, find_around, find_value, is_path, parse_path
from service.batch.input.trees.text_parts import join_text_parts, may_be_text
from service.batch.input.trees.tree_names import QUOTED_NAMES, REPLY_NAMES, THING_NAMES, WRAPPER_NAMES
from service.batch.input.values import EnclosingId, parse_parent
from service.batch.rows import Columns, build_row_id

__all__ = ["PARENT_FIELD", "TreeUnfolder"]

PARENT_FIELD = "\0parent"
"""The field for the parents of nested records where no column of the file has them."""

_Fields = Mapping[str, object]
_MAX_DEPTH = 500
"""Levels of lists and objects; Python's parser of JSON goes no deeper."""
_KNOWN_NAMES: Mapping[str, tuple[str, ...]] = {"id": ID_NAMES, "author": AUTHOR_NAMES, "parent": PARENT_NAMES, "time": TIME_NAMES}


class _Column(NamedTuple):
    """Where the value of a column stands.

    Attributes:
        name: the name of the column.
        up: how many objects around the one with the text it is.
        steps: the path from there.
        is_anchored: whether it is the same for all records in a list, because it stands outside of the list.
        known_names: the names that it may have in nested records instead.
    """

    name: str
    up: int
    steps: tuple[PathStep, ...]
    is_anchored: bool
    known_names: tuple[str, ...]


class _Found(NamedTuple):
    """An object that is a record: the objects around it from the one that stands in the list, itself the last, and its text field."""

    chain: tuple[_Fields, ...]
    text_name: str


class _Pending(NamedTuple):
    """Something that is still to be looked through.

    Attributes:
        value: an object, or a text that is a record by itself.
        parent: the id of the record around it.
        depth: how many lists and objects there are around it.
        in_replies: whether it stands among replies.
        is_candidate: whether it may be a record.
        key: the field in which it stands, if that may be its id, because the object around it has none.
        around: the objects around it, the outermost first, as far as they were passed on the path to the texts.
        is_inside: whether there is a record around it.
    """

    value: object
    parent: object
    depth: int
    in_replies: bool = False
    is_candidate: bool = False
    key: str | None = None
    around: tuple[_Fields, ...] = ()
    is_inside: bool = False


class TreeUnfolder:
    """Unfolds the records of one file.

    Args:
        columns: the fields that hold text, id and so on; each may be a path.
        keep: further fields that each record needs, which may be paths too, or fields of an object around the record.
        known_texts: whether an object among the replies that lacks the field of the text may have a text by another known name.
        is_prepared: whether the columns name fields that a platform makes of a record, so that each record has to stay as it is.
        other_texts: fields that hold the text of records without the field of the text.
    """

    def __init__(
        self,
        columns: Columns,
        keep: Sequence[str] = (),
        *,
        known_texts: bool = True,
        is_prepared: bool = False,
        other_texts: Sequence[str] = (),
    ) -> None:
        self._columns = columns
        self._is_prepared = is_prepared
        *self._prefix, self._leaf = parse_path(columns.text)
        lists = [number for number, step in enumerate(self._prefix, start=1) if step.is_list]
        self._has_list_prefix = bool(lists) or self._leaf.is_list
        self._lead, self._tail = self._prefix[: max(lists, default=0)], self._prefix[max(lists, default=0) :]
        self._text_names = TEXT_NAMES if known_texts and not is_prepared else ()
        self._other_texts = () if is_prepared else other_texts
        self._parent_name = columns.parent or PARENT_FIELD
        self._others = [self._locate_column(*pair) for pair in _other_columns(columns)]
        if columns.parent is None:
            self._others.append(_Column(PARENT_FIELD, 0, (PathStep(PARENT_FIELD),), False, PARENT_NAMES))
        self._keep = keep
        has_paths = any(len(column.steps) > 1 for column in self._others) or any(map(is_path, keep))
        self._is_simple = not self._prefix and not self._leaf.is_list and not has_paths

    def _locate_column(self, name: str, field: str) -> _Column:
        steps, shared = parse_path(name), 0
        while shared < len(self._prefix) and shared < len(steps) - 1 and steps[shared] == self._prefix[shared]:
            shared += 1
        crossed = self._prefix[shared:]
        return _Column(name, len(crossed), steps[shared:], any(step.is_list for step in crossed), _KNOWN_NAMES.get(field, ()))

    def unfold(self, fields: _Fields) -> Iterable[_Fields]:
        """Return the records in a record: at least one, which is the record itself if there is no text in it.

        Args:
            fields: the fields of the record.
        """
        if self._is_simple and CONTAINER_TYPES.isdisjoint(map(type, fields.values())):
            other = find_other_text(fields, self._columns, self._other_texts) if self._other_texts else None
            return (fields,) if other is None else ({**fields, self._leaf.name: fields[other]},)
        is_flat = self._is_simple and is_flat_record(fields, self._leaf.name)
        return (fields,) if is_flat else list(self._records(fields)) or (fields,)

    def _records(self, root: _Fields) -> Iterator[_Fields]:
        if self._has_list_prefix and (entered := list(self._enter(root))):
            pending = list(reversed(entered))
        else:
            pending = [_Pending(root, None, 0, is_candidate=True)]
        while pending:
            value, parent, depth, in_replies, is_candidate, key, around, is_inside = pending.pop()
            if isinstance(value, str):
                yield {self._columns.text: value, self._parent_name: parent}
                continue
            if not isinstance(value, Mapping):
                continue
            found = self._find_text(value, in_replies=in_replies, is_root=value is root) if is_candidate else None
            if found is not None:
                record = self._build(found, parent, (root, *around), is_root=value is root)
                if key is not None and self._columns.id is not None and record.get(self._columns.id) is None:
                    record = {**record, self._columns.id: key}
                yield record
                parent = self._id_of(record)
                in_replies, is_inside = False, True
            if depth < _MAX_DEPTH:
                text_object = None if found is None else found.chain[-1]
                children = self._children(value, text_object, parent, depth + 1, in_replies=in_replies, is_inside=is_inside)
                pending.extend(child._replace(around=around, is_inside=is_inside) for child in reversed(list(children)))

    def _id_of(self, record: _Fields) -> EnclosingId | None:
        """Return the id of a record as that of the parent of those in it."""
        row_id = None if self._columns.id is None else build_row_id(record.get(self._columns.id))
        return None if row_id is None or row_id == "" else EnclosingId(row_id)

    def _enter(self, root: _Fields) -> Iterator[_Pending]:
        """Yield the objects at which the path of the text leads, where it leads through lists."""
        steps = self._prefix if self._leaf.is_list else self._lead
        chains: list[tuple[object, ...]] = [(root,)]
        for name, is_list in steps:
            inner = [(*chain, chain[-1].get(name)) for chain in chains if isinstance(chain[-1], Mapping)]
            chains = [(*chain[:-1], element) for chain in inner for element in _elements(chain[-1])] if is_list else inner
        for *outer, value in chains:
            if not isinstance(value, Mapping):
                continue
            around = tuple(fields for fields in outer if isinstance(fields, Mapping))
            if not self._leaf.is_list:
                if self._find_text(value, in_replies=False, is_root=False) is not None:
                    yield _Pending(value, None, 0, is_candidate=True, around=around)
                continue
            row_id = self._id_of(value)
            for part in _elements(value.get(self._leaf.name)):
                text = join_text_parts(part)
                if text is not None:
                    yield _Pending(text, row_id, 0)

    def _children(
        self, value: _Fields, text_object: _Fields | None, parent: object, depth: int, *, in_replies: bool, is_inside: bool
    ) -> Iterator[_Pending]:
        """Yield what may hold records inside of an object, in order."""
        for name, child in value.items():
            if (type(child) is not dict and type(child) is not list) or not child or name == self._leaf.name or name[:1] == "\0":
                continue
            folded = name.lower()
            if folded in QUOTED_NAMES:
                continue
            is_thing = folded in THING_NAMES
            is_reply = in_replies or name in REPLY_NAMES or folded in REPLY_NAMES
            if type(child) is dict:
                is_own = child is text_object
                key = name if in_replies and text_object is None and not any(map(value.__contains__, ID_NAMES)) else None
                may_be_record = (is_reply or not is_inside) and not is_thing and not is_own
                yield _Pending(child, parent, depth, is_reply and not is_own, may_be_record, key)
            else:
                yield from self._elements_of_list(child, parent, depth, is_reply=is_reply, is_thing=is_thing)

    def _elements_of_list(self, values: object, parent: object, depth: int, *, is_reply: bool, is_thing: bool) -> Iterator[_Pending]:
        if not isinstance(values, list):
            return
        if is_reply and not is_thing and all(isinstance(value, str) for value in values):
            yield from (_Pending(value, parent, depth) for value in values)
            return
        for value in values:
            if type(value) is dict:
                yield _Pending(value, parent, depth, is_reply, not is_thing)
            elif type(value) is list and depth < _MAX_DEPTH:
                yield from self._elements_of_list(
                    [inner for inner in value if not isinstance(inner, str)], parent, depth + 1, is_reply=is_reply, is_thing=is_thing
                )

    def _find_text(self, value: _Fields, *, in_replies: bool, is_root: bool) -> _Found | None:
        """Return the record that an object is, or wraps; None if it is none."""
        leaf = self._leaf.name
        if self._is_prepared and is_root:
            return _Found((value,), leaf)
        if self._prefix and self._columns.text in value:
            return _Found((value,), self._columns.text)
        if self._tail:
            chain = [value]
            for name, _ in self._tail:
                inner = chain[-1].get(name)
                if not isinstance(inner, Mapping):
                    break
                chain.append(inner)
            else:
                if leaf in chain[-1]:
                    return _Found(tuple(chain), leaf)
        if leaf in value and not self._leaf.is_list and (is_root or may_be_text(value[leaf], in_replies=in_replies)):
            return _Found((value,), leaf)
        for name in () if self._is_prepared else WRAPPER_NAMES & value.keys():
            inner = value[name]
            if isinstance(inner, Mapping) and isinstance(inner.get(leaf), str | list | dict):
                return _Found((value, inner), leaf)
        if is_root and self._other_texts and (other := find_other_text(value, self._columns, self._other_texts)) is not None:
            return _Found((value,), other)
        if in_replies:
            other = next((name for name in self._text_names if isinstance(value.get(name), str)), None)
            return None if other is None else _Found((value,), other)
        return None

    def _build(self, found: _Found, parent: object, around: tuple[_Fields, ...], *, is_root: bool) -> _Fields:
        """Return the fields of a record, with those that the columns name.

        Args:
            found: the record.
            parent: the id of the record around it.
            around: the outermost object, and others that are known to be around the record.
            is_root: whether the record is the outermost object.
        """
        inner = found.chain[-1]
        if is_root and self._is_prepared:
            return inner
        text = stored = inner.get(found.text_name)
        if type(stored) is list or type(stored) is dict:
            joined = join_text_parts(stored)
            text = stored if joined is None else joined
        if is_root and self._is_simple and text is stored and found.text_name == self._leaf.name:
            return inner
        record = dict(inner)
        record[self._columns.text] = text
        for column in self._others:
            if column.name not in inner:
                record[column.name] = self._find_other(column, found.chain, around[0], is_root=is_root)
        if not is_root and parent is not None and parse_parent(record.get(self._parent_name)) is None:
            record[self._parent_name] = parent
        for name in self._keep:
            if name not in record:
                record[name] = find_around((*around, *found.chain), parse_path(name))
        return record

    def _find_other(self, column: _Column, chain: tuple[_Fields, ...], root: _Fields, *, is_root: bool) -> object:
        if column.is_anchored:
            return find_value(root, parse_path(column.name))
        value = find_value(chain[-1 - column.up], column.steps) if column.up < len(chain) else None
        if value is None and (not is_root or len(chain) > 1):
            value = next((around[name] for around in reversed(chain) for name in column.known_names if around.get(name) is not None), None)
        return value


def _other_columns(columns: Columns) -> Iterator[tuple[str, str]]:
    for field in dataclass_fields(columns):
        name = getattr(columns, field.name)
        if field.name != "text" and name is not None:
            yield name, field.name


def _elements(value: object) -> list[object]:
    """Return the elements of a list, or the values of an object that has them by their keys."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, Mapping) else []
