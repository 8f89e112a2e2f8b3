"""The choice of the tables of a database that hold comments, and of the columns in each."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Protocol

from model.errors import DumpError
from service.batch.input.columns.column_choice import check_kept_columns, has_text_column
from service.batch.input.columns.column_names import find_columns
from service.batch.input.databases.table_names import NameHint, hint_of, is_same_table, legible_table
from service.batch.input.detection.file_kinds import FileKind
from service.batch.input.layout import Layout, detect_layout
from service.batch.input.platforms.known_platforms import find_platforms, recognise_platform
from service.batch.input.platforms.platform import Platform
from service.batch.input.records import DumpRecord, RecordStream
from service.batch.remarks import add_remark
from service.batch.rows import DumpOptions, value_size

__all__ = ["TableChoice", "TableSection"]

_MAX_SAMPLE_RECORDS = 200
_MAX_SAMPLE_SIZE = 1 << 22
_MAX_LAYOUTS = 1000
_MIN_WORDS = 3
_MAX_LISTED_TABLES = 12
_MAX_LISTED_COLUMNS = 12
_ARTICLE_NAMES = {"slug", "permalink", "post_excerpt", "introtext", "excerpt"}
"""Columns of what others comment on: pages, articles, products."""


class TableSection(Protocol):
    """Consecutive rows of one table."""

    @property
    def table(self) -> str:
        """The name of the table."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the cells of its rows."""

    def read(self, wanted: Sequence[str], first: int) -> Iterator[DumpRecord]:
        """Read the rows with the cells that are wanted, the first of which has a number; another call goes on where the last was left."""


@dataclass
class TableChoice:
    """Decides for each table of a database whether it is read, and remembers what it decided.

    Attributes:
        file: the name of the file in messages.
        kind: its container.
        options: the options of the caller.
        layouts: the layouts of the tables that are read, by their names.
        passed_over: the columns of the tables that are not read, by their names.
        doubtful: why tables that seem to hold comments are not read, by their names.
        remarks: receives what people should know.
        reads_by_content: whether tables are read whose names say nothing, if it is clear which of their columns holds what people write;
            for databases in which the names of all tables are known, and none of them is likely to hold comments.
    """

    file: str
    kind: FileKind
    options: DumpOptions
    layouts: dict[str, Layout] = field(default_factory=dict)
    passed_over: dict[str, tuple[str, ...]] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    reads_by_content: bool = False
    _by_header: dict[tuple[str, tuple[str, ...]], Layout | None] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _errors: dict[str, str] = field(default_factory=dict)
    _has_known_platform: bool = False

    def note_table(self, table: str, columns: Sequence[str]) -> None:
        """Take note of a table, and its columns, that is in the database, whether or not it has rows."""
        self._has_known_platform |= self._is_known_table(table, columns)

    def is_likely(self, section: TableSection) -> bool:
        """Tell whether a table is likely to hold comments, by its names."""
        return self._is_known_table(section.table, section.names) or not self._is_unlikely(section)

    def read(self, section: TableSection) -> tuple[Layout, Iterator[DumpRecord]] | None:
        """Return how the rows of a section are read, and the rows; None if its table is passed over.

        Raises:
            DumpError: the caller asked for this table, and it cannot be read as they say.
        """
        header = (section.table, section.names)
        sample: list[DumpRecord] = []
        if header not in self._by_header:
            layout = self._choose(section, sample)
            if len(self._by_header) < _MAX_LAYOUTS and (sample or layout is None):
                self._by_header[header] = layout
        else:
            layout = self._by_header[header]
        if layout is None:
            if len(self.passed_over) < _MAX_LAYOUTS:
                self.passed_over.setdefault(*header)
            return None
        self.layouts.setdefault(section.table, layout)
        wanted = layout.row_fields(self.options)
        rest = section.read(wanted, self._counts[section.table] + len(sample) + 1)
        return layout, self._count(section.table, chain(sample, rest))

    def _choose(self, section: TableSection, sample: list[DumpRecord]) -> Layout | None:
        """Choose the columns of a table, by a sample of its records, which is added to a list; None if it is passed over."""
        requested = self.options.table
        if requested is not None and not is_same_table(section.table, requested):
            return None
        if requested is None and not self.is_likely(section):
            return None
        sample.extend(_take_sample(section.read(section.names, self._counts[section.table] + 1)))
        fields = [record.fields for record in sample if record.reason is None]
        stream = RecordStream(list(section.names), iter(sample), "row", empty=not sample, sample=fields)
        has_numbers = bool(section.names) and all(name.isdecimal() for name in section.names)
        options = replace(self.options, has_header=not has_numbers)
        remarks: list[str] = []
        try:
            layout = detect_layout(self.kind, stream, options, file=f"{self.file}/{legible_table(section.table)}", remarks=remarks)
        except DumpError as error:
            if requested is not None:
                raise
            self._errors[section.table] = str(error)
            self._counts[section.table] += len(sample)
            if _holds_text(fields):
                self.doubtful[section.table] = str(error)
            return None
        for remark in remarks:
            add_remark(self.remarks, f"{legible_table(section.table)}: {remark}")
        if not self.layouts:
            check_kept_columns(section.names, self.options, file=f"{self.file}/{legible_table(section.table)}")
        self.note_table(section.table, section.names)
        return layout

    def _is_known_table(self, table: str, columns: Sequence[str]) -> bool:
        if hint_of(table) is NameHint.PRIVATE or "revision" in table.lower():
            return False
        platforms = self._requested_platforms
        if platforms:
            return any(platform.matches(columns) for platform in platforms)
        return recognise_platform(columns, in_database=True) is not None

    @property
    def _requested_platforms(self) -> tuple[Platform, ...]:
        read_as = self.options.read_as
        return () if read_as is None else find_platforms(read_as.value, in_database=True)

    def _is_unlikely(self, section: TableSection) -> bool:
        """Tell whether a table of no known platform is not to be read, by its names and by what else is in the database."""
        hint = hint_of(section.table)
        if self._requested_platforms:
            return True
        if self.options.text_column is not None:
            return hint is NameHint.PRIVATE or not find_columns(section.names, self.options.text_column)
        is_article = not _ARTICLE_NAMES.isdisjoint(name.casefold() for name in section.names)
        if is_article or hint < NameHint.UNKNOWN:
            return True
        if self.reads_by_content:
            return False
        return hint is NameHint.UNKNOWN and (self._has_known_platform or not has_text_column(section.names, self.options))

    def _count(self, table: str, records: Iterator[DumpRecord]) -> Iterator[DumpRecord]:
        for record in records:
            self._counts[table] += 1
            yield record

    def require_tables(self) -> None:
        """Make sure that a table has been found whose rows can be read.

        Raises:
            DumpError: none has.
        """
        if self.layouts:
            return
        if not self.passed_over:
            raise DumpError(f"{self.file} holds no rows of any table: it may be the structure of a database without its content")
        if self.options.table is not None:
            raise DumpError(
                f"{self.file}: there is no table “{legible_table(self.options.table)}” with rows; check --table ({self._list_tables()})"
            )
        if self._errors:
            raise DumpError(next(iter((self.doubtful or self._errors).values())))
        likely = max(self.passed_over, key=lambda table: (hint_of(table), len(self.passed_over[table])))
        example = f", such as --table {shlex.quote(legible_table(likely))}" if hint_of(likely) > NameHint.OTHER else ""
        raise DumpError(
            f"{self.file}: no table is known to hold comments; name the one that does with --table{example}, and its column with "
            f"--text-column if it is not found ({self._list_tables()})"
        )

    def remark_on_tables(self) -> None:
        """Say which tables were read, and which were passed over."""
        for error in self.doubtful.values():
            add_remark(self.remarks, f"not read: {error}")
        if not self.passed_over or self.options.table is not None:
            return
        read = ", ".join(map(legible_table, islice(self.layouts, _MAX_LISTED_TABLES)))
        passed = ", ".join(map(legible_table, islice(self.passed_over, _MAX_LISTED_TABLES)))
        more = f" and {len(self.passed_over) - _MAX_LISTED_TABLES} more" if len(self.passed_over) > _MAX_LISTED_TABLES else ""
        add_remark(self.remarks, f"read as comments: {read}; passed over: {passed}{more} (--table NAME reads one of them)")

    def _list_tables(self) -> str:
        listed = []
        for table, columns in list(self.passed_over.items())[:_MAX_LISTED_TABLES]:
            more = ", …" if len(columns) > _MAX_LISTED_COLUMNS else ""
            listed.append(f"{legible_table(table)}: {', '.join(map(legible_table, columns[:_MAX_LISTED_COLUMNS]))}{more}")
        more = f"; and {len(self.passed_over) - _MAX_LISTED_TABLES} more" if len(self.passed_over) > _MAX_LISTED_TABLES else ""
        return f"tables: {'; '.join(listed)}{more}"


def _take_sample(records: Iterator[DumpRecord]) -> Iterator[DumpRecord]:
    size = 0
    for record in islice(records, _MAX_SAMPLE_RECORDS):
        yield record
        size += value_size(record.fields)
        if size > _MAX_SAMPLE_SIZE:
            return


def _holds_text(sample: Sequence[Mapping[str, object]]) -> bool:
    """Tell whether some column holds what people write, rather than names, numbers and words that programs know."""
    counts = Counter(
        name for fields in sample for name, value in fields.items() if isinstance(value, str) and len(value.split()) >= _MIN_WORDS
    )
    return any(2 * count >= len(sample) for count in counts.values())
