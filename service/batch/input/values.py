"""Parsers of authors, of what a comment answers and of points in time, in whatever form dumps write them; they never raise."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isnan

from service.batch.rows import MAX_TEXT_LENGTH, Reason, without_surrogates

__all__ = [
    "DELETED_AUTHOR",
    "EPOCH_SECONDS_END",
    "NO_PARENT_TEXTS",
    "PLACEHOLDERS",
    "EnclosingId",
    "parse_author",
    "parse_context",
    "parse_parent",
    "parse_place",
    "parse_time",
]

PLACEHOLDERS = {
    "[deleted]": Reason.DELETED,
    "[removed]": Reason.REMOVED,
    "[ removed by reddit ]": Reason.REMOVED,
    "[deleted by user]": Reason.DELETED,
    "[removed by moderator]": Reason.REMOVED,
    "[dead]": Reason.REMOVED,
    "[flagged]": Reason.REMOVED,
}
"""What platforms put in place of a text that is gone, in small letters, and why it is gone."""

DELETED_AUTHOR = "[deleted]"
"""What platforms put in place of an author who is gone."""

NO_PARENT_TEXTS = {"", "0", "-1", "none", "null", "nan"}
"""What dumps write, in small letters, where a comment answers nothing."""

EPOCH_SECONDS_END = 5_000_000_000
"""Whole numbers above 0 and below this bound are seconds since 1970."""

_PERSON_NAME_FIELDS = (
    *("username", "screen_name", "name", "displayName", "display_name", "login", "handle", "unique_id", "nickname", "uname"),
    "id",
)
_PARENT_ID_FIELDS = ("$oid", "$numberLong", "id", "_id", "comment_id", "message_id", "uuid", "id_str")
_PLACE_NAME_FIELDS = ("name", "display_name", "title", "url", "id")
_MAX_NO_PARENT_LENGTH = max(map(len, NO_PARENT_TEXTS))
_REDDIT_PREFIXES = {f"t{kind}_" for kind in range(1, 7)}
_REDDIT_PREFIX_LENGTH = 3
_MAX_NUMBER = 10**40
_NUMBER = re.compile(r"\s*-?\d{1,18}(\.\d*)?\s*", re.ASCII)
_EPOCH_SECONDS_RANGE = (-6e10, 2.5e11)
"""Seconds since 1970 from the year 68 to the year 9892."""
_UNITS_PER_SECOND = (1, 1000, 1_000_000)
_SECONDS_MARGIN = 40
"""Only numbers up to a fortieth of the latest time, the year 2168, are seconds; larger ones are more likely milliseconds."""
_DIGITS_OF_TIME = re.compile(r"\s*(?:19|20)\d{12}Z?\s*", re.ASCII)
"""Year, month, day, hour, minute and second; a number of milliseconds since 1970 with so many digits would be of the year 2600."""
_ISO_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_SPACE_BEFORE_ZONE = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_MAX_TIME_LENGTH = 64


class EnclosingId(str):
    """The id of the record in which another one stands, which is known for sure, so that it is not read as what dumps write there."""

    __slots__ = ()


def parse_author(value: object) -> str | None:
    """Return the author that a value names: as text, as a number, or as an object that describes a person."""
    if type(value) is str and value.isascii():
        return value if value and value != DELETED_AUTHOR else None
    if isinstance(value, Mapping):
        value = next((value[name] for name in _PERSON_NAME_FIELDS if isinstance(value.get(name), str | int)), None)
    if isinstance(value, str):
        return without_surrogates(value) if value and value != DELETED_AUTHOR else None
    return _format_number(value)


def parse_place(value: object) -> str | None:
    """Return the place that a value names, such as a channel or a site: as text, as a number, or as an object that describes it."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in _PLACE_NAME_FIELDS if isinstance(value.get(name), str | int)), None)
    if isinstance(value, str):
        return without_surrogates(value) or None
    return _format_number(value)


def parse_context(value: object) -> str | None:
    """Return the text of a parent comment, or a title; None for whatever is no text, or stands in place of one that is gone."""
    if not isinstance(value, str) or not value or (value[:1] == "[" and value.strip().lower() in PLACEHOLDERS):
        return None
    return without_surrogates(value[:MAX_TEXT_LENGTH])


def parse_parent(value: object) -> str | None:
    """Return the id of the parent comment: without Reddit's prefix (``t1_``), whole where it is a decimal number, None for zero.

    Of an object that describes the parent, or is MongoDB's ``{"$oid": …}``, its id is meant.
    """
    if not isinstance(value, str) and isinstance(value, Mapping):
        value = next((value[name] for name in _PARENT_ID_FIELDS if isinstance(value.get(name), str | int)), None)
    if isinstance(value, str):
        if type(value) is EnclosingId:
            return str(value)
        if len(value) <= _MAX_NO_PARENT_LENGTH and value.lower() in NO_PARENT_TEXTS:
            return None
        text = value[_REDDIT_PREFIX_LENGTH:] if _has_reddit_prefix(value) else value
        if text.endswith(".0") and text[:-2].isdecimal():
            text = text[:-2]
        return None if text == "0" else without_surrogates(text)
    number = _format_number(value)
    return None if number in NO_PARENT_TEXTS else number


def _has_reddit_prefix(value: str) -> bool:
    next_char = value[_REDDIT_PREFIX_LENGTH : _REDDIT_PREFIX_LENGTH + 1]
    return value[:_REDDIT_PREFIX_LENGTH] in _REDDIT_PREFIXES and (next_char.isalnum() or next_char == "_")


def _format_number(value: object) -> str | None:
    if isinstance(value, bytes):
        return without_surrogates(str(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else (None if isnan(value) else str(value))
    return str(value) if abs(value) < _MAX_NUMBER else None


def parse_time(value: object) -> datetime | None:
    """Return the point in time that a value stands for; None if it stands for none.

    It may be a number of seconds, milliseconds or microseconds since 1970, such a number as text, a date as ISO 8601, mails or feeds
    write it, or MongoDB's ``{"$date": …}``. Times without a time zone are taken to be UTC.
    """
    if value is None:
        return None
    try:
        if type(value) is int and 0 < value < EPOCH_SECONDS_END:
            return datetime.fromtimestamp(value, UTC)
        return _parse_time(value)
    except (ValueError, OverflowError, OSError, TypeError, IndexError, RecursionError):
        return None


def _parse_time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, Mapping):
        return parse_time(value.get("$date", value.get("$numberLong")))
    if isinstance(value, bool) or not value:
        return None
    if isinstance(value, int | float):
        return _from_epoch(value)
    if not isinstance(value, str) or len(value) > _MAX_TIME_LENGTH:
        return None
    if (time := _from_digits(value)) is not None:
        return time
    if _NUMBER.fullmatch(value):
        return _from_epoch(float(value))
    if _ISO_DATE.match(value):
        date = value.strip().removesuffix("UTC").rstrip()
        # Ruby, and whatever is written in it, puts a space before the time zone.
        return _parse_time(datetime.fromisoformat(_SPACE_BEFORE_ZONE.sub("", date)))
    return _parse_time(parsedate_to_datetime(value.strip()))


def _from_digits(value: str) -> datetime | None:
    """Return the time that fourteen digits stand for, such as 20201101120000; None for any other number."""
    if not _DIGITS_OF_TIME.fullmatch(value):
        return None
    try:
        return datetime.strptime(value.strip().removesuffix("Z"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _from_epoch(number: float) -> datetime | None:
    earliest, latest = _EPOCH_SECONDS_RANGE
    for units in _UNITS_PER_SECOND:
        if earliest < number / units < latest / (_SECONDS_MARGIN if units == 1 else 1):
            return datetime.fromtimestamp(number / units, UTC)
    return None
