"""Dates on pages are read where it is clear what they mean."""

import pytest

from service.batch.input.formats.pages.page_dates import DayOrder, find_day_order, read_page_date


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("January 2nd, 2023 at 1:05 pm", "2023-01-02T13:05:00"),
        ("Posted on 2 Jan 2023 12:05 AM by Ann", "2023-01-02T00:05:00"),
        ("02.01.2023 10:00:30 UTC+01:00", "2023-01-02T10:00:30+01:00"),
        ("2023-01-02T10:00:00 1672653600", "2023-01-02T10:00:00"),
        ("1672653600", "1672653600"),
        ("02-Jan-23 10:00 AM", "2023-01-02T10:00:00"),
        ("02/01/2023", None),
        ("two years ago", None),
    ],
)
def test_dates_are_read_as_people_write_them(value: str, date: str | None) -> None:
    """What could be the 2nd of January or the 1st of February is no date."""
    assert read_page_date(value) == date


def test_the_order_of_a_page_is_told_by_its_clear_dates() -> None:
    """One date whose day is greater than twelve is enough; two that contradict each other tell nothing."""
    assert find_day_order(["02/01/2023", "28/08/2012 at 17:34"]) is DayOrder.DAY_FIRST
    assert find_day_order(["8/28/2012"]) is DayOrder.MONTH_FIRST
    assert find_day_order(["02/01/2023"]) is None
    assert find_day_order(["28/08/2012", "8/28/2012"]) is None
    assert read_page_date("02/01/2023 at 17:34", DayOrder.DAY_FIRST) == "2023-01-02T17:34:00"
    assert read_page_date("02/01/2023", DayOrder.MONTH_FIRST) == "2023-02-01"
