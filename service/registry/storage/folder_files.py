"""The files of a registry in a folder of this machine; a kill at any moment leaves each file as it was or as it shall be."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from model.artefact.atomic import sync_to_disk
from service.registry.storage.registry_files import MOST_DOCUMENT_BYTES

__all__ = ["FolderFiles"]

_PART = ".part-"
_PRIVATE = 0o700


class FolderFiles:
    """A registry in a folder. What is made in it may be read by those who may read the folder; one that is made new is private.

    Args:
        root: the folder; made when something is first written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """The folder, for messages."""
        return str(self.root)

    def read(self, path: str) -> bytes:
        """Return the content of a document; see `RegistryFiles.read`."""
        place = self.root / path
        with place.open("rb") as file:
            content = file.read(MOST_DOCUMENT_BYTES + 1)
        if len(content) > MOST_DOCUMENT_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(place))
        return content

    def names(self, folder: str) -> list[str]:
        """Return the names of what is in a folder, sorted."""
        with suppress(FileNotFoundError):
            return sorted(entry.name for entry in (self.root / folder).iterdir() if not entry.name.startswith("."))
        return []

    def has(self, path: str) -> bool:
        """Return whether a document is there."""
        return (self.root / path).is_file()

    def create(self, path: str, content: bytes) -> bool:
        """Write a document that is not there yet; see `RegistryFiles.create`."""
        place = self.root / path
        part = self._write_part(place, content)
        try:
            with suppress(FileExistsError):
                _link(part, place)
                sync_to_disk(place.parent)
                return True
            return False
        finally:
            part.unlink(missing_ok=True)

    def replace(self, path: str, content: bytes) -> None:
        """Write a document in place of the one that there may be; see `RegistryFiles.replace`."""
        place = self.root / path
        part = self._write_part(place, content)
        try:
            part.replace(place)
            sync_to_disk(place.parent)
        finally:
            part.unlink(missing_ok=True)

    def remove(self, path: str) -> None:
        """Remove a document or a folder, if it is there."""
        place = self.root / path
        with suppress(FileNotFoundError):
            if place.is_dir():
                # In one step, so that nobody finds half of it.
                gone = place.with_name(f"{_PART}{place.name}-{secrets.token_hex(8)}")
                place.rename(gone)
                shutil.rmtree(gone)
            else:
                place.unlink()
            sync_to_disk(place.parent)

    def put_folder(self, source: Path, path: str, *, last: str) -> None:
        """Copy a folder of plain files, unless it is there already; see `RegistryFiles.put_folder`."""
        place = self.root / path
        if (place / last).is_file():
            return
        self._make_folder(place.parent)
        part = place.with_name(f"{_PART}{place.name}-{secrets.token_hex(8)}")
        part.mkdir(self._mode())
        try:
            for file in sorted(source.iterdir()):
                if file.is_file() and not file.is_symlink():
                    self._copy(file, part / file.name)
            sync_to_disk(part)
            _move_folder(part, place)
            sync_to_disk(place.parent)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def get_folder(self, path: str, target: Path) -> None:
        """Copy a folder of plain files into an empty one; see `RegistryFiles.get_folder`."""
        for file in sorted((self.root / path).iterdir()):
            if file.is_file() and not file.is_symlink():
                shutil.copyfile(file, target / file.name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other writers of this folder out, where its file system has locks, and remove what killed ones left behind."""
        self._make_folder(self.root)
        handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
                self._remove_parts()
            yield
        finally:
            os.close(handle)

    def _remove_parts(self) -> None:
        for part in self.root.glob(f"[a-z]*/{_PART}*"):
            if part.is_dir():
                shutil.rmtree(part, ignore_errors=True)
            else:
                part.unlink(missing_ok=True)

    def _write_part(self, place: Path, content: bytes) -> Path:
        self._make_folder(place.parent)
        part = place.with_name(f"{_PART}{place.name}-{secrets.token_hex(8)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._mode() & 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return part

    def _copy(self, source: Path, target: Path) -> None:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._mode() & 0o666)
        with source.open("rb") as file, os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())

    def _make_folder(self, folder: Path) -> None:
        if not self.root.is_dir():
            self.root.parent.mkdir(_PRIVATE, parents=True, exist_ok=True)
            self.root.mkdir(_PRIVATE, exist_ok=True)
        for parent in (*reversed(folder.relative_to(self.root).parents), folder.relative_to(self.root)):
            (self.root / parent).mkdir(self._mode(), exist_ok=True)

    def _mode(self) -> int:
        return self.root.stat().st_mode & 0o777


def _link(part: Path, place: Path) -> None:
    """Give a file its name, if none has it.

    Raises:
        FileExistsError: another file has that name.
    """
    try:
        os.link(part, place)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: the writers have locked each other out, so that a look before is enough.
        if place.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from None
        part.rename(place)


def _move_folder(part: Path, place: Path) -> None:
    try:
        part.rename(place)
    except OSError as error:
        # Somebody else has brought the same version meanwhile.
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
