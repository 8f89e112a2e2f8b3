"""Detection of a dump's container, encoding and delimiter by its first bytes; the name of the file decides only where they do not."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from model.errors import DumpError
from service.batch.input.columns import TEXT_NAMES, has_text_column
from service.batch.input.formats.arrow_files import ARROW_FILE, ARROW_STREAM, PARQUET
from service.batch.input.formats.delimited_text import DELIMITERS, parse_first_record
from service.batch.input.formats.json_documents import RECORD_ARRAY_NAMES
from service.batch.input.platforms.known_platforms import recognise_platform
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import UTF8, decode_head, detect_encoding
from service.batch.rows import DumpOptions, ReadAs

__all__ = ["COLUMNAR_SIGNATURES", "Container", "FileKind", "detect_kind"]


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
class FileKind:
    """The container, the encoding and the delimiter of a file.

    Attributes:
        container: how its records are stored.
        encoding: the codec of its text.
        delimiter: the character that separates the cells of delimited text.
    """

    container: Container
    encoding: str = UTF8
    delimiter: str = ","


COLUMNAR_SIGNATURES = {Container.PARQUET: PARQUET, Container.ARROW: ARROW_FILE, Container.ARROW_STREAM: ARROW_STREAM}
"""The first bytes of the containers that store their records column by column."""

_FEATHER_1_SIGNATURE = b"FEA1"
_ZIP_SIGNATURE = b"PK\x03\x04"
_TAR_SIGNATURE = b"ustar"
_TAR_SIGNATURE_OFFSET = 257
_SAMPLE_LINES = 20
_SQL_HEAD_LENGTH = 1000
_BLANK = " \t\r\n\ufeff"
_NOT_JSON = object()
_JSON_LINES_SUFFIXES = {".jsonl", ".ndjson"}
_JSON_SUFFIXES = {*_JSON_LINES_SUFFIXES, ".json"}
_CSV_SUFFIXES = {".csv", ".tsv", ".tab"}
_TEXT_SUFFIXES = {".txt", ".text", ".md"}
_CONTAINER_OF_FORMAT = {
    ReadAs.JSONL: Container.JSONL,
    ReadAs.JSON: Container.JSON,
    ReadAs.CSV: Container.CSV,
    ReadAs.PAGE: Container.PAGE,
    ReadAs.FEED: Container.FEED,
    ReadAs.WORDPRESS: Container.WXR,
    ReadAs.DISQUS: Container.DISQUS,
}
"""The containers of text that ``--format`` can name."""
_SECOND_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*\S")


def detect_kind(source: DumpSource, options: DumpOptions) -> FileKind:
    """Detect the container, the encoding and the delimiter of a file.

    Args:
        source: the file, decompressed.
        options: the options of the caller.

    Raises:
        DumpError: the file is of no known kind, or is not what the caller says.
    """
    if source.head.startswith(_FEATHER_1_SIGNATURE):
        raise DumpError(f"{source.name} is a Feather file of version 1, which is not read; write it anew as version 2, or as Parquet")
    container = _detect_binary_container(source.head)
    if container is not None:
        return FileKind(container)
    if options.read_as in {ReadAs.PARQUET, ReadAs.ARROW}:
        raise DumpError(f"{source.name} does not begin as {options.read_as} files do; leave --format out to have the format found")
    return _detect_text_kind(source, options)


def _detect_binary_container(head: bytes) -> Container | None:
    for container, signature in COLUMNAR_SIGNATURES.items():
        if head.startswith(signature):
            return container
    if head.startswith(_ZIP_SIGNATURE):
        return Container.ZIP
    return Container.TAR if head.startswith(_TAR_SIGNATURE, _TAR_SIGNATURE_OFFSET) else None


def _detect_text_kind(source: DumpSource, options: DumpOptions) -> FileKind:
    encoding = detect_encoding(source.head, guess=False)
    text = decode_head(source.head, encoding)
    requested = _CONTAINER_OF_FORMAT.get(options.read_as) if options.read_as is not None else None
    if requested is not None and requested is not Container.CSV:
        return FileKind(requested, encoding)
    is_plain = options.lines or options.read_as is ReadAs.TEXT
    if requested is None and not is_plain:
        container = _detect_structured_container(text, source.name)
        if container is not None:
            return FileKind(container, encoding)
    # JSON and mark-up state their encoding; the encoding of other text may have to be guessed.
    encoding = detect_encoding(source.head, guess=True)
    text = decode_head(source.head, encoding)
    if is_plain:
        return FileKind(Container.LINES if options.lines else Container.TEXT, encoding)
    return _detect_delimited_or_plain(source, text, encoding, options, requested)


def _detect_structured_container(text: str, name: str) -> Container | None:
    """Recognise JSON, mark-up and dumps of databases by how they begin."""
    start = text.lstrip(_BLANK)
    if start[:1] in {"{", "["}:
        return _detect_json_container(text, name)
    if start[:1] == "<" and (container := _detect_markup_container(start)) is not None:
        return container
    if "PostgreSQL database dump" in start[:_SQL_HEAD_LENGTH] or re.match(r"COPY (public\.)?posts \(", start):
        return Container.SQL
    return None


def _detect_json_container(text: str, name: str) -> Container:
    """Tell JSON Lines from a JSON document."""
    lines = _first_lines(text)
    start = lines[0].lstrip(_BLANK)
    values = [_parse_json(line) for line in lines]
    if isinstance(values[0], dict):
        return Container.JSON if _has_record_array(values[0]) else Container.JSONL
    if isinstance(values[0], list):
        return Container.JSON if len(values) == 1 or any(isinstance(value, dict) for value in values[0]) else Container.JSONL
    # The last line may be incomplete, so that one whole object is enough.
    has_object = any(isinstance(value, dict) for value in values)
    if start.strip(_BLANK) == "[" or not has_object or start.startswith("[{"):
        return Container.JSON if start[0] == "[" or not _has_suffix(name, _JSON_LINES_SUFFIXES) else Container.JSONL
    return Container.JSONL


def _has_record_array(value: dict[str, object]) -> bool:
    if any(isinstance(value.get(name), str) for name in TEXT_NAMES):
        return False
    arrays = (value.get(name) for name in RECORD_ARRAY_NAMES)
    return any(isinstance(array, list) and any(isinstance(item, dict) for item in array) for array in arrays)


def _detect_markup_container(start: str) -> Container | None:
    """Tell apart texts that begin with ``<``; None for those that are no mark-up at all, such as ``<3``."""
    if re.search(r"wordpress\.org/export/|<wp:", start):
        return Container.WXR
    if re.search(r"<disqus[\s>]|disqus\.com/disqus-internals", start):
        return Container.DISQUS
    if re.search(r"<(rss|feed|rdf:RDF)[\s>]", start):
        return Container.FEED
    return Container.PAGE if re.match(r"<(!--|!doctype|[a-z?])", start, re.IGNORECASE) else None


def _detect_delimited_or_plain(source: DumpSource, text: str, encoding: str, options: DumpOptions, requested: Container | None) -> FileKind:
    delimiter, header = _detect_header(text, options)
    lines = _first_lines(text)
    if requested is not None or not lines or _has_suffix(source.name, _CSV_SUFFIXES) or _is_known_header(header, options):
        return FileKind(Container.CSV, encoding, delimiter)
    values = [_parse_json(line) for line in lines]
    if any(isinstance(value, dict) for value in values) or _NOT_JSON not in values or _has_suffix(source.name, _JSON_SUFFIXES):
        return FileKind(Container.JSONL, detect_encoding(source.head, guess=False))
    widths = {len(parse_first_record(line, delimiter)) for line in lines[:-1] or lines}
    if len(header) > 1 and len(widths) == 1 and not _has_suffix(source.name, _TEXT_SUFFIXES):
        return FileKind(Container.CSV, encoding, delimiter)
    if _SECOND_PARAGRAPH.search(text) or (len(lines) == 1 and _has_suffix(source.name, _TEXT_SUFFIXES)):
        return FileKind(Container.TEXT, encoding)
    raise DumpError(
        f"{source.name} is no dump that is known: if it is text with a comment in each line, say --lines; with a comment in each "
        "paragraph, --format text; if it is a table without a header, put a line with the names of its columns first, or name the "
        "one with the text: --text-column"
    )


def _detect_header(text: str, options: DumpOptions) -> tuple[str, list[str]]:
    """Detect the delimiter of a delimited text, and return it with the names in the header.

    It is the delimiter that yields a known text column; if several do, or none does, the one of these that yields the most columns.
    """
    headers = {delimiter: parse_first_record(text, delimiter) for delimiter in DELIMITERS}
    best = max(headers, key=lambda delimiter: (_is_known_header(headers[delimiter], options), len(headers[delimiter])))
    return best, headers[best]


def _is_known_header(header: list[str], options: DumpOptions) -> bool:
    return has_text_column(header, options) or (options.text_column is None and recognise_platform(header) is not None)


def _first_lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip(_BLANK)][:_SAMPLE_LINES]


def _has_suffix(name: str, suffixes: Sequence[str] | set[str]) -> bool:
    return any(suffix.lower() in suffixes for suffix in PurePath(name).suffixes[-2:])


def _parse_json(line: str) -> object:
    try:
        return json.loads(line.strip(_BLANK))
    except (ValueError, RecursionError):
        return _NOT_JSON
