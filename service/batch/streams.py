"""Bytes of files and of standard input, with their first ones known beforehand, cut into lines of bounded length."""

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from service.batch.rows import MOST_ROW

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["STDIN", "Source", "lines", "open_source", "size_of"]

STDIN = "-"
"""The name that stands for standard input."""

_HEAD = 1 << 16


class _Replayed(io.RawIOBase):
    """A stream whose first bytes have been read already and come once more; it counts what it hands out."""

    def __init__(self, name: str, head: bytes, rest: BinaryIO) -> None:
        self._name = name
        self._head = head
        self._rest = rest
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        found = self._head[: len(view)] or _read(self._rest, len(view), self._name)
        self._head = self._head[len(view) :]
        view[: len(found)] = found
        self.count += len(found)
        return len(found)


@dataclass(frozen=True)
class Source:
    """An open file of comments.

    Attributes:
        name: what messages call it.
        head: its first 64 KiB, or all that it has.
        stream: all of its bytes, ``head`` included.
        size: its length in bytes, None where that cannot be known.
    """

    name: str
    head: bytes
    stream: _Replayed
    size: int | None

    @property
    def encoding(self) -> tuple[str, str]:
        """The codec of the bytes and how it treats errors; UTF-16 is known by its byte order mark."""
        utf16 = self.head[:2] in {b"\xff\xfe", b"\xfe\xff"}
        return ("utf-16", "replace") if utf16 else ("utf-8-sig", "surrogateescape")

    @property
    def head_text(self) -> str:
        """The text of ``head``; its last code point may be broken."""
        return self.head.decode(self.encoding[0], "replace")

    def share(self) -> float | None:
        """Return the share in [0, 1] of the bytes that have been read, None where the size is unknown."""
        return min(self.stream.count / self.size, 1.0) if self.size else None

    def text(self, *, newline: str) -> io.TextIOWrapper:
        """Decode the bytes; bytes that are not UTF-8 become lone surrogates (U+DC80 to U+DCFF)."""
        encoding, errors = self.encoding
        return io.TextIOWrapper(io.BufferedReader(self.stream, 1 << 18), encoding, errors, newline)


@contextmanager
def open_source(path: str) -> Iterator[Source]:
    """Open a file, or standard input if ``path`` is ``-``.

    Raises:
        OSError: it cannot be opened or read.
    """
    if path == STDIN:
        yield _source("standard input", sys.stdin.buffer, size_of(path))
    else:
        with Path(path).open("rb") as file:
            yield _source(path, file, size_of(path))


def _source(name: str, file: BinaryIO, size: int | None) -> Source:
    head = _read(file, _HEAD, name)
    return Source(name, head, _Replayed(name, head, file), size)


def _read(file: BinaryIO, size: int, name: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        # Errors of reading, other than those of opening, do not say which file it was.
        raise OSError(error.errno, error.strerror, name) from error


def size_of(path: str) -> int | None:
    """Return the size of a file in bytes, None for a pipe or a terminal."""
    try:
        status = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def lines(stream: io.TextIOWrapper) -> Iterator[str | None]:
    """Yield each line with its end; None stands for a line of more than ``MOST_ROW`` code points, which is skipped."""
    for line in iter(partial(stream.readline, MOST_ROW + 1), ""):
        if len(line) <= MOST_ROW:
            yield line
        else:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = stream.readline(MOST_ROW)
            yield None
