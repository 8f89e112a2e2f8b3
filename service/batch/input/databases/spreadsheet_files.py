"""Spreadsheets as dumps: which of their sheets hold comments, and the rows of those."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice

from model.errors import DumpError
from service.batch.input.columns.column_choice import check_kept_columns, has_text_column
from service.batch.input.databases.open_tables import OpenDatabase
from service.batch.input.databases.table_names import is_same_table
from service.batch.input.detection.file_kinds import FileKind
from service.batch.input.detection.table_header import find_header_row
from service.batch.input.formats.tables.spreadsheets import Sheet, read_sheets
from service.batch.input.layout import Layout, detect_table_layout
from service.batch.input.platforms.known_platforms import recognise_platform
from service.batch.input.platforms.platform import ANY_TABLE
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.records import DumpRecord
from service.batch.input.streams.dump_source import DumpSource, open_seekable
from service.batch.remarks import add_remark, add_remarks
from service.batch.rows import Columns, DumpOptions, Reason, Row
from training.tables.columnar.record_batches import require_few_columns

__all__ = ["open_spreadsheet"]

_MAX_SAMPLED_ROWS = 300
_MAX_LISTED_SHEETS = 12


class _SheetTable:
    """A sheet with its header.

    Args:
        sheet: the sheet.
        options: the options of the caller.
        file: the name of the file in messages.
    """

    def __init__(self, sheet: Sheet, options: DumpOptions, file: str) -> None:
        self.name = sheet.name
        self._sheet = sheet
        first_rows = [cells for _, cells in islice(sheet.rows(), _MAX_SAMPLED_ROWS)]
        width = max(map(len, first_rows), default=0)
        require_few_columns(width, file)
        if options.has_header:
            self._skipped = (find_header_row(first_rows, partial(_is_known, options=options)) or 0) + 1
            header = first_rows[self._skipped - 1] if first_rows else []
            self.header = tuple(header)
            self.names = [name for name in header if name.strip()]
        else:
            self._skipped = 0
            self.header = tuple(str(number) for number in range(1, width + 1))
            self.names = list(self.header)

    def records(self) -> Iterator[DumpRecord]:
        """Yield the rows below the header; the header once more is no comment."""
        for number, cells in islice(self._sheet.rows(), self._skipped, None):
            if self._skipped and tuple(cells) == self.header:
                yield DumpRecord(number, None, {}, Reason.NOT_A_COMMENT)
            else:
                yield DumpRecord(number, None, {name: cell for name, cell in zip(self.header, cells, strict=False) if name.strip()})


def _is_known(names: list[str], options: DumpOptions) -> bool:
    return has_text_column(names, options) or (options.text_column is None and recognise_platform(names) is not None)


@contextmanager
def open_spreadsheet(source: DumpSource, options: DumpOptions, kind: FileKind) -> Iterator[OpenDatabase]:
    """Open a spreadsheet; the rows can be read within the block.

    Of several sheets, the first with a column that is known to hold text is read, and all others with the same header. The rest is
    passed over, and said.

    Args:
        source: the spreadsheet.
        options: the options of the caller.
        kind: its container.

    Raises:
        DumpError: it cannot be read, or it has no sheet with comments, or not the one that the caller asks for.
        UnsafeFileError: it takes too much time or memory to read.
    """
    with open_seekable(source) as file, read_sheets(file, source.budget) as sheets:
        for sheet in sheets:
            if sheet.error is not None:
                add_remark(source.remarks, f"sheet “{sheet.name}” cannot be read: {sheet.error}")
        wanted = [sheet for sheet in sheets if sheet.count and (options.table is None or is_same_table(sheet.name, options.table))]
        if options.table is not None and not wanted:
            listed = ", ".join(f"“{sheet.name}”" for sheet in sheets[:_MAX_LISTED_SHEETS])
            raise DumpError(f"{source.name}: there is no sheet “{options.table}” with rows; check --table (sheets: {listed})")
        tables = [_SheetTable(sheet, options, source.name) for sheet in wanted]
        layout, chosen = _choose_sheets(tables, source, options, kind)
        passed_over = [table.name for table in tables if table not in chosen]
        if passed_over:
            listed = ", ".join(f"“{name}”" for name in passed_over[:_MAX_LISTED_SHEETS])
            add_remark(source.remarks, f"sheets that were passed over: {listed} (--table NAME reads one of them)")
        has_many = len(sheets) > 1
        layouts = {table.name if has_many else "": layout for table in chosen}
        total = sum(sheet.count for sheet in wanted) or 1
        rows = _Rows(chosen, layout, options, source, has_many=has_many)
        yield OpenDatabase(layout, layouts, iter(rows), lambda: min(rows.count / total, 1.0))


def _choose_sheets(tables: list[_SheetTable], source: DumpSource, options: DumpOptions, kind: FileKind) -> tuple[Layout, list[_SheetTable]]:
    """Return the layout of the sheets that are read, and these sheets."""
    known_first = sorted(tables, key=lambda table: not _is_known(table.names, options))
    error: DumpError | None = None
    for table in known_first:
        sample = [record.fields for record in islice(table.records(), _MAX_SAMPLED_ROWS) if record.reason is None]
        remarks: list[str] = []
        file = f"{source.name}/{table.name}" if len(tables) > 1 else source.name
        try:
            layout = detect_table_layout(kind, table.names, options, file=file, remarks=remarks, sample=sample)
        except DumpError as found:
            error = error or found
            continue
        check_kept_columns(table.names, options, file=file)
        add_remarks(source.remarks, remarks)
        return layout, [other for other in tables if other.header == table.header]
    if error is not None:
        raise error
    return Layout(kind, ANY_TABLE, None), []


class _Rows:
    """The rows of some sheets with one layout.

    Attributes:
        count: how many have been read.
    """

    def __init__(self, tables: Iterable[_SheetTable], layout: Layout, options: DumpOptions, source: DumpSource, *, has_many: bool) -> None:
        self.count = 0
        self._tables = tables
        self._layout = layout
        self._options = options
        self._source = source
        self._has_many = has_many

    def __iter__(self) -> Iterator[Row]:
        for table in self._tables:
            rows = build_rows(
                table.records(),
                self._layout.platform,
                self._layout.columns or Columns("text", None),
                options=self._options,
                names=table.names,
                strict=True,
                file=self._source.name,
                remarks=self._source.remarks,
            )
            for row in rows:
                self.count += 1
                yield row._replace(member=table.name) if self._has_many else row
