"""Folders in which a retraining works: private, each with one owner, and removed by the next run if the owner was killed."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["work_folder"]

_PREFIX = "run-"
_LOCK = ".lock"


@contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """Yield an empty folder for one run, that only this user can read; it is removed when the block ends.

    What a killed run left behind is removed first. A run that still works holds a lock beside its folder, so that its folder stays.

    Args:
        parent: the folder of all runs; created if necessary, for this user alone.

    Raises:
        OSError: the file system refuses.
    """
    parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    parent.mkdir(mode=0o700, exist_ok=True)
    folder = parent / f"{_PREFIX}{secrets.token_hex(8)}"
    with _locked(parent):
        # While one process looks for folders without an owner, no other may have a folder whose lock it does not hold yet.
        _remove_abandoned(parent)
        lock = os.open(_lock_of(folder), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def _lock_of(folder: Path) -> Path:
    # Not in the folder, and not the folder itself: whoever replaces something in it locks that.
    return folder.with_name(folder.name + _LOCK)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        _lock_of(folder).unlink(missing_ok=True)


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders of runs that have ended; where the file system has no locks, all stay."""
    for path in parent.glob(f"{_PREFIX}*{_LOCK}"):
        # Another run may have removed it meanwhile; a lock that cannot be had is held by a run that still works.
        with suppress(OSError), path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path.with_suffix(""))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
