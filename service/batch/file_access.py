"""The one place where batch scoring opens files and URLs, for reading and for writing, and makes their errors name the file."""

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from model.errors import DumpError, TipstaffError
from training.tables.file_names import legible_name

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = [
    "STDIN",
    "display_name",
    "errors_named",
    "is_folder",
    "is_url",
    "measure_size",
    "open_for_reading",
    "open_for_writing",
    "resolve_url",
    "walk_files",
]

STDIN = "-"
"""The path that means standard input."""

_BUFFER_SIZE = 1 << 20


def display_name(path: str) -> str:
    r"""Return the name of an input or output in messages and results; bytes of a file name that are not UTF-8 appear as ``\xff``."""
    return "standard input" if path == STDIN else legible_name(path)


def is_url(path: str) -> bool:
    """Tell whether fsspec opens a path, rather than the operating system."""
    return "://" in path


def is_folder(path: str) -> bool:
    """Tell whether a path is that of a folder of this machine."""
    return path != STDIN and not is_url(path) and Path(path).is_dir()


def walk_files(folder: str) -> Iterator[Path]:
    """Yield the regular files in a folder and in those below it, in the order of their paths; links are not followed.

    Raises:
        OSError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(files):
            path = Path(parent) / name
            if path.is_file() and not path.is_symlink():
                yield path


def resolve_url(url: str) -> tuple[Any, str]:
    """Return the fsspec file system that a URL belongs to, and its path there.

    Raises:
        DumpError: fsspec does not know the protocol, or lacks the library for it.
    """
    import fsspec

    try:
        file_system, path = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise DumpError(f"{url}: cannot be opened: {error}") from error
    return file_system, str(path)


@contextmanager
def errors_named(name: str) -> Iterator[None]:
    """Turn everything that goes wrong with a file into an ``OSError`` that carries its name.

    The operating system names a file only when opening it fails, and the libraries behind fsspec raise exceptions of their own.

    Args:
        name: the name of the file in errors.

    Raises:
        FileNotFoundError: the file is not there.
        OSError: anything else went wrong.
    """
    try:
        yield
    except TipstaffError:
        raise
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, error.strerror or str(error), name) from error
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), name) from error
    except Exception as error:  # the exceptions of the various stores have no common root
        raise OSError(None, f"{type(error).__name__}: {error}", name) from error


@contextmanager
def open_for_reading(path: str) -> Iterator[BinaryIO]:
    """Open a file, a URL or standard input (``-``) for reading bytes.

    Raises:
        DumpError: fsspec does not know the protocol of the URL.
        OSError: the file cannot be opened.
    """
    if path == STDIN:
        yield sys.stdin.buffer
    elif is_url(path):
        file_system, remote_path = resolve_url(path)
        with errors_named(path):
            file = file_system.open(remote_path, "rb")
        with file:
            yield file
    else:
        with Path(path).open("rb") as file:
            yield file


@contextmanager
def open_for_writing(path: Path, name: str) -> Iterator[BinaryIO]:
    """Create or empty a file of this machine and open it for writing bytes.

    Args:
        path: the file.
        name: the name of the file in errors of opening and writing.

    Raises:
        OSError: the file cannot be opened.
    """
    with errors_named(name):
        file = io.BufferedWriter(_NamedOutput(path, name), _BUFFER_SIZE)
    with file:
        yield file


class _NamedOutput(io.FileIO):
    """A file whose write errors name the file as the user does; the operating system's errors do not name it."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, "wb")
        self._display_name = name

    def write(self, data: "ReadableBuffer", /) -> int:
        with errors_named(self._display_name):
            return super().write(data)


def measure_size(path: str) -> int | None:
    """Return the size in bytes of a file, of all files in a folder, of a URL or of standard input.

    Returns:
        None for a pipe, a terminal or a file that cannot be examined.
    """
    if is_url(path):
        file_system, remote_path = resolve_url(path)
        with errors_named(path):
            size = file_system.size(remote_path)
        return None if size is None else int(size)
    try:
        if is_folder(path):
            return sum(file.lstat().st_size for file in walk_files(path))
        status = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
