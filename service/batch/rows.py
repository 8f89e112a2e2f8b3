"""The rows that every file of comments is read into, each with a text or with the reason why it has none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from model.comment import Format
from service.batch.mongo_ids import unwrap_mongo_id
from training.tables.expansion import DEFAULT_MAX_EXPANSION

__all__ = [
    "MAX_ROW_LENGTH",
    "MAX_TEXT_LENGTH",
    "Columns",
    "DumpOptions",
    "Quoting",
    "ReadAs",
    "Reason",
    "Row",
    "RowId",
    "build_row",
    "build_row_id",
    "is_unicode",
    "value_size",
    "without_surrogates",
]

MAX_TEXT_LENGTH = 1_000_000
"""The longest text that is judged, in code points: a long novel. Anything longer is no comment."""

MAX_ROW_LENGTH = 1 << 23
"""The longest row that is held in memory, in code points: the longest text with every code point escaped in JSON, and room to spare."""

_SMALL_VALUE = 8
"""What a number counts for, or the frame of a list or an object."""

RowId = str | int
"""The id of a row: integers in JSON and Parquet stay integers, everything else is text."""


class ReadAs(StrEnum):
    """What callers can say that a dump is: a file format, or the platform that it comes from."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"
    SPREADSHEET = "spreadsheet"
    TEXT = "text"
    PAGE = "page"
    FEED = "feed"
    REDDIT = "reddit"
    WORDPRESS = "wordpress"
    DISQUS = "disqus"
    CORAL = "coral"
    DISCOURSE = "discourse"
    HACKERNEWS = "hackernews"
    YOUTUBE = "youtube"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    LEMMY = "lemmy"
    TWITTER = "twitter"
    GITHUB = "github"
    REMARK42 = "remark42"
    COMMENTO = "commento"
    ISSO = "isso"
    AMAZON = "amazon"
    YELP = "yelp"
    STEAM = "steam"
    GOOGLE_PLAY = "googleplay"
    IMAGEBOARD = "imageboard"
    TELEGRAM = "telegram"
    DISCORD = "discord"
    SLACK = "slack"
    MATRIX = "matrix"
    WHATSAPP = "whatsapp"
    SIGNAL = "signal"
    SKYPE = "skype"
    TWITCH = "twitch"
    GOOGLE_CHAT = "googlechat"
    MATTERMOST = "mattermost"
    LINKEDIN = "linkedin"
    SNAPCHAT = "snapchat"
    TIKTOK = "tiktok"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    STACK_EXCHANGE = "stackexchange"
    WIKIPEDIA = "wikipedia"
    SQL = "sql"
    SQLITE = "sqlite"
    PHPBB = "phpbb"
    VBULLETIN = "vbulletin"
    MYBB = "mybb"
    XENFORO = "xenforo"
    FLARUM = "flarum"
    DRUPAL = "drupal"
    JOOMLA = "joomla"
    SMF = "smf"
    FLUXBB = "fluxbb"
    INVISION = "invision"
    VANILLA = "vanilla"
    TYPECHO = "typecho"
    GHOST = "ghost"


class Quoting(StrEnum):
    """How quotation marks are read in delimited text."""

    AUTO = "auto"
    """As the content of the file shows."""
    CSV = "csv"
    """By the rules of CSV: a cell that begins with a quotation mark ends with the next single one."""
    NONE = "none"
    """As characters like any other."""


class Reason(StrEnum):
    """Why a row holds no text to judge; the moderator has reasons of its own (``empty``)."""

    NOT_UTF8 = "not-utf-8"
    NOT_JSON = "not-json"
    NOT_AN_OBJECT = "not-an-object"
    NOT_XML = "not-xml"
    NOT_SQL = "not-sql"
    NOT_A_COMMENT = "not-a-comment"
    NO_TEXT = "no-text"
    NOT_A_STRING = "text-not-a-string"
    TOO_LONG = "too-long"
    TOO_FEW_CELLS = "too-few-cells"
    TOO_MANY_CELLS = "too-many-cells"
    OPEN_QUOTE = "open-quote"
    DELETED = "deleted"
    REMOVED = "removed"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    NOT_READ = "not-read"


class Row(NamedTuple):
    """One row of a file of comments; a tuple, because there are millions of them.

    Attributes:
        line: where it begins: its line in a file of lines, else its number in the file, counted from 1.
        id: its id in the file; None if the file has none.
        text: its text, free of lone surrogates; None exactly if there is a reason.
        reason: why there is no text.
        author: who wrote it, if the file says so.
        parent: the id of the comment that it answers, if it answers one.
        created_at: when it was written, in UTC, if the file says so.
        format: how ``text`` is written.
        extra: name → value of the columns that the caller keeps; None if there are none.
        offset: the byte of the file where it begins, if that is known; in a compressed file, only the byte where it is damaged.
        parent_text: the text of the comment that it answers, if that is known, written as ``format`` says.
        title: the title of what is commented on, if that is known.
        place: where it was written, as the file says: the site, channel, room or group.
        member: the file inside an archive, or the table inside a database, that it comes from; ``line`` counts within that.
    """

    line: int
    id: RowId | None
    text: str | None
    reason: Reason | None = None
    author: str | None = None
    parent: str | None = None
    created_at: datetime | None = None
    format: Format = Format.PLAIN
    extra: Mapping[str, object] | None = None
    offset: int | None = None
    parent_text: str | None = None
    title: str | None = None
    place: str | None = None
    member: str | None = None


@dataclass(frozen=True, slots=True)
class DumpOptions:
    """How the caller wants dumps to be read; where an option is None, the content of each file decides.

    Attributes:
        read_as: the format of the files, or the platform that they come from.
        text_column: the column or field that holds the text.
        id_column: the column or field that holds the id.
        keep: columns or fields that are passed on with each row.
        author_column: the column or field that holds the author.
        parent_column: the column or field that holds the id of the parent comment.
        time_column: the column or field that holds the time of writing.
        parent_text_column: the column or field that holds the text of the parent comment.
        title_column: the column or field that holds the title of what is commented on.
        place_column: the column or field that holds where the comment was written.
        encoding: the encoding of text files, by a name that Python knows.
        delimiter: the character between the cells of delimited text.
        quoting: how quotation marks are read in delimited text.
        has_header: whether delimited text and spreadsheets begin with the names of their columns; else columns go by numbers from 1.
        table: the table to read where a file holds several.
        contexts: whether the texts of parent comments and titles are read at all, which only some readers of comments make use of.
        lines: whether each line of plain text is a comment, rather than each paragraph.
        max_expansion: how many times its stored size a file may become; no row depends on it.
    """

    read_as: ReadAs | None = None
    text_column: str | None = None
    id_column: str | None = None
    keep: tuple[str, ...] = ()
    author_column: str | None = None
    parent_column: str | None = None
    time_column: str | None = None
    parent_text_column: str | None = None
    title_column: str | None = None
    place_column: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quoting: Quoting = Quoting.AUTO
    has_header: bool = True
    table: str | None = None
    contexts: bool = False
    lines: bool = False
    max_expansion: int = DEFAULT_MAX_EXPANSION


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of a file's columns that hold text, id and so on; None where the file has no such column."""

    text: str
    id: str | None
    author: str | None = None
    parent: str | None = None
    time: str | None = None
    parent_text: str | None = None
    title: str | None = None
    place: str | None = None


def build_row(line: int, *, id: object, text: object) -> Row:
    """Build a row from the values of its id and its text in a file, whatever their types."""
    row_id = build_row_id(id)
    if text is None:
        return Row(line, row_id, None, Reason.NO_TEXT)
    if not isinstance(text, str):
        return Row(line, row_id, None, Reason.NOT_A_STRING)
    if len(text) > MAX_TEXT_LENGTH:
        return Row(line, row_id, None, Reason.TOO_LONG)
    return Row(line, row_id, without_surrogates(text))


def build_row_id(value: object) -> RowId | None:
    """Build the id of a row from a value: integers and texts stay, bytes that are no text become digits, everything else becomes JSON."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        value = text if text.isprintable() and "\ufffd" not in text else value.hex()
    value = unwrap_mongo_id(value)
    if isinstance(value, str | Decimal):
        return without_surrogates(str(value))
    return without_surrogates(json.dumps(value, ensure_ascii=False, default=str))


def value_size(value: object) -> int:
    """Return the size of a value of a row: of a text its code points, of a list or an object all that is in it, whatever its depth."""
    if value is None:
        return 0
    if isinstance(value, str | bytes):
        return len(value)
    if not isinstance(value, Mapping | list | tuple):
        return _SMALL_VALUE
    size, stack = 0, [value]
    while stack:
        inner = stack.pop()
        if isinstance(inner, str | bytes):
            size += len(inner)
            continue
        size += _SMALL_VALUE
        if isinstance(inner, Mapping):
            stack.extend(inner.keys())
            stack.extend(inner.values())
        elif isinstance(inner, list | tuple):
            stack.extend(inner)
    return size


def without_surrogates(text: str) -> str:
    """Replace lone surrogates, which cannot be encoded as UTF-8, by U+FFFD; all offsets stay the same."""
    if text.isascii() or is_unicode(text):
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def is_unicode(text: str) -> bool:
    """Tell whether a text can be encoded as UTF-8, that is, holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
