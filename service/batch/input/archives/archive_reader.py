"""Reading of an archive's members one after another, and of the archives among them."""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from model.errors import DumpError
from service.batch.file_access import STDIN, display_name, is_url
from service.batch.input.archives.column_fallback import open_by_columns
from service.batch.input.archives.exports.companions import SharedValues, read_shared_values
from service.batch.input.archives.exports.export_kinds import FoundExport
from service.batch.input.archives.lone_objects import holds_no_text, refuse_description
from service.batch.input.archives.member_roles import MemberRole, is_table_name
from service.batch.input.archives.member_rows import OpenMember
from service.batch.input.archives.member_selection import MemberSelection
from service.batch.input.archives.member_stream import Archive, MemberCounter
from service.batch.input.archives.member_tally import MemberTally
from service.batch.input.archives.packed_archives import ARCHIVE_CONTAINERS, open_packed
from service.batch.input.detection.binary_detection import detect_binary_container
from service.batch.input.detection.file_kinds import Container, FileKind
from service.batch.input.detection.kind_detection import detect_kind
from service.batch.input.formats.xml.xml_survey import survey_xml
from service.batch.input.layout import DumpPart, Layout
from service.batch.input.opened_dump import OpenDump, damage_row
from service.batch.input.streams.dump_source import DumpSource
from service.batch.input.streams.encodings import UTF8, detect_encoding
from service.batch.input.streams.foreign_formats import explain_foreign_format
from service.batch.rows import DumpOptions, ReadAs, Reason, Row

__all__ = ["ArchiveReader", "FileOpener"]

_MAX_DEPTH = 3
"""How deep archives in archives are read."""
_MAX_LAYOUTS = 100
"""The number of members of an archive whose layouts are remembered."""
_MAX_SHARING_EXPORTS = 5
"""The number of exports in one archive of which names and the like are remembered."""
_WHOLE_FILE = DumpPart()
_READ_ROLES = {MemberRole.DUMP, MemberRole.POSSIBLE, MemberRole.RECOGNISED}
_TEXT_SUFFIXES = {".txt", ".text"}
_BINARY_SAMPLE_SIZE = 1 << 10
_TAKEOUT_TEXT = re.compile(rb'\{""(?:takeoutSegments|text)""')
"""How the texts of comments are written in Google's tables, whatever the language of their headers."""


FileOpener = Callable[[DumpSource, DumpOptions, FileKind, DumpPart, SharedValues | None], AbstractContextManager[tuple[OpenDump, Layout]]]
"""Opens a file that is no archive; the last argument stands around all of its records."""


@dataclass(frozen=True)
class _Setting:
    """What is known about a member besides its content.

    Attributes:
        role: what it is for.
        has_tables: whether there are tables beside it.
        shared: what it shares with the members around it.
        depth: how many archives it is in.
        command: the command that reads it by itself; None if there is none.
    """

    role: MemberRole
    has_tables: bool
    shared: SharedValues
    depth: int
    command: str | None


class ArchiveReader:
    """Reads the members of an archive, and of archives in it.

    Args:
        archive: the archive.
        options: the options of the caller.
        open_file: opens a member that is no archive.
        counter: counts all members.

    Attributes:
        remarks: what people should know about how it is read; filled while it is read.
        layouts: the layouts of the first members, by their names.
        exports: the exports of platforms that have been recognised in it.
        ends_early: whether a row has said already that the archive is cut off or damaged.
        tally: counts what becomes of the members.
    """

    def __init__(self, archive: Archive, options: DumpOptions, open_file: FileOpener, counter: MemberCounter) -> None:
        self.remarks: list[str] = []
        self.layouts: dict[str, Layout] = {}
        self.exports: Sequence[FoundExport] = ()
        self.ends_early = False
        self._options = options
        self._open_file = open_file
        self._counter = counter
        self.tally = MemberTally(archive.name, self.remarks, is_packed=bool(archive.unpacker))
        self._archive = archive

    def read(self) -> Iterator[OpenMember | Row]:
        """Yield each member that can be read, open, and a row for each that cannot though it may hold comments."""
        yield from self._read_archive(self._archive, prefix="", depth=1)
        self.tally.finish(self._options)

    def _read_archive(self, archive: Archive, *, prefix: str, depth: int) -> Iterator[OpenMember | Row]:
        selection = MemberSelection(archive.names)
        self.exports = self.exports or selection.exports

        def is_wanted(path: str) -> bool:
            role = selection.role(path)
            if role in _READ_ROLES:
                return True
            self.tally.add_passed_over(prefix + path, role)
            return False

        shared = {export.root: read_shared_values(archive, export) for export in selection.exports[:_MAX_SHARING_EXPORTS]}
        for member in archive.read_members(is_wanted):
            name = prefix + member.name
            if member.source is None:
                yield self.tally.unread_row(name, member.problem)
            elif not member.source.head:
                yield from self._read_empty(name, member.source)
            else:
                export = selection.export_of(member.path)
                values = {} if export is None else shared.get(export.root, {})
                command = _reading_command(archive, member.stored_path or member.path) if depth == 1 else None
                setting = _Setting(selection.role(member.path), selection.holds_tables, values, depth, command)
                yield from self._read_member(name, member.source, setting)

    def _read_empty(self, name: str, source: DumpSource) -> Iterator[Row]:
        """Yield why a member is empty; it may simply be so."""
        rows = [row._replace(member=name or None, offset=None) for row in damage_row(source, 0)]
        self.ends_early = self.ends_early or not name
        if not rows:
            self.tally.add_passed_over(name, MemberRole.EMPTY)
        yield from rows

    def _read_member(self, name: str, source: DumpSource, setting: _Setting) -> Iterator[OpenMember | Row]:
        try:
            if detect_binary_container(source.head, source.name) in ARCHIVE_CONTAINERS:
                yield from self._read_inner_archive(name, source, detect_kind(source, self._options).container, setting.depth)
                return
            with open_by_columns(source, self._options, partial(self._open_dump, setting)) as (dump, layout, has_columns):
                if len(self.layouts) < _MAX_LAYOUTS:
                    self.layouts[name] = layout
                self.tally.add_columns(name, has_columns=has_columns)
                yield OpenMember(name, dump if has_columns else refuse_description(dump, layout, source))
        except DumpError as error:
            yield from self._explain(name, source, setting, error)

    @contextmanager
    def _open_dump(self, setting: _Setting, source: DumpSource, options: DumpOptions) -> Iterator[tuple[OpenDump, Layout]]:
        kind = detect_kind(source, options)
        self._refuse_loose_text(source, kind.container, setting)
        with self._open_file(source, options, kind, _WHOLE_FILE, setting.shared) as (dump, layout):
            if setting.role is MemberRole.RECOGNISED and not layout.platform.name:
                raise DumpError(f"{source.name} is of no platform that is known")
            yield dump, layout

    def _read_inner_archive(self, name: str, source: DumpSource, container: Container, depth: int) -> Iterator[OpenMember | Row]:
        if depth == _MAX_DEPTH:
            raise DumpError(f"{source.name} is an archive within {_MAX_DEPTH} others; unpack it, and score what comes out")
        with open_packed(source, container, self._counter) as archive:
            yield from self._read_archive(archive, prefix=f"{name}/", depth=depth + 1)
        yield from (row._replace(member=name, offset=None) for row in damage_row(source, 0))

    def _refuse_loose_text(self, source: DumpSource, container: Container, setting: _Setting) -> None:
        """Refuse plain text of which nothing says that it holds comments.

        Raises:
            DumpError: the file is plain text, and no option asks for that.
        """
        options = self._options
        if container is not Container.TEXT or options.lines or options.read_as is ReadAs.TEXT:
            return
        if setting.has_tables or not _TEXT_SUFFIXES.intersection(PurePosixPath(source.name.lower()).suffixes[-2:]):
            raise DumpError(
                f"{source.name} is plain text that may be anything; if it holds comments, read it by itself with --format text "
                "(a comment a paragraph) or --lines (a comment a line)"
            )

    def _explain(self, name: str, source: DumpSource, setting: _Setting, error: DumpError) -> Iterator[Row]:
        """Say what became of a member that is no dump, or is one that cannot be read."""
        container = self._find_container(source)
        if setting.role is MemberRole.POSSIBLE:
            self.tally.add_passed_over(name, MemberRole.CODE)
        elif setting.role is MemberRole.RECOGNISED and not _TAKEOUT_TEXT.search(source.head):
            self.tally.add_passed_over(name, MemberRole.COMPANION)
        elif container in {Container.PAGE, Container.WEB_ARCHIVE} or (container is Container.XML and survey_xml(source.head)[0] is None):
            self.tally.add_passed_over(name, MemberRole.BARE_PAGE)
            yield Row(1, None, None, Reason.NOT_A_COMMENT, member=name)
        elif container in {Container.JSON, Container.JSONL} and holds_no_text(source):
            self.tally.add_passed_over(name, MemberRole.BARE_JSON)
        elif container is None and _is_unknown_binary(source):
            self.tally.add_passed_over(name, MemberRole.MEDIA)
        else:
            yield self.tally.unread_row(name, str(error), command=setting.command)

    def _find_container(self, source: DumpSource) -> Container | None:
        try:
            return detect_kind(source, self._options).container
        except DumpError:
            return None


def _reading_command(archive: Archive, path: str) -> str | None:
    """Return the command that reads one member by itself, to which options can be added; None if no command does for sure."""
    if not archive.unpacker:
        return f"tipstaff score {shlex.quote(f'{archive.name}/{path}')}"
    if any(char in path for char in "[*?") or is_url(archive.name) or archive.name == display_name(STDIN):
        return None
    return f"{archive.unpacker} {shlex.quote(archive.name)} {shlex.quote(path)} | tipstaff score -"


def _is_unknown_binary(source: DumpSource) -> bool:
    """Tell whether a member is no text, and of no format that is recognised: a picture without a suffix, a cache, or the like."""
    sample = source.head[:_BINARY_SAMPLE_SIZE]
    if b"\0" not in sample or is_table_name(source.name):
        return False
    return detect_encoding(source.head, guess=False) == UTF8 and explain_foreign_format(source.head, source.name) is None
