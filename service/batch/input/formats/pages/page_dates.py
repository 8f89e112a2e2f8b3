"""Dates on pages, as people read them: in English, or in the form of a program that is known."""

import re

__all__ = ["read_page_date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_CLOCK = r"(?:\D{0,12}?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s*(?P<half>[ap]\.?m\b))?)?"
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b{_DAY}\.?\s+{_MONTH},?\s+(?P<year>\d{{4}}){_CLOCK}", re.IGNORECASE)
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})" + _CLOCK + r"(?:\s+UTC(?P<zone>[+-]\d\d:\d\d))?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_MAX_DATE_LENGTH = 100
_NOON = 12


def read_page_date(value: str) -> str | None:
    """Return a date that people read in the form of ISO 8601; None if it is none, or if day and month cannot be told apart.

    A number of seconds or milliseconds since 1970 stays as it is.
    """
    value = value.strip()
    if len(value) > _MAX_DATE_LENGTH:
        return None
    if value.isascii() and value.isdecimal():
        return value
    if (match := _ISO.match(value)) is not None:
        return match.group()
    found = next((match for pattern in (_MONTH_FIRST, _DAY_FIRST, _DOTTED) if (match := pattern.search(value)) is not None), None)
    return None if found is None else _write_date(found.groupdict())


def _write_date(parts: dict[str, str | None]) -> str | None:
    month = str(parts["month"])
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].casefold()) + 1
    date = f"{parts['year']}-{number:02}-{int(str(parts['day'])):02}"
    if parts["hour"] is None:
        return date
    hour, half = int(parts["hour"]), (parts["half"] or "").casefold()
    if half:
        hour = hour % _NOON + (_NOON if half.startswith("p") else 0)
    return f"{date}T{hour:02}:{parts['minute']}:{parts['second'] or '00'}{parts.get('zone') or ''}"
