"""Paths: names of fields inside of fields, such as ``content.body`` and ``comments[].text``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

__all__ = ["PathStep", "find_around", "find_value", "first_name", "has_paths", "is_path", "leaf_of", "parse_path"]

_LIST_MARK = "[]"
_MAX_LENGTH = 1000


class PathStep(NamedTuple):
    """One step of a path.

    Attributes:
        name: the name of a field.
        is_list: whether the field holds a list, each of whose elements is meant.
    """

    name: str
    is_list: bool = False


def is_path(name: str) -> bool:
    """Tell whether a name leads into a field: whether it has a dot or the mark of a list."""
    return "." in name or _LIST_MARK in name


def has_paths(names: Iterable[str]) -> bool:
    """Tell whether one of some names is a path."""
    return any(map(is_path, names))


@lru_cache(maxsize=1024)
def parse_path(path: str) -> tuple[PathStep, ...]:
    """Return the steps of a path; a name without dots is a path of one step, as is one of more than a thousand characters.

    Args:
        path: for example ``data.comments[].text``; a leading ``[]`` or ``$.``, as other programs write it, means nothing.
    """
    if len(path) > _MAX_LENGTH or not is_path(path):
        return (PathStep(path),)
    steps = []
    for part in re.sub(r"^(?:\$\.?)?(?:\[\*?\])?\.?", "", path.replace("[*]", _LIST_MARK)).split("."):
        name = part.removesuffix(_LIST_MARK)
        steps.append(PathStep(name, name != part))
    return tuple(steps)


def leaf_of(path: str) -> str:
    """Return the name of the last field of a path."""
    return parse_path(path)[-1].name


def first_name(path: str) -> str:
    """Return the name of the field that a path begins with."""
    return parse_path(path)[0].name


def find_value(value: object, steps: tuple[PathStep, ...]) -> object:
    """Return the value at the end of a path, None if there is none; of a list, its first element is meant, or the one that is numbered."""
    for name, _ in steps:
        while isinstance(value, list):
            if name.isdecimal():
                break
            value = value[0] if value else None
        if isinstance(value, list):
            number = int(name[:9])
            value = value[number] if number < len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            return None
    return value


def find_around(objects: Sequence[Mapping[str, object]], steps: tuple[PathStep, ...]) -> object:
    """Return the value at the end of a path from the innermost of some objects, the outermost first, that has one."""
    values = (find_value(fields, steps) for fields in reversed(objects))
    return next((value for value in values if value is not None), None)
