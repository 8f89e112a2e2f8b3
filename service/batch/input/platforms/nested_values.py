"""Values inside a record, of whatever type they turn out to be: dumps are untrusted, and no field is sure to hold what it should."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from service.batch.input.platforms.platform import RecordFields

__all__ = ["object_in", "objects_in", "text_in", "walk_tree"]

_Node = TypeVar("_Node")
_NOTHING: RecordFields = {}


def object_in(fields: RecordFields, *names: str) -> RecordFields:
    """Return the object in a field, or in a field of the object in it, and so on; an empty one where there is none."""
    for name in names:
        value = fields.get(name)
        fields = value if isinstance(value, Mapping) else _NOTHING
    return fields


def objects_in(fields: RecordFields, name: str) -> list[RecordFields]:
    """Return the objects in the list in a field; none where there is no list."""
    values = fields.get(name)
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def text_in(fields: RecordFields, *names: str) -> str | None:
    """Return the first text among some fields that is more than white space; None where there is none."""
    texts = (fields.get(name) for name in names)
    return next((text for text in texts if isinstance(text, str) and text.strip()), None)


def walk_tree(roots: Iterable[_Node], children: Callable[[_Node], Iterable[_Node]]) -> Iterator[tuple[_Node, _Node | None]]:
    """Yield the nodes of a tree with their parents, each before its children and these in order, however deep the tree is.

    Args:
        roots: the nodes at the top.
        children: returns the children of a node; it is called once the node has been used.
    """
    parents: list[_Node | None] = [None]
    levels = [iter(roots)]
    while levels:
        node = next(levels[-1], None)
        if node is None:
            levels.pop()
            parents.pop()
        else:
            yield node, parents[-1]
            parents.append(node)
            levels.append(iter(children(node)))
