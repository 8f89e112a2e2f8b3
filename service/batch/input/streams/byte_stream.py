"""Base of the readable streams in this package: a subclass only has to return the next bytes."""

import io
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["ByteStream", "RecordedStream", "ReplayedStream"]


class ByteStream(io.RawIOBase):
    """A stream that can be read from its beginning to its end."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer, or a part of it, with the next bytes; 0 is the end of the stream."""
        view = memoryview(buffer).cast("B")
        data = self.next_bytes(len(view))
        view[: len(data)] = data
        return len(data)

    def next_bytes(self, size: int) -> bytes | memoryview:
        """Return the next bytes, at most ``size`` of them; none at the end of the stream."""
        raise NotImplementedError


class ReplayedStream(ByteStream):
    """A stream whose first bytes have been read already, put together again.

    Args:
        head: the bytes that have been read.
        rest: the stream that they were read from.
    """

    def __init__(self, head: bytes, rest: io.RawIOBase) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer with the first bytes; once these are used up, let the stream below fill it itself."""
        return super().readinto(buffer) if self._head else int(self._rest.readinto(buffer) or 0)

    def next_bytes(self, size: int) -> memoryview:
        """Return the first bytes that are left, at most ``size`` of them."""
        data, self._head = self._head[:size], self._head[size:]
        return data


class RecordedStream(ByteStream):
    """A stream that remembers what has been read, so that it can be read once more from its beginning.

    Args:
        stream: the stream.
        limit: the most bytes that are remembered.
    """

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._recorded: bytearray | None = bytearray()

    def next_bytes(self, size: int) -> bytes:
        """Return the next bytes, at most ``size`` of them."""
        data = self._stream.read(size) or b""
        if self._recorded is not None:
            self._recorded += data
            if len(self._recorded) > self._limit:
                self._recorded = None
        return data

    def stop_recording(self) -> None:
        """Remember nothing any more."""
        self._recorded = None

    def replay(self) -> io.BufferedReader | None:
        """Return the stream from its beginning; None if more has been read of it than is remembered."""
        if self._recorded is None:
            return None
        return io.BufferedReader(ReplayedStream(bytes(self._recorded), cast(io.RawIOBase, self._stream)))
