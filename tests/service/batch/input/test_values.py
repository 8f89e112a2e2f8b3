"""Authors, parents and times are understood in every form in which dumps write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.values import parse_author, parse_parent, parse_time

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "$date", "$numberLong", "x"]), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "is_time"),
    [
        (1577836800, True),
        ("1577836800", True),
        ("1577836800.000000", True),
        (1577836800.0, True),
        (1577836800000, True),
        ("2020-01-01T00:00:00Z", True),
        ("2020-01-01T01:00:00+01:00", True),
        ("2020-01-01 00:00:00 UTC", True),
        ("2020-01-01", True),
        ("20200101000000", True),
        ("20200101000000Z", True),
        ("Wed, 01 Jan 2020 00:00:00 GMT", True),
        ({"$date": "2020-01-01T00:00:00Z"}, True),
        ("yesterday", False),
        (True, False),
        (float("nan"), False),
        (10**400, False),
        ([], False),
    ],
)
def test_times_of_every_kind_are_read_in_utc(value: object, is_time: bool) -> None:
    """Numbers and texts of many kinds stand for one moment; all other values yield no time."""
    assert parse_time(value) == (datetime(2020, 1, 1, tzinfo=UTC) if is_time else None)


@pytest.mark.parametrize(
    ("value", "author"),
    [
        ("Ann", "Ann"),
        ("Åsa", "Åsa"),
        ("", None),
        ("[deleted]", None),
        (None, None),
        (7, "7"),
        (7.0, "7"),
        (float("nan"), None),
        ({"id": 7, "username": "ann"}, "ann"),
        ({"colour": "red"}, None),
        ("\udc80", "\ufffd"),
    ],
)
def test_authors_are_names_or_numbers(value: object, author: str | None) -> None:
    """If an object describes a person, its name is preferred to its number."""
    assert parse_author(value) == author


@pytest.mark.parametrize(
    ("value", "parent"),
    [
        ("t1_abc", "abc"),
        ("t1_", "t1_"),
        ("abc", "abc"),
        ("12.0", "12"),
        (12.0, "12"),
        (12, "12"),
        ({"id": 12, "text": "why?"}, "12"),
        ({"$oid": "5f"}, "5f"),
        ({"text": "why?"}, None),
        *((nothing, None) for nothing in (None, "", "0", 0, -1, "-1", "None", "null", "NaN", float("nan"), "t1_0", True)),
    ],
)
def test_parents_are_ids_without_prefix(value: object, parent: str | None) -> None:
    """Reddit's prefix is left out, decimal numbers are whole, an object stands for its id, and “no parent” is written in many ways."""
    assert parse_parent(value) == parent


@given(anything)
def test_values_of_any_type_are_understood_or_nothing(value: object) -> None:
    """Nothing is ever raised, and texts can be encoded as UTF-8."""
    (parse_author(value) or "").encode()
    (parse_parent(value) or "").encode()
    parse_time(value)
