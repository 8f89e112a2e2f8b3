"""Opening of dumps: a file of comments becomes a lazy stream of rows, whatever its format, which is detected from its content."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from model.errors import DumpError
from service.batch.columnar.chunks import Chunk
from service.batch.input.arrow_chunks import ChunkBuilder
from service.batch.input.columns.column_choice import check_kept_columns
from service.batch.input.detection.file_kinds import COLUMNAR_SIGNATURES, Container, FileKind
from service.batch.input.detection.kind_detection import detect_kind
from service.batch.input.formats.tables.arrow_files import ColumnarFile, open_columnar
from service.batch.input.layout import DumpPart, Layout, detect_layout, detect_table_layout
from service.batch.input.platforms.platform import ANY_TABLE
from service.batch.input.platforms.row_builder import build_rows
from service.batch.input.record_streams import open_record_stream
from service.batch.input.records import RecordStream
from service.batch.input.streams.archives import read_tar_members, read_zip_members
from service.batch.input.streams.dump_source import DumpSource, open_seekable, open_source
from service.batch.remarks import add_remark
from service.batch.rows import Columns, DumpOptions, Reason, Row
from training.tables.expansion import ExpansionBudget

__all__ = ["OpenDump", "open_dump", "open_dump_part", "open_lines"]

_WHOLE_FILE = DumpPart()
_MAX_LAYOUTS = 100
"""The number of members of an archive whose layouts are remembered."""


@dataclass(frozen=True, slots=True)
class OpenDump:
    """A file of comments that is being read.

    Attributes:
        name: the name of the file in messages.
        unit: the unit that ``Row.line`` counts.
        columns: where text, id and so on are found; None if the file is empty.
        rows: its rows, lazily, in order; they can be read as long as the file is open.
        share: returns the share in [0, 1] of the file that has been read; None where its size is unknown.
        budget: what the file may become.
        description: what the file is, in words for people.
        chunks: yields the same rows column by column, which is faster; its arguments are ``max_rows`` and ``max_text`` of
            ``cut_into_chunks``. None where the format does not allow that. Only one of ``rows`` and ``chunks`` may be used.
        remarks: what people should know about how the file is read; filled while it is read.
        layouts: the layout of the file under the empty name, or those of the first members of an archive under their names; filled
            while it is read.
    """

    name: str
    unit: Literal["line", "row"]
    columns: Columns | None
    rows: Iterator[Row]
    share: Callable[[], float | None]
    budget: ExpansionBudget
    description: str = ""
    chunks: Callable[[int, int], Iterator[Chunk]] | None = None
    remarks: list[str] = field(default_factory=list)
    layouts: dict[str, Layout] = field(default_factory=dict)


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
    is_columnar = part.layout is not None and part.layout.kind.container in COLUMNAR_SIGNATURES
    begin, end = (0, None) if is_columnar else (part.begin, part.end)
    with open_source(path, begin=begin, end=end, max_expansion=options.max_expansion) as source:
        kind = part.layout.kind if part.layout is not None else detect_kind(source, options)
        if kind.container is Container.ZIP:
            with open_seekable(source) as file:
                yield _open_archive(read_zip_members(file, source.name, source.budget), source, options, kind)
        elif kind.container is Container.TAR:
            yield _open_archive(read_tar_members(source.stream, source.name, source.budget), source, options, kind)
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
def _open_file(source: DumpSource, options: DumpOptions, kind: FileKind, part: DumpPart) -> Iterator[tuple[OpenDump, Layout]]:
    """Open a file that is no archive."""
    signature = COLUMNAR_SIGNATURES.get(kind.container)
    if signature is None:
        yield _open_records(source, options, kind, part)
    else:
        with open_seekable(source) as file, open_columnar(file, source.budget, signature) as columnar_file:
            yield _open_columnar_records(columnar_file, source, options, kind, part)


def _open_columnar_records(
    file: ColumnarFile, source: DumpSource, options: DumpOptions, kind: FileKind, part: DumpPart
) -> tuple[OpenDump, Layout]:
    layout = part.layout or detect_table_layout(kind, file.names, options, file=source.name)
    check_kept_columns(file.names, options, file=source.name)
    fields = [name for name in layout.row_fields(options) if name in file.names]
    stream = RecordStream(file.names, file.records(fields, begin=part.begin, end=part.end, first=part.first), "row")
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


def _open_records(source: DumpSource, options: DumpOptions, kind: FileKind, part: DumpPart) -> tuple[OpenDump, Layout]:
    stream = open_record_stream(source, kind, part, options)
    layout = part.layout or detect_layout(kind, stream, options, file=source.name)
    if layout.columns is not None and kind.container is Container.CSV:
        check_kept_columns(stream.names, options, file=source.name)
    rows = _append_damage(_build_rows(stream, layout, options, source), source)
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
        file=source.name,
        remarks=source.remarks,
    )


def _columnar_chunks(
    stream: RecordStream, source: DumpSource, layout: Layout, options: DumpOptions
) -> Callable[[int, int], Iterator[Chunk]] | None:
    """Return a function that yields the chunks of a stream; None where its records do not come in pieces."""
    pieces, columns = stream.pieces, layout.columns
    if pieces is None or columns is None:
        return None
    builder = ChunkBuilder(layout.platform, columns, options)

    def chunks(max_rows: int, max_text: int) -> Iterator[Chunk]:
        line = 0
        for chunk in builder.build(pieces, max_rows=max_rows, max_text=max_text):
            line = chunk.lines[-1]
            yield chunk
        yield from (Chunk.from_rows([row], options.keep) for row in _damage_row(source, line))

    return chunks


def _open_archive(members: Iterator[DumpSource], source: DumpSource, options: DumpOptions, kind: FileKind) -> tuple[OpenDump, Layout]:
    """Open all dumps in an archive as one dump, whose rows are numbered in each member and whose layout is taken from the first."""
    layouts: dict[str, Layout] = {}
    rows = chain(_read_members(members, source, options, layouts), _damage_row_at_end(source))
    first_row = next(rows, None)
    if first_row is None and not layouts:
        raise DumpError(f"{source.name} holds no file that could be a dump; unpack it, and name the file with the comments")
    container = str(kind.container)
    columns, platform, description = None, ANY_TABLE, container
    if layouts:
        first_layout = next((layout for layout in layouts.values() if layout.columns is not None), next(iter(layouts.values())))
        columns, platform = first_layout.columns, first_layout.platform
        description = f"{first_layout.description} in a {container}"
    all_rows = rows if first_row is None else chain((first_row,), rows)
    dump = OpenDump(
        source.name, "row", columns, all_rows, source.share, source.budget, description, remarks=source.remarks, layouts=layouts
    )
    return dump, Layout(kind, platform, columns or Columns("text", None))


def _read_members(members: Iterator[DumpSource], source: DumpSource, options: DumpOptions, layouts: dict[str, Layout]) -> Iterator[Row]:
    """Yield the rows of some members one after another, and add the layout of each to a dictionary."""
    for member in members:
        # What a tar archive holds behind a damaged header bears the name of the archive itself.
        name = member.name if member.name != source.name else None
        rows = _read_member(member, source, options, layouts)
        yield from (row._replace(member=name, offset=None) for row in rows)
        for remark in member.remarks:
            add_remark(source.remarks, f"{member.name}: {remark}")


def _read_member(member: DumpSource, source: DumpSource, options: DumpOptions, layouts: dict[str, Layout]) -> Iterator[Row]:
    try:
        kind = detect_kind(member, options) if member.head else None
        if kind is None or kind.container in {Container.ZIP, Container.TAR}:
            yield from _damage_row(member, 0)
            return
        with _open_file(member, options, kind, _WHOLE_FILE) as (dump, layout):
            if len(layouts) < _MAX_LAYOUTS:
                layouts[member.name] = layout
            yield from dump.rows
    except DumpError as error:
        # One file among many that is no dump must neither hide the others nor go unnoticed.
        add_remark(source.remarks, f"not read: {error}")
        yield Row(1, None, None, Reason.NOT_READ)


def _damage_row_at_end(source: DumpSource) -> Iterator[Row]:
    """Yield a row that says why an archive ends too early, if that has turned out by then."""
    yield from _damage_row(source, 0)


def _append_damage(rows: Iterator[Row], source: DumpSource) -> Iterator[Row]:
    """Yield the rows and, if the file turns out to end too early, one more that says so."""
    if not source.can_end_early:
        yield from rows
        return
    line = 0
    for row in rows:
        line = row.line
        yield row
    yield from _damage_row(source, line)


def _damage_row(source: DumpSource, line: int) -> Iterator[Row]:
    """Yield a row that says why the file ends too early, if it does."""
    if source.can_end_early and source.damage is not None:
        yield Row(line + 1, None, None, source.damage.reason, offset=source.damage.offset)
