"""Dates on pages, as people read them: in English, or in the form of a program that is known."""

import re
from collections.abc import Iterable
from enum import Enum

__all__ = ["DayOrder", "find_day_order", "read_page_date"]

_MONTH_NAMES = (
    "jan january januar jänner janvier enero ene gennaio gen janeiro januari",
    "feb february februar février févr fév febrero febbraio fevereiro fev februari",
    "mar march märz mrz mär mars marzo março maart mrt",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember décembre déc diciembre dic dicembre dezembro december",
)
"""Names of the months in the languages of most pages, from January on."""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|º)?\.?"
_YEAR = r"(?P<year>\d{4}|\d\d(?!\d))"
_CLOCK = r"(?:\D{0,12}?(?P<hour>\d{1,2})(?::| ?h ?)(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s*(?P<half>[ap]\.?m\b))?)?"
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b{_DAY}[\s-]+(?:de\s+)?{_MONTH},?[\s-]+(?:de\s+)?{_YEAR}{_CLOCK}", re.IGNORECASE)
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})" + _CLOCK + r"(?:\s+UTC(?P<zone>[+-]\d\d:\d\d))?")
_SLASHED = re.compile(r"\b(?P<first>\d{1,2})/(?P<second_number>\d{1,2})/(?P<year>\d{4})\b" + _CLOCK)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_MAX_DATE_LENGTH = 100
_NOON = 12
_MONTHS_IN_YEAR = 12


class DayOrder(Enum):
    """Which of two numbers with a slash between them is the day."""

    DAY_FIRST = "28/08/2012"
    MONTH_FIRST = "08/28/2012"


def find_day_order(values: Iterable[str]) -> DayOrder | None:
    """Return the order of day and month on a page, by dates in which one number can only be a day; None if that is not clear."""
    orders = set()
    for value in values:
        if (match := _SLASHED.search(value[:_MAX_DATE_LENGTH])) is not None:
            if int(match["first"]) > _MONTHS_IN_YEAR:
                orders.add(DayOrder.DAY_FIRST)
            elif int(match["second_number"]) > _MONTHS_IN_YEAR:
                orders.add(DayOrder.MONTH_FIRST)
    return orders.pop() if len(orders) == 1 else None


def read_page_date(value: str, order: DayOrder | None = None) -> str | None:
    """Return a date that people read in the form of ISO 8601; None if it is none, or if day and month cannot be told apart.

    Args:
        value: the date.
        order: the order of day and month in dates that are written with slashes, if it is known.

    A number of seconds or milliseconds since 1970 stays as it is.
    """
    value = value.strip()
    if len(value) > _MAX_DATE_LENGTH:
        return None
    if value.isascii() and value.isdecimal():
        return value
    if (match := _ISO.match(value)) is not None:
        return match.group()
    for pattern in (_MONTH_FIRST, _DAY_FIRST, _DOTTED):
        for match in pattern.finditer(value):
            if (date := _write_date(match.groupdict())) is not None:
                return date
    slashed = _SLASHED.search(value) if order is not None else None
    if slashed is None:
        return None
    day, month = slashed["first"], slashed["second_number"]
    if order is DayOrder.MONTH_FIRST:
        day, month = month, day
    return _write_date({**slashed.groupdict(), "day": day, "month": month})


def _write_date(parts: dict[str, str | None]) -> str | None:
    month = str(parts["month"])
    number = int(month) if month.isdecimal() else _MONTHS.get(month.casefold())
    if number is None:
        return None
    year = str(parts["year"])
    date = f"{year if len(year) > len('23') else '20' + year}-{number:02}-{int(str(parts['day'])):02}"
    if parts["hour"] is None:
        return date
    hour, half = int(parts["hour"]), (parts["half"] or "").casefold()
    if half:
        hour = hour % _NOON + (_NOON if half.startswith("p") else 0)
    return f"{date}T{hour:02}:{parts['minute']}:{parts['second'] or '00'}{parts.get('zone') or ''}"
