"""Columns take times and texts from outside and return them in one form, on every database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from service.store.schema.tables import StorableText, UtcTime

DIALECT = sqlite.dialect()


def test_times_are_stored_in_utc() -> None:
    """A time in another zone is converted to UTC, and a time without a zone is refused."""
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=5)))

    stored = UtcTime().process_bind_param(noon, DIALECT)

    assert stored == noon
    assert stored is not None
    assert stored.tzinfo is UTC
    with pytest.raises(TypeError, match="without a zone"):
        UtcTime().process_bind_param(noon.replace(tzinfo=None), DIALECT)


def test_times_are_returned_in_utc() -> None:
    """A time that the database returns without a zone, or in another zone, is returned in UTC."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)

    for value in (noon.replace(tzinfo=None), noon.astimezone(timezone(timedelta(hours=-3)))):
        result = UtcTime().process_result_value(value, DIALECT)
        assert result == noon
        assert result is not None
        assert result.tzinfo is UTC


@given(st.text(st.characters(codec=None) | st.sampled_from(["\0", "\ud83d", "\ude00", "😀"])))
def test_any_text_can_be_stored(text: str) -> None:
    """Whatever a text holds, it can be encoded in UTF-8 and has no NUL afterwards; a text that could be stored is unchanged."""
    stored = StorableText().process_bind_param(text, DIALECT)

    assert stored is not None
    assert "\0" not in stored
    stored.encode()
    if "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text):
        assert stored == text


def test_nothing_stays_nothing() -> None:
    """A missing value is stored and returned as such."""
    assert StorableText().process_bind_param(None, DIALECT) is None
    assert UtcTime().process_bind_param(None, DIALECT) is None
    assert UtcTime().process_result_value(None, DIALECT) is None
