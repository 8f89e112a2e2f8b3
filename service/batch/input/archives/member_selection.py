"""The choice of an archive's members that hold comments."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from service.batch.input.archives.exports.export_kinds import ExportFinder, FoundExport
from service.batch.input.archives.member_roles import MemberRole, is_table_name, name_stem, role_of_path

__all__ = ["MemberSelection"]

_PAGE_SUFFIXES = {".html", ".htm"}
_CHANNEL = re.compile(r"\[\d+\](?: \([^()]*\))?(?: \[part \d+\])?$")
"""The end of the names that DiscordChatExporter gives to channels, which people have it write as JSON and as pages at once."""
_JSON_SUFFIXES = {".json", ".jsonl", ".ndjson"}


class MemberSelection:
    """Tells for each member of an archive what it is for.

    Args:
        paths: the paths of all files in the archive; None where they become known one after another.
    """

    def __init__(self, paths: Sequence[str] | None) -> None:
        self._finder = ExportFinder(paths or ())
        self._knows_all = paths is not None
        self._json_stems = {name_stem(path) for path in paths or () if PurePosixPath(path).suffix.lower() in _JSON_SUFFIXES}
        self.holds_tables = any(role_of_path(path) is MemberRole.DUMP and is_table_name(path) for path in paths or ())
        """Whether some member is a table, by its name: what is plain text beside it may be anything."""

    def role(self, path: str) -> MemberRole:
        """Return what a member is for.

        Args:
            path: its path in the archive.
        """
        if not self._knows_all:
            self._finder.add(path)
        own_role = role_of_path(path)
        self.holds_tables = self.holds_tables or (own_role is MemberRole.DUMP and is_table_name(path))
        export = self.export_of(path)
        if export is None:
            return MemberRole.TWIN if own_role is MemberRole.DUMP and self._is_twin(path) else own_role
        inner_path = path.removeprefix(export.root)
        if own_role in {MemberRole.HIDDEN, MemberRole.MEDIA, MemberRole.UPLOAD}:
            return own_role
        if export.holds_comments(inner_path):
            return MemberRole.DUMP
        if export.may_hold_comments(inner_path):
            return MemberRole.RECOGNISED
        return MemberRole.COMPANION if export.contains(inner_path) else own_role

    def export_of(self, path: str) -> FoundExport | None:
        """Return the export that a member is a part of; None if it is of none that is known."""
        return next((export for export in self._finder.found if path.startswith(export.root)), None)

    @property
    def exports(self) -> Sequence[FoundExport]:
        """The exports that have been found."""
        return self._finder.found

    def _is_twin(self, path: str) -> bool:
        stem = name_stem(path)
        is_page = PurePosixPath(path).suffix.lower() in _PAGE_SUFFIXES
        return is_page and stem in self._json_stems and _CHANNEL.search(stem) is not None
