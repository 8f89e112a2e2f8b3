"""Shards: parts of dumps that can be read independently of each other, and that give the same rows whatever their size."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.batch.file_access import STDIN, measure_size
from service.batch.input.archives.packed_archives import ARCHIVE_CONTAINERS
from service.batch.input.detection.file_kinds import COLUMNAR_SIGNATURES, Container, FileKind
from service.batch.input.formats.tables.arrow_files import open_columnar
from service.batch.input.layout import DumpPart, Layout
from service.batch.input.open_dump import OpenDump, open_dump_part
from service.batch.input.shard_bounds import ShardBounds, find_csv_bounds, find_line_bounds
from service.batch.input.streams.dump_source import open_seekable, open_source
from service.batch.input.streams.encodings import UTF8
from service.batch.rows import DumpOptions

__all__ = ["Shard", "open_shard", "plan_shards"]

_ASCII_COMPATIBLE_ENCODINGS = {UTF8, "koi8-r", "ascii", *(f"cp125{n}" for n in range(9)), *(f"iso8859-{n}" for n in range(1, 17))}
"""Encodings in which a byte below 128 is always that ASCII character."""


@dataclass(frozen=True)
class Shard:
    """A part of a dump.

    Attributes:
        path: the file, or its URL; ``-`` is standard input.
        size: the size of the part in bytes; None where that cannot be known.
        begin: its first byte in a file of lines, its first row group in a Parquet file.
        end: the byte or row group before which it ends; None is the end of the file.
        first: the number of its first line or row.
        layout: the layout of the file; None where it is detected when the file is read.
        remarks: what people should know about how the file is read, as far as that shows at its beginning.
    """

    path: str
    size: int | None
    begin: int = 0
    end: int | None = None
    first: int = 1
    layout: Layout | None = None
    remarks: tuple[str, ...] = ()


def plan_shards(path: str, options: DumpOptions, *, size: int) -> Sequence[Shard]:
    """Cut a file into shards of about ``size`` bytes.

    JSON Lines and plain lines are cut between lines, delimited text between records (if all of it keeps the quoting rules), Parquet
    between row groups. The file is read once, to count its lines. A file that cannot be read from its middle is one shard: compressed
    files, JSON documents, XML, archives, pages.

    Raises:
        DumpError: the file cannot be read as the caller says.
        OSError: it cannot be opened or read.
    """
    if path == STDIN:
        return [Shard(path, None)]
    file_size = measure_size(path)
    with open_dump_part(path, options, DumpPart()) as (dump, layout):
        remarks = tuple(dump.remarks)
    parts = _find_parts(path, layout, options, max(size, 1)) if file_size is None or file_size > size else []
    if len(parts) < 2:
        return [Shard(path, file_size, layout=layout, remarks=remarks)]
    return [Shard(path, part.size, part.begin, part.end, part.first, layout, remarks) for part in parts]


def _find_parts(path: str, layout: Layout, options: DumpOptions, size: int) -> list[ShardBounds]:
    container = layout.kind.container
    if container in ARCHIVE_CONTAINERS | {Container.FOLDER}:
        return []
    with open_source(path, max_expansion=options.max_expansion) as source:
        if source.path is None:
            return []
        if container in COLUMNAR_SIGNATURES:
            with open_seekable(source) as file, open_columnar(file, source.budget, COLUMNAR_SIGNATURES[container]) as columnar_file:
                return _group_row_groups(columnar_file.sizes, columnar_file.weights(), size)
        if not _can_be_cut_at_bytes(layout.kind):
            return []
        if container in {Container.JSONL, Container.LINES}:
            return find_line_bounds(source.stream, size)
        if container is not Container.CSV or layout.kind.skipped_lines or layout.kind.has_spaces or layout.kind.has_backslashes:
            return []
        return find_csv_bounds(source.stream, size, layout.kind.delimiter, layout.kind.quoting)


def _can_be_cut_at_bytes(kind: FileKind) -> bool:
    return kind.encoding in _ASCII_COMPATIBLE_ENCODINGS


def _group_row_groups(row_counts: Sequence[int | None], weights: Sequence[int], size: int) -> list[ShardBounds]:
    """Put consecutive row groups together until they have ``size`` bytes; none if the rows of a group are not known beforehand."""
    parts: list[ShardBounds] = []
    begin, first, weight, rows = 0, 1, 0, 0
    for end, (group_rows, group_weight) in enumerate(zip(row_counts, weights, strict=True), start=1):
        if group_rows is None:
            return []
        weight += group_weight
        rows += group_rows
        if weight >= size or end == len(row_counts):
            parts.append(ShardBounds(begin, end, first, weight))
            begin, first, weight, rows = end, first + rows, 0, 0
    return parts


@contextmanager
def open_shard(shard: Shard, options: DumpOptions) -> Iterator[OpenDump]:
    """Open a shard.

    Raises:
        DumpError: as for ``open_dump``.
        OSError: the file cannot be opened or read.
    """
    with open_dump_part(shard.path, options, DumpPart(shard.begin, shard.end, shard.first, shard.layout)) as (dump, _):
        yield dump
