"""The fields of forms are read in whatever encoding they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.dialects.forms import Form


@given(st.text(), st.sampled_from(["", "iso-8859-1", "windows-1251", "zip"]))
def test_utf8_is_read_as_such(text: str, encoding: str) -> None:
    """A value that is valid UTF-8 is read as UTF-8, whatever encoding the client names."""
    assert Form({"field": text.encode()}, encoding=encoding).text("field") == text


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("windows-1251", "\u0418"), ("ISO-8859-1", "\xc8"), ("", "\xc8"), ("punycode", "\xc8"), ("iso-8859-99", "\xc8")],
)
def test_other_values_are_read_in_the_encoding_of_the_form(encoding: str, expected: str) -> None:
    """A value that is not UTF-8 is read in the encoding that the client names, and in Latin-1 if it names none that forms may have."""
    assert Form({"field": b"\xc8"}, encoding=encoding).text("field") == expected


@given(st.binary(), st.text())
def test_any_bytes_are_read(value: bytes, encoding: str) -> None:
    """Whatever bytes a field holds and whatever encoding is named, they are read."""
    assert isinstance(Form({"field": value}, encoding=encoding).text("field"), str)


def test_missing_field_is_empty() -> None:
    """A field that was not sent is an empty text."""
    assert Form({}).text("field") == ""
