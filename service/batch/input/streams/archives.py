"""Dumps in ZIP and tar archives, read as streams one after another; no member is ever written to disk under its own name."""

import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from model.errors import DumpError, UnsafeFileError
from service.batch.input.streams.byte_stream import ByteStream
from service.batch.input.streams.compression import StreamDamage
from service.batch.input.streams.dump_source import DumpSource, unpack_source
from service.batch.rows import Reason
from training.tables.expansion import ExpansionBudget
from training.tables.file_names import legible_name

__all__ = ["read_tar_members", "read_zip_members"]

_MAX_MEMBERS = 100_000
_MAX_TOTAL_SIZE = 1 << 40
_MAX_DIRECTORY_SIZE = 1 << 24
"""The most bytes of a ZIP archive's directory, which is held in memory as a whole, twenty times as large."""
_ZIP_HEADER_SIZE = 30
_LARGE_READ = 1 << 20
_SMALL_READ = 1 << 12
"""Bytes of bzip2 or LZMA in a ZIP archive that are decompressed at once, because the decoder knows no bound of its output."""
_MAX_LZMA_WINDOW = 1 << 28
_MAX_NAME_LENGTH = 1 << 16
_SKIP_SIZE = 1 << 16
_TAR_BLOCK_SIZE = 512
_ZIP_FLAG_ENCRYPTED = 1
_DUMP_SUFFIXES = {
    *(".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".xml", ".rss", ".atom", ".parquet", ".arrow", ".feather"),
    *(".txt", ".html", ".htm", ".sql", ".gz", ".bz2", ".xz", ".zst"),
}
_NON_DUMP_NAMES = {"actor.json", "likes.json", "bookmarks.json", "package.json", "manifest.json", "readme.txt", "license.txt"}
"""Files beside the dumps in an archive, such as the profile and the likes in one of Mastodon."""
_TAKEOUT_COMMENTS = re.compile(r"(?:^|/)(?:my-)?comments/|comments[^/]*\.(?:csv|json)$", re.IGNORECASE)


class _MemberStream(ByteStream):
    """The bytes of a member; where it is damaged, the stream ends, and ``damage`` has the reason.

    Args:
        file: the stream that the member is read from.
        size: the size of the member in bytes.
        has_checksum: whether reading beyond the last byte makes the archive compare a checksum.
        count_output: is called with the number of bytes of each piece; it raises an error when they are too many.
        piece_size: the number of bytes that are requested of the stream at once.
    """

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        *,
        has_checksum: bool,
        count_output: Callable[[int], None] | None = None,
        piece_size: int = _LARGE_READ,
    ) -> None:
        self._file = file
        self._count_output = count_output
        self._piece_size = piece_size
        self._remaining = size
        self._has_checksum = has_checksum
        self.damage: StreamDamage | None = None

    def next_bytes(self, size: int) -> bytes:
        size = min(size, self._remaining, self._piece_size)
        data = b""
        if self.damage is None and (size or self._has_checksum):
            try:
                data = self._file.read(size or 1)
            except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, NotImplementedError, OSError, RuntimeError):
                self.damage = StreamDamage(Reason.DAMAGED, 0)
            if self._count_output is not None:
                self._count_output(len(data))
        if not data and self._remaining and self.damage is None:
            self.damage = StreamDamage(Reason.TRUNCATED, 0)
        self._remaining -= len(data)
        return data

    def skip_rest(self) -> None:
        while self.read(_SKIP_SIZE):
            pass


def _is_dump(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.name.startswith(".") or "__MACOSX" in path.parts or path.name.lower() in _NON_DUMP_NAMES:
        return False
    if "Takeout" in path.parts and not _TAKEOUT_COMMENTS.search(name):
        return False
    return path.suffix.lower() in _DUMP_SUFFIXES


def _open_member(member: _MemberStream, name: str, budget: ExpansionBudget) -> DumpSource:
    source = unpack_source(member, name, budget.for_member(name))
    source.report_damage_of(member)
    return source


class _DirectoryBound(io.RawIOBase):
    """A seekable file of which no piece as large as a ZIP archive's directory should be is read at once.

    Args:
        file: the file.
        name: its name in messages.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name

    def read(self, size: int = -1, /) -> bytes:
        if size > _MAX_DIRECTORY_SIZE:
            raise UnsafeFileError(f"{self._name} has a directory of {size:,} bytes; unpack it yourself, and name the files with comments")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def read_zip_members(file: BinaryIO, name: str, budget: ExpansionBudget) -> Iterator[DumpSource]:
    """Yield the dumps in a ZIP archive, each of which must be read before the next is requested.

    Args:
        file: the archive; it must be seekable.
        name: its name in messages.
        budget: what the archive may become.

    Raises:
        DumpError: the file is no ZIP archive, or is a spreadsheet, or is encrypted.
        UnsafeFileError: its members overlap, or become far too large for its size, or its directory is too large.
    """
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, _DirectoryBound(file, name)))
    except UnsafeFileError:
        raise
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise DumpError(f"{name} is a damaged ZIP archive; download it again, or unpack what is left of it: 7z x FILE") from error
    with archive:
        members = archive.infolist()
        if any(member.filename == "[Content_Types].xml" for member in members):
            raise DumpError(f"{name} is a spreadsheet or a document of an office program; save it as CSV")
        _check_totals(len(members), sum(member.file_size for member in members), name)
        _require_apart(members, name)
        budget.require("members", sum(member.file_size for member in members if _is_dump(member.filename)))
        for member in members:
            if member.filename.endswith("/") or not _is_dump(member.filename):  # is_dir() trips over an empty name
                continue
            if member.flag_bits & _ZIP_FLAG_ENCRYPTED:
                raise DumpError(f"{name} is encrypted; unpack it first")
            # A member that cannot be opened is an empty stream, which its size then shows to be truncated.
            content: BinaryIO = io.BytesIO()
            with suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
                if member.compress_type != zipfile.ZIP_LZMA or _lzma_window(file, member) <= _MAX_LZMA_WINDOW:
                    content = cast(BinaryIO, archive.open(member))
            piece_size = _LARGE_READ if member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} else _SMALL_READ
            with content:
                count_output = partial(budget.add, "members")
                stream = _MemberStream(content, member.file_size, has_checksum=True, count_output=count_output, piece_size=piece_size)
                yield _open_member(stream, legible_name(member.filename), budget)


def _require_apart(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Refuse an archive in which some bytes belong to several members, as they do only in traps.

    Raises:
        UnsafeFileError: two members overlap.
    """
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise UnsafeFileError(f"{name} holds files that overlap, as only a trap does; it is not read")
        end = member.header_offset + _ZIP_HEADER_SIZE + member.compress_size


def _lzma_window(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return the bytes of memory that the decoder of an LZMA member takes."""
    file.seek(member.header_offset + _ZIP_HEADER_SIZE - 4)
    name_size, extra_size = (int.from_bytes(file.read(2), "little") for _ in range(2))
    file.seek(name_size + extra_size + 5, io.SEEK_CUR)
    return int.from_bytes(file.read(4), "little")


def read_tar_members(stream: BinaryIO, name: str, budget: ExpansionBudget) -> Iterator[DumpSource]:
    """Yield the dumps in a tar archive, each of which must be read before the next is requested.

    The archive is read once, from its beginning to its end. Members behind a damaged header cannot be found; one damaged source is
    yielded in their place.

    Args:
        stream: the archive.
        name: its name in messages.
        budget: what the archive may become.

    Raises:
        DumpError: the archive holds so many members or bytes that it must be a trap.
    """
    long_name, long_size = "", None
    count = total_size = 0
    while len(header := stream.read(_TAR_BLOCK_SIZE)) == _TAR_BLOCK_SIZE and header.strip(b"\0"):
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            break
        size = info.size if long_size is None else long_size
        count, total_size = count + 1, total_size + size
        _check_totals(count, total_size, name)
        member = _MemberStream(stream, size, has_checksum=False)
        if info.type in {tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}:
            extension = member.read(min(info.size, _MAX_NAME_LENGTH)) or b""
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = extension.rstrip(b"\0").decode("utf-8", "replace")
            else:
                long_name, long_size = _parse_pax_header(extension, long_name)
        else:
            if info.isreg() and _is_dump(long_name or info.name):
                yield _open_member(member, legible_name(long_name or info.name), budget)
            long_name, long_size = "", None
        member.skip_rest()
        stream.read(-size % _TAR_BLOCK_SIZE)
    if len(header) < _TAR_BLOCK_SIZE or header.strip(b"\0"):
        yield _open_member(_MemberStream(io.BytesIO(), 1, has_checksum=False), name, budget)


def _parse_pax_header(header: bytes, name: str) -> tuple[str, int | None]:
    """Return the path in a pax header, or else ``name``, and the size in it, if there is one."""
    path = re.search(rb"\d+ path=([^\n]*)\n", header)
    size = re.search(rb"\d+ size=(\d{1,18})\n", header)
    return path.group(1).decode("utf-8", "replace") if path is not None else name, int(size.group(1)) if size is not None else None


def _check_totals(count: int, total_size: int, name: str) -> None:
    if count > _MAX_MEMBERS:
        raise DumpError(f"{name} holds more than {_MAX_MEMBERS:,} files; unpack it yourself, and name those with comments")
    if total_size > _MAX_TOTAL_SIZE:
        raise DumpError(f"{name} unpacks to more than {_MAX_TOTAL_SIZE >> 40} TiB; unpack it yourself, and name the files with comments")
