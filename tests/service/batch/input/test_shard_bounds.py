"""Files of lines are cut between lines, and tables between records."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.shard_bounds import find_csv_bounds, find_line_bounds


def stream(content: bytes) -> io.BufferedReader:
    """Return a stream of bytes."""
    return io.BufferedReader(io.BytesIO(content))


@given(st.lists(st.sampled_from([b"a", b"", b"bcd", b"\r"]), max_size=30).map(b"\n".join), st.integers(1, 20))
def test_parts_of_lines_cover_the_file(content: bytes, size: int) -> None:
    """They follow each other without a gap, each begins with a line, and all but the last have at least the size."""
    parts = find_line_bounds(stream(content), size)
    assert b"".join(content[part.begin : part.end] for part in parts) == content
    assert all(part.size == part.end - part.begin for part in parts)
    assert all(part.first == 1 + content[: part.begin].count(b"\n") for part in parts)
    assert all(content[: part.end].endswith(b"\n") and part.size >= size for part in parts[:-1])


def test_a_record_is_never_cut() -> None:
    """A line end inside of quotes is no place to cut."""
    content = b'id,text\n1,"a\nb"\n2,c\n'
    parts = find_csv_bounds(stream(content), 1, ",")
    assert [content[part.begin : part.end] for part in parts] == [b"id,text\n", b'1,"a\nb"\n', b"2,c\n"]


@pytest.mark.parametrize("content", [b'id,text\n1,a"b\n2,c\n', b'id,text\n1,"a\n2,c\n', b'id,text\n1,"a" b\n'])
def test_text_that_breaks_the_quoting_rules_is_not_cut(content: bytes) -> None:
    """A reader that began at a cut might find other records there."""
    assert find_csv_bounds(stream(content), 1, ",") == []
