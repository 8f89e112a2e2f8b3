"""Replaces a folder in one step: a reader finds the old one or the new one, whole, even if the writer is killed in between."""

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
    """Yield an empty folder that replaces ``folder`` when the block ends without an exception.

    If the block fails, ``folder`` stays as it was and the new one is removed. Writers of folders in the same parent
    wait for each other. What a killed writer left behind is removed by the next one.

    Args:
        folder: the folder to replace, with all that is in it; it may be absent, but its parent exists. Not a link.

    Yields:
        A folder beside ``folder``. The block itself makes files in it durable, see :func:`sync_to_disk`.

    Raises:
        OSError: the file system refuses.
    """
    with _lock_folder(folder.parent) as locked:
        _restore(folder)
        if locked:
            for stale in folder.parent.glob(f"{_sibling_name(folder, 'new')}-*"):
                shutil.rmtree(stale, ignore_errors=True)
        fresh = folder.with_name(f"{_sibling_name(folder, 'new')}-{secrets.token_hex(8)}")
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
    """Open a folder for reading; the descriptor keeps meaning the same folder if it is replaced meanwhile.

    Yields:
        A descriptor for ``dir_fd``.

    Raises:
        OSError: the folder does not exist, or may not be read.
    """
    handle = _open(folder)
    try:
        yield handle
    finally:
        os.close(handle)


def sync_to_disk(path: Path) -> None:
    """Make sure that a file, or the list of entries of a folder, survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open(folder: Path) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    for _ in range(_TRIES):
        for path in (folder, _old_path(folder)):
            with suppress(FileNotFoundError):
                return os.open(path, flags)
    return os.open(folder, flags)


def _sibling_name(folder: Path, suffix: str) -> str:
    return f".{folder.name}.tipstaff-{suffix}"


def _old_path(folder: Path) -> Path:
    """Return where the old folder is while it is replaced in two steps."""
    return folder.with_name(_sibling_name(folder, "old")) if folder.name else folder


@contextmanager
def _lock_folder(folder: Path) -> Iterator[bool]:
    """Hold the exclusive lock on a folder; yield False where its file system has no locks (some network mounts)."""
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
        fresh.rename(folder)  # one step, if the folder is absent or empty
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if not _exchange(fresh, folder):
            _swap_in_two_steps(fresh, folder)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders swap their names in one step; return False where the system or the file system cannot."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    return renameat2 is not None and renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0


def _swap_in_two_steps(fresh: Path, folder: Path) -> None:
    """Replace the folder in two steps; between them the old one has another name, where :func:`open_folder` looks for it."""
    old = _old_path(folder)
    if old.exists():
        shutil.rmtree(old)
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _restore(folder: Path) -> None:
    """Give the old folder its name back if a writer was killed between the two steps."""
    old = _old_path(folder)
    if old.is_dir() and not folder.exists():
        old.rename(folder)
