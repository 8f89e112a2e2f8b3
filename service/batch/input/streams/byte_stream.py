"""Base of the readable streams in this package: a subclass only has to return the next bytes."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["ByteStream", "ReplayedStream"]


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
