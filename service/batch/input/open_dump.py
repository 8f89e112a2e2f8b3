"""From a file of comments to its rows, lazily: what it is is found from the content, not from the name alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from model.errors import DumpError
from service.batch.columnar.arrow_chunks import chunks_of_pieces
from service.batch.columnar.chunks import Chunk
from service.batch.input.archives import members_of_tar, members_of_zip
from service.batch.input.columns import check_kept, choose, find
from service.batch.input.detect import Container, Kind, kind_of
from service.batch.input.encodings import UTF8, in_utf8
from service.batch.input.formats.arrow_files import ARROW_FILE, ARROW_STREAM, PARQUET, Columnar, open_columnar
from service.batch.input.formats.delimited_text import read_csv
from service.batch.input.formats.json_documents import read_json
from service.batch.input.formats.json_lines import probed, read_jsonl
from service.batch.input.formats.json_lines_arrow import read_pieces, records_of
from service.batch.input.formats.plain_text import read_paragraphs, read_plain_lines
from service.batch.input.formats.sql_dump import read_posts
from service.batch.input.formats.web_pages import PAGE, read_page
from service.batch.input.formats.xml_records import Dialect, read_xml
from service.batch.input.platforms.disqus import DISQUS, DISQUS_XML
from service.batch.input.platforms.known_platforms import shape_by_name, shape_by_names
from service.batch.input.platforms.platform import TABLE, Shape, rows_of
from service.batch.input.platforms.web_feeds import FEED, FEED_XML
from service.batch.input.platforms.wordpress import WXR, WXR_XML
from service.batch.input.records import Record, Table
from service.batch.input.sources import Source, open_source, opened_again
from service.batch.rows import Columns, Reading, Reason, Row, Wanted

__all__ = ["Layout", "Part", "open_part", "open_reading", "read_lines"]

COLUMNAR = {Container.PARQUET: PARQUET, Container.ARROW: ARROW_FILE, Container.ARROW_STREAM: ARROW_STREAM}

_XML: dict[Container, tuple[Dialect, Shape]] = {
    Container.WXR: (WXR_XML, WXR),
    Container.DISQUS: (DISQUS_XML, DISQUS),
    Container.FEED: (FEED_XML, FEED),
}
_PLAIN = Shape("text", "", (), Columns("text", None))


@dataclass(frozen=True)
class Layout:
    """Everything that was found out from the beginning of a file, so that a part of it can be read without looking there.

    Attributes:
        kind: the container.
        shape: what the shape of its records is called; empty is any table.
        columns: where text, id and so on are found; None if it is empty.
        names: the header of delimited text.
    """

    kind: Kind
    shape: Shape
    columns: Columns | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """What is read of a file.

    Attributes:
        begin, end: its bytes, or the row groups of a Parquet file; ``end`` None is all.
        first: the number of its first line or row.
        layout: what the file is; None is found out.
    """

    begin: int = 0
    end: int | None = None
    first: int = 1
    layout: Layout | None = None


_ALL = Part()


@contextmanager
def open_reading(path: str, wanted: Wanted) -> Iterator[Reading]:
    """Open a file of comments.

    Args:
        path: the file, or its URL; ``-`` is standard input.
        wanted: what the caller knows about it.

    Raises:
        DumpError: the file is of an unknown kind, is damaged from the beginning, or does not say which column holds the text.
        OSError: it cannot be opened or read.
    """
    with open_part(path, wanted, _ALL) as (reading, _):
        yield reading


@contextmanager
def open_part(path: str, wanted: Wanted, part: Part) -> Iterator[tuple[Reading, Layout]]:
    """Open a part of a file; arguments and errors as of ``open_reading``."""
    columnar = part.layout is not None and part.layout.kind.container in COLUMNAR
    with open_source(path, begin=0 if columnar else part.begin, end=None if columnar else part.end) as source:
        kind = part.layout.kind if part.layout is not None else kind_of(source, wanted)
        if kind.container in COLUMNAR:
            with opened_again(source) as file, open_columnar(file, source.name, COLUMNAR[kind.container]) as opened:
                yield _columnar(opened, source, wanted, kind, part)
        elif kind.container is Container.ZIP:
            with opened_again(source) as file:
                yield _archive(members_of_zip(file, source.name), source, wanted, kind)
        elif kind.container is Container.TAR:
            yield _archive(members_of_tar(source.stream, source.name), source, wanted, kind)
        else:
            yield _read(source, wanted, kind, part)


def read_lines(source: Source, wanted: Wanted, part: Part) -> Reading:
    """Read lines of a file of lines that somebody else has opened.

    Args:
        source: the lines.
        wanted: what the caller knows about the file.
        part: where they stand in it, and what the file is.

    Raises:
        DumpError: they cannot be read as asked.
    """
    if part.layout is None:
        raise DumpError(f"{source.name}: what it is must be known before a part of it is read")
    return _read(source, wanted, part.layout.kind, part)[0]


def _columnar(opened: Columnar, source: Source, wanted: Wanted, kind: Kind, part: Part) -> tuple[Reading, Layout]:
    shape = part.layout.shape if part.layout is not None else _shape_of(opened.names, wanted)
    columns = _columns_of(Table(opened.names, iter(()), "row"), shape, wanted, file=source.name)
    check_kept(opened.names, wanted, file=source.name)
    asked = (columns.text, columns.id, columns.author, columns.parent, columns.time, *shape.also, *wanted.keep)
    needed = [name for name in asked if name in opened.names]
    records = opened.records(needed, begin=part.begin, end=part.end, first=part.first)
    rows = rows_of(records, shape, columns, wanted=wanted, names=opened.names, strict=False)
    total = sum(size or 0 for size in opened.sizes[part.begin : part.end])

    def share() -> float | None:
        return min(opened.count / total, 1.0) if total else None

    return Reading(source.name, "row", columns, rows, share, _told(kind, shape)), Layout(kind, shape, columns)


def _read(source: Source, wanted: Wanted, kind: Kind, part: Part) -> tuple[Reading, Layout]:
    layout = part.layout
    table = _table(source, kind, part, wanted, header=list(layout.names) if layout is not None else None)
    if layout is None:
        shape = table.shape or _shape_of(table.names, wanted)
        columns = None if table.empty else shape.columns if table.shape else _columns_of(table, shape, wanted, file=source.name)
        layout = Layout(kind, shape, columns, tuple(table.names) if kind.container is Container.CSV else ())
    if layout.columns is None:
        rows: Iterator[Row] = iter(())
    else:
        if kind.container is Container.CSV:
            check_kept(table.names, wanted, file=source.name)
        rows = rows_of(table.records, layout.shape, layout.columns, wanted=wanted, names=table.names, strict=table.strict)
    rows = _with_end(rows, source)
    told = _told(kind, layout.shape)
    chunks = _chunks(table, source, layout, wanted)
    return Reading(source.name, table.unit, layout.columns, rows, source.share, told, chunks), layout


def _chunks(table: Table, source: Source, layout: Layout, wanted: Wanted) -> Callable[[int, int], Iterator[Chunk]] | None:
    pieces, columns = table.pieces, layout.columns
    if pieces is None or columns is None:
        return None

    def found(most_rows: int, most_text: int) -> Iterator[Chunk]:
        line = 0
        for chunk in chunks_of_pieces(pieces, layout.shape, columns, wanted=wanted, most_rows=most_rows, most_text=most_text):
            line = chunk.lines[-1]
            yield chunk
        yield from (Chunk.of([row], wanted.keep) for row in _end(source, line))

    return found


def _archive(members: Iterator[Source], source: Source, wanted: Wanted, kind: Kind) -> tuple[Reading, Layout]:
    """Read the dumps in an archive one after another; their rows are numbered through."""
    seen: list[Layout] = []
    rows = _numbered(_with_end(_of_members(members, wanted, seen), source))
    first = next(rows, None)
    if not seen and first is None:
        raise DumpError(f"{source.name} holds no file that could be a dump; unpack it, and name the file with the comments")
    columns = seen[0].columns if seen else None
    told = f"{_told(seen[0].kind, seen[0].shape)} in a {kind.container}" if seen else str(kind.container)
    layout = Layout(kind, seen[0].shape if seen else TABLE, columns or Columns("text", None))
    return Reading(source.name, "row", columns, chain(() if first is None else (first,), rows), source.share, told), layout


def _numbered(rows: Iterator[Row]) -> Iterator[Row]:
    return (row._replace(line=number, offset=None) for number, row in enumerate(rows, start=1))


def _of_members(members: Iterator[Source], wanted: Wanted, seen: list[Layout]) -> Iterator[Row]:
    for member in members:
        try:
            kind = kind_of(member, wanted) if member.head else None
            if kind is None or kind.container in {Container.ZIP, Container.TAR}:
                yield from _with_end(iter(()), member)
                continue
            with _opened_member(member, wanted, kind) as (reading, layout):
                seen.append(layout)
                yield from reading.rows
        except DumpError:
            # One file among many that is no dump must not hide the others, nor go unnoticed.
            yield Row(0, member.name, None, Reason.NOT_A_COMMENT)


@contextmanager
def _opened_member(member: Source, wanted: Wanted, kind: Kind) -> Iterator[tuple[Reading, Layout]]:
    if kind.container in COLUMNAR:
        with opened_again(member) as file, open_columnar(file, member.name, COLUMNAR[kind.container]) as opened:
            yield _columnar(opened, member, wanted, kind, _ALL)
    else:
        yield _read(member, wanted, kind, _ALL)


def _table(source: Source, kind: Kind, part: Part, wanted: Wanted, *, header: list[str] | None) -> Table:
    stream = in_utf8(source.stream, kind.encoding)
    if kind.container is Container.CSV:
        return read_csv(stream, kind.delimiter, name=source.name, names=header if part.begin else None, first=part.first)
    known = kind.encoding == UTF8 and not source.packed
    if kind.container in _XML:
        dialect, shape = _XML[kind.container]
        records = read_xml(source.stream, dialect, name=source.name, known=not source.packed)
        return Table([], records, "row", shape=shape)
    if kind.container is Container.PAGE:
        return Table([], read_page(source.stream, name=source.name), "row", shape=PAGE)
    if kind.container in {Container.TEXT, Container.LINES}:
        reader = read_plain_lines if kind.container is Container.LINES else read_paragraphs
        records = reader(stream, first=part.first, offset=part.begin, known=known)
        return Table(["text"], records, "line", strict=True, shape=_PLAIN)
    if kind.container is Container.SQL:
        return _seen(read_posts(stream, known=known), "line", part)
    if kind.container is Container.JSON:
        return _seen(read_json(stream, known=known), "row", part)
    names = _flat(part.layout, wanted) if part.layout is not None else None
    if names is not None:
        pieces = read_pieces(stream, names, first=part.first, offset=part.begin, known=known)
        return Table([], records_of(pieces), "line", pieces=pieces)
    return _seen(read_jsonl(stream, first=part.first, offset=part.begin, known=known), "line", part)


def _flat(layout: Layout, wanted: Wanted) -> list[str] | None:
    """Return the fields of a record that its row is made of; None where other fields are looked at too."""
    if layout.columns is None or not layout.shape.is_flat:
        return None
    columns = layout.columns
    asked = (columns.text, columns.id, columns.author, columns.parent, columns.time, *wanted.keep)
    return list(dict.fromkeys(name for name in asked if name is not None))


def _seen(records: Iterator[Record], unit: Literal["line", "row"], part: Part) -> Table:
    return probed(records, unit) if part.layout is None else Table([], records, unit)


def _with_end(rows: Iterator[Row], source: Source) -> Iterator[Row]:
    """Yield the rows, and below them one that says so if the file ends before its end."""
    if not source.can_end_early:
        yield from rows
        return
    line = 0
    for row in rows:
        line = row.line
        yield row
    yield from _end(source, line)


def _end(source: Source, line: int) -> Iterator[Row]:
    if source.can_end_early and source.damage is not None:
        yield Row(line + 1, None, None, source.damage.reason, offset=source.damage.offset)


def _shape_of(names: list[str], wanted: Wanted) -> Shape:
    if wanted.read_as is not None and (shapes := shape_by_name(wanted.read_as.value)):
        return next((shape for shape in shapes if shape.fits(names)), shapes[0])
    return TABLE if wanted.text_column is not None else shape_by_names(names) or TABLE


def _columns_of(table: Table, shape: Shape, wanted: Wanted, *, file: str) -> Columns:
    if shape is TABLE:
        if table.speaking is not None and not table.names:
            return Columns(wanted.text_column or "text", wanted.id_column or "id")
        return choose(table.names, wanted, file=file, speaking=table.speaking)
    asked = {
        "text": wanted.text_column,
        **{"id": wanted.id_column, "author": wanted.author_column, "parent": wanted.parent_column, "time": wanted.time_column},
    }
    for field, name in asked.items():
        if name is not None and not find(table.names, name):
            raise DumpError(f"{file}: there is no column “{name}”; check --{field}-column")
    named = {field: find(table.names, name)[0] for field, name in asked.items() if name is not None}
    return replace(shape.columns_in(table.names), **named)


def _told(kind: Kind, shape: Shape) -> str:
    return f"{shape.told} ({kind.container})" if shape.told else str(kind.container)
