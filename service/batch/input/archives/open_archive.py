"""Opening of archives, and of folders like archives: the comments of all their members, and a word about every other file in them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice

from model.errors import DumpError
from service.batch.input.archives.archive_reader import ArchiveReader, FileOpener
from service.batch.input.archives.exports.export_kinds import FoundExport
from service.batch.input.archives.member_rows import OpenMember, member_rows
from service.batch.input.archives.member_stream import Archive, MemberCounter
from service.batch.input.archives.packed_archives import open_packed
from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.layout import Layout
from service.batch.input.opened_dump import OpenDump, damage_row
from service.batch.input.platforms.platform import ANY_TABLE
from service.batch.input.streams.dump_source import DumpSource
from service.batch.remarks import add_remark
from service.batch.rows import Columns, DumpOptions, Row
from training.tables.expansion import ExpansionBudget

__all__ = ["open_archive", "open_packed_archive"]

_MAX_BEGINNING = 100
"""The number of members that are looked at before rows are read."""


@contextmanager
def open_packed_archive(
    source: DumpSource, kind: FileKind, options: DumpOptions, *, open_file: FileOpener
) -> Iterator[tuple[OpenDump, Layout]]:
    """Open all dumps in a ZIP or tar archive as one dump; the arguments and errors are those of ``open_archive``."""
    counter = MemberCounter(source.name)
    with open_packed(source, kind.container, counter) as archive:
        yield open_archive(archive, source.budget, kind, options, open_file=open_file, source=source, counter=counter)


def open_archive(
    archive: Archive,
    budget: ExpansionBudget,
    kind: FileKind,
    options: DumpOptions,
    *,
    open_file: FileOpener,
    source: DumpSource | None = None,
    counter: MemberCounter | None = None,
) -> tuple[OpenDump, Layout]:
    """Open all dumps in an archive or a folder as one dump, whose rows are numbered in each member.

    Args:
        archive: the archive.
        budget: what it may become.
        kind: what it is.
        options: the options of the caller.
        open_file: opens a member that is no archive.
        source: its bytes; None for a folder.
        counter: counts the members of archives within it.

    Raises:
        DumpError: it holds no file that could be a dump.
        UnsafeFileError: it is a trap.
    """
    reader = ArchiveReader(archive, options, open_file, counter or MemberCounter(archive.name))
    items = reader.read()
    beginning = list(_read_beginning(items))
    if not beginning:
        raise DumpError(_describe_lack(archive.name, kind, reader.exports))

    def damage_at_end() -> Iterator[Row]:
        """Yield a row that says why the archive ends too early, if that has turned out by then."""
        rows = [] if source is None or reader.ends_early else list(damage_row(source, 0))
        if rows or reader.ends_early:
            add_remark(reader.remarks, "the archive is cut off or damaged: what stands behind the last rows in it is lost")
        yield from rows

    layouts = reader.layouts
    layout = next((layout for layout in layouts.values() if layout.columns is not None), next(iter(layouts.values()), None))
    container = str(kind.container)
    description = container if layout is None else f"{layout.description} in a {container}"
    dump = OpenDump(
        archive.name,
        "row",
        None if layout is None else layout.columns,
        chain(member_rows(chain(beginning, items), reader.tally), damage_at_end()),
        archive.share,
        budget,
        description,
        remarks=reader.remarks,
        layouts=layouts,
    )
    columns = Columns("text", None) if layout is None or layout.columns is None else layout.columns
    return dump, Layout(kind, ANY_TABLE if layout is None else layout.platform, columns)


def _read_beginning(items: Iterator[OpenMember | Row]) -> Iterator[OpenMember | Row]:
    """Yield items up to the first open member, from which people see what the archive holds; but not too many."""
    for item in islice(items, _MAX_BEGINNING):
        yield item
        if isinstance(item, OpenMember):
            return


def _describe_lack(name: str, kind: FileKind, exports: Sequence[FoundExport]) -> str:
    export = next(iter(exports), None)
    if export is None or export.kind.advice is None:
        step = "name" if kind.container is Container.FOLDER else "unpack it, and name"
        return f"{name} holds no file that could be a dump; {step} the file with the comments"
    return f"{name} is an {export.kind.name} in which no file holds comments; {export.kind.advice}"
