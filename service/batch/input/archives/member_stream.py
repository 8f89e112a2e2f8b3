"""The members of an archive: the bytes of each as the source of a dump, or why it cannot be opened."""

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from model.errors import DumpError, UnsafeFileError
from service.batch.input.streams.byte_stream import ByteStream
from service.batch.input.streams.compression import StreamDamage
from service.batch.input.streams.dump_source import DumpSource, unpack_source
from service.batch.rows import Reason
from training.tables.expansion import ExpansionBudget

__all__ = ["Archive", "ArchiveMember", "MemberCounter", "MemberNamer", "MemberStream", "open_member"]

_MAX_MEMBERS = 100_000
_MAX_TOTAL_SIZE = 1 << 40
_LARGE_READ = 1 << 20
_SKIP_SIZE = 1 << 16


@dataclass(frozen=True)
class ArchiveMember:
    """A file in an archive that is to be read.

    Attributes:
        path: its path in the archive, legible.
        name: the same, with a number behind it where an earlier member has the same path.
        source: its bytes, which must be read before the next member is requested; None if it cannot be opened.
        problem: why it cannot be opened, and what to do, in a sentence that begins with the archive's name and its own.
        stored_path: its path as the archive has it, where that differs: some programs begin all paths with ``./``.
    """

    path: str
    name: str
    source: DumpSource | None
    problem: str = ""
    stored_path: str = ""


class Archive(Protocol):
    """An open archive or folder.

    Attributes:
        name: its name in messages.
        names: the paths of all files in it, legible; None where they become known only one after another.
        unpacker: the command that writes one of its files to standard output, when the names of both follow; empty for a folder.
    """

    name: str
    names: Sequence[str] | None
    unpacker: str

    def read_members(self, is_wanted: Callable[[str], bool]) -> Iterator[ArchiveMember]:
        """Yield the members, in order, whose paths ``is_wanted`` accepts; it is asked about every file once."""
        ...

    def read_companion(self, path: str) -> bytes | None:
        """Return the bytes of a small file that says something about the others; None if it is too large or cannot be read.

        Args:
            path: its path, one of ``names``.
        """
        ...

    def share(self) -> float | None:
        """Return the share in [0, 1] of the archive that has been read; None where that is not known."""
        ...


class MemberCounter:
    """Counts the members of an archive, and of those within it, and refuses to go on when there are too many.

    Args:
        name: the name of the outermost archive in messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = self._total_size = 0

    def add(self, count: int, size: int) -> None:
        """Count ``count`` members of ``size`` bytes together.

        Raises:
            UnsafeFileError: there are so many members or bytes that the archive must be a trap.
        """
        self._count += count
        self._total_size += size
        advice = "unpack it yourself, and name the files with comments"
        if self._count > _MAX_MEMBERS:
            raise UnsafeFileError(f"{self._name} holds more than {_MAX_MEMBERS:,} files; {advice}")
        if self._total_size > _MAX_TOTAL_SIZE:
            raise UnsafeFileError(f"{self._name} unpacks to more than {_MAX_TOTAL_SIZE >> 40} TiB; {advice}")


class MemberNamer:
    """Gives members of the same name different ones: ``a.csv`` and ``a.csv (2)``."""

    def __init__(self) -> None:
        # Hashes of names, because a tar archive can hold a great many that are long.
        self._counts: dict[int, int] = {}

    def name(self, stored_name: str) -> str:
        """Return the name of the next member that is stored under ``stored_name``."""
        key = hash(stored_name)
        count = self._counts[key] = self._counts.get(key, 0) + 1
        return stored_name if count == 1 else f"{stored_name} ({count})"


class MemberStream(ByteStream):
    """The bytes of a member; where it is damaged, the stream ends, and ``damage`` has the reason.

    Args:
        file: the stream that the member is read from.
        size: the size of the member in bytes.
        checksum: the CRC-32 of all of its bytes; None if it is not known.
        count_output: is called with the number of bytes of each piece; it raises an error when they are too many.
        piece_size: the number of bytes that are requested of the stream at once.
    """

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        *,
        checksum: int | None = None,
        count_output: Callable[[int], None] | None = None,
        piece_size: int = _LARGE_READ,
    ) -> None:
        self._file = file
        self._count_output = count_output
        self._piece_size = piece_size
        self._remaining = size
        self._expected_checksum = checksum
        self._checksum = 0
        self.damage: StreamDamage | None = None

    def next_bytes(self, size: int) -> bytes:
        """Return the next bytes of the member, at most ``size``; none at its end, and where it is damaged."""
        size = min(size, self._remaining, self._piece_size)
        if self.damage is not None or not size:
            return b""
        data = b""
        try:
            data = self._file.read(size)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, NotImplementedError, OSError, RuntimeError):
            self.damage = StreamDamage(Reason.DAMAGED, 0)
            return b""
        if self._count_output is not None:
            self._count_output(len(data))
        if not data:
            self.damage = StreamDamage(Reason.TRUNCATED, 0)
        self._remaining -= len(data)
        if self._expected_checksum is not None:
            self._checksum = zlib.crc32(data, self._checksum)
            if not self._remaining and self._checksum != self._expected_checksum:
                self.damage = StreamDamage(Reason.DAMAGED, 0)
        return data

    def skip_rest(self) -> None:
        """Read the member to its end."""
        while self.read(_SKIP_SIZE):
            pass


def open_member(stream: MemberStream, path: str, name: str, archive: str, budget: ExpansionBudget) -> ArchiveMember:
    """Open a member as a dump, decompressed if it is compressed itself.

    Args:
        stream: its bytes.
        path: its path in the archive.
        name: the same, different from that of any other member.
        archive: the name of the archive in messages.
        budget: what the archive may become.

    Raises:
        UnsafeFileError: its first bytes become far too many.
    """
    try:
        source = unpack_source(stream, f"{archive}/{path}", budget.for_member(path))
    except DumpError as error:
        return ArchiveMember(path, name, None, str(error))
    source.report_damage_of(stream)
    return ArchiveMember(path, name, source)
