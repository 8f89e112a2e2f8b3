"""What is said about an archive: which of its members were passed over, and why others could not be read."""

import re
from collections import defaultdict
from collections.abc import Sequence

from model.errors import DumpError
from service.batch.input.archives.column_fallback import named_columns
from service.batch.input.archives.member_roles import MemberRole, name_stem
from service.batch.remarks import add_remark
from service.batch.rows import DumpOptions, Reason, Row

__all__ = ["MemberTally"]

_MAX_NAMES = 3
_MAX_NAME_LENGTH = 100
_MAX_REASONS = 20
_MAX_MEMBER_REMARKS = 50
_NOT_READ = "not read: "
_SECOND = re.compile(r" \(\d+\)$")
"""What tells the second of two members of one name from the first."""
_MAX_COMPARED = 10_000
"""The number of members whose names are compared."""
_ROLES_WITHOUT_NAMES = {MemberRole.MEDIA, MemberRole.HIDDEN}


class _NamedCount:
    """A number of members, with the names of the first."""

    def __init__(self) -> None:
        self.count = 0
        self.names: list[str] = []

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < _MAX_NAMES:
            self.names.append(name[:_MAX_NAME_LENGTH])

    def __str__(self) -> str:
        return f"{', '.join(self.names)}{', …' if self.count > len(self.names) else ''}"


class MemberTally:
    """Counts what becomes of the members of an archive.

    Args:
        archive: its name in messages.
        remarks: the list of remarks, to which members that cannot be read are added at once.
        is_packed: whether the archive is a file, rather than a folder.
    """

    def __init__(self, archive: str, remarks: list[str], *, is_packed: bool) -> None:
        self._archive = archive
        self._is_packed = is_packed
        self._remarks = remarks
        self._passed_over: defaultdict[MemberRole, _NamedCount] = defaultdict(_NamedCount)
        self._member_remarks: defaultdict[str, _NamedCount] = defaultdict(_NamedCount)
        self._with_columns, self._without_columns = _NamedCount(), _NamedCount()
        self._read = self._unread = 0
        self._unread_by_reason: dict[str, _NamedCount] = {}
        self._further_unread = 0
        self._command: str | None = None
        self._stems: dict[str, list[str]] = {}

    def add_read(self, name: str) -> None:
        """Count a member that has been read."""
        self._read += 1
        if self._read <= _MAX_COMPARED:
            self._stems.setdefault(name_stem(_SECOND.sub("", name)), []).append(name)

    def add_passed_over(self, name: str, role: MemberRole) -> None:
        """Count a member that is not read, because it holds no comments."""
        self._passed_over[role].add(name)

    def unread_row(self, name: str, message: str, *, line: int = 1, command: str | None = None) -> Row:
        """Note a member that could not be read though it may hold comments, and return the row that says so.

        Args:
            name: its path in the archive.
            message: why, in a sentence that names it.
            line: the number of the row in the member.
            command: the command that reads it by itself, to which the options that it needs can be added; None if there is none.
        """
        if command is not None and self._command is None and "--" in message:
            self._command = command
        self._unread += 1
        # People see the name of the archive before its remarks, and commands are for what comes out of it.
        prefix = f"{self._archive}/"
        sentence = message.replace(prefix, "") if self._is_packed else message.removeprefix(prefix)
        reason = sentence.removeprefix(name)
        if (members := self._unread_by_reason.get(reason)) is not None:
            members.add(name)
        elif len(self._unread_by_reason) < _MAX_REASONS:
            self._unread_by_reason[reason] = _NamedCount()
            self._unread_by_reason[reason].add(name)
            add_remark(self._remarks, f"{_NOT_READ}{sentence}")
        else:
            self._further_unread += 1
        return Row(line, None, None, Reason.NOT_READ, member=name)

    def add_remarks(self, name: str, remarks: Sequence[str]) -> None:
        """Note what was remarked about a member that has been read; equal remarks about several are one."""
        for remark in remarks:
            if remark in self._member_remarks or len(self._member_remarks) < _MAX_MEMBER_REMARKS:
                self._member_remarks[remark].add(name)

    def add_columns(self, name: str, *, has_columns: bool) -> None:
        """Note whether a member has the columns that the caller names."""
        (self._with_columns if has_columns else self._without_columns).add(name)

    def finish(self, options: DumpOptions) -> None:
        """Add what has been counted to the remarks.

        Args:
            options: the options of the caller.

        Raises:
            DumpError: no member has the columns that the caller names.
        """
        named = named_columns(options)
        if named and self._without_columns.count:
            columns = ", ".join(f"“{column}”" for column in named.values())
            if not self._with_columns.count:
                raise DumpError(
                    f"{self._archive}: no file in it has the column{'s' * (len(named) > 1)} {columns}; check {', '.join(named)}"
                )
            add_remark(self._remarks, f"read by columns of their own, without {columns}: {self._without_columns}")
        for members in self._unread_by_reason.values():
            if members.count > 1:
                first, *others = members.names
                further = f"{', '.join(others)}{', …' if members.count > _MAX_NAMES else ''}"
                add_remark(self._remarks, f"{_NOT_READ}{members.count - 1:,} more, for the same reason as {first}: {further}")
        if self._further_unread:
            add_remark(self._remarks, f"{_NOT_READ}{self._further_unread:,} more files")
        if self._command is not None:
            add_remark(self._remarks, f"a file is read by itself, with options of its own, by: {self._command} …")
        for remark, members in self._member_remarks.items():
            place = str(members) if members.count == 1 else f"{members.count:,} files ({members})"
            add_remark(self._remarks, f"{place}: {remark}")
        doubles = [names for names in self._stems.values() if len(names) > 1]
        for names in doubles[:_MAX_NAMES]:
            files = " and ".join(names[:_MAX_NAMES])
            add_remark(self._remarks, f"{files} may hold the same comments; then each is in the output more than once")
        passed_over = sum(members.count for members in self._passed_over.values())
        if passed_over:
            kinds = (
                f"{members.count:,} {role}{'' if role in _ROLES_WITHOUT_NAMES else f' ({members})'}"
                for role, members in sorted(self._passed_over.items(), key=lambda item: -item[1].count)
            )
            total = passed_over + self._read + self._unread
            add_remark(
                self._remarks,
                f"{passed_over:,} of {total:,} files hold no comments and were passed over: {', '.join(kinds)}",
            )
        # What may be missing from the output comes before what is merely good to know.
        self._remarks.sort(key=lambda remark: not remark.startswith(_NOT_READ))
