"""Folders that files appear in whole or not at all: on this machine, or behind a URL that fsspec knows."""

import fcntl
import io
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from model.artefact.atomic import sync_to_disk
from model.errors import DumpError
from service.batch.output.remote_folder import RemoteFolder

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Folder", "LocalFolder", "folder_of", "is_url", "opened", "place_of"]

_BUFFER = 1 << 20


class Folder(Protocol):
    """A folder of files, which appear under their names only when they are whole.

    Attributes:
        shown: what messages call it.
    """

    @property
    def shown(self) -> str:
        """What messages call it."""

    def inner(self, name: str) -> "Folder":
        """Return a folder in it."""

    def names(self) -> set[str]:
        """Return the names of what lies in it; none if it is not there."""

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; FileNotFoundError if it is not there."""

    def size(self, name: str) -> int:
        """Return the size of a file in bytes; FileNotFoundError if it is not there."""

    @contextmanager
    def written(self, name: str) -> Iterator[Path]:
        """Hand out the path of a new file, which gets its name when the block ends well and vanishes when it raises."""
        raise NotImplementedError

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Hand out the path of a file on this machine with the bytes of one that lies here."""
        raise NotImplementedError

    def remove(self, name: str) -> None:
        """Remove a file or, with all that it holds, a folder, if it is there."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and keep others from working in it, as far as the place knows locks; DumpError if another does."""
        raise NotImplementedError


def is_url(path: str) -> bool:
    """Tell whether a path is one that fsspec opens."""
    return "://" in path


def folder_of(out: Path | str) -> Folder:
    """Return the folder of that path or URL."""
    text = str(out)
    return RemoteFolder(text.rstrip("/")) if is_url(text) else LocalFolder(Path(os.path.realpath(text)), text)


def place_of(out: Path | str) -> tuple[Folder, str]:
    """Return the folder that a file lies in, and its name there."""
    text = str(out)
    if is_url(text):
        parent, _, name = text.rstrip("/").rpartition("/")
        return RemoteFolder(parent), name
    target = Path(os.path.realpath(text))
    return LocalFolder(target.parent, text), target.name


@dataclass(frozen=True)
class LocalFolder:
    """A folder on this machine.

    Attributes:
        path: where it lies.
        said: what the caller calls what is written into it, for messages; empty is its path.
    """

    path: Path
    said: str = ""

    @property
    def shown(self) -> str:
        """What messages call it."""
        return self.said or str(self.path)

    def inner(self, name: str) -> "LocalFolder":
        """Return a folder in it."""
        return LocalFolder(self.path / name, self.said)

    def names(self) -> set[str]:
        """Return the names of what lies in it; none if it is not there."""
        with suppress(FileNotFoundError):
            return {entry.name for entry in self.path.iterdir()}
        return set()

    def read(self, name: str) -> bytes:
        """Return the bytes of a file; FileNotFoundError if it is not there."""
        return (self.path / name).read_bytes()

    def size(self, name: str) -> int:
        """Return the size of a file in bytes; FileNotFoundError if it is not there."""
        return (self.path / name).stat().st_size

    @contextmanager
    def written(self, name: str) -> Iterator[Path]:
        """Hand out the path of a new file, which gets its name, and the mode of what it replaces, when the block ends well."""
        target = self.path / name
        part = target.with_name(f".{name[:100]}.{secrets.token_hex(4)}.part")
        try:
            with _naming(self.shown):
                part.touch()
                with suppress(FileNotFoundError):
                    part.chmod(stat.S_IMODE(target.stat().st_mode))
            yield part
            with _naming(self.shown):
                sync_to_disk(part)
                part.replace(target)
                sync_to_disk(self.path)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Hand out the path of a file."""
        yield self.path / name

    def remove(self, name: str) -> None:
        """Remove a file or, with all that it holds, a folder, if it is there."""
        import shutil

        path = self.path / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and hold its lock; DumpError if another process holds it."""
        handle = self._locked()
        try:
            yield
        finally:
            os.close(handle)

    def _locked(self) -> int:
        while True:
            with _naming(self.shown):
                self.path.mkdir(exist_ok=True)
                try:
                    handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                except FileNotFoundError:
                    continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise DumpError(f"{self.shown} is being written by another run; wait for its end, or name another output") from None
            except OSError:
                return handle  # some network mounts know no locks
            # Who held the lock before may have removed the folder since it was opened here.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), self.path.stat()):
                    return handle
            os.close(handle)


@contextmanager
def _naming(shown: str) -> Iterator[None]:
    """Let errors of the operating system name the output as the caller does."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, shown) from error


@contextmanager
def opened(path: Path, shown: str) -> Iterator[BinaryIO]:
    """Open a file for writing, from its beginning; errors of writing name it as the caller does."""
    try:
        file = io.BufferedWriter(_Output(path, shown), _BUFFER)
    except OSError as error:
        raise OSError(error.errno, error.strerror, shown) from error
    with file:
        yield file


class _Output(io.FileIO):
    """A file whose errors of writing name it as the caller does; the operating system's do not name it at all."""

    def __init__(self, path: Path, shown: str) -> None:
        super().__init__(path, "wb")
        self._shown = shown

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._shown) from error
