"""Dates and times of WhatsApp are understood in the order and with the words of every language."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input.formats.chats.whatsapp_stamps import find_date_order, parse_stamp, stamp_time

EVENING = [
    "31.12.23, 22:05 - ",
    "12/31/23, 10:05 PM - ",
    "12/31/23, 10:05\u202fPM - ",
    "31/12/2023, 10:05 pm - ",
    "31/12/2023, 10:05 p. m. - ",
    "31/12/2023, 10:05 p.\u00a0m. - ",
    "31/12/2023 22:05 - ",
    "31/12/2023 à 22:05 - ",
    "31.12.2023 klo 22.05 - ",
    "31-12-2023 22:05 - ",
    "2023-12-31 22:05 - ",
    "31/12/23 22.05 - ",
    "2023/12/31 22:05 - ",
    "2023/12/31 下午10:05 - ",
    "2023/12/31 晚上10:05 - ",
    "2023. 12. 31. 오후 10:05 - ",
    "2023. 12. 31. 22:05 - ",
    "31. 12. 2023. 22:05 - ",
    "31.12.23 г., 22:05 ч. - ",
    "2023-12-31 22 h 05 - ",
    "2023-12-31, 10:05 p.m. - ",
    "22:05, 31/12/2023 - ",
    "2023. 12. 31. du. 10:05 - ",
    "31.12.2023 ÖS 10:05 - ",
    "31/12/2566 22:05 - ",
    "\u200f٣١\u200f/١٢\u200f/٢٠٢٣، ١٠:٠٥ م - ",
    "[31.12.23, 22:05:00] ",
    "\u200e[12/31/23, 10:05:00\u202fPM] ",
    "[2023/12/31 下午10:05:00] ",
    "[2023. 12. 31. 오후 10:05:00] ",
    "[31-12-2023 22:05:00] ",
    "[10:05 PM, 12/31/2023] ",
    "[22:05, 31/12/2023] ",
    "12/31/15, 10:05:00 PM: ",
]


@pytest.mark.parametrize("stamp", EVENING, ids=ascii)
def test_stamps_of_every_language_are_understood(stamp: str) -> None:
    """Where the numbers leave no doubt, one line is enough to tell the day, and the words beside the time the half of it."""
    found = parse_stamp(stamp + "Ann: hi")
    assert found is not None
    assert found.end == len(stamp)
    time = stamp_time(found, find_date_order([found]))
    assert time is not None
    assert (time.month, time.day, time.hour, time.minute) == (12, 31, 22, 5)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "[quote=Ann] hi",
        "12:30 lunch - Ann: hi",
        "3/4 of them - no: x",
        "2023-12-31 22:05:12 - INFO: started",
        "2023-12-31T22:05:12 - x",
        "31/12/2023, 25:05 - Ann: hi",
        "31/12/2023, 22:05 Ann: hi",
        '[{"date": "31/12/2023, 22:05"}]',
    ],
)
def test_other_lines_have_no_stamp(line: str) -> None:
    """Lines of logs, fractions and times alone do not begin a message."""
    assert parse_stamp(line) is None


@pytest.mark.parametrize(
    ("text", "hour"), [("12:05 AM", 0), ("12:05 PM", 12), ("1:05 am", 1), ("11:05 p.m.", 23), ("12:05", 12), ("0:05", 0)]
)
def test_noon_and_midnight(text: str, hour: int) -> None:
    """Twelve in the first half of the day is its beginning; in the second half it is noon."""
    stamp = parse_stamp(f"1/1/20, {text} - Ann: hi")
    assert stamp is not None
    assert stamp.hour == hour


@given(st.lists(st.integers(0, 20), min_size=4, max_size=30), st.dates(date(2010, 1, 1), date(2040, 1, 1)), st.booleans())
def test_the_order_of_days_and_months_is_found(gaps: list[int], begin: date, month_first: bool) -> None:
    """A chat that goes on for days and does not go back is read in the order in which it was written, if any day tells."""
    days = [begin + timedelta(sum(gaps[: number + 1])) for number in range(len(gaps))]
    pattern = "%m/%d/%Y" if month_first else "%d/%m/%Y"
    stamps = [parse_stamp(f"{day.strftime(pattern)}, 22:05 - Ann: hi") for day in days]
    known = [stamp for stamp in stamps if stamp is not None]
    order = find_date_order(known)
    if any(day.day > 12 for day in days):
        assert [time.date() for stamp in known if (time := stamp_time(stamp, order)) is not None] == days


def test_doubtful_days_are_read_as_their_country_does() -> None:
    """The month comes first where the time is that of the United States; days that lie close together decide otherwise."""

    def first_time(*lines: str) -> datetime | None:
        stamps = [stamp for line in lines if (stamp := parse_stamp(f"{line} - Ann: hi")) is not None]
        return stamp_time(stamps[0], find_date_order(stamps))

    british, american = datetime.fromisoformat("2020-02-01T22:05:00+00:00"), datetime.fromisoformat("2020-01-02T22:05:00+00:00")
    assert first_time("01/02/2020, 22:05") == british
    assert first_time("01/02/20, 10:05 pm") == british
    assert first_time("1/2/20, 10:05 PM") == american
    assert first_time("01.02.20, 22:05", "01.03.20, 22:05", "01.04.20, 22:05", "01.05.20, 22:05") == british
    assert first_time("1/2/20, 22:05", "1/3/20, 22:05", "1/4/20, 22:05", "1/5/20, 22:05") == american
    assert first_time("1/2/20, 10:05 PM", "2/2/20, 10:05 PM", "3/2/20, 10:05 PM", "4/2/20, 10:05 PM") == british


def test_calendars_that_are_not_known_give_no_time() -> None:
    """The year 1402 of the Persian calendar is no year of WhatsApp; the message is read all the same."""
    stamp = parse_stamp("۱۴۰۲/۱۰/۱۰، ۲۲:۰۵ - علی: سلام")
    assert stamp is not None
    assert stamp_time(stamp, find_date_order([stamp])) is None
