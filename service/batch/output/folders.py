"""Folders in which files appear whole or not at all: on this machine, or behind a URL that fsspec knows."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from model.artefact.atomic import sync_to_disk
from model.errors import DumpError
from service.batch.file_access import display_name, errors_named, is_url
from service.batch.output.part_names import partial_file
from service.batch.output.remote_folder import RemoteFolder

__all__ = ["Folder", "locate_folder", "parent_and_name"]


class Folder(Protocol):
    """A folder of files, which appear under their names only when they are whole."""

    @property
    def display_name(self) -> str:
        """The name of the output in messages."""

    def subfolder(self, name: str) -> "Folder":
        """Return a folder in this one."""

    def names(self) -> set[str]:
        """Return the names of the files and folders in it; an empty set if it does not exist."""

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            FileNotFoundError: there is no such file.
        """

    @contextmanager
    def new_file(self, name: str) -> Iterator[Path]:
        """Provide the path of a new file on this machine, which gets its name if the block ends well and vanishes if it raises."""
        raise NotImplementedError

    @contextmanager
    def local_copy(self, name: str) -> Iterator[Path]:
        """Provide the path of a file on this machine with the content of one in this folder."""
        raise NotImplementedError

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that it holds, if it exists."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the folder if necessary and keep other runs out of it, as far as the place supports locks.

        Raises:
            DumpError: another run holds the lock.
        """
        raise NotImplementedError


def locate_folder(path: Path | str) -> Folder:
    """Return the folder of that path or URL."""
    text = str(path)
    return RemoteFolder(text.rstrip("/")) if is_url(text) else _LocalFolder(Path(os.path.realpath(text)), display_name(text))


def parent_and_name(file: Path | str) -> tuple[Folder, str]:
    """Return the folder that a file of that path or URL belongs in, and its name there."""
    text = str(file)
    if is_url(text):
        parent, _, name = text.rstrip("/").rpartition("/")
        return RemoteFolder(parent), name
    target = Path(os.path.realpath(text))
    return _LocalFolder(target.parent, display_name(text)), target.name


@dataclass(frozen=True)
class _LocalFolder:
    """A folder on this machine.

    Attributes:
        path: its absolute path.
        output_name: the name of the output in messages, as the user wrote it; empty for the path.
    """

    path: Path
    output_name: str = ""

    @property
    def display_name(self) -> str:
        """The name of the output in messages."""
        return self.output_name or display_name(str(self.path))

    def subfolder(self, name: str) -> "_LocalFolder":
        """Return a folder in this one."""
        return _LocalFolder(self.path / name, self.output_name)

    def names(self) -> set[str]:
        """Return the names of the files and folders in it; an empty set if it does not exist."""
        with suppress(FileNotFoundError):
            return {entry.name for entry in self.path.iterdir()}
        return set()

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises FileNotFoundError if there is none."""
        return (self.path / name).read_bytes()

    @contextmanager
    def new_file(self, name: str) -> Iterator[Path]:
        """Provide the path of a new file, which gets its name, and the mode of the file that it replaces, if the block ends well."""
        target = self.path / name
        part = target.with_name(partial_file(name))
        try:
            with errors_named(self.display_name):
                part.touch()
                with suppress(FileNotFoundError):
                    part.chmod(stat.S_IMODE(target.stat().st_mode))
            yield part
            with errors_named(self.display_name):
                sync_to_disk(part)
                part.replace(target)
                sync_to_disk(self.path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    @contextmanager
    def local_copy(self, name: str) -> Iterator[Path]:
        """Provide the path of a file, which needs no copy."""
        yield self.path / name

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that it holds, if it exists."""
        import shutil

        path = self.path / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the folder if necessary and hold its lock; raises DumpError if another process holds it."""
        handle = self._lock()
        try:
            yield
        finally:
            os.close(handle)

    def _lock(self) -> int:
        while True:
            with errors_named(self.display_name):
                self.path.mkdir(exist_ok=True)
                try:
                    handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                except FileNotFoundError:
                    continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise DumpError(f"{self.display_name} is being written by another run; wait for its end, or name another output") from None
            except OSError:
                return handle  # some network file systems have no locks
            # The previous holder of the lock may have removed the folder since it was opened here.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), self.path.stat()):
                    return handle
            os.close(handle)
