"""Parsing a whole column of authors or parents gives what parsing its values one by one gives."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.arrow_values import parse_authors, parse_parents, parse_places
from service.batch.input.values import parse_author, parse_parent, parse_place

special = st.sampled_from(["", "0", "-1", "None", "t1_abc", "t3_0", "t1_", "12.0", "٣.0", "[deleted]"])
texts = st.lists(st.none() | st.text(max_size=6) | special)
numbers = st.lists(st.none() | st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1))


@given(texts)
def test_columns_of_text(values: list[str | None]) -> None:
    """This holds for placeholders, prefixes, decimal numbers and texts beyond ASCII."""
    column = pa.array(values, pa.string())
    assert parse_authors(column).to_pylist() == [parse_author(value) for value in values]
    assert parse_parents(column).to_pylist() == [parse_parent(value) for value in values]
    assert parse_places(column).to_pylist() == [parse_place(value) for value in values]


@given(numbers)
def test_columns_of_whole_numbers(values: list[int | None]) -> None:
    """Numbers become texts; as parents, 0 and -1 are none."""
    column = pa.array(values, pa.int64())
    assert parse_authors(column).to_pylist() == [parse_author(value) for value in values]
    assert parse_parents(column).to_pylist() == [parse_parent(value) for value in values]
    assert parse_places(column).to_pylist() == [parse_place(value) for value in values]
