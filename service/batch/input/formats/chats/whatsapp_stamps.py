r"""The date and time with which each message of WhatsApp begins, in the order and with the words of the language of the phone.

``31.12.23, 22:05 - ``, ``12/31/23, 10:05 PM - ``, ``2023/12/31 下午10:05 - `` on Android; ``[31/12/2023, 22:05:12] `` and the like on
iPhones (``31/12/15, 22:05:12: `` on early ones); ``[22:05, 31/12/2023] `` where it was copied from a browser. Marks of the direction
of writing may stand anywhere.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

__all__ = ["DIRECTION_MARKS", "DateOrder", "WhatsAppStamp", "find_date_order", "parse_stamp", "stamp_time"]

DIRECTION_MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Characters that nobody sees, and that say in which direction the text beside them is written."""

_M = f"[{DIRECTION_MARKS}]{{0,3}}"
_S = "[ \u00a0\u2009\u202f]"
_DATE = rf"(?P<a>\d{{1,4}}){_M}[./\-年년]{_M}{_S}?(?P<b>\d{{1,2}}){_M}[./\-月월]{_M}{_S}?(?P<c>\d{{1,4}}){_M}[.日일]?(?:{_S}?г\.)?"
_TIME = (
    rf"(?P<before>[^\W\d_][^\d\[\]\n]{{0,10}})?(?P<hour>\d{{1,2}})(?:[:.]|{_S}?h{_S}?)(?P<minute>\d\d)(?P<seconds>[:.](?P<second>\d\d))?"
    rf"(?P<after>{_M}{_S}?{_M}[^\W\d_][^\d\[\]\n:]{{0,9}}?)?"
)
_DATE_AND_TIME = rf"{_DATE}{_M}[,،、]?{_M}{_S}+{_M}{_TIME}"
_TIME_AND_DATE = rf"{_TIME}{_M}[,،、]{_M}{_S}*{_DATE}"
_BRACKETED, _BRACKETED_TIME_FIRST, _OPEN, _OPEN_TIME_FIRST, _EARLY = (
    re.compile(pattern)
    for pattern in (
        rf"{_M}\[{_M}{_DATE_AND_TIME}{_M}\]{_M}{_S}*",
        rf"{_M}\[{_M}{_TIME_AND_DATE}{_M}\]{_M}{_S}*",
        rf"{_M}{_DATE_AND_TIME}{_M}{_S}+[-–]{_M}{_S}+",
        rf"{_M}{_TIME_AND_DATE}{_M}{_S}+[-–]{_M}{_S}+",
        rf"{_M}{_DATE_AND_TIME}{_M}:{_M}{_S}+",
    )
)
_MAX_STAMP_LENGTH = 80
_AFTERNOON = {
    *("pm", "p", "下午", "晚上", "午後", "오후", "م", "مساء", "ب.ظ", "بعدازظهر", "μμ", "μ.μ", "ch", "ös", "em", "odp", "du"),
    *("ptg", "अपराह्न", "অপরাহ্ণ", "ی.م", "पी.एम", "ip", "popoldne"),
}
"""What stands beside hours of the second half of the day, in small letters and without the last full stop."""
_MORNING = {
    *(
        "am",
        "a",
        "上午",
        "凌晨",
        "清晨",
        "早上",
        "午前",
        "오전",
        "ص",
        "صباحا",
        "ق.ظ",
        "قبلازظهر",
        "πμ",
        "π.μ",
        "sa",
        "öö",
        "fm",
        "dop",
        "de",
    ),
    *("pg", "पूर्वाह्न", "পূর্বাহ্ণ", "ap", "dopoldne"),
}
"""What stands beside hours of the first half of the day."""
_NOON = "中午"
_NOON_HOUR = 12
_FIRST_YEAR, _LAST_YEAR = 2009, 2060
"""WhatsApp has existed since 2009."""
_BUDDHIST_YEARS = 543
_CENTURY = 2000
_TWO_DIGITS = 100
_YEAR_DIGITS = 4
_CLEAR_DATES = 4
"""Different days by which the order of their numbers can be told from how far apart they are."""
_CLEAR_RATIO = 8


class WhatsAppStamp(NamedTuple):
    """The numbers of a date and a time as they are written.

    Attributes:
        numbers: those of the date.
        year_place: the place of the year among them, if it has four digits; otherwise None.
        is_slashed: whether slashes stand between them.
        hour: 0 to 23.
        minute: 0 to 59.
        second: 0 to 59; 0 where none is written.
        has_capitals: whether the half of the day is written ``AM`` or ``PM``.
        end: where the text behind begins.
    """

    numbers: tuple[int, int, int]
    year_place: int | None
    is_slashed: bool
    hour: int
    minute: int
    second: int
    has_capitals: bool
    end: int


class DateOrder(NamedTuple):
    """The places of day, month and year among the three numbers of a date."""

    day: int
    month: int
    year: int


_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST = DateOrder(0, 1, 2), DateOrder(1, 0, 2), DateOrder(2, 1, 0)


def parse_stamp(line: str) -> WhatsAppStamp | None:
    """Return the date and time with which a line begins; None if it does not begin with them."""
    head = line[:_MAX_STAMP_LENGTH]
    start = head.lstrip(DIRECTION_MARKS)[:1]
    is_bracketed = start == "["
    if not is_bracketed and not start.isdigit() and not start.isalpha():
        return None
    patterns = (_BRACKETED, _BRACKETED_TIME_FIRST) if is_bracketed else (_OPEN, _OPEN_TIME_FIRST, _EARLY)
    match = next((match for pattern in patterns if (match := pattern.match(head)) is not None), None)
    # On Android no seconds are written, as they are in logs; early iPhones wrote them, and a colon behind them.
    if match is None or (not is_bracketed and (match["seconds"] is not None) != (match.re is _EARLY)):
        return None
    hour, minute, second = _hour_of_day(match), int(match["minute"]), int(match["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    digits = (match["a"], match["b"], match["c"])
    year_place = next((place for place, number in enumerate(digits) if len(number) == _YEAR_DIGITS), None)
    numbers = (int(digits[0]), int(digits[1]), int(digits[2]))
    has_capitals = (match["after"] or "").strip(DIRECTION_MARKS + " \u00a0\u2009\u202f") in {"AM", "PM"}
    is_slashed = "/" in match.group()
    return WhatsAppStamp(numbers, year_place, is_slashed, hour, minute, second, has_capitals, match.end())


def _hour_of_day(match: "re.Match[str]") -> int:
    """Return the hour, with what the words beside it say of the half of the day."""
    hour = int(match["hour"])
    words = [_fold_word(word) for part in (match["before"], match["after"]) if part for word in (part, *part.split())]
    if hour < _NOON_HOUR and (any(word in _AFTERNOON for word in words) or (_NOON in words and hour < _NOON_HOUR - 1)):
        return hour + _NOON_HOUR
    return 0 if hour == _NOON_HOUR and any(word in _MORNING for word in words) else hour


def _fold_word(word: str) -> str:
    letters = "".join(char for char in word.casefold() if char not in DIRECTION_MARKS and not char.isspace())
    return {"p.m.": "pm", "a.m.": "am", "p.m": "pm", "a.m": "am"}.get(letters, letters.strip(".,،"))


def find_date_order(stamps: Iterable[WhatsAppStamp]) -> DateOrder:
    """Return the order of day, month and year in which the dates of a chat are possible, do not go back, and lie close together.

    Where several are as good, the day comes first, unless the dates are written as in the United States.
    """
    known = list(stamps)
    if not known:
        return _DAY_FIRST
    month_first_is_usual = known[0].is_slashed and any(stamp.has_capitals for stamp in known)
    usual = (_MONTH_FIRST, _DAY_FIRST, _YEAR_FIRST) if month_first_is_usual else (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST)
    dates = {order: [_date_of(stamp, order) for stamp in known] for order in usual}
    faults = {order: _count_faults(dates[order]) for order in usual}
    best = [order for order in usual if faults[order] == min(faults.values())]
    spans = {order: _span_of(dates[order]) for order in best}
    closest = min(best, key=spans.__getitem__)
    is_clear = len({stamp.numbers for stamp in known}) >= _CLEAR_DATES and spans[closest] * _CLEAR_RATIO < spans[best[0]]
    return closest if is_clear else best[0]


def _count_faults(dates: Sequence[date | None]) -> tuple[int, int]:
    """Return how many dates are impossible, and how often a date lies before the one above it."""
    days = [day for day in dates if day is not None]
    return len(dates) - len(days), sum(later < earlier for earlier, later in pairwise(days))


def _span_of(dates: Sequence[date | None]) -> timedelta:
    days = [day for day in dates if day is not None]
    return max(days) - min(days) if days else timedelta()


def _date_of(stamp: WhatsAppStamp, order: DateOrder) -> date | None:
    """Return the date that a stamp has in some order; None where there is no such day."""
    if stamp.year_place not in {None, order.year} or (order is _MONTH_FIRST and not stamp.is_slashed):
        return None
    year = stamp.numbers[order.year]
    if year < _TWO_DIGITS:
        year += _CENTURY
    elif year > _FIRST_YEAR + _BUDDHIST_YEARS:
        year -= _BUDDHIST_YEARS
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return date(year, stamp.numbers[order.month], stamp.numbers[order.day])
    except ValueError:
        return None


def stamp_time(stamp: WhatsAppStamp, order: DateOrder) -> datetime | None:
    """Return the time of a stamp; None where there is no such day. It is the time of the phone, whose zone nothing tells: taken as UTC."""
    day = _date_of(stamp, order)
    return None if day is None else datetime(day.year, day.month, day.day, stamp.hour, stamp.minute, stamp.second, tzinfo=UTC)
