"""Chunks hold the rows that they are cut from, column by column."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.batch.columnar.chunks import Chunk, build_times, cut_into_chunks
from service.batch.rows import Reason, Row

rows = st.lists(
    st.one_of(
        st.tuples(st.integers(1), st.none() | st.integers() | st.text(max_size=3), st.text(max_size=9)),
        st.tuples(st.integers(1), st.none(), st.none(), st.just(Reason.NO_TEXT)),
    ),
    max_size=20,
).map(lambda cells: [Row(*values) for values in cells])


@given(rows, st.integers(1, 5), st.integers(1, 20))
def test_chunks_hold_all_rows_in_order_within_their_limits(content: list[Row], max_rows: int, max_text: int) -> None:
    """None is empty, none has too many rows, and only the last row of a chunk may bring its texts to the limit."""
    chunks = list(cut_into_chunks(content, max_rows=max_rows, max_text=max_text))
    cells = [cell for chunk in chunks for cell in zip(chunk.lines, chunk.ids, chunk.texts, chunk.reasons, strict=True)]
    assert cells == [row[:4] for row in content]
    assert all(0 < len(chunk) <= max_rows for chunk in chunks)
    assert all(sum(len(text or "") for text in chunk.texts[:-1]) < max_text for chunk in chunks)


def test_extra_columns_are_kept_by_name() -> None:
    """A row that lacks one has None there."""
    chunk = Chunk.from_rows([Row(1, None, "a", extra={"score": 3}), Row(2, None, "b")], ["score"])
    assert chunk.extra == {"score": [3, None]}


def test_times_are_microseconds_in_utc() -> None:
    """They are written as ISO 8601, and a row without a time has none."""
    created = datetime(2024, 2, 29, 23, 59, 1, tzinfo=UTC)
    chunk = Chunk.from_rows([Row(1, None, "a", created_at=created), Row(2, None, "b")])
    assert chunk.iso_times() == ["2024-02-29T23:59:01Z", None]
    assert np.isnat(build_times([created, None])).tolist() == [False, True]
