"""Dumps in ZIP and tar archives, member by member as streams: nothing is ever unpacked under a name of the archive's choice."""

import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from model.errors import DumpError
from service.batch.input.compression import Damage
from service.batch.input.sources import Source, source_of
from service.batch.rows import Reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["members_of_tar", "members_of_zip"]

_MOST_MEMBERS = 100_000
_MOST_BYTES = 1 << 40
_FREE = 1 << 30
_MOST_RATIO = 1100
_MOST_NAME = 1 << 16
_BLOCK = 512
_DATA = {
    *(".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".xml", ".rss", ".atom", ".parquet", ".arrow", ".feather"),
    *(".txt", ".html", ".htm", ".sql", ".gz", ".bz2", ".xz", ".zst"),
}
_OTHER = {"actor.json", "likes.json", "bookmarks.json", "package.json", "manifest.json", "readme.txt", "license.txt"}
"""What archives hold besides: a user's profile and the likes of Mastodon, say."""
_OF_TAKEOUT = re.compile(r"(?:^|/)(?:my-)?comments/|comments[^/]*\.(?:csv|json)$", re.IGNORECASE)


class _Member(io.RawIOBase):
    """The bytes of a member; where it is damaged, it ends and says so."""

    def __init__(self, file: BinaryIO, most: int, checked: bool) -> None:
        self._file = file
        self._left = most
        self._checked = checked
        self.damage: Damage | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        size = min(len(view), self._left)
        try:
            # Reading beyond the last byte makes ZIP check the sum.
            found = self._file.read(size if size or not self._checked else 1) if self.damage is None and (size or self._checked) else b""
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError, RuntimeError):
            self.damage, found = Damage(Reason.DAMAGED, 0), b""
        if not found and self._left and self.damage is None:
            self.damage = Damage(Reason.TRUNCATED, 0)
        view[: len(found)] = found
        self._left -= len(found)
        return len(found)

    def drain(self) -> None:
        """Read what is left."""
        while self.read(1 << 16):
            pass


def _is_dump(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.name.startswith(".") or "__MACOSX" in path.parts or path.name.lower() in _OTHER:
        return False
    if "Takeout" in path.parts and not _OF_TAKEOUT.search(name):
        return False
    return path.suffix.lower() in _DATA


def _source(file: BinaryIO, size: int, name: str, *, checked: bool = False) -> Source:
    member = _Member(file, size, checked)
    source = source_of(member, name)
    source.watch(member)
    return source


def members_of_zip(file: BinaryIO, name: str) -> Iterator[Source]:
    """Yield the dumps in a ZIP archive; each is to be read before the next.

    Args:
        file: the archive, to be read here and there.
        name: what messages call it.

    Raises:
        DumpError: it is no archive, a spreadsheet, encrypted, or a trap that unpacks to more than can be meant.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise DumpError(f"{name} is a damaged ZIP archive; download it again, or unpack what is left of it: 7z x FILE") from error
    with archive:
        members = archive.infolist()
        if any(member.filename == "[Content_Types].xml" for member in members):
            raise DumpError(f"{name} is a spreadsheet or a document of an office program; save it as CSV")
        _check(len(members), sum(member.file_size for member in members), name)
        for member in members:
            if member.is_dir() or not _is_dump(member.filename):
                continue
            if member.flag_bits & 1:
                raise DumpError(f"{name} is encrypted; unpack it first")
            if member.file_size > _FREE and member.file_size > _MOST_RATIO * max(member.compress_size, 1):
                raise DumpError(f"{name} unpacks to more than {_MOST_RATIO} times its size, as only a trap does; unpack it yourself")
            inner: BinaryIO = io.BytesIO()
            # An empty stream in place of its bytes is found to be cut.
            with suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
                inner = cast(BinaryIO, archive.open(member))
            with inner:
                yield _source(inner, member.file_size, member.filename, checked=True)


def members_of_tar(stream: BinaryIO, name: str) -> Iterator[Source]:
    """Yield the dumps in a tar archive, which is read once from its beginning to its end; each is to be read before the next.

    What follows a damaged header cannot be found any more: it is a last source that is damaged.

    Raises:
        DumpError: it is a trap that holds more members or bytes than can be meant.
    """
    long_name, long_size = "", None
    count = total = 0
    while len(header := stream.read(_BLOCK)) == _BLOCK and header.strip(b"\0"):
        try:
            info = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            break
        size = info.size if long_size is None else long_size
        count, total = count + 1, total + size
        _check(count, total, name)
        member = _Member(stream, size, checked=False)
        if info.type in {tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}:
            told = member.read(min(info.size, _MOST_NAME)) or b""
            if info.type == tarfile.GNUTYPE_LONGNAME:
                long_name = told.rstrip(b"\0").decode("utf-8", "replace")
            else:
                long_name, long_size = _extended(told, long_name)
        else:
            if info.isreg() and _is_dump(long_name or info.name):
                source = source_of(member, long_name or info.name)
                source.watch(member)
                yield source
            long_name, long_size = "", None
        member.drain()
        stream.read(-size % _BLOCK)
    if len(header) < _BLOCK or header.strip(b"\0"):
        yield _source(io.BytesIO(), 1, name)


def _extended(told: bytes, name: str) -> tuple[str, int | None]:
    """Return the path and the size that a pax header tells."""
    path = re.search(rb"\d+ path=([^\n]*)\n", told)
    size = re.search(rb"\d+ size=(\d{1,18})\n", told)
    return path.group(1).decode("utf-8", "replace") if path is not None else name, int(size.group(1)) if size is not None else None


def _check(count: int, total: int, name: str) -> None:
    if count > _MOST_MEMBERS:
        raise DumpError(f"{name} holds more than {_MOST_MEMBERS:,} files; unpack it yourself, and name those with comments")
    if total > _MOST_BYTES:
        raise DumpError(f"{name} unpacks to more than {_MOST_BYTES >> 40} TiB; unpack it yourself, and name the files with comments")
