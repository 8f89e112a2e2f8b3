"""Texts are found by the names of their fields, except in what is foreign to the comments."""

from typing import Any

import pytest

from service.batch.input.trees.text_search import TextSearch, sample_values

SEARCH = TextSearch(frozenset({"text"}), lambda record: "platform" in record)


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ({"text": "a"}, True),
        ({"Text": "a"}, True),
        ({"text": None}, False),
        ({"a": [{"b": {"text": ["in ", "parts"]}}]}, True),
        ({"user": {"text": "me"}, "quoted_status": {"text": "other"}}, False),
        ({"a": {"platform": 1}}, True),
        (["text"], False),
        ("text", False),
    ],
)
def test_texts_are_found(value: Any, holds: bool) -> None:
    """At any depth, and whole or in parts."""
    SEARCH.begin_value()
    assert SEARCH.holds_text(value) is holds


@pytest.mark.parametrize(
    ("value", "is_keyed"),
    [
        ({"a": {"id": 1, "text": "x"}, "b": {"id": 2, "text": "y"}}, True),
        ({"count": 2, "a": {"id": 1, "text": "x"}, "b": {"id": 2, "text": "y"}}, True),
        ({"comment": {"text": "x", "likes": 1}, "post": {"title": "y", "url": "z"}}, False),
        ({"comment": {"text": "x"}}, False),
        ({"a": "x", "b": "y"}, False),
    ],
)
def test_records_by_key_are_told_from_parts_of_one(value: Any, is_keyed: bool) -> None:
    """Several objects with texts and the same fields are records."""
    SEARCH.begin_value()
    assert SEARCH.is_keyed(value) is is_keyed


def test_the_answer_of_a_server_is_no_record() -> None:
    """A word beside a list of data is none; a text with an author or with replies is a comment."""
    assert not SEARCH.is_record_with_text({"text": "ok", "data": []}, ["data"])
    assert SEARCH.is_record_with_text({"text": "hi", "author": "Ann", "data": []}, ["data"])
    assert SEARCH.is_record_with_text({"text": "hi", "replies": []}, ["replies"])


def test_a_sample_is_taken_from_all_of_an_array() -> None:
    """What only begins late is seen."""
    assert list(sample_values([1, 2, 3])) == [1, 2, 3]
    sample = list(sample_values(list(range(1000))))
    assert sample[:3] == [0, 1, 2]
    assert sample[-1] in range(900, 1000)
    assert len(sample) < 50
