"""The bytes of a dump from a file, a URL or standard input: decompressed, and with the first of them known before reading."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO, Protocol, cast

from model.errors import DumpError
from service.batch.file_access import STDIN, display_name, errors_named, measure_size, open_for_reading
from service.batch.input.streams.byte_stream import ByteStream, ReplayedStream
from service.batch.input.streams.compression import DecompressedStream, StreamDamage, find_decoder
from training.tables.expansion import DEFAULT_MAX_EXPANSION, ExpansionBudget

__all__ = ["DumpSource", "build_block_source", "open_seekable", "open_source", "unpack_source"]

_HEAD_SIZE = 1 << 16
_BUFFER_SIZE = 1 << 18
_COPY_SIZE = 1 << 20
_MAX_COMPRESSIONS = 3
_MAX_TEMPORARY_SIZE = 1 << 38
"""The largest number of bytes that are copied to a temporary file for a format that needs a seekable one."""


class _CountingStream(ByteStream):
    """A stream that counts the bytes that it hands out.

    Args:
        file: where the bytes come from.
        name: the name of the file in errors of reading.
        limit: the number of bytes after which the stream ends; None is the end of the file.
    """

    def __init__(self, file: BinaryIO, name: str, limit: int | None) -> None:
        self._file = file
        self._name = name
        self._limit = limit
        self.count = 0

    def next_bytes(self, size: int) -> bytes:
        if self._limit is not None:
            size = min(size, self._limit - self.count)
        data = self._read(size) if size else b""
        self.count += len(data)
        return data

    def _read(self, size: int) -> bytes:
        with errors_named(self._name):
            # read1 returns what has arrived: while Python waited in C for more, it would not notice a Ctrl-C.
            read = getattr(self._file, "read1", self._file.read)
            return read(size) or b""


class _Damageable(Protocol):
    """A stream that may turn out to be damaged."""

    @property
    def damage(self) -> StreamDamage | None: ...


@dataclass
class DumpSource:
    """An open dump, decompressed.

    Attributes:
        name: its name in messages.
        head: its first 64 KiB, or all of it.
        stream: all of its bytes, ``head`` included.
        budget: what the file may become; the members of an archive share that of the archive.
        size: the size in bytes of the file as it is stored; None where that cannot be known.
        path: the file or URL with the bytes of ``stream``, as they are, from ``begin`` on; None where there is none.
        begin: the byte of the file with which the stream begins.
        remarks: what people should know about how the file is read; readers add to it with ``add_remark``.
    """

    name: str
    head: bytes
    stream: "io.BufferedReader[Any]"
    budget: ExpansionBudget
    size: int | None = None
    path: str | None = None
    begin: int = 0
    remarks: list[str] = field(default_factory=list)
    _counter: _CountingStream | None = None
    _decompressions: Sequence[_Damageable] = field(default_factory=list)
    _outer_streams: list[_Damageable] = field(default_factory=list)

    def report_damage_of(self, stream: _Damageable) -> None:
        """Report damage of a stream that this source is read from as damage of the source."""
        self._outer_streams.append(stream)

    @property
    def damage(self) -> StreamDamage | None:
        """Why the stream ended too early; None as long as it has not."""
        streams = (*self._outer_streams, *self._decompressions)
        return next((stream.damage for stream in streams if stream.damage is not None), None)

    @property
    def can_end_early(self) -> bool:
        """Whether the stream has turned out, or may yet turn out, to end too early."""
        if self._outer_streams:
            return True
        return any(isinstance(stream, DecompressedStream) or stream.damage is not None for stream in self._decompressions)

    @property
    def is_compressed(self) -> bool:
        """Whether the file is compressed."""
        return bool(self._decompressions)

    def share(self) -> float | None:
        """Return the share in [0, 1] of the file that has been read; None where its size is unknown."""
        return min(self._counter.count / self.size, 1.0) if self.size and self._counter is not None else None


@contextmanager
def open_source(path: str, *, begin: int = 0, end: int | None = None, max_expansion: int = DEFAULT_MAX_EXPANSION) -> Iterator[DumpSource]:
    """Open a file, a URL or standard input (``-``), and decompress it if it is compressed.

    Args:
        path: the file.
        begin: the first byte of the stored file that is read; unless it is 0, nothing is decompressed.
        end: the byte of the stored file before which reading ends; None is the end of the file.
        max_expansion: how many times its stored size the file may become.

    Raises:
        DumpError: fsspec does not know the protocol, or the file is compressed too many times over.
        OSError: the file cannot be opened or read.
    """
    name = display_name(path)
    with open_for_reading(path) as file:
        if begin:
            file.seek(begin)
        size = measure_size(path) if end is None else end
        counter = _CountingStream(file, name, None if end is None else end - begin)
        budget = ExpansionBudget(name, lambda: counter.count, max_expansion=max_expansion)
        yield unpack_source(counter, name, budget, size=None if size is None else size - begin, path=path, begin=begin)


def unpack_source(
    stream: io.RawIOBase, name: str, budget: ExpansionBudget, *, size: int | None = None, path: str | None = None, begin: int = 0
) -> DumpSource:
    """Build the source of a dump from its stored bytes, which are decompressed unless they begin in the middle of a file.

    The arguments besides ``stream`` are those of ``DumpSource``; without a ``path``, the stream is a member of an archive or the like.

    Raises:
        DumpError: the bytes are compressed too many times over.
    """
    counter = stream if isinstance(stream, _CountingStream) else None
    decompressions: list[DecompressedStream] = []
    head = _read_head(stream)
    while begin == 0 and (decoder_factory := find_decoder(head)) is not None:
        if len(decompressions) == _MAX_COMPRESSIONS:
            raise DumpError(f"{name} is compressed more than {_MAX_COMPRESSIONS} times; unpack it first")
        compressed = io.BufferedReader(ReplayedStream(head, stream), _BUFFER_SIZE)
        stage = f"{'unpacked' if counter is not None else 'unpacked members'} {len(decompressions)}"
        decompressions.append(DecompressedStream(cast(BinaryIO, compressed), decoder_factory, partial(budget.add, stage)))
        stream = decompressions[-1]
        head = _read_head(stream)
    stored_path = path if path != STDIN and not decompressions else None
    buffered = io.BufferedReader(ReplayedStream(head, stream), _BUFFER_SIZE)
    return DumpSource(name, head, buffered, budget, size, stored_path, begin, _counter=counter, _decompressions=decompressions)


@dataclass(frozen=True)
class _FinishedDecompression:
    """A decompression that took place elsewhere."""

    damage: StreamDamage | None


def build_block_source(content: bytes, name: str, damage: StreamDamage | None) -> DumpSource:
    """Build the source of some lines of a file that was decompressed elsewhere.

    Args:
        content: the lines.
        name: the name of the file in messages.
        damage: why the file ends too early with these lines, if it does.
    """
    counter = _CountingStream(cast(BinaryIO, io.BytesIO(content)), name, None)
    buffered = io.BufferedReader(counter, _BUFFER_SIZE)
    decompressions = [_FinishedDecompression(damage)]
    budget = ExpansionBudget(name, lambda: len(content))
    return DumpSource(name, content[:_HEAD_SIZE], buffered, budget, len(content), _counter=counter, _decompressions=decompressions)


def _read_head(stream: io.RawIOBase) -> bytes:
    parts, size = [], 0
    while size < _HEAD_SIZE and (data := stream.read(_HEAD_SIZE - size)):
        parts.append(data)
        size += len(data)
    return b"".join(parts)


@contextmanager
def open_seekable(source: DumpSource) -> Iterator[BinaryIO]:
    """Open the bytes of a source as a seekable file; a pipe or a compressed file is copied to a temporary file.

    Raises:
        DumpError: there are too many bytes to copy.
        OSError: they cannot be read or copied.
    """
    if source.path is not None:
        with open_for_reading(source.path) as file:
            if file.seekable():
                source.budget.assume_stored(file.seek(0, io.SEEK_END))
                file.seek(0)
                yield file
                return
    with tempfile.TemporaryFile(prefix="tipstaff-") as copy:
        while chunk := source.stream.read(_COPY_SIZE):
            if copy.tell() + len(chunk) > _MAX_TEMPORARY_SIZE:
                raise DumpError(f"{source.name} is larger than {_MAX_TEMPORARY_SIZE >> 30} GiB when unpacked; unpack it first")
            copy.write(chunk)
        copy.seek(0)
        yield cast(BinaryIO, copy)
