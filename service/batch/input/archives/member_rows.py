"""The rows of an archive's members, one after another."""

from collections.abc import Iterator
from dataclasses import dataclass

from model.errors import DumpError
from service.batch.input.archives.member_roles import MemberRole
from service.batch.input.archives.member_tally import MemberTally
from service.batch.input.opened_dump import OpenDump
from service.batch.rows import Row

__all__ = ["OpenMember", "member_rows"]

_OFFSET = Row._fields.index("offset")
_MEMBER = Row._fields.index("member")


@dataclass(frozen=True)
class OpenMember:
    """A member that is being read.

    Attributes:
        name: its path in the archive.
        dump: its rows.
    """

    name: str
    dump: OpenDump


def member_rows(items: Iterator[OpenMember | Row], tally: MemberTally) -> Iterator[Row]:
    """Yield the rows of members, each with the name of its member.

    Args:
        items: open members, and rows about others.
        tally: counts what becomes of the members.
    """
    for item in items:
        if isinstance(item, Row):
            yield item
        else:
            yield from _read_rows(item, tally)


def _read_rows(member: OpenMember, tally: MemberTally) -> Iterator[Row]:
    name, line = member.name, 0
    try:
        for row in member.dump.rows:
            line = row.line
            yield _place_in_member(row, name)
    except DumpError as error:
        line += 1
        yield tally.unread_row(name, str(error), line=line)
    if line:
        tally.add_read(name)
    else:
        tally.add_passed_over(name, MemberRole.EMPTY)
    tally.add_remarks(name, member.dump.remarks)


def _place_in_member(row: Row, name: str) -> Row:
    """Return a row with the name of the member that it comes from; of a file in an archive, no byte has a place of its own."""
    inner = row[_MEMBER]
    member = name if inner is None else f"{name}/{inner}"
    # Row._replace would take four times as long, for each comment.
    return tuple.__new__(Row, (*row[:_OFFSET], None, *row[_OFFSET + 1 : _MEMBER], member, *row[_MEMBER + 1 :]))
