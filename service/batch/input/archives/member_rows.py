"""The rows of an archive's members, one by one or in chunks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import cast

from model.errors import DumpError
from service.batch.columnar.chunks import Chunk, cut_into_chunks
from service.batch.input.archives.member_roles import MemberRole
from service.batch.input.archives.member_tally import MemberTally
from service.batch.input.detection.file_kinds import Container
from service.batch.input.opened_dump import OpenDump
from service.batch.rows import Row

__all__ = ["MemberRows", "OpenMember"]

_LARGE_HEAD_SIZE = 1 << 16
"""The bytes that are read of a large file to find out what it is."""


@dataclass(frozen=True)
class OpenMember:
    """A member that is being read.

    Attributes:
        name: its path in the archive.
        dump: its rows.
        container: how it is stored.
        head_size: the bytes of it that were read to find out what it is; all of them, if it is small.
    """

    name: str
    dump: OpenDump
    container: Container
    head_size: int


class MemberRows:
    """The rows of members, which may be read once.

    Args:
        items: open members, and rows about others.
        last_rows: the rows that come after them.
        tally: counts what becomes of the members.
        keep: the columns that the caller keeps.
    """

    def __init__(self, items: Iterator[OpenMember | Row], last_rows: Iterator[Row], *, tally: MemberTally, keep: tuple[str, ...]) -> None:
        self._items = items
        self._last_rows = last_rows
        self._tally = tally
        self._keep = keep

    def rows(self) -> Iterator[Row]:
        """Yield all rows."""
        yield from self._rows_of(self._items)
        yield from self._last_rows

    def _rows_of(self, items: Iterator[OpenMember | Row]) -> Iterator[Row]:
        for item in items:
            if isinstance(item, Row):
                yield item
            else:
                yield from self._member_rows(item)

    def _member_rows(self, member: OpenMember) -> Iterator[Row]:
        name, line = member.name, 0
        try:
            for row in member.dump.rows:
                line = row.line
                inner = row.member
                # Of a file in an archive, no byte has a place of its own.
                yield row._replace(offset=None, member=name if inner is None else f"{name}/{inner}")
        except DumpError as error:
            yield self._tally.unread_row(name, str(error), line=line + 1)
            line += 1
        self._finish(member, has_rows=line > 0)

    def chunks(self, max_rows: int, max_text: int) -> Iterator[Chunk]:
        """Yield all rows in chunks; large members by the fastest way that they allow.

        Args:
            max_rows: as for ``cut_into_chunks``.
            max_text: as for ``cut_into_chunks``.
        """
        for is_large, group in groupby(self._items, _has_large_chunks):
            if is_large:
                for member in group:
                    yield from self._member_chunks(cast(OpenMember, member), max_rows, max_text)
            else:
                yield from cut_into_chunks(self._rows_of(group), self._keep, max_rows=max_rows, max_text=max_text)
        yield from cut_into_chunks(self._last_rows, self._keep, max_rows=max_rows, max_text=max_text)

    def _member_chunks(self, member: OpenMember, max_rows: int, max_text: int) -> Iterator[Chunk]:
        read_chunks, line = member.dump.chunks, 0
        try:
            for chunk in read_chunks(max_rows, max_text) if read_chunks is not None else ():
                line = chunk.lines[-1]
                n = len(chunk)
                # A member without the columns that the caller keeps has none of their values.
                extra = {kept: chunk.extra.get(kept, [None] * n) for kept in self._keep}
                yield replace(chunk, members=[member.name] * n, offsets=[None] * n, extra=extra)
        except DumpError as error:
            yield Chunk.from_rows([self._tally.unread_row(member.name, str(error), line=line + 1)], self._keep)
        self._finish(member, has_rows=True)

    def _finish(self, member: OpenMember, *, has_rows: bool) -> None:
        if has_rows:
            self._tally.add_read(member.name)
        else:
            self._tally.add_passed_over(member.name, MemberRole.EMPTY)
        self._tally.add_remarks(member.name, member.dump.remarks)


def _has_large_chunks(item: OpenMember | Row) -> bool:
    """Tell whether an item is a member that is worth chunks of its own; many small members share theirs."""
    return isinstance(item, OpenMember) and item.dump.chunks is not None and item.head_size >= _LARGE_HEAD_SIZE
