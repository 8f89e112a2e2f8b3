"""Parts of dumps that can be read on their own, and give the same rows whatever their size."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.batch.input.cuts import Cut, cuts_of_csv, cuts_of_lines
from service.batch.input.detect import Container, Kind
from service.batch.input.encodings import UTF8
from service.batch.input.formats.arrow_files import open_columnar
from service.batch.input.open_dump import COLUMNAR, Layout, Part, open_part
from service.batch.input.sources import STDIN, open_source, opened_again, size_of
from service.batch.rows import Reading, Wanted

__all__ = ["Shard", "plan", "read"]


@dataclass(frozen=True)
class Shard:
    """A part of a dump.

    Attributes:
        path: the file, or its URL; ``-`` is standard input.
        size: its bytes, None where that cannot be known.
        begin, end: where it begins and ends: bytes of a file of lines, row groups of a Parquet file; ``end`` None is all.
        first: the number of its first line or row.
        layout: what the file is; None is found out when it is read.
    """

    path: str
    size: int | None
    begin: int = 0
    end: int | None = None
    first: int = 1
    layout: Layout | None = None


def plan(path: str, wanted: Wanted, *, size: int) -> Sequence[Shard]:
    """Cut a file into shards of about ``size`` bytes.

    JSON Lines and plain lines are cut between lines, delimited text between records (if all of it keeps the quoting rules), Parquet
    between row groups. The file is read once to count lines. What cannot be read from its middle on is one shard: compressed
    files, JSON documents, XML, archives, pages.

    Raises:
        DumpError: the file cannot be read as asked.
        OSError: it cannot be opened or read.
    """
    if path == STDIN:
        return [Shard(path, None)]
    whole = size_of(path)
    with open_part(path, wanted, Part()) as (_, found):
        layout = found
    cuts = _cuts(path, layout, max(size, 1)) if whole is None or whole > size else []
    if len(cuts) < 2:
        return [Shard(path, whole, layout=layout)]
    return [Shard(path, cut.size, cut.begin, cut.end, cut.first, layout) for cut in cuts]


def _cuts(path: str, layout: Layout, size: int) -> list[Cut]:
    with open_source(path) as source:
        if layout.kind.container in COLUMNAR:
            if source.path is None:
                return []
            with opened_again(source) as file, open_columnar(file, path, COLUMNAR[layout.kind.container]) as opened:
                return _groups(opened.sizes, opened.weights, size)
        if source.path is None or not _is_ascii_like(layout.kind):
            return []
        if layout.kind.container in {Container.JSONL, Container.LINES}:
            return cuts_of_lines(source.stream, size)
        return cuts_of_csv(source.stream, size, layout.kind.delimiter) if layout.kind.container is Container.CSV else []


def _is_ascii_like(kind: Kind) -> bool:
    """Tell whether bytes below 128 are what they are in ASCII, wherever they stand."""
    return kind.encoding in {UTF8, "cp1252", "cp1251", "cp1250", "koi8-r"}


def _groups(sizes: Sequence[int | None], weights: Sequence[int], size: int) -> list[Cut]:
    cuts: list[Cut] = []
    begin, first, weight, count = 0, 1, 0, 0
    for number, (rows, weighs) in enumerate(zip(sizes, weights, strict=True), start=1):
        if rows is None:
            return []
        weight += weighs
        count += rows
        if weight >= size or number == len(sizes):
            cuts.append(Cut(begin, number, first, weight))
            begin, first, weight, count = number, first + count, 0, 0
    return cuts


@contextmanager
def read(shard: Shard, wanted: Wanted) -> Iterator[Reading]:
    """Open a shard; what it raises is what ``open_reading`` raises."""
    with open_part(shard.path, wanted, Part(shard.begin, shard.end, shard.first, shard.layout)) as (reading, _):
        yield reading
