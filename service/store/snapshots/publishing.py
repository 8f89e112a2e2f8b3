"""Gives complete tables their names, and finishes what killed processes left: half-written tables, and those that had to be deleted."""

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from model.artefact.atomic import sync_to_disk
from service.store.snapshots.snapshot_manifest import manifest_path
from service.store.snapshots.table_draft import is_being_written
from service.store.stored_files import FileState, StoredFile, StoredFiles, host_name

__all__ = ["LeftoverReport", "erase_table", "finish_leftovers", "publish_table"]

_BLOCK = bytes(1 << 20)
# How long it may take to begin a table, and how long a machine that cannot be asked may take to write one.
_BEGINNING = timedelta(minutes=1)
_PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LeftoverReport:
    """What was found of unfinished files.

    Attributes:
        deleted: the files that were deleted now because others have taken their places.
        busy: the files that other processes are writing at the moment.
        problems: what could not be finished, and why, in words.
    """

    deleted: tuple[StoredFile, ...]
    busy: tuple[StoredFile, ...]
    problems: tuple[str, ...]


def publish_table(files: StoredFiles, file: StoredFile) -> None:
    """Give a complete table and its manifest their names.

    Raises:
        StoreError: the database cannot be written.
        OSError: the files cannot be renamed.
    """
    if file.part is not None and file.path is not None and file.part.exists():
        # The manifest first: no table is ever without one.
        with suppress(FileNotFoundError):
            manifest_path(file.part).replace(manifest_path(file.path))
        file.part.replace(file.path)
        sync_to_disk(file.path.parent)
    files.mark_stored(file)


def finish_leftovers(files: StoredFiles) -> LeftoverReport:
    """Finish every file that is neither written nor deleted to the end, unless a living process is at it.

    Raises:
        StoreError: the database cannot be used.
    """
    deleted: list[StoredFile] = []
    busy: list[StoredFile] = []
    problems: list[str] = []
    listed = files.list()
    for file in listed:
        try:
            if file.state is not FileState.STORED and _is_busy(file, files):
                busy.append(file)
            elif file.state is FileState.SETTLED:
                publish_table(files, file)
            elif file.state is FileState.DOOMED and file.path is not None:
                is_in_use = any(other.path == file.path and other.state is not FileState.DOOMED for other in files.list())
                if not is_in_use:
                    erase_table(file.path)
                deleted.append(file)
                files.remove([file.number])
            elif file.state in (FileState.WRITING, FileState.CANCELLED):
                if file.part is not None:
                    erase_table(file.part)
                files.remove([file.number])
        except OSError as error:
            place = file.path if file.state is FileState.DOOMED else file.part
            problems.append(f"{place}: cannot be finished ({error.strerror or error}): make it writable and run this again")
    return LeftoverReport(tuple(deleted), tuple(busy), tuple(problems))


def _is_busy(file: StoredFile, files: StoredFiles) -> bool:
    """Return whether a process is writing a file, or may be about to.

    Raises:
        OSError: that cannot be seen.
    """
    if file.part is None or file.state is FileState.DOOMED:
        return False
    is_locked = is_being_written(file.part)
    if is_locked:
        return True
    age = files.database.now() - file.created_at
    if is_locked is None or (not file.part.exists() and file.host != host_name()):
        # There it may be all the same. What is complete has its name by now, or is given it here.
        return file.state is not FileState.SETTLED and age < _PATIENCE
    # As long as there is nothing in it, it may not be locked yet, or not even be there.
    is_empty = not file.part.exists() or not file.part.stat().st_size
    return file.state is FileState.WRITING and is_empty and age < _BEGINNING


def erase_table(path: Path) -> bool:
    """Overwrite and delete a table and its manifest; return whether there was a table. They are gone from the disk when this returns.

    Raises:
        OSError: one of them cannot be deleted.
    """
    _erase(manifest_path(path))
    return _erase(path)


def _erase(path: Path) -> bool:
    # Where the file system writes changes elsewhere (copies on write, SSDs), the old blocks are free, not overwritten.
    if path.is_symlink():
        raise OSError(errno.ELOOP, "a link has taken its place", str(path))
    try:
        path.chmod(0o600)
    except FileNotFoundError:
        return False
    with path.open("r+b") as file:
        remaining = os.fstat(file.fileno()).st_size
        while remaining > 0:
            remaining -= file.write(_BLOCK[:remaining])
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_to_disk(path.parent)
    return True
