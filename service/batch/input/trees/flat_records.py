"""A quick look at the fields of a record for others inside of it."""

from collections.abc import Iterable, Mapping

from service.batch.input.trees.tree_names import REPLY_NAMES

__all__ = ["CONTAINER_TYPES", "is_flat_record"]

CONTAINER_TYPES = frozenset({dict, list})
"""The types of what may hold records."""


def is_flat_record(fields: Mapping[str, object], text_name: str) -> bool:
    """Tell whether a record surely holds no others, as most do; False where that takes a closer look.

    Args:
        fields: the fields of the record.
        text_name: the field of the text.
    """
    if type(fields.get(text_name)) is not str:
        return False
    for name, value in fields.items():
        if type(value) is dict:
            inner: Iterable[object] = value.values()
        elif type(value) is list:
            inner = value
        else:
            continue
        if inner and (name in REPLY_NAMES or name.lower() in REPLY_NAMES or not CONTAINER_TYPES.isdisjoint(map(type, inner))):
            return False
    return True
