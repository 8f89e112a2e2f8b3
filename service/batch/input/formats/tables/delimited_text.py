"""Records of delimited text, such as CSV: separated by comma, semicolon, tab or bar, below a header line or without one."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from model.errors import DumpError
from service.batch.input.formats.tables.line_records import LineRecord, LineRecords, double_quotes, read_text_lines
from service.batch.input.records import DumpRecord, RecordStream, new_record
from service.batch.input.streams.odd_bytes import repair_line
from service.batch.rows import MAX_ROW_LENGTH, Quoting, Reason
from training.tables.columnar.record_batches import require_few_columns

__all__ = ["DELIMITERS", "TableSyntax", "parse_first_record", "read_csv"]

DELIMITERS = ",;\t|"
_MAX_SAMPLED_RECORDS = 300
_MAX_SAMPLED_LENGTH = 1 << 20
_MARK = "\ufeff"
_QUALTRICS_MARK = '{"ImportId":'


@dataclass(frozen=True)
class TableSyntax:
    """How the cells of delimited text are written.

    Attributes:
        delimiter: the character that separates them.
        quoting: what quotes mean.
        has_spaces: whether spaces follow the delimiters, before the quotes of cells that have any.
        has_backslashes: whether quotes within cells have a backslash before them, in place of another quote.
        has_header: whether the first record names the columns.
        skipped_lines: the number of lines before the header, or before the first record.
        fallback: the encoding of lines that are ASCII but for some bytes, which are not UTF-8.
    """

    delimiter: str = ","
    quoting: Quoting = Quoting.AUTO
    has_spaces: bool = False
    has_backslashes: bool = False
    has_header: bool = True
    skipped_lines: int = 0
    fallback: str = "cp1252"


def parse_first_record(text: str, delimiter: str) -> list[str]:
    """Return the cells of the first record that is not blank; none if there is no such record."""
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next((cells for cells in records if any(cell.strip() for cell in cells)), [])
    except csv.Error:
        return []


def read_csv(
    stream: io.BufferedReader, syntax: TableSyntax, *, name: str, names: list[str] | None = None, first: int = 1, remarks: list[str]
) -> RecordStream:
    """Read the header of delimited text, and return a lazy stream of the records below it, without blank lines.

    A table without a header has the columns ``1``, ``2`` and so on. A header that is repeated further down is no comment.

    Args:
        stream: UTF-8.
        syntax: how cells are written.
        name: the name of the file in messages.
        names: the header, if the stream begins below it; None if it begins with it.
        first: the number of the stream's first line.
        remarks: gets what a person should know about how the table was read.

    Raises:
        DumpError: the first line is no header.
        UnsafeFileError: it names more columns than any table has.
    """
    # This limit holds for the whole process and is therefore only ever raised; ``LineRecords`` bounds a record before it does.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_ROW_LENGTH))
    repair = partial(repair_line, encoding=syntax.fallback, remarks=remarks)
    encoding = "utf-8-sig" if names is None else "utf-8"
    lines = read_text_lines(io.TextIOWrapper(stream, encoding, "surrogateescape", ""), repair)
    if syntax.has_backslashes:
        lines = (line and double_quotes(line) for line in lines)
    if names is None:
        skipped = sum(1 for _ in islice(lines, syntax.skipped_lines))
        first += skipped
    reader = LineRecords(lines, syntax.delimiter, syntax.quoting, first, has_spaces=syntax.has_spaces)
    records = iter(reader)
    if names is not None:
        reader.width = len(names)
        return RecordStream(names, _name_cells(records, names, has_header=syntax.has_header), "line", strict=True)
    header = next((record for record in records if record.reason or record.has_content), None)
    if header is not None and header.reason is not None and syntax.has_header:
        raise DumpError(f"{name}: line {header.line} is no header ({header.reason}); the first line must name the columns")
    cells = header.cells if header is not None else []
    names = cells if syntax.has_header else [str(number) for number in range(1, len(cells) + 1)]
    require_few_columns(len(names), name)
    reader.width = len(names)
    below: Iterable[LineRecord] = records if syntax.has_header or header is None else chain((header,), records)
    named = _name_cells(below, names, has_header=syntax.has_header)
    sample = _mark_second_header(_take_sample(named))
    return RecordStream(
        names,
        chain(sample, named),
        "line",
        strict=True,
        empty=not names,
        sample=[record.fields for record in sample if record.reason is None],
    )


def _take_sample(records: Iterator[DumpRecord]) -> list[DumpRecord]:
    sample: list[DumpRecord] = []
    size = 0
    for record in islice(records, _MAX_SAMPLED_RECORDS):
        sample.append(record)
        size += sum(len(str(value)) for value in record.fields.values())
        if size > _MAX_SAMPLED_LENGTH:
            break
    return sample


def _mark_second_header(sample: list[DumpRecord]) -> list[DumpRecord]:
    """Return the first records, of which two are no comments where a survey of Qualtrics has its questions and their numbers as JSON."""
    values = [value for value in sample[1].fields.values() if value] if len(sample) > 1 else []
    if not values or not all(str(value).startswith(_QUALTRICS_MARK) for value in values):
        return sample
    return [record._replace(fields={}, reason=Reason.NOT_A_COMMENT) for record in sample[:2]] + sample[2:]


def _name_cells(records: Iterable[LineRecord], names: list[str], *, has_header: bool) -> Iterator[DumpRecord]:
    width = len(names)
    # Files that were put together from several have the byte order mark of each.
    last_cells = {names[-1], f"{_MARK}{names[-1]}"} if names and has_header else set()
    for line, cells, reason in records:
        if reason is None:
            if len(cells) != width:
                cells, reason = _fit_cells(cells, width)
            elif cells[-1] in last_cells and _is_header(cells, names):
                yield DumpRecord(line, None, {}, Reason.NOT_A_COMMENT)
                continue
        yield new_record((line, None, dict(zip(names, cells, strict=False)), reason, None))


def _fit_cells(cells: list[str], width: int) -> tuple[list[str], Reason | None]:
    """Return the cells of a record that has too few or too many, and the reason why it cannot be used, if it cannot."""
    if len(cells) < width:
        return cells, Reason.TOO_FEW_CELLS
    # Some programs end each line with a delimiter, but not the header.
    return (cells, Reason.TOO_MANY_CELLS) if any(cells[width:]) else (cells[:width], None)


def _is_header(cells: list[str], names: list[str]) -> bool:
    """Tell whether a record is the header once more, as in files that were put together from several."""
    return cells == names or (cells[1:] == names[1:] and cells[0].removeprefix(_MARK) == names[0])
