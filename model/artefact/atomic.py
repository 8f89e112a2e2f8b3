"""Replace a folder at once: whoever looks finds the old one or the new one, whole, whatever happens in between."""

import ctypes
import errno
import fcntl
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["open_folder", "replace_folder", "sync_to_disk"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_TRIES = 3


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Hand out an empty folder that takes the place of ``folder`` once the block has ended without an exception.

    Where the block fails, ``folder`` stays as it was and the new one vanishes. Writers of folders in the same parent
    wait for each other. What a killed writer left beside is cleared away by the next one.

    Args:
        folder: no link; absent, or a folder that may go with all that it holds. Its parent exists.

    Yields:
        A folder beside ``folder``. Files in it must be made durable by the block itself, see :func:`sync`.

    Raises:
        OSError: the file system refuses.
    """
    with _locked(folder.parent) as alone:
        _restore(folder)
        if alone:
            for stale in folder.parent.glob(f"{_beside(folder, 'new')}-*"):
                shutil.rmtree(stale, ignore_errors=True)
        fresh = folder.with_name(f"{_beside(folder, 'new')}-{secrets.token_hex(8)}")
        fresh.mkdir()
        try:
            yield fresh
            sync_to_disk(fresh)
            _swap(fresh, folder)
            sync_to_disk(folder.parent)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def open_folder(folder: Path) -> Iterator[int]:
    """Open a folder for looking into it; what is opened stays the same folder when it is replaced meanwhile.

    Yields:
        A descriptor for ``dir_fd``.

    Raises:
        OSError: there is no such folder, or it may not be read.
    """
    handle = _open(folder)
    try:
        yield handle
    finally:
        os.close(handle)


def sync_to_disk(path: Path) -> None:
    """Make a file or the list of a folder's entries survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open(folder: Path) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    for _ in range(_TRIES):
        for place in (folder, _aside(folder)):
            with suppress(FileNotFoundError):
                return os.open(place, flags)
    return os.open(folder, flags)


def _beside(folder: Path, what: str) -> str:
    return f".{folder.name}.tipstaff-{what}"


def _aside(folder: Path) -> Path:
    return folder.with_name(_beside(folder, "old")) if folder.name else folder


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the only lock on a folder; False where its file system knows no locks (some network mounts)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _swap(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)  # at once, where folder is absent or empty
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if not _exchange(fresh, folder):
            _step_aside(fresh, folder)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders swap their names in one step; False where the system or its file system cannot."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    return call is not None and call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0


def _step_aside(fresh: Path, folder: Path) -> None:
    """Replace in two steps. Between them the old folder lies aside, where :func:`opened` looks for it."""
    aside = _aside(folder)
    if aside.exists():
        shutil.rmtree(aside)
    folder.rename(aside)
    try:
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _restore(folder: Path) -> None:
    """Finish what a writer that was killed between the two steps left: the old folder gets its name back."""
    aside = _aside(folder)
    if aside.is_dir() and not folder.exists():
        aside.rename(folder)
