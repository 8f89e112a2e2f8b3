"""Detection of delimited text, with its delimiter, and of plain text."""

import re

from model.errors import DumpError
from service.batch.input.columns.column_choice import has_text_column
from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.detection.head_lines import JSON_LINES_SUFFIXES, NOT_JSON, first_lines, has_suffix, parse_json_line
from service.batch.input.formats.tables.delimited_text import DELIMITERS, parse_first_record
from service.batch.input.platforms.known_platforms import recognise_platform
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import decode_head, detect_encoding
from service.batch.rows import DumpOptions, ReadAs

__all__ = ["detect_table_or_text"]

_JSON_SUFFIXES = frozenset({*JSON_LINES_SUFFIXES, ".json"})
_CSV_SUFFIXES = frozenset({".csv", ".tsv", ".tab"})
_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md"})
_SECOND_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*\S")


def detect_table_or_text(source: DumpSource, options: DumpOptions) -> FileKind:
    """Detect what a text is that is neither JSON nor mark-up.

    Args:
        source: the file, decompressed.
        options: the options of the caller.

    Raises:
        DumpError: nothing shows whether it is a table, or where its comments end.
    """
    # JSON and mark-up state their encoding; the encoding of other text may have to be guessed.
    encoding = detect_encoding(source.head, guess=True)
    if options.lines or options.read_as is ReadAs.TEXT:
        return FileKind(Container.LINES if options.lines else Container.TEXT, encoding)
    text = decode_head(source.head, encoding)
    delimiter, header = _detect_header(text, options)
    lines = first_lines(text)
    if options.read_as is ReadAs.CSV or not lines or has_suffix(source.name, _CSV_SUFFIXES) or _is_known_header(header, options):
        return FileKind(Container.CSV, encoding, delimiter)
    values = [parse_json_line(line) for line in lines]
    if any(isinstance(value, dict) for value in values) or NOT_JSON not in values or has_suffix(source.name, _JSON_SUFFIXES):
        return FileKind(Container.JSONL, detect_encoding(source.head, guess=False))
    widths = {len(parse_first_record(line, delimiter)) for line in lines[:-1] or lines}
    if len(header) > 1 and len(widths) == 1 and not has_suffix(source.name, _TEXT_SUFFIXES):
        return FileKind(Container.CSV, encoding, delimiter)
    if _SECOND_PARAGRAPH.search(text) or (len(lines) == 1 and has_suffix(source.name, _TEXT_SUFFIXES)):
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
