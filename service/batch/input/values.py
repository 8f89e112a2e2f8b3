"""What the values of a dump mean: names of people, ids of what is answered, points in time. Nothing here ever raises."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan

from service.batch.rows import Reason, without_surrogates

__all__ = ["NO_PARENT", "PLACEHOLDERS", "SOON", "author_of", "parent_of", "time_of"]

PLACEHOLDERS = {
    "[deleted]": Reason.DELETED,
    "[removed]": Reason.REMOVED,
    "[ removed by reddit ]": Reason.REMOVED,
    "[deleted by user]": Reason.DELETED,
    "[removed by moderator]": Reason.REMOVED,
    "[dead]": Reason.REMOVED,
    "[flagged]": Reason.REMOVED,
}
"""What stands where a text was, in small letters, and why it is gone."""

_NAMES = ("username", "screen_name", "name", "displayName", "display_name", "login", "id")
NO_PARENT = {"", "0", "-1", "none", "null", "nan"}
_PREFIXES = {f"t{kind}_" for kind in range(1, 7)}
_NUMBER = re.compile(r"\s*-?\d{1,18}(\.\d*)?\s*", re.ASCII)
_NOW_AND_THEN = (-6e10, 2.5e11)
"""Seconds since 1970 of the years 68 and 9892."""
SOON = 5_000_000_000
"""A whole number below this tells seconds since 1970, if it is above 0."""
_ISO = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


def author_of(value: object) -> str | None:
    """Return who wrote a comment: the name, the number, or the name in what is told of a person."""
    if type(value) is str and value.isascii():
        return value if value and value != "[deleted]" else None
    if isinstance(value, Mapping):
        value = next((value[name] for name in _NAMES if isinstance(value.get(name), str | int)), None)
    if isinstance(value, str):
        return without_surrogates(value) if value and value != "[deleted]" else None
    return _told(value)


def parent_of(value: object) -> str | None:
    """Return the id of what a comment answers: Reddit's ``t1_`` is left out, zero is nothing, a decimal number is a whole one."""
    if isinstance(value, str):
        if len(value) < 5 and value.lower() in NO_PARENT:
            return None
        text = value[3:] if value[:3] in _PREFIXES and (value[3:4].isalnum() or value[3:4] == "_") else value
        if text.endswith(".0") and text[:-2].isdecimal():
            text = text[:-2]
        return None if text == "0" else without_surrogates(text)
    found = _told(value)
    return None if found in NO_PARENT else found


def _told(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return without_surrogates(str(value)) if isinstance(value, bytes) else None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else (None if isnan(value) else str(value))
    return str(value) if abs(value) < 10**40 else None


def time_of(value: object) -> datetime | None:
    """Return the time that a value tells, None if it tells none.

    Known are seconds, milliseconds and microseconds since 1970 as a number or in letters, ISO 8601 and its kin, the dates of
    mails and feeds, and MongoDB's ``{"$date": …}``. A time without a zone is one of UTC.
    """
    if value is None:
        return None
    try:
        if type(value) is int and 0 < value < SOON:
            return datetime.fromtimestamp(value, UTC)
        return _time_of(value)
    except (ValueError, OverflowError, OSError, TypeError, IndexError, RecursionError):
        return None


def _time_of(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, Mapping):
        return time_of(value.get("$date", value.get("$numberLong")))
    if isinstance(value, bool) or not value:
        return None
    if isinstance(value, int | float):
        return _since_1970(value)
    if not isinstance(value, str) or len(value) > 64:
        return None
    if _ISO.match(value) and not value.isdecimal():
        return _time_of(datetime.fromisoformat(value.strip().removesuffix("UTC").rstrip()))
    if _NUMBER.fullmatch(value):
        return _since_1970(float(value))
    return _time_of(parsedate_to_datetime(value.strip()))


def _since_1970(number: float) -> datetime | None:
    for unit in (1, 1000, 1_000_000):
        if _NOW_AND_THEN[0] < number / unit < _NOW_AND_THEN[1] / (40 if unit == 1 else 1):
            return datetime.fromtimestamp(number / unit, UTC)
    return None
