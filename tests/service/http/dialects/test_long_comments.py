"""Long comments are split into parts of which nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.dialects.long_comments import split_text

LIMIT = 10


@given(st.text(alphabet="ab 😀é"))
def test_parts_have_at_most_as_many_bytes_as_allowed(text: str) -> None:
    """No part of a text is longer than the limit, in UTF-8."""
    assert all(len(part.encode()) <= LIMIT for part in split_text(text, LIMIT))


@given(st.text(alphabet="ab "))
def test_parts_together_are_the_text(text: str) -> None:
    """The parts of a text, one after another, are the text, if no cut falls into a character of several bytes."""
    assert "".join(split_text(text, LIMIT)) == text


@given(st.text(alphabet="é😀 a"))
def test_only_characters_that_are_cut_are_lost(text: str) -> None:
    """What the parts hold is the text in order, without a character of several bytes for each cut at most."""
    parts = list(split_text(text, LIMIT))

    remaining = iter(text)
    assert all(character in remaining for character in "".join(parts))
    assert len(text) - len("".join(parts)) <= len(parts) - 1


@pytest.mark.parametrize(("text", "parts"), [("aaaaaaa bbb", ["aaaaaaa ", "bbb"]), ("a bbbbbbbbbb", ["a bbbbbbbb", "bb"]), ("", [""])])
def test_text_is_cut_at_a_blank_in_the_second_half(text: str, parts: list[str]) -> None:
    """A part ends with the last blank in its second half; if there is none there, it is as long as allowed."""
    assert list(split_text(text, LIMIT)) == parts
