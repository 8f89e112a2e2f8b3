"""The values of a dump mean the same, however they are written."""

from datetime import UTC, datetime

import pytest

from service.batch.input.values import parse_time


@pytest.mark.parametrize(
    ("value", "is_time"),
    [
        (1577836800, True),
        ("1577836800", True),
        (1577836800.0, True),
        (1577836800000, True),
        ("2020-01-01T00:00:00Z", True),
        ("2020-01-01T01:00:00+01:00", True),
        ("2020-01-01 00:00:00 UTC", True),
        ("2020-01-01", True),
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
    """Numbers and texts of many kinds mean the same moment; values that mean none have no time."""
    assert parse_time(value) == (datetime(2020, 1, 1, tzinfo=UTC) if is_time else None)
