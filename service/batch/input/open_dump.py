"""Opening of dumps: a file of comments becomes a lazy stream of rows, whatever its format, which is detected from its content."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from model.errors import DumpError
from service.batch.columnar.chunks import Chunk
from service.batch.file_access import is_folder
from service.batch.input.archives.dump_folder import DumpFolder
from service.batch.input.archives.open_archive import open_archive, open_packed_archive
from service.batch.input.archives.packed_archives import ARCHIVE_CONTAINERS
from service.batch.input.arrow_chunks import ChunkBuilder
from service.batch.input.columns.column_choice import check_kept_columns
from service.batch.input.databases.open_tables import OpenDatabase
from service.batch.input.databases.spreadsheet_files import open_spreadsheet
from service.batch.input.databases.sql_dumps import open_sql_dump
from service.batch.input.databases.sqlite_files import open_sqlite
from service.batch.input.detection.file_kinds import COLUMNAR_SIGNATURES, Container, FileKind
from service.batch.input.detection.kind_detection import detect_kind
from service.batch.input.formats.repositories.repository_blocks import read_repository
from service.batch.input.formats.tables.arrow_files import ColumnarFile, open_columnar
from service.batch.input.layout import DumpPart, Layout, detect_layout, detect_table_layout
from service.batch.input.opened_dump import OpenDump, damage_row
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.record_streams import open_record_stream
from service.batch.input.records import DumpRecord, RecordStream
from service.batch.input.streams.dump_source import DumpSource, open_seekable, open_source
from service.batch.input.trees.paths import first_name
from service.batch.rows import DumpOptions, Row
from training.tables.expansion import ExpansionBudget

__all__ = ["OpenDump", "open_dump", "open_dump_part", "open_lines"]

_WHOLE_FILE = DumpPart()


@contextmanager
def open_dump(path: str, options: DumpOptions) -> Iterator[OpenDump]:
    """Open a file of comments.

    Args:
        path: the file, or its URL; ``-`` is standard input.
        options: the options of the caller.

    Raises:
        DumpError: the file is of an unknown kind, or damaged from its beginning, or no column is known to hold the text.
        OSError: it cannot be opened or read.
    """
    with open_dump_part(path, options, _WHOLE_FILE) as (dump, _):
        yield dump


@contextmanager
def open_dump_part(path: str, options: DumpOptions, part: DumpPart) -> Iterator[tuple[OpenDump, Layout]]:
    """Open a part of a file of comments; the block gets the open dump and the layout of the file.

    Args:
        path: the file, or its URL; ``-`` is standard input.
        options: the options of the caller.
        part: the part.

    Raises:
        DumpError: as for ``open_dump``.
        OSError: it cannot be opened or read.
    """
    if is_folder(path):
        folder = DumpFolder(path, max_expansion=options.max_expansion)
        budget = ExpansionBudget(folder.name, folder.size, max_expansion=options.max_expansion)
        yield open_archive(folder, budget, FileKind(Container.FOLDER), options, open_file=_open_file)
        return
    is_columnar = part.layout is not None and part.layout.kind.container in COLUMNAR_SIGNATURES
    begin, end = (0, None) if is_columnar else (part.begin, part.end)
    with open_source(path, begin=begin, end=end, max_expansion=options.max_expansion) as source:
        kind = part.layout.kind if part.layout is not None else detect_kind(source, options)
        if kind.container in ARCHIVE_CONTAINERS:
            with open_packed_archive(source, kind, options, open_file=_open_file) as opened:
                yield opened
        else:
            with _open_file(source, options, kind, part) as opened:
                yield opened


def open_lines(source: DumpSource, options: DumpOptions, part: DumpPart) -> OpenDump:
    """Open consecutive lines of a file of lines.

    Args:
        source: the lines.
        options: the options of the caller.
        part: where the lines are in the file, and its layout.

    Raises:
        DumpError: the layout of the file is not given, or the file lacks the columns that the caller keeps.
    """
    if part.layout is None:
        raise DumpError(f"{source.name}: what it is must be known before a part of it is read")
    return _open_records(source, options, part.layout.kind, part)[0]


@contextmanager
def _open_file(
    source: DumpSource, options: DumpOptions, kind: FileKind, part: DumpPart, shared: Mapping[str, object] | None = None
) -> Iterator[tuple[OpenDump, Layout]]:
    """Open a file that is no archive; ``shared`` stands around all of its records."""
    signature = COLUMNAR_SIGNATURES.get(kind.container)
    if kind.container is Container.SQL:
        yield _open_database(open_sql_dump(source, options, kind), source)
    elif kind.container is Container.SQLITE:
        with open_sqlite(source, options, kind) as database:
            yield _open_database(database, source)
    elif kind.container is Container.SPREADSHEET:
        with open_spreadsheet(source, options, kind) as workbook:
            yield _open_database(workbook, source)
    elif kind.container is Container.REPOSITORY:
        with open_seekable(source) as file:
            stream = RecordStream([], read_repository(file, source.remarks), "row")
            yield _open_records(source, options, kind, part, shared, stream=stream)
    elif signature is None:
        yield _open_records(source, options, kind, part, shared)
    else:
        with open_seekable(source) as file, open_columnar(file, source.budget, signature) as columnar_file:
            yield _open_columnar_records(columnar_file, source, options, kind, part)


def _open_columnar_records(
    file: ColumnarFile, source: DumpSource, options: DumpOptions, kind: FileKind, part: DumpPart
) -> tuple[OpenDump, Layout]:
    is_nested = bool(file.nested_names)
    layout = part.layout or detect_table_layout(
        kind, file.names, options, file=source.name, remarks=source.remarks, sample=file.read_sample(), is_nested=is_nested
    )
    names = list(map(first_name, options.keep)) if is_nested else options.keep
    check_kept_columns(file.names, replace(options, keep=tuple(names)), file=source.name)
    fields = _columnar_fields(file, layout, options)
    records = file.records(fields, begin=part.begin, end=part.end, first=part.first)
    stream = RecordStream(file.names, records, "row", is_nested=is_nested)
    total = sum(size or 0 for size in file.sizes[part.begin : part.end])

    def share() -> float | None:
        return min(file.count / total, 1.0) if total else None

    rows = _build_rows(stream, layout, options, source)
    dump = OpenDump(
        source.name,
        "row",
        layout.columns,
        rows,
        share,
        source.budget,
        layout.description,
        remarks=source.remarks,
        layouts={"": layout},
    )
    return dump, layout


def _columnar_fields(file: ColumnarFile, layout: Layout, options: DumpOptions) -> list[str]:
    """Return the columns that are read: those of a row, those that a path begins with, and those in which there may be more rows."""
    wanted = layout.row_fields(options)
    if not file.nested_names:
        return [name for name in wanted if name in file.names]
    names = [name if name in file.names else first_name(name) for name in wanted]
    if layout.platform.unfold is None:
        names += file.object_names
    return [name for name in dict.fromkeys(names) if name in file.names]


def _open_database(database: OpenDatabase, source: DumpSource) -> tuple[OpenDump, Layout]:
    layout = database.layout
    dump = OpenDump(
        source.name,
        "row",
        layout.columns,
        database.rows,
        database.share,
        source.budget,
        layout.description,
        remarks=source.remarks,
        layouts=database.layouts,
    )
    return dump, layout


def _open_records(
    source: DumpSource,
    options: DumpOptions,
    kind: FileKind,
    part: DumpPart,
    shared: Mapping[str, object] | None = None,
    *,
    stream: RecordStream | None = None,
) -> tuple[OpenDump, Layout]:
    stream = stream or open_record_stream(source, kind, part, options)
    layout = part.layout or detect_layout(kind, stream, options, file=source.name, remarks=source.remarks)
    if shared and layout.platform.needs_context:
        stream = replace(stream, records=_surround(stream.records, shared))
    if layout.columns is not None and kind.container is Container.CSV:
        check_kept_columns(stream.names, options, file=source.name)
    rows = _build_rows(stream, layout, options, source)
    if kind.container is Container.JSON:
        rows = (row if row.line == number else row._replace(line=number) for number, row in enumerate(rows, start=1))
    rows = _append_damage(rows, source)
    chunks = _columnar_chunks(stream, source, layout, options)
    dump = OpenDump(
        source.name,
        stream.unit,
        layout.columns,
        rows,
        source.share,
        source.budget,
        layout.description,
        chunks,
        remarks=source.remarks,
        layouts={"": layout},
    )
    return dump, layout


def _build_rows(stream: RecordStream, layout: Layout, options: DumpOptions, source: DumpSource) -> Iterator[Row]:
    if layout.columns is None:
        return iter(())
    return build_rows(
        stream.records,
        layout.platform,
        layout.columns,
        options=options,
        names=stream.names,
        strict=stream.strict,
        is_nested=stream.is_nested,
        file=source.name,
        remarks=source.remarks,
        other_texts=layout.other_texts,
    )


def _columnar_chunks(
    stream: RecordStream, source: DumpSource, layout: Layout, options: DumpOptions
) -> Callable[[int, int], Iterator[Chunk]] | None:
    """Return a function that yields the chunks of a stream; None where its records do not come in pieces."""
    pieces, columns = stream.pieces, layout.columns
    if pieces is None or columns is None:
        return None
    builder = ChunkBuilder(layout.platform, columns, options, layout.other_texts)

    def chunks(max_rows: int, max_text: int) -> Iterator[Chunk]:
        line = 0
        for chunk in builder.build(pieces, max_rows=max_rows, max_text=max_text):
            line = chunk.lines[-1]
            yield chunk
        yield from (Chunk.from_rows([row], options.keep) for row in damage_row(source, line))

    return chunks


def _surround(records: Iterator[DumpRecord], shared: Mapping[str, object]) -> Iterator[DumpRecord]:
    """Yield records with what their file shares with others around them."""
    return (record._replace(envelope={**shared, **(record.envelope or {})}) for record in records)


def _append_damage(rows: Iterator[Row], source: DumpSource) -> Iterator[Row]:
    """Yield the rows and, if the file turns out to end too early, one more that says so."""
    if not source.can_end_early:
        yield from rows
        return
    line = 0
    for row in rows:
        line = row.line
        yield row
    yield from damage_row(source, line)
