"""Rows hold a text that can be encoded as UTF-8, or the reason why there is none."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service.batch.rows import MAX_TEXT_LENGTH, Reason, build_row, build_row_id, is_unicode, without_surrogates

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(anything, anything)
def test_values_of_any_type_are_a_row(row_id: object, text: object) -> None:
    """It has a text exactly if it has no reason, and its id is an integer or a text."""
    row = build_row(1, id=row_id, text=text)
    assert (row.text is None) == (row.reason is not None)
    assert row.id is None or isinstance(row.id, int | str)
    str(row.id).encode()


def test_the_reason_says_what_is_wrong_with_the_text() -> None:
    """Missing, of another type, and too long are three reasons."""
    values = [None, 7, "x" * (MAX_TEXT_LENGTH + 1), "x" * MAX_TEXT_LENGTH]
    reasons = [build_row(1, id=None, text=value).reason for value in values]
    assert reasons == [Reason.NO_TEXT, Reason.NOT_A_STRING, Reason.TOO_LONG, None]


def test_ids_stay_what_they_are_or_become_their_json() -> None:
    """Integers and texts stay, bytes are texts or digits, of MongoDB's ids the id is taken; everything else is written as JSON."""
    values = [None, 7, "x", "", True, 1.5, {"$oid": "5f"}, {"$oid": 5}, {"oid": "5f"}, Decimal(7), b"ab", b"\xff\x01", b"\x01\x02"]
    ids = [None, 7, "x", "", "true", "1.5", "5f", '{"$oid": 5}', '{"oid": "5f"}', "7", "ab", "ff01", "0102"]
    assert [build_row_id(value) for value in values] == ids


@given(st.text(st.characters(exclude_categories=())))
def test_lone_surrogates_are_replaced(text: str) -> None:
    """The result can be encoded, and every other code point stays in its place."""
    result = without_surrogates(text)
    assert is_unicode(result)
    assert len(result) == len(text)
    assert all(new in (old, "\ufffd") for old, new in zip(text, result, strict=True))
    assert result == text or not is_unicode(text)
