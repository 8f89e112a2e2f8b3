"""YouTube's comments and live chats from Google Takeout, whose tables have headers in the language of the account."""

import json
import re

from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["YOUTUBE_TAKEOUT", "YOUTUBE_TAKEOUT_LIVE_CHATS", "YOUTUBE_TAKEOUT_TRANSLATED"]

_TEXT_COLUMNS = ("comment text", "live chat text")
_CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
_COMMENT_ID = re.compile(r"(?!Ugkx)(?=.*\D)[\w.=%-]{16,200}", re.ASCII)
"""Ids of comments and of messages in live chats; posts of a channel have such ids, too, all of which begin alike."""
_PLACE_ID = re.compile(r"[\w-]{11}|Ugkx[\w-]{16,60}", re.ASCII)
"""Ids of videos and of posts."""
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)

_PRICE = re.compile(r"(\D{0,4}\d+([.,]\d*)?\D{0,4})?", re.ASCII)


def _join_segments(text: object) -> object:
    """Return the text of ``{"takeoutSegments":[{"text":"…"},…]}`` or of ``{"text":"…"},{"text":"…"}``; any other text as it is."""
    joined = _parse_segments(text)
    return text if joined is None else joined


def _parse_segments(text: object) -> str | None:
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return None
    try:
        values = json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        return None
    segments = [segment for value in values if isinstance(value, dict) for segment in _segments_of(value)]
    texts = [segment["text"] for segment in segments if isinstance(segment, dict) and isinstance(segment.get("text"), str)]
    return "".join(texts) if texts else None


def _segments_of(value: dict[str, object]) -> list[object]:
    segments = value.get("takeoutSegments")
    return segments if isinstance(segments, list) else [value]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    return {name: _join_segments(value) if name.strip().casefold() in _TEXT_COLUMNS else value for name, value in fields.items()}, None


YOUTUBE_TAKEOUT = Platform(
    name="youtube",
    description="a user's comments on YouTube",
    signatures=(
        frozenset({"comment id", "comment text", "channel id"}),
        frozenset({"comment text", "comment create timestamp"}),
    ),
    columns=Columns("Comment Text", "Comment ID", "Channel ID", "Parent Comment ID", "Comment Create Timestamp", place="Video ID"),
    prepare=_prepare,
)
"""``comments.csv``; the case of its header has changed over the years."""

YOUTUBE_TAKEOUT_LIVE_CHATS = Platform(
    name="youtube",
    description="a user's messages in live chats on YouTube",
    signatures=(frozenset({"live chat text", "live chat id"}),),
    columns=Columns("Live Chat Text", "Live Chat ID", "Channel ID", None, "Live Chat Create Timestamp", place="Video ID"),
    prepare=_prepare,
)
"""``live chats.csv``."""


def _is_takeout(fields: RecordFields) -> bool:
    """Recognise a record by what its cells look like: the text of a comment, and a channel or a time beside it."""
    values = [value for value in fields.values() if isinstance(value, str)]
    has_context = any(_CHANNEL_ID.fullmatch(value) or _TIME.match(value) for value in values)
    return has_context and any(_parse_segments(value) is not None for value in values if value.lstrip().startswith('{"t'))


def _prepare_translated(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    cells = [value.strip() if isinstance(value, str) else "" for value in fields.values()]
    return _read_by_position(cells) or _read_by_shape(cells), None


def _read_by_position(cells: list[str]) -> dict[str, object] | None:
    """Return a comment by the order of its cells, which no translation changes; None if they are in no order that is known.

    Older tables begin with id, channel, time and price, newer ones with channel, time, price and id. What is answered, the post of the
    channel and the video follow, as far as there are such columns, and the text.
    """
    times = [index for index, cell in enumerate(cells) if _TIME.match(cell)]
    texts = [index for index, cell in enumerate(cells) if _parse_segments(cell) is not None]
    time_index, text_index = (times[0], texts[0]) if times and texts else (0, 0)
    first = time_index + 2
    if time_index not in {1, 2} or text_index < first or not _PRICE.fullmatch(cells[time_index + 1]):
        return None
    own_index = 0 if time_index == 2 else first
    others = cells[first if own_index == 0 else first + 1 : text_index]
    return {
        "id": cells[own_index] or None,
        "text": _parse_segments(cells[text_index]),
        "author": cells[time_index - 1],
        "parent": others[0] if len(others) > 1 else None,
        "time": cells[time_index],
        "place": next((cell for cell in reversed(others[len(others) > 1 :]) if cell), None),
    }


def _read_by_shape(cells: list[str]) -> dict[str, object]:
    """Return a comment by what its cells look like; in all years its id came before that of its parent."""
    comment: dict[str, object] = {}
    for cell in filter(None, cells):
        if _CHANNEL_ID.fullmatch(cell):
            comment.setdefault("author", cell)
        elif _COMMENT_ID.fullmatch(cell) and not _TIME.match(cell):
            if cell != comment.setdefault("id", cell):
                comment.setdefault("parent", cell)
        elif _PLACE_ID.fullmatch(cell) and not cell.isdecimal():
            comment.setdefault("place", cell)
        elif _TIME.match(cell):
            comment.setdefault("time", cell)
        elif (text := _parse_segments(cell)) is not None:
            comment.setdefault("text", text)
    return comment


YOUTUBE_TAKEOUT_TRANSLATED = Platform(
    name="youtube",
    description="a user's comments on YouTube",
    signatures=(),
    columns=Columns("text", "id", "author", "parent", "time", place="place"),
    prepare=_prepare_translated,
    recognises=_is_takeout,
)
"""Tables of the same kinds, in any language."""
