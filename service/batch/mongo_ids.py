"""Ids as MongoDB writes them into JSON."""

from collections.abc import Mapping

__all__ = ["unwrap_mongo_id"]

_ID_FIELDS = frozenset({"$oid", "$numberLong", "$numberInt", "$uuid"})


def unwrap_mongo_id(value: object) -> object:
    """Return the text in an object of one field by which MongoDB tells the type of an id, such as ``{"$oid": …}``; else the value."""
    if isinstance(value, Mapping) and len(value) == 1:
        name, inner = next(iter(value.items()))
        if name in _ID_FIELDS and isinstance(inner, str):
            return inner
    return value
