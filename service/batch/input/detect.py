"""What a file of comments is, by its first bytes: the container, its encoding, its dialect. Names only break ties."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from model.errors import DumpError
from service.batch.input.columns import TEXT_NAMES, knows_text
from service.batch.input.encodings import UTF8, encoding_of, text_of
from service.batch.input.formats.arrow_files import ARROW_FILE, ARROW_STREAM, PARQUET
from service.batch.input.formats.delimited_text import DELIMITERS, first_record
from service.batch.input.formats.json_documents import ITEMS
from service.batch.input.platforms.known_platforms import shape_by_names
from service.batch.input.sources import Source
from service.batch.rows import ReadAs, Wanted

__all__ = ["Container", "Kind", "kind_of"]


class Container(StrEnum):
    """How the records of a dump are stored."""

    JSONL = "JSON Lines"
    JSON = "JSON"
    CSV = "CSV"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    ARROW_STREAM = "Arrow stream"
    WXR = "WordPress export"
    DISQUS = "Disqus export"
    FEED = "feed"
    PAGE = "web page"
    TEXT = "plain text, a comment a paragraph"
    LINES = "plain text, a comment a line"
    SQL = "PostgreSQL dump"
    ZIP = "ZIP archive"
    TAR = "tar archive"


@dataclass(frozen=True)
class Kind:
    """What a file is.

    Attributes:
        container: how its records are stored.
        encoding: the codec of its text.
        delimiter: what stands between two cells of delimited text.
    """

    container: Container
    encoding: str = UTF8
    delimiter: str = ","


_LOOK = 20
_BLANK = " \t\r\n\ufeff"
_NOT_JSON = object()
_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
_CSV_SUFFIXES = {".csv", ".tsv", ".tab"}
_TEXT_SUFFIXES = {".txt", ".text", ".md"}
_MAGIC = (
    (PARQUET, Container.PARQUET),
    (ARROW_FILE, Container.ARROW),
    (ARROW_STREAM, Container.ARROW_STREAM),
    (b"PK\x03\x04", Container.ZIP),
)
_TAR_AT = 257
_TOLD = {
    ReadAs.JSONL: Container.JSONL,
    ReadAs.JSON: Container.JSON,
    ReadAs.CSV: Container.CSV,
    ReadAs.PAGE: Container.PAGE,
    ReadAs.FEED: Container.FEED,
    ReadAs.WORDPRESS: Container.WXR,
    ReadAs.DISQUS: Container.DISQUS,
}
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*\S")


def kind_of(source: Source, wanted: Wanted) -> Kind:
    """Find out what a file is.

    Args:
        source: the file, unpacked.
        wanted: what the caller says.

    Raises:
        DumpError: it is nothing that can be read, or another thing than the caller says.
    """
    head = source.head
    container = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if container is None and head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        container = Container.TAR
    if container is not None:
        return Kind(container)
    if wanted.read_as in {ReadAs.PARQUET, ReadAs.ARROW}:
        raise DumpError(f"{source.name} does not begin as {wanted.read_as} files do; leave --format out to have the format found")
    return _kind_of_text(source, wanted)


def _kind_of_text(source: Source, wanted: Wanted) -> Kind:
    encoding = encoding_of(source.head, guess=False)
    text = text_of(source.head, encoding)
    told = _TOLD.get(wanted.read_as) if wanted.read_as is not None else None
    start = text.lstrip(_BLANK)
    if told is not None and told is not Container.CSV:
        return Kind(told, encoding)
    plain = wanted.lines or wanted.read_as is ReadAs.TEXT
    if told is None and not plain:
        if start[:1] in {"{", "["}:
            return Kind(_json_kind(text, source.name), encoding)
        if start[:1] == "<" and (markup := _markup_kind(start)) is not None:
            return Kind(markup, encoding)
        if "PostgreSQL database dump" in start[:1000] or re.match(r"COPY (public\.)?posts \(", start):
            return Kind(Container.SQL, encoding)
    encoding = encoding_of(source.head, guess=True)
    text = text_of(source.head, encoding)
    if plain:
        return Kind(Container.LINES if wanted.lines else Container.TEXT, encoding)
    return _delimited_or_plain(source, text, encoding, wanted, told)


def _json_kind(text: str, name: str) -> Container:
    first = _first_lines(text)
    start = first[0].lstrip(_BLANK)
    parsed = [_parsed(line) for line in first]
    # The last line may be cut.
    whole = [value for value in parsed if isinstance(value, dict)]
    if isinstance(parsed[0], dict):
        return Container.JSON if _holds_items(parsed[0]) else Container.JSONL
    if isinstance(parsed[0], list):
        return Container.JSON if len(parsed) == 1 or any(isinstance(value, dict) for value in parsed[0]) else Container.JSONL
    if start.strip(_BLANK) == "[" or not whole or start.startswith("[{"):
        return Container.JSON if start[0] == "[" or not _has_suffix(name, {".jsonl", ".ndjson"}) else Container.JSONL
    return Container.JSONL


def _holds_items(value: dict[str, object]) -> bool:
    if any(isinstance(value.get(name), str) for name in TEXT_NAMES):
        return False
    return any(isinstance(inner := value.get(name), list) and any(isinstance(item, dict) for item in inner) for name in ITEMS)


def _markup_kind(start: str) -> Container | None:
    """Tell apart what begins with ``<``; None for what is no mark-up at all, such as ``<3``."""
    if re.search(r"wordpress\.org/export/|<wp:", start):
        return Container.WXR
    if re.search(r"<disqus[\s>]|disqus\.com/disqus-internals", start):
        return Container.DISQUS
    if re.search(r"<(rss|feed|rdf:RDF)[\s>]", start):
        return Container.FEED
    return Container.PAGE if re.match(r"<(!--|!doctype|[a-z?])", start, re.IGNORECASE) else None


def _delimited_or_plain(source: Source, text: str, encoding: str, wanted: Wanted, told: Container | None) -> Kind:
    delimiter, header = _header_of(text, wanted)
    lines = _first_lines(text)
    if told is not None or not lines or _has_suffix(source.name, _CSV_SUFFIXES) or _is_known(header, wanted):
        return Kind(Container.CSV, encoding, delimiter)
    parsed = [_parsed(line) for line in lines]
    if any(isinstance(value, dict) for value in parsed) or _NOT_JSON not in parsed or _has_suffix(source.name, _JSON_SUFFIXES):
        return Kind(Container.JSONL, encoding_of(source.head, guess=False))
    widths = {len(first_record(line, delimiter)) for line in lines[:-1] or lines}
    if len(header) > 1 and len(widths) == 1 and not _has_suffix(source.name, _TEXT_SUFFIXES):
        return Kind(Container.CSV, encoding, delimiter)
    if _PARAGRAPH.search(text) or (len(lines) == 1 and _has_suffix(source.name, _TEXT_SUFFIXES)):
        return Kind(Container.TEXT, encoding)
    raise DumpError(
        f"{source.name} is no dump that is known: if it is text with a comment in each line, say --lines; with a comment in each "
        "paragraph, --format text; if it is a table without a header, put a line with the names of its columns first, or name the "
        "one with the text: --text-column"
    )


def _header_of(text: str, wanted: Wanted) -> tuple[str, list[str]]:
    """Find the delimiter of a delimited text and the names in its header.

    The delimiter is the one that yields a known text column, and among several the one that yields most columns.
    """
    headers = {delimiter: first_record(text, delimiter) for delimiter in DELIMITERS}
    best = max(headers, key=lambda delimiter: (_is_known(headers[delimiter], wanted), len(headers[delimiter])))
    return best, headers[best]


def _is_known(header: list[str], wanted: Wanted) -> bool:
    return knows_text(header, wanted) or (wanted.text_column is None and shape_by_names(header) is not None)


def _first_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip(_BLANK)][:_LOOK]


def _has_suffix(name: str, suffixes: Sequence[str] | set[str]) -> bool:
    return any(suffix.lower() in suffixes for suffix in PurePath(name).suffixes[-2:])


def _parsed(line: str) -> object:
    try:
        return json.loads(line.strip(_BLANK))
    except (ValueError, RecursionError):
        return _NOT_JSON
