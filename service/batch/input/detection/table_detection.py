"""Detection of delimited text, with its delimiter, and of plain text."""

import csv
import io
import re
import shlex
from functools import partial

from model.errors import DumpError
from service.batch.input.columns.column_choice import has_text_column
from service.batch.input.columns.column_names import fold_column_name
from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.detection.head_lines import JSON_LINES_SUFFIXES, NOT_JSON, first_lines, has_suffix, parse_json_line
from service.batch.input.detection.table_header import TableHeader, find_header
from service.batch.input.formats.tables.delimited_text import parse_first_record
from service.batch.input.formats.tables.line_records import double_quotes
from service.batch.input.platforms.known_platforms import recognise_platform
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import decode_head, detect_encoding
from service.batch.input.streams.odd_bytes import describe_encoding, find_fallback_encoding
from service.batch.remarks import add_remark
from service.batch.rows import DumpOptions, Quoting, ReadAs

__all__ = ["detect_table_or_text"]

_JSON_SUFFIXES = frozenset({*JSON_LINES_SUFFIXES, ".json"})
_CSV_SUFFIXES = frozenset({".csv", ".tsv", ".tab"})
_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md"})
_SECOND_PARAGRAPH = re.compile(r"\n[ \t\r]*\n\s*\S")
_TITLES = frozenset({"comments", "tweets", "doc", "document"})
_LOGGED_OBJECT = re.compile(r'[^{"]{1,200}\{\s*"[^"]*"\s*:.*\}\s*')
_MAX_LINES = 1000


def detect_table_or_text(source: DumpSource, options: DumpOptions) -> FileKind:
    """Detect what a text is that is neither JSON nor mark-up.

    Args:
        source: the file, decompressed.
        options: the options of the caller.

    Raises:
        DumpError: nothing shows whether it is a table, or where its comments end.
    """
    # JSON and mark-up state their encoding; the encoding of other text may have to be guessed.
    encoding = detect_encoding(source.head, guess=True, requested=options.encoding)
    if encoding != detect_encoding(source.head, guess=False, requested=options.encoding):
        add_remark(source.remarks, f"read as {describe_encoding(encoding)}; if that is wrong, say --encoding")
    fallback = find_fallback_encoding(source.head)
    text = decode_head(source.head, encoding)
    if not options.lines and options.read_as is None and options.delimiter is None:
        _refuse_log(source.name, first_lines(text))
    if options.lines or options.read_as is ReadAs.TEXT:
        return FileKind(Container.LINES if options.lines else Container.TEXT, encoding, fallback=fallback)
    header = find_header(text, partial(_is_known_header, options=options), delimiter=options.delimiter, has_header=options.has_header)
    below = text.split("\n", header.skipped_lines)[-1] if header.skipped_lines else text
    lines = first_lines(below)
    if _is_table(source.name, header, lines, options):
        return _build_table_kind(source, header, below, encoding, options)
    values = [parse_json_line(line) for line in lines]
    holds_records = NOT_JSON not in values and not all(isinstance(value, int | float) for value in values)
    if any(isinstance(value, dict) for value in values) or holds_records or has_suffix(source.name, _JSON_SUFFIXES):
        return FileKind(Container.JSONL, detect_encoding(source.head, guess=False, requested=options.encoding))
    if _has_even_lines(header, lines, text, source.name):
        return _build_table_kind(source, header, below, encoding, options)
    if _SECOND_PARAGRAPH.search(text) or (len(lines) == 1 and has_suffix(source.name, _TEXT_SUFFIXES)):
        return FileKind(Container.TEXT, encoding, fallback=fallback)
    raise DumpError(
        f"{source.name} is no dump that is known: if it is text with a comment in each line, say --lines; with a comment in each "
        "paragraph, --format text; if it is a table without a header, --no-header, and --text-column with the number of the column with "
        "the text; if it is a table with a header, name that column: --text-column"
    )


def _refuse_log(name: str, lines: list[str]) -> None:
    """Refuse a log whose lines are objects of JSON behind a date or the like, which would look like cells.

    Raises:
        DumpError: the file is such a log.
    """
    # The last line may be incomplete.
    if len(lines) > 1 and all(map(_LOGGED_OBJECT.fullmatch, lines[:-1])):
        raise DumpError(
            f"{name} holds an object of JSON in each line, behind something else; cut that off: "
            f"sed 's/^[^{{]*//' {shlex.quote(name)} | tipstaff score -"
        )


def _is_known_header(header: list[str], options: DumpOptions) -> bool:
    return has_text_column(header, options) or (options.text_column is None and recognise_platform(header) is not None)


def _is_table(name: str, header: TableHeader, lines: list[str], options: DumpOptions) -> bool:
    """Tell whether a text is a table for sure: by what the caller says, by its name or by its header."""
    is_asked_for = (
        options.read_as is ReadAs.CSV or options.delimiter is not None or options.quoting is not Quoting.AUTO or not options.has_header
    )
    if is_asked_for or not lines or has_suffix(name, _CSV_SUFFIXES):
        return True
    # “Comments” above paragraphs is a title.
    is_title = has_suffix(name, _TEXT_SUFFIXES) and len(header.cells) == 1 and fold_column_name(header.cells[0]) in _TITLES
    return header.is_known and not is_title


def _has_even_lines(header: TableHeader, lines: list[str], text: str, name: str) -> bool:
    """Tell whether all lines have as many cells, more than one; in plain text that may come about by chance, except with tabs."""
    if len(header.cells) < 2 or header.skipped_lines:
        return False
    if has_suffix(name, _TEXT_SUFFIXES) and (header.delimiter != "\t" or len(lines) < 2 or _SECOND_PARAGRAPH.search(text)):
        return False
    return len({len(parse_first_record(line, header.delimiter)) for line in lines[:-1] or lines}) == 1


def _build_table_kind(source: DumpSource, header: TableHeader, below: str, encoding: str, options: DumpOptions) -> FileKind:
    if header.skipped_lines > 1:
        add_remark(source.remarks, f"the table begins in line {header.skipped_lines + 1}; the lines before it are no part of it")
    quoting = options.quoting
    if quoting is Quoting.AUTO and len(header.cells) == 1 and _is_unquoted_column(below, header.delimiter):
        quoting = Quoting.NONE
    return FileKind(
        Container.CSV,
        encoding,
        delimiter=header.delimiter,
        quoting=quoting,
        has_spaces=quoting is Quoting.AUTO and _has_spaces(below, header.delimiter),
        has_backslashes=quoting is Quoting.AUTO and _has_backslashes(below, header.delimiter),
        skipped_lines=header.skipped_lines,
        fallback=find_fallback_encoding(source.head),
    )


def _has_spaces(text: str, delimiter: str) -> bool:
    """Tell whether spaces stand between delimiters and quotes, wherever a quote opens a cell that is not the first."""
    sign = re.escape(delimiter)
    if delimiter == "\t" or re.search(f'{sign}"', text) is not None:
        return False
    opening = re.findall(f'{sign} +"', text)
    quoted = re.findall(f'{sign} +"[^"\n]*"[ ]*(?=[\r\n{sign}]|$)', text)
    return bool(opening) and len(opening) == len(quoted)


def _has_backslashes(text: str, delimiter: str) -> bool:
    """Tell whether records keep the rules of quoting only if a backslash before a quote makes that one part of its cell."""
    if '\\"' not in text:
        return False
    lines = text.splitlines(keepends=True)[:_MAX_LINES]
    whole = "".join(lines if len(lines) == 1 or lines[-1].endswith(("\n", "\r")) else lines[:-1])
    return not _is_even(whole, delimiter) and _is_even(double_quotes(whole), delimiter)


def _is_even(text: str, delimiter: str) -> bool:
    """Tell whether a text keeps the rules of quoting, with as many cells in each record."""
    widths: set[int] = set()
    try:
        widths.update(len(cells) for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if cells)
    except csv.Error as error:
        # A cell of several lines may be cut off at the end of the head.
        return len(widths) == 1 and "unexpected end" in str(error)
    return len(widths) == 1


def _is_unquoted_column(text: str, delimiter: str) -> bool:
    """Tell whether the only column of a table was written without quotes, so that quotes in it are part of the texts."""
    lines = text.splitlines(keepends=True)[:_MAX_LINES]
    reader = csv.reader(lines, delimiter=delimiter)
    before = unquoted = 0
    try:
        for cells in reader:
            is_quoted = lines[before].startswith('"')
            if is_quoted and len(cells) == 1 and (reader.line_num > before + 1 or delimiter in cells[0]):
                return False
            unquoted += not is_quoted and len(cells) > 1
            before = reader.line_num
    except csv.Error:
        return False
    return unquoted > 0
