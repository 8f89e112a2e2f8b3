"""What a registry needs of the place where its files lie."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

__all__ = ["MOST_DOCUMENT_BYTES", "RegistryFiles"]

MOST_DOCUMENT_BYTES = 16 * 2**20
"""The most bytes of a document; whatever is longer was not written by a registry."""


class RegistryFiles(Protocol):
    """Files by their paths in the registry, such as ``aliases/champion.json``. A reader finds each whole, or not at all.

    All that writes is called while the files are `locked`. Whatever goes wrong raises an ``OSError`` that names the file.
    """

    @property
    def name(self) -> str:
        """The folder or URL, for messages."""

    @property
    def root(self) -> Path | None:
        """The folder of this machine; None behind a URL."""

    def read(self, path: str) -> bytes:
        """Return the content of a document.

        Raises:
            FileNotFoundError: there is none.
            OSError: it cannot be read, or has more than `MOST_DOCUMENT_BYTES` bytes.
        """

    def names(self, folder: str) -> list[str]:
        """Return the names of the files and folders in a folder, sorted, without those that are still being written."""

    def create(self, path: str, content: bytes) -> bool:
        """Write a document that is not there yet; of several writers at once one alone succeeds.

        Returns:
            Whether it was written; False if there is one already.
        """

    def replace(self, path: str, content: bytes) -> None:
        """Write a document, in one step, in place of the one that there may be."""

    def remove(self, path: str) -> None:
        """Remove a document, or a folder with all that it holds, if it is there."""

    def has(self, path: str) -> bool:
        """Return whether a document is there."""

    def put_folder(self, source: Path, path: str, *, last: str) -> None:
        """Copy a folder of plain files from this machine, unless it is there already.

        Args:
            source: the folder.
            path: where it will be.
            last: the name of the file that makes it complete; where files come one by one, it comes last.
        """

    def get_folder(self, path: str, target: Path) -> None:
        """Copy a folder of plain files into an empty folder of this machine.

        Raises:
            FileNotFoundError: there is none.
        """

    def locked(self) -> AbstractContextManager[None]:
        """Keep other writers out while the block runs, where the place has locks."""
