"""Public keys: fields are stored under the keys that they were first published under, at any depth."""

import json
from dataclasses import dataclass, field, fields

from training.public_keys import key_of, stored_as, with_public_keys


@dataclass(frozen=True)
class _Inner:
    recall: float = field(metadata=stored_as("caught"))
    rows: int


@dataclass(frozen=True)
class _Outer:
    parts: tuple[_Inner, ...]
    named: dict[str, _Inner]
    nothing: None = None


def test_keys_are_renamed_at_any_depth() -> None:
    """Dataclasses in tuples and mappings are turned into dicts too; other values stay as they are."""
    inner = _Inner(0.5, 3)
    expected = {"caught": 0.5, "rows": 3}
    assert with_public_keys(_Outer((inner,), {"a": inner})) == {"parts": [expected], "named": {"a": expected}, "nothing": None}


def test_the_result_is_json() -> None:
    """It can be written as it is, in the order of the fields."""
    assert json.dumps(with_public_keys(_Inner(0.5, 3))) == '{"caught": 0.5, "rows": 3}'


def test_a_field_without_a_key_has_its_name() -> None:
    """Only fields that say so have another key."""
    assert [key_of(one) for one in fields(_Inner)] == ["caught", "rows"]
