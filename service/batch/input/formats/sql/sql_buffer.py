"""A window on a stream of SQL: as much of it as the statement at hand needs, and no more."""

import io

__all__ = ["SqlBuffer"]

_CHUNK_SIZE = 1 << 20
_END_SIZE = 200


class SqlBuffer:
    """The bytes of a stream from a moving position on.

    Args:
        stream: the dump, in UTF-8 or another encoding in which a byte below 128 is always that ASCII character.

    Attributes:
        data: the window.
        at: the position in it.
        at_end: whether all of the stream has been read.
        beginning: the first bytes of the stream.
        ending: the last bytes that have been read.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._base = 0
        self.data = b""
        self.at = 0
        self.at_end = False
        self.beginning = b""
        self.ending = b""

    @property
    def offset(self) -> int:
        """The byte of the stream at the position."""
        return self._base + self.at

    @property
    def waiting(self) -> int:
        """How many bytes are in the window from the position on."""
        return len(self.data) - self.at

    def fill(self) -> bool:
        """Read on, and forget what is before the position; False at the end of the stream.

        The window grows by as much as it holds, so that whatever is parsed anew after each filling takes linear time.
        """
        if self.at_end:
            return False
        rest = self.data[self.at :]
        chunk = self._stream.read(max(_CHUNK_SIZE, len(rest)))
        self._base += self.at
        self.data, self.at = rest + chunk, 0
        self.at_end = not chunk
        self.beginning = self.beginning or chunk[:_END_SIZE]
        self.ending = (self.ending + chunk[-_END_SIZE:])[-_END_SIZE:]
        return bool(chunk)

    def require(self, size: int) -> None:
        """Read until ``size`` bytes are in the window, or the stream has ended."""
        while len(self.data) - self.at < size and self.fill():
            pass

    def skip_past(self, end: bytes) -> bool:
        """Move behind the next occurrence of some bytes; False, and to the end of the stream, if there is none."""
        while (found := self.data.find(end, self.at)) < 0:
            # What is searched for may begin in this window and end in the next.
            self.at = max(self.at, len(self.data) - len(end) + 1)
            if not self.fill():
                self.at = len(self.data)
                return False
        self.at = found + len(end)
        return True
