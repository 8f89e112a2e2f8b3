"""Bytes of files, of URLs and of standard input, unpacked, with their first ones known beforehand."""

import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from model.errors import DumpError
from service.batch.input.compression import Damage, Unpacked, compression_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["STDIN", "Replayed", "Source", "lines_in_memory", "open_source", "opened_again", "size_of", "source_of"]

STDIN = "-"
"""The name that stands for standard input."""

_HEAD = 1 << 16
_BUFFER = 1 << 18
_MOST_LAYERS = 3
_MOST_SPOOLED = 1 << 38
"""Bytes of a file that must be read here and there which are put aside on disk when it lies in another."""


class _Counted(io.RawIOBase):
    """A stream that counts what it hands out, and ends where it should."""

    def __init__(self, file: BinaryIO, name: str, most: int | None) -> None:
        self._file = file
        self._name = name
        self._most = most
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        size = len(view) if self._most is None else min(len(view), self._most - self.count)
        found = _read(self._file, size, self._name) if size else b""
        view[: len(found)] = found
        self.count += len(found)
        return len(found)


class Replayed(io.RawIOBase):
    """A stream whose first bytes have been read already and come once more."""

    def __init__(self, head: bytes, rest: io.RawIOBase) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read bytes."""
        if not self._head:
            return int(self._rest.readinto(buffer) or 0)
        view = memoryview(buffer).cast("B")
        found = self._head[: len(view)]
        self._head = self._head[len(view) :]
        view[: len(found)] = found
        return len(found)


class _Damaged(Protocol):
    damage: Damage | None


@dataclass
class Source:
    """An open file of comments, unpacked.

    Attributes:
        name: what messages call it.
        head: its first 64 KiB, or all that it has.
        stream: all of its bytes, ``head`` included.
        size: the length in bytes of the file as it lies, None where that cannot be known.
        path: the file or URL that holds just these bytes from its beginning on, None where there is none.
        begin: at which byte of the file the stream begins.
    """

    name: str
    head: bytes
    stream: "io.BufferedReader[Any]"
    size: int | None = None
    path: str | None = None
    begin: int = 0
    _counted: _Counted | None = None
    _layers: "Sequence[Unpacked | _Unpacked]" = field(default_factory=list)
    _watched: list["_Damaged"] = field(default_factory=list)

    def watch(self, stream: "_Damaged") -> None:
        """Let the damage of a stream below be this source's."""
        self._watched.append(stream)

    @property
    def damage(self) -> Damage | None:
        """Why the stream ended before its end, None as long as it did not."""
        return next((layer.damage for layer in (*self._watched, *self._layers) if layer.damage is not None), None)

    @property
    def can_end_early(self) -> bool:
        """Whether it may yet turn out that the stream ends before its end."""
        return any(isinstance(layer, Unpacked) or layer.damage is not None for layer in (*self._watched, *self._layers)) or bool(
            self._watched
        )

    @property
    def packed(self) -> bool:
        """Whether the file is compressed."""
        return bool(self._layers)

    def share(self) -> float | None:
        """Return the share in [0, 1] of the bytes that have been read, None where the size is unknown."""
        return min(self._counted.count / self.size, 1.0) if self.size and self._counted is not None else None


@contextmanager
def open_source(path: str, *, begin: int = 0, end: int | None = None) -> Iterator[Source]:
    """Open a file, a URL, or standard input if ``path`` is ``-``, and unpack it if it is compressed.

    Args:
        path: the file.
        begin: the byte of it, as it lies, that is read first. What does not begin at 0 is not unpacked.
        end: the byte that is read no more; None is all.

    Raises:
        DumpError: fsspec does not know the protocol, or it is packed too often.
        OSError: it cannot be opened or read.
    """
    name = "standard input" if path == STDIN else path
    with _opened(path) as file:
        if begin:
            file.seek(begin)
        size = size_of(path) if end is None else end
        counted = _Counted(file, name, None if end is None else end - begin)
        yield source_of(counted, name, size=None if size is None else size - begin, path=path, begin=begin, plain=begin > 0)


def source_of(
    counted: io.RawIOBase, name: str, *, size: int | None = None, path: str | None = None, begin: int = 0, plain: bool = False
) -> Source:
    """Return a stream of bytes as a source, unpacked unless ``plain``; other arguments as in ``Source``."""
    stream, layers = counted, list[Unpacked]()
    head = _head_of(stream)
    while not plain and (make := compression_of(head)) is not None:
        if len(layers) == _MOST_LAYERS:
            raise DumpError(f"{name} is compressed more than {_MOST_LAYERS} times; unpack it first")
        layers.append(Unpacked(cast(BinaryIO, io.BufferedReader(Replayed(head, stream), _BUFFER)), name, make))
        stream = layers[-1]
        head = _head_of(stream)
    whole = path if path != STDIN and not layers else None
    buffered = io.BufferedReader(Replayed(head, stream), _BUFFER)
    return Source(name, head, buffered, size, whole, begin, counted if isinstance(counted, _Counted) else None, layers)


@dataclass(frozen=True)
class _Unpacked:
    """What is left of unpacking when the bytes are there: whether it ended early."""

    damage: Damage | None


def lines_in_memory(content: bytes, name: str, damage: Damage | None) -> Source:
    """Return lines of a file that was unpacked elsewhere as a source.

    Args:
        content: the lines.
        name: what messages call the file.
        damage: why the file ends behind them before its end, if it does.
    """
    counted = _Counted(cast(BinaryIO, io.BytesIO(content)), name, None)
    return Source(name, content[:_HEAD], io.BufferedReader(counted, _BUFFER), len(content), _counted=counted, _layers=[_Unpacked(damage)])


def _head_of(stream: io.RawIOBase) -> bytes:
    parts, size = [], 0
    while size < _HEAD and (found := stream.read(_HEAD - size)):
        parts.append(found)
        size += len(found)
    return b"".join(parts)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == STDIN:
        yield sys.stdin.buffer
    elif "://" in path:
        with _opened_url(path) as file:
            yield file
    else:
        with Path(path).open("rb") as file:
            yield file


@contextmanager
def _opened_url(url: str) -> Iterator[BinaryIO]:
    fs, path = _file_system(url)
    with _said_by(url):
        file = fs.open(path, "rb")
    with file:
        yield file


def _file_system(url: str) -> tuple[Any, str]:
    import fsspec

    try:
        fs, path = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise DumpError(f"{url}: cannot be opened: {error}") from error
    return fs, str(path)


@contextmanager
def _said_by(name: str) -> Iterator[None]:
    """Let whatever goes wrong with a file name it; errors of reading, other than those of opening, do not say which it was."""
    try:
        yield
    except DumpError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), name) from error
    except Exception as error:  # what the libraries of the stores raise has no common root
        raise OSError(None, f"{type(error).__name__}: {error}", name) from error


def _read(file: BinaryIO, size: int, name: str) -> bytes:
    with _said_by(name):
        # What is there is enough: a Ctrl-C that comes while more is waited for would not be heard.
        read = getattr(file, "read1", file.read)
        return read(size) or b""


def size_of(path: str) -> int | None:
    """Return the size of a file or URL in bytes, None for a pipe or a terminal."""
    if "://" in path:
        fs, there = _file_system(path)
        with _said_by(path):
            size = fs.size(there)
        return None if size is None else int(size)
    try:
        status = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


@contextmanager
def opened_again(source: Source) -> Iterator[BinaryIO]:
    """Hand out the bytes of a source as a file that can be read here and there; what is packed or piped is put aside on disk.

    Raises:
        DumpError: there are too many bytes to put aside.
        OSError: they cannot be read or put aside.
    """
    if source.path is not None:
        with _opened(source.path) as file:
            if file.seekable():
                yield file
                return
    with tempfile.TemporaryFile(prefix="tipstaff-") as aside:
        while chunk := source.stream.read(1 << 20):
            if aside.tell() + len(chunk) > _MOST_SPOOLED:
                raise DumpError(f"{source.name} is larger than {_MOST_SPOOLED >> 30} GiB when unpacked; unpack it first")
            aside.write(chunk)
        aside.seek(0)
        yield cast(BinaryIO, aside)
