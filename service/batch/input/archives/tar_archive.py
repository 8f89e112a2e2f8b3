"""Tar archives, read once, from their beginning to their end, as streams; no member is ever written to disk under its own name."""

import io
import re
import shlex
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from service.batch.input.archives.member_stream import ArchiveMember, MemberCounter, MemberNamer, MemberStream, open_member
from training.tables.expansion import ExpansionBudget
from training.tables.file_names import legible_name

__all__ = ["TarArchive"]

_BLOCK_SIZE = 512
_MAX_NAME_LENGTH = 1 << 16
_EXTENSION_TYPES = {tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}


class TarArchive:
    """A tar archive.

    Args:
        stream: its bytes.
        name: its name in messages.
        budget: what it may become.
        counter: counts its members.
        share: returns the share of its bytes that have been read.
    """

    def __init__(
        self, stream: BinaryIO, name: str, *, budget: ExpansionBudget, counter: MemberCounter, share: Callable[[], float | None]
    ) -> None:
        self.name = name
        self.unpacker = "tar xOf"
        self.names: Sequence[str] | None = None
        self._stream = stream
        self._budget = budget
        self._counter = counter
        self.share = share

    def read_companion(self, path: str) -> bytes | None:
        """Return None: a tar archive is not read out of order."""

    def read_members(self, is_wanted: Callable[[str], bool]) -> Iterator[ArchiveMember]:
        """Yield the files that are wanted, each of which must be read before the next is requested.

        Members behind a damaged header cannot be found; one member that is damaged is yielded in their place.

        Raises:
            UnsafeFileError: the archive holds so many members or bytes that it must be a trap.
        """
        stream, namer = self._stream, MemberNamer()
        long_name, long_size = "", None
        while len(header := stream.read(_BLOCK_SIZE)) == _BLOCK_SIZE and header.strip(b"\0"):
            try:
                info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
            except tarfile.HeaderError:
                break
            size = info.size if long_size is None else long_size
            self._counter.add(1, size)
            member = MemberStream(stream, size)
            if info.type in _EXTENSION_TYPES:
                extension = member.read(min(info.size, _MAX_NAME_LENGTH)) or b""
                if info.type == tarfile.GNUTYPE_LONGNAME:
                    long_name = extension.rstrip(b"\0").decode("utf-8", "surrogateescape")
                else:
                    long_name, long_size = _parse_pax_header(extension, long_name)
            else:
                stored_path = legible_name(long_name or info.name)
                path = stored_path.removeprefix("./")
                if info.isreg() and is_wanted(path):
                    yield replace(self._open_member(info, member, path, namer.name(path)), stored_path=stored_path)
                long_name, long_size = "", None
            member.skip_rest()
            stream.read(-size % _BLOCK_SIZE)
        if len(header) < _BLOCK_SIZE or header.strip(b"\0"):
            rest = MemberStream(io.BytesIO(), 1)
            yield open_member(rest, "", "", self.name, self._budget)

    def _open_member(self, info: tarfile.TarInfo, member: MemberStream, path: str, name: str) -> ArchiveMember:
        if info.issparse():
            problem = f"{self.name}/{path} is stored with gaps, as only GNU tar does; unpack it: tar xf {shlex.quote(self.name)}"
            return ArchiveMember(path, name, None, problem)
        return open_member(member, path, name, self.name, self._budget)


def _parse_pax_header(header: bytes, name: str) -> tuple[str, int | None]:
    """Return the path in a pax header, or else ``name``, and the size in it, if there is one."""
    path = re.search(rb"\d+ path=([^\n]*)\n", header)
    size = re.search(rb"\d+ size=(\d{1,18})\n", header)
    return path.group(1).decode("utf-8", "surrogateescape") if path is not None else name, int(size.group(1)) if size is not None else None
