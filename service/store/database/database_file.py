"""The file of an SQLite database while it is open: whether the path still leads to it, and to the files that belong to it.

A file that is removed or replaced stays open, so SQLite goes on writing to what nobody will ever find again. That has to be noticed before
a write is acknowledged.
"""

import threading
from pathlib import Path

from model.errors import StoreError

__all__ = ["DatabaseFile"]

_SUFFIXES = ("-wal", "-shm")
_ADVICE = "put it back, or restore a backup and restart the service; until then nothing is stored"

_Identity = tuple[int, int]
"""The numbers of a device and of a file on it."""


class DatabaseFile:
    """Watches one file of SQLite. Any thread may use it.

    The file is never opened here: closing it would end the locks that this process holds on it
    (https://www.sqlite.org/howtocorrupt.html, section 2.2).

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: _Identity | None = None
        self._size = 0
        # The log and its index, which SQLite removes with the last connection.
        self._companions: dict[Path, _Identity] = {}
        self._connections = 0

    def note_opened(self) -> None:
        """Take note of a connection that has been opened and has read.

        Raises:
            StoreError: it leads to another file than the connections before it.
        """
        with self._lock:
            if self._file is None:
                self._file = self._identify(self.path)
            if not self._connections:
                paths = [self.path.with_name(f"{self.path.name}{suffix}") for suffix in _SUFFIXES]
                self._companions = {path: self._identify(path) for path in paths if path.exists()}
            self._connections += 1
        self.check()

    def note_closed(self) -> None:
        """Take note of a connection that has been closed."""
        with self._lock:
            self._connections -= 1

    def check(self) -> None:
        """Make sure that the path leads to the file that is open, and that it has not been cut off.

        Raises:
            StoreError: it does not.
        """
        if self._file is None:
            return
        with self._lock:
            if self._identify(self.path) != self._file:
                raise StoreError(f"the database {self.path} was replaced while it was in use: {_ADVICE}")
            size = self.path.stat().st_size
            if size < self._size or not size:
                raise StoreError(f"the database {self.path} was cut off while it was in use: restore a backup, and restart the service")
            self._size = size
            if self._connections:
                for path, identity in self._companions.items():
                    if self._identify(path) != identity:
                        raise StoreError(f"{path}, which belongs to the database, was replaced while it was in use: {_ADVICE}")

    @staticmethod
    def _identify(path: Path) -> _Identity:
        try:
            status = path.stat()
        except OSError as error:
            raise StoreError(f"the database lacks {path}, which was there before ({error.strerror or error}): {_ADVICE}") from None
        return status.st_dev, status.st_ino
