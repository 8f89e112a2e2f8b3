"""What every format of comment file is read into: rows, one after another, each with a text or a reason."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from model.comment import Format

if TYPE_CHECKING:
    from service.batch.columnar.chunks import Chunk

__all__ = [
    "MOST_ROW",
    "MOST_TEXT",
    "Columns",
    "ReadAs",
    "Reading",
    "Reason",
    "Row",
    "RowId",
    "Wanted",
    "WriteAs",
    "id_of",
    "is_unicode",
    "row_of",
    "without_surrogates",
]

MOST_TEXT = 1_000_000
"""The longest text that is judged, in code points: a long novel. What is longer is no comment."""

MOST_ROW = 1 << 23
"""The longest row that is held in memory, in code points: ``MOST_TEXT``, every code point a JSON escape, and room to spare."""

RowId = str | int
"""What a file calls a row: JSON and Parquet integers stay integers, everything else is text."""


class ReadAs(StrEnum):
    """What a dump is, where the caller says so: a format, or whose dump it is."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    ARROW = "arrow"
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


class WriteAs(StrEnum):
    """The formats that judged rows are written in."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Reason(StrEnum):
    """Why a row holds nothing that could be judged; the moderator adds reasons of its own (``empty``)."""

    NOT_UTF8 = "not-utf-8"
    NOT_JSON = "not-json"
    NOT_AN_OBJECT = "not-an-object"
    NOT_XML = "not-xml"
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


class Row(NamedTuple):
    """One row of a file of comments; a tuple, because these are made by the million.

    Attributes:
        line: where it begins: the line of a file of lines, else the number of the row in its file, counted from 1.
        id: what the file calls it; None where it does not say.
        text: the text, free of lone surrogates; None exactly if there is a reason.
        reason: why there is no text.
        author: who wrote it, if the file says so.
        parent: the id of what it answers, if anything.
        created_at: when it was written, in UTC.
        format: how ``text`` is written.
        extra: name → value of the columns that the caller wants kept; None if there are none.
        offset: where it begins in the file, in bytes, where that is known; of a compressed file, only where it is damaged.
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller says about the files; None is found out from each file.

    Attributes:
        read_as: what they are.
        text_column: the column or field that holds the text.
        id_column: the column or field that holds the id.
        keep: columns or fields that are passed on with each row.
        author_column, parent_column, time_column: likewise the author, the id of what is answered, and the time.
        lines: whether each line of plain text is a comment, rather than each paragraph.
    """

    read_as: ReadAs | None = None
    text_column: str | None = None
    id_column: str | None = None
    keep: tuple[str, ...] = ()
    author_column: str | None = None
    parent_column: str | None = None
    time_column: str | None = None
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file, by their names in it; None where it has no such column."""

    text: str
    id: str | None
    author: str | None = None
    parent: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of comments that is being read.

    Attributes:
        name: what messages call the file.
        unit: what ``Row.line`` counts: lines or rows.
        columns: where text and id are found; None if the file is empty.
        rows: its rows, lazily, in order; to be used up before the file is closed.
        chunks: the same rows column by column, where they can be read so, which is faster; given how many rows a chunk holds at
            most and how much text, as of ``chunks_of``. Only one of ``rows`` and ``chunks`` is to be used.
        share: tells the share in [0, 1] of the file that has been read, None where its length is unknown.
        kind: what the file is, for people.
    """

    name: str
    unit: Literal["line", "row"]
    columns: Columns | None
    rows: Iterator[Row]
    share: Callable[[], float | None]
    kind: str = ""
    chunks: "Callable[[int, int], Iterator[Chunk]] | None" = None


def row_of(line: int, *, id: object, text: object) -> Row:
    """Build a row from the values that a file holds for its id and its text, whatever they are."""
    known = id_of(id)
    if text is None:
        return Row(line, known, None, Reason.NO_TEXT)
    if not isinstance(text, str):
        return Row(line, known, None, Reason.NOT_A_STRING)
    if len(text) > MOST_TEXT:
        return Row(line, known, None, Reason.TOO_LONG)
    return Row(line, known, without_surrogates(text))


def id_of(value: object) -> RowId | None:
    """Return what a file calls a row: JSON and Parquet integers and all text stay, everything else becomes its JSON."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str):
        return without_surrogates(value)
    return without_surrogates(json.dumps(value, ensure_ascii=False, default=str))


def without_surrogates(text: str) -> str:
    """Put U+FFFD, which keeps every offset, where half a surrogate pair would break whoever encodes the text."""
    if text.isascii() or is_unicode(text):
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: it holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
