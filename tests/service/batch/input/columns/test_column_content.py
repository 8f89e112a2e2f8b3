"""Columns are told apart by what is in them: what people write, and what programs write."""

import pytest

from service.batch.input.columns.column_content import ColumnContent, examine_columns


def examine(*values: object) -> ColumnContent:
    """Examine a column with some values."""
    return examine_columns(["x"], [{"x": value} for value in values])["x"]


@pytest.mark.parametrize(
    "value",
    [
        "12",
        "-3.5",
        "2020-01-01T10:00:00Z",
        "1. Januar 2020, 10:00",
        "https://example.org/a?b=c",
        "ann@example.org",
        "t1_ab12",
        '{"a": "b"}',
        7,
        True,
    ],
)
def test_what_programs_write_is_no_comment(value: object) -> None:
    """Numbers, times, addresses, codes and objects are made, not written."""
    assert examine(value, None, "").is_made


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "you fool",
        "Was für ein Tag",
        "你这个笨蛋",
        "ばかやろう",
        "أنت أحمق",
        "तुम मूर्ख हो",
        "10 out of 10, would buy",
        ["one", "two"],
        b"bytes",
    ],
)
def test_what_people_write_may_be_a_comment(value: object) -> None:
    """Words are written, in whatever script, in one text or in several."""
    assert examine(value, None, "").is_written


def test_words_and_variety_are_counted() -> None:
    """Scripts without spaces have words, too; values that differ only in case are alike."""
    content = examine("one two three", "One two THREE", "四个汉字", "")
    assert (content.filled, content.written) == (3, 3)
    assert content.words == pytest.approx(8 / 3)
    assert content.variety == pytest.approx(2 / 3)


def test_signs_tell_nothing() -> None:
    """A column of emoji is neither written nor made."""
    content = examine("👍", "!!!")
    assert not content.is_written
    assert not content.is_made
