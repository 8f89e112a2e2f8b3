"""The files of a registry behind a URL that fsspec knows: object stores such as S3, or the memory of a process, for tests."""

import errno
import inspect
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import RegistryError
from service.registry.storage.registry_files import MOST_DOCUMENT_BYTES

__all__ = ["UrlFiles"]

_PART = ".part-"
_PASSWORD = re.compile(r"(://[^/:@]*):[^/@]*@")
_NOT_IMPLEMENTED = "NotImplemented"
"""How S3 and what speaks like it call what they do not know, such as a write on a condition, and how Python does."""
_WHOLE_UPLOADS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "memory"}
"""Protocols of stores in which an upload appears only when it is complete; elsewhere, another name is written first and then changed."""


@dataclass(frozen=True, slots=True)
class UrlFiles:
    """A registry behind a URL.

    Attributes:
        name: the URL, without a slash at its end, nor a password.
        file_system: of fsspec.
        base: the path of the registry there.
    """

    name: str
    file_system: Any
    base: str
    root: None = None

    @classmethod
    def open(cls, url: str) -> "UrlFiles":
        """Return the files behind a URL.

        Raises:
            RegistryError: the protocol is unknown, or the library for it is missing.
        """
        import fsspec

        shown = _PASSWORD.sub(r"\1:…@", url)
        try:
            file_system, base = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise RegistryError(f"{shown}: the registry cannot be opened: {error}") from error
        return cls(shown.rstrip("/"), file_system, str(base).rstrip("/"))

    def read(self, path: str) -> bytes:
        """Return the content of a document; see `RegistryFiles.read`."""
        with self._named(path):
            content = bytes(self.file_system.cat_file(f"{self.base}/{path}", end=MOST_DOCUMENT_BYTES + 1))
        if len(content) > MOST_DOCUMENT_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), f"{self.name}/{path}")
        return content

    def names(self, folder: str) -> list[str]:
        """Return the names of what is in a folder, sorted."""
        with suppress(FileNotFoundError), self._named(folder):
            self.file_system.invalidate_cache()
            entries = self.file_system.ls(f"{self.base}/{folder}", detail=False)
            names = {str(entry).rstrip("/").rpartition("/")[2] for entry in entries}
            return sorted(name for name in names if name and not name.startswith("."))
        return []

    def has(self, path: str) -> bool:
        """Return whether a document is there."""
        with self._named(path):
            self.file_system.invalidate_cache()
            return bool(self.file_system.isfile(f"{self.base}/{path}"))

    def create(self, path: str, content: bytes) -> bool:
        """Write a document that is not there yet; see `RegistryFiles.create`.

        The content of writers who may meet has to differ, for what lies there afterwards tells who has won: also where the answer
        to the call was lost, or where the store does not know calls that only create.
        """
        place = f"{self.base}/{path}"
        with suppress(FileNotFoundError):
            return self.read(path) == content
        self._make_parent(place)
        try:
            if "mode" in inspect.signature(self.file_system.pipe_file).parameters:
                self.file_system.pipe_file(place, content, mode="create")
            else:
                self.file_system.pipe_file(place, content)
        except Exception as failure:
            with suppress(FileNotFoundError):
                return self.read(path) == content
            if _NOT_IMPLEMENTED not in f"{type(failure).__name__}: {failure}":
                raise OSError(None, f"{type(failure).__name__}: {failure}", f"{self.name}/{path}") from failure
            with self._named(path):
                self.file_system.pipe_file(place, content)
        return self.read(path) == content

    def replace(self, path: str, content: bytes) -> None:
        """Write a document in place of the one that there may be; see `RegistryFiles.replace`."""
        with self._named(path):
            self._replace(f"{self.base}/{path}", content)

    def remove(self, path: str) -> None:
        """Remove a document or a folder, if it is there."""
        with suppress(FileNotFoundError), self._named(path):
            self.file_system.invalidate_cache()
            self.file_system.rm(f"{self.base}/{path}", recursive=True)

    def put_folder(self, source: Path, path: str, *, last: str) -> None:
        """Copy a folder of plain files, unless it is there already; see `RegistryFiles.put_folder`."""
        if self.has(f"{path}/{last}"):
            return
        files = [file for file in sorted(source.iterdir()) if file.is_file() and not file.is_symlink()]
        for file in sorted(files, key=lambda file: file.name == last):
            if file.name == last:
                self.create(f"{path}/{last}", file.read_bytes())
            else:
                self.replace(f"{path}/{file.name}", file.read_bytes())

    def get_folder(self, path: str, target: Path) -> None:
        """Copy a folder of plain files into an empty one; see `RegistryFiles.get_folder`."""
        with self._named(path):
            self.file_system.invalidate_cache()
            for entry in self.file_system.ls(f"{self.base}/{path}", detail=True):
                name = str(entry["name"]).rstrip("/").rpartition("/")[2]
                if entry["type"] == "file" and name and not name.startswith("."):
                    self.file_system.get_file(f"{self.base}/{path}/{name}", str(target / name))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: such stores have no locks, and every change is decided by who creates its entry in the log."""
        yield

    def _replace(self, place: str, content: bytes) -> None:
        protocols = {self.file_system.protocol} if isinstance(self.file_system.protocol, str) else set(self.file_system.protocol)
        self._make_parent(place)
        if not protocols.isdisjoint(_WHOLE_UPLOADS):
            self.file_system.pipe_file(place, content)
            return
        folder, _, name = place.rpartition("/")
        part = f"{folder}/{_PART}{name}-{secrets.token_hex(8)}"
        self.file_system.pipe_file(part, content)
        self.file_system.mv(part, place)

    def _make_parent(self, place: str) -> None:
        # In an object store this does nothing but look for the bucket, which the site has made.
        with suppress(Exception):
            self.file_system.makedirs(place.rpartition("/")[0], exist_ok=True)

    @contextmanager
    def _named(self, path: str) -> Iterator[None]:
        """Turn whatever goes wrong into an ``OSError`` that names the file: the libraries behind fsspec have errors of their own."""
        name = f"{self.name}/{path}"
        try:
            yield
        except FileNotFoundError as error:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from error
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), name) from error
        except Exception as error:  # the exceptions of the various stores have no common root
            raise OSError(None, f"{type(error).__name__}: {error}", name) from error
