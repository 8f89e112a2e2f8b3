"""ZIP archives, whose members are read as streams one after another; no member is ever written to disk under its own name."""

import io
import lzma
import shlex
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from typing import BinaryIO, cast

from model.errors import DumpError, UnsafeFileError
from service.batch.input.archives.member_stream import ArchiveMember, MemberCounter, MemberNamer, MemberStream, open_member
from training.tables.expansion import ExpansionBudget
from training.tables.file_names import legible_name

__all__ = ["ZipArchive"]

_MAX_DIRECTORY_SIZE = 1 << 24
"""The most bytes of a ZIP archive's directory, which is held in memory as a whole, twenty times as large."""
_MAX_COMPANION_SIZE = 1 << 23
_HEADER_SIZE = 30
_LARGE_READ = 1 << 20
_SMALL_READ = 1 << 12
"""Bytes of bzip2 or LZMA in a ZIP archive that are decompressed at once, because the decoder knows no bound of its output."""
_MAX_LZMA_WINDOW = 1 << 28
_FLAG_ENCRYPTED = 1
_FLAG_UTF8 = 1 << 11
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_OTHER_METHODS = {9: "Deflate64", 93: "zstd", 95: "xz", 98: "PPMd", 99: "AES"}
_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError, ValueError, EOFError)


class _BoundedFile(io.RawIOBase):
    """A seekable file of which no piece as large as a ZIP archive's directory should be is read at once.

    Args:
        file: the file.
        name: its name in messages.

    Attributes:
        count: the number of bytes that have been read.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        if size > _MAX_DIRECTORY_SIZE:
            raise UnsafeFileError(f"{self._name} has a directory of {size:,} bytes; unpack it yourself, and name the files with comments")
        data = self._file.read(size)
        self.count += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


class ZipArchive:
    """A ZIP archive.

    Args:
        file: the archive; it must be seekable.
        name: its name in messages.
        budget: what it may become.
        counter: counts its members.

    Raises:
        DumpError: the file is no ZIP archive, or a document of an office program.
        UnsafeFileError: its members overlap, or become far too many or too large, or its directory is too large.
    """

    def __init__(self, file: BinaryIO, name: str, *, budget: ExpansionBudget, counter: MemberCounter) -> None:
        self.name = name
        self.unpacker = "unzip -p"
        self._unpacking = f"7z x {shlex.quote(name)}"
        self._file = _BoundedFile(file, name)
        self._budget = budget
        try:
            self._archive = zipfile.ZipFile(cast(BinaryIO, self._file))
        except UnsafeFileError:
            raise
        except _ERRORS as error:
            raise DumpError(
                f"{name} is a damaged ZIP archive; download it again, or unpack what is left of it: {self._unpacking}"
            ) from error
        members = self._archive.infolist()
        if any(member.filename == "[Content_Types].xml" for member in members):
            raise DumpError(f"{name} is a document of an office program; save the comments as CSV")
        counter.add(len(members), sum(member.file_size for member in members))
        _require_apart(members, name)
        files = [member for member in members if not _is_folder(member) and not _is_link(member)]
        self._members = [(_decode_name(member), member) for member in files]
        self.names: Sequence[str] | None = [path for path, _ in self._members]
        self._total = sum(member.compress_size for member in files)
        self._finished = 0
        self._current = 0
        self._count_before = self._file.count

    def read_members(self, is_wanted: Callable[[str], bool]) -> Iterator[ArchiveMember]:
        """Yield the files that are wanted, each of which must be read before the next is requested.

        Raises:
            DumpError: all of them are encrypted.
            UnsafeFileError: together they become far too large for the size of the archive.
        """
        wanted = [(path, member) for path, member in self._members if is_wanted(path)]
        if wanted and all(member.flag_bits & _FLAG_ENCRYPTED for _, member in wanted):
            raise DumpError(f"{self.name} is encrypted; unpack it with its password first: {self._unpacking}")
        self._budget.require("members", sum(member.file_size for _, member in wanted))
        self._total = sum(member.compress_size for _, member in wanted)
        namer = MemberNamer()
        for path, member in wanted:
            self._current, self._count_before = member.compress_size, self._file.count
            yield from self._read_member(path, namer.name(path), member)
            self._finished += member.compress_size
            self._current = 0

    def _read_member(self, path: str, name: str, member: zipfile.ZipInfo) -> Iterator[ArchiveMember]:
        problem = _find_problem(member)
        if problem is not None:
            yield ArchiveMember(path, name, None, f"{self.name}/{path} is {problem}: {self._unpacking}")
            return
        # A member that cannot be opened is an empty stream, which its size then shows to be truncated.
        content: BinaryIO = io.BytesIO()
        with suppress(*_ERRORS):
            if member.compress_type != zipfile.ZIP_LZMA or self._lzma_window(member) <= _MAX_LZMA_WINDOW:
                content = cast(BinaryIO, self._archive.open(_without_checksum(member)))
        piece_size = _LARGE_READ if member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} else _SMALL_READ
        with content:
            count_output = partial(self._budget.add, "members")
            stream = MemberStream(content, member.file_size, checksum=member.CRC, count_output=count_output, piece_size=piece_size)
            yield open_member(stream, path, name, self.name, self._budget)

    def read_companion(self, path: str) -> bytes | None:
        """Return the bytes of a small file; None if it has more than 8 MiB, is encrypted or damaged."""
        member = next(member for stored_path, member in self._members if stored_path == path)
        if member.flag_bits & _FLAG_ENCRYPTED or not member.file_size <= _MAX_COMPANION_SIZE:
            return None
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            return None
        with suppress(*_ERRORS), self._archive.open(member) as file:
            return file.read(_MAX_COMPANION_SIZE)
        return None

    def share(self) -> float | None:
        """Return the share in [0, 1] of the compressed bytes of the members that have been read."""
        within = min(self._file.count - self._count_before, self._current)
        return min((self._finished + within) / self._total, 1.0) if self._total else None

    def _lzma_window(self, member: zipfile.ZipInfo) -> int:
        """Return the bytes of memory that the decoder of an LZMA member takes."""
        file = self._file
        file.seek(member.header_offset + _HEADER_SIZE - 4)
        name_size, extra_size = (int.from_bytes(file.read(2), "little") for _ in range(2))
        file.seek(name_size + extra_size + 5, io.SEEK_CUR)
        return int.from_bytes(file.read(4), "little")


def _is_folder(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a folder, or has no name at all; some programs of Windows write paths with backslashes."""
    return not member.filename or member.filename.endswith("/") or (member.filename.endswith("\\") and not member.file_size)


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16)


def _without_checksum(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a member without its checksum, which the library compares before it hands out the bytes that it has read last."""
    unchecked = copy(member)
    del unchecked.CRC
    return unchecked


def _find_problem(member: zipfile.ZipInfo) -> str | None:
    """Return why a member cannot be unpacked here, as a part of a sentence; None if it can."""
    if member.flag_bits & _FLAG_ENCRYPTED:
        return "encrypted; unpack it with its password first"
    if member.compress_type in _METHODS:
        return None
    method = _OTHER_METHODS.get(member.compress_type, f"method {member.compress_type}")
    return f"compressed with {method}, which is not read in a ZIP archive; unpack it first"


def _decode_name(member: zipfile.ZipInfo) -> str:
    """Return the path of a member; many programs write UTF-8 without saying so, and the library then takes it for code page 437."""
    name = member.filename
    if not member.flag_bits & _FLAG_UTF8 and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return legible_name(name.replace("\\", "/")).removeprefix("./")


def _require_apart(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Refuse an archive in which some bytes belong to several members, as they do only in traps.

    Raises:
        UnsafeFileError: two members overlap.
    """
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise UnsafeFileError(f"{name} holds files that overlap, as only a trap does; it is not read")
        end = member.header_offset + _HEADER_SIZE + member.compress_size
