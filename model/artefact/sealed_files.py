"""Copies of files in memory that nobody can change any more, and that processes can share.

Whoever maps a file of somebody else's dies when that is shortened, and sees when it is overwritten. A sealed copy has neither end.
"""

import errno
import fcntl
import mmap
import os
import tempfile
import time

__all__ = ["copy_to_memory", "is_sealed", "map_copy", "seal_file"]

_BLOCK = 1 << 18
_SEALS = (
    fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE if hasattr(fcntl, "F_SEAL_SEAL") else 0  # not in macOS
)

_PAUSE, _MOST_SECONDS = 0.01, 5.0  # between attempts to seal, and for all of them


def copy_to_memory(file: int, name: str) -> int:
    """Copy a file, from its beginning to its end, into memory of its own.

    Args:
        file: descriptor of a plain file, open for reading.
        name: what to call the copy in the system's list of mappings.

    Returns:
        A descriptor of the copy, for reading. Processes that inherit it share the memory, which is free when all of them have closed it.

    Raises:
        OSError: the system has no room for it, or cannot read the file.
    """
    copy = _create(name)
    try:
        at = 0
        while block := os.pread(file, _BLOCK, at):
            _write(copy, block, at)
            at += len(block)
        if _SEALS:
            seal_file(copy)
    except BaseException:
        os.close(copy)
        raise
    return copy


def seal_file(file: int) -> None:
    """Seal a file in memory, so that nobody can change it any more.

    The kernel refuses with EBUSY while something holds a page of it, as it does itself for moments when it moves pages about. So a
    refusal is no failure before some seconds are over.

    Args:
        file: descriptor of a file in memory, open for writing.

    Raises:
        OSError: it cannot be sealed.
    """
    end = time.monotonic() + _MOST_SECONDS
    while True:
        try:
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, _SEALS)
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _create(name: str) -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create(f"tipstaff-{name}", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:  # it has no name, so nobody else can get at it
        return os.dup(file.fileno())


def _write(file: int, data: bytes, at: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, at)
        rest, at = rest[written:], at + written


def is_sealed(file: int) -> bool:
    """Return whether a file is a copy that nobody can change."""
    if not _SEALS:
        return False
    try:
        return fcntl.fcntl(file, fcntl.F_GET_SEALS) & _SEALS == _SEALS
    except OSError:  # it is none of those in memory
        return False


def map_copy(file: int, name: str, *, size: int) -> mmap.mmap:
    """Map a file by a copy that nobody can change: the file itself if it is one.

    Args:
        file: descriptor of a plain file, open for reading; it may be closed afterwards.
        name: what to call the copy.
        size: how many bytes to map.

    Raises:
        ValueError: the file has another size, or gets it meanwhile.
        OSError: the system cannot copy or map it.
    """
    copy = os.dup(file) if is_sealed(file) else copy_to_memory(file, name)
    try:
        if os.fstat(copy).st_size != size:
            raise ValueError("is being changed")
        return mmap.mmap(copy, size, access=mmap.ACCESS_READ)
    finally:
        os.close(copy)
