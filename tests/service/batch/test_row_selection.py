"""Which rows are scored depends on the rows and the options alone, and what is left out is counted."""

from datetime import UTC, datetime, timedelta

from service.batch.row_selection import RowSelection, SelectedRows
from service.batch.rows import Row

ROWS = [Row(number, f"c{number}", f"text {number}") for number in range(1, 1001)]


def select(rows: list[Row], **options: float) -> tuple[list[Row], SelectedRows]:
    selected = SelectedRows(rows, RowSelection(**options))  # type: ignore[arg-type]
    return list(selected), selected


def test_a_sample_depends_on_the_rows_and_the_seed_alone() -> None:
    """About the requested share is scored, and their order does not change which rows are drawn."""
    sample, selected = select(ROWS, sample=0.3)
    assert 240 < len(sample) < 360
    assert (selected.read, selected.left_out) == (1000, {"sample": 1000 - len(sample)})
    elsewhere = [row._replace(line=2000 - row.line) for row in reversed(ROWS)]
    assert {row.id for row in select(elsewhere, sample=0.3)[0]} == {row.id for row in sample}
    assert {row.id for row in select(ROWS, sample=0.3, seed=1)[0]} != {row.id for row in sample}


def test_reading_ends_with_the_limit() -> None:
    """The first rows are scored, and none after them is read."""
    rows, selected = select(ROWS, limit=7)
    assert rows == ROWS[:7]
    assert (selected.read, selected.left_out) == (7, {})


def test_rows_of_an_earlier_time_or_none_are_left_out() -> None:
    """Both are counted, each for its own reason; the earliest time itself is scored."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [Row(number, None, "x", created_at=start + timedelta(days=number)) for number in (-1, 0, 1)]
    selected = SelectedRows([*rows, Row(4, None, "x")], RowSelection(since=start))
    assert list(selected) == rows[1:]
    assert selected.left_out == {"since": 1, "no-time": 1}
