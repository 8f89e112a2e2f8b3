"""Public keys of results: a field keeps its key in JSON where the code has a better name for it.

Reports, manifests and the programs that read them know recall at a fixed false-positive rate as ``caught_…`` and false positives as
``false_alarms``. In the code they have the usual terms of statistics; ``stored_as`` ties the two together.
"""

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any

__all__ = ["key_of", "stored_as", "with_public_keys"]

_KEY = "public_key"


def stored_as(key: str) -> Mapping[str, str]:
    """Return the metadata of a dataclass field that is stored under another key than its name: ``field(metadata=stored_as("caught"))``."""
    return {_KEY: key}


def key_of(field: Field[Any]) -> str:
    """Return the key that a field of a dataclass is stored under."""
    return str(field.metadata.get(_KEY, field.name))


def with_public_keys(value: object) -> object:
    """Return a value for JSON, with dataclasses turned into dicts at any depth, each field under its public key.

    Args:
        value: a dataclass, a mapping, a list or tuple of these, or a JSON value.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {key_of(field): with_public_keys(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: with_public_keys(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_public_keys(item) for item in value]
    return value
