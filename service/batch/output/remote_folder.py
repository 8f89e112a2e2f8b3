"""Folders behind a URL that fsspec knows: object stores such as S3, and the file systems of clusters."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.batch.file_access import errors_named, resolve_url
from service.batch.output.part_names import partial_file

__all__ = ["RemoteFolder"]

_ATOMIC_UPLOAD_PROTOCOLS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "memory"}
"""Protocols of stores in which an upload appears only when it is complete; elsewhere, a partial file is uploaded and renamed."""


@dataclass(frozen=True)
class RemoteFolder:
    """A folder behind a URL; files are written on this machine and then uploaded whole. It has no locks.

    Attributes:
        url: with its protocol, without a slash at its end.
    """

    url: str

    @property
    def display_name(self) -> str:
        """Its name in messages."""
        return self.url

    def subfolder(self, name: str) -> "RemoteFolder":
        """Return a folder in this one."""
        return RemoteFolder(f"{self.url}/{name}")

    def names(self) -> set[str]:
        """Return the names of the files and folders in it; an empty set if it does not exist."""
        fs, path = self._locate()
        with suppress(FileNotFoundError), errors_named(self.url):
            fs.invalidate_cache()
            return {str(entry).rstrip("/").rpartition("/")[2] for entry in fs.ls(path, detail=False)} - {""}
        return set()

    def read(self, name: str) -> bytes:
        """Return the content of a file; raises FileNotFoundError if there is none."""
        fs, path = self._locate()
        with errors_named(f"{self.url}/{name}"):
            return bytes(fs.cat_file(f"{path}/{name}"))

    @contextmanager
    def new_file(self, name: str) -> Iterator[Path]:
        """Provide the path of a file on this machine, which is uploaded if the block ends well."""
        fs, path = self._locate()
        with tempfile.TemporaryDirectory(prefix="tipstaff-") as folder:
            part = Path(folder) / "part"
            part.touch()
            yield part
            with errors_named(f"{self.url}/{name}"):
                if not set(_protocols(fs)).isdisjoint(_ATOMIC_UPLOAD_PROTOCOLS):
                    fs.put_file(str(part), f"{path}/{name}")
                    return
                partial_path = f"{path}/{partial_file(name)}"
                fs.makedirs(path, exist_ok=True)
                fs.put_file(str(part), partial_path)
                fs.mv(partial_path, f"{path}/{name}")

    @contextmanager
    def local_copy(self, name: str) -> Iterator[Path]:
        """Provide the path of a copy on this machine."""
        fs, path = self._locate()
        with tempfile.TemporaryDirectory(prefix="tipstaff-") as folder:
            copy = Path(folder) / "copy"
            with errors_named(f"{self.url}/{name}"):
                fs.get_file(f"{path}/{name}", str(copy))
            yield copy

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that it holds, if it exists."""
        fs, path = self._locate()
        with suppress(FileNotFoundError), errors_named(f"{self.url}/{name}"):
            fs.invalidate_cache()
            fs.rm(f"{path}/{name}", recursive=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: such stores have no locks."""
        yield

    def _locate(self) -> tuple[Any, str]:
        file_system, path = resolve_url(self.url)
        return file_system, path.rstrip("/")


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)
