"""The line between a supervisor and one of its workers: small messages, and with them descriptors of files in memory.

A message is a line of JSON behind its length; the descriptors come with the length.
"""

import json
import os
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

__all__ = ["ChannelMessage", "ModelChannel"]

_HEAD = struct.Struct("!II")  # bytes of the content, number of descriptors
_MOST_BYTES = 1 << 20
_MOST_FILES = 128
_SECONDS = 10.0


class ChannelMessage(NamedTuple):
    """What one side tells the other.

    Attributes:
        kind: what it is about.
        fields: what it says, JSON-ready.
        files: descriptors, which belong to whoever receives the message.
    """

    kind: str
    fields: dict[str, Any]
    files: Sequence[int] = ()


class ModelChannel:
    """One end of a line; any thread may send, one receives.

    Args:
        line: a connected stream socket of the same machine, which belongs to this object from now on.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._sending = threading.Lock()

    @classmethod
    def pair(cls) -> tuple["ModelChannel", "ModelChannel"]:
        """Return both ends of a new line."""
        ours, theirs = socket.socketpair()
        return cls(ours), cls(theirs)

    def fileno(self) -> int:
        """Return the descriptor of this end, to wait for messages on it; -1 once it is closed."""
        return self._line.fileno()

    def send(self, kind: str, /, *, files: Sequence[int] = (), **fields: Any) -> bool:
        """Send a message; return whether the other end still listens.

        Args:
            kind: what it is about.
            files: descriptors to hand over; the caller keeps its own.
            fields: what it says.
        """
        content = json.dumps({"kind": kind, **fields}).encode()
        try:
            with self._sending:
                # The other end reads all the time, and so little fits into the system's buffers, unless it is dead or stuck.
                socket.send_fds(self._line, [_HEAD.pack(len(content), len(files))], files)
                self._line.sendall(content)
        except (OSError, ValueError):
            return False
        return True

    def receive(self) -> ChannelMessage | None:
        """Wait for the next message; None once the other end is closed, or does not keep to the form."""
        files: Sequence[int] = ()
        try:
            head, files, _, _ = socket.recv_fds(self._line, _HEAD.size, _MOST_FILES)
            size, count = _HEAD.unpack(head + self._read(_HEAD.size - len(head)))
            if size > _MOST_BYTES or count != len(files):
                raise ValueError("a message of another form, or no room for its descriptors")
            fields = json.loads(self._read(size))
            return ChannelMessage(fields.pop("kind"), fields, files)
        except (OSError, EOFError, ValueError, KeyError):
            for file in files:
                os.close(file)
            return None

    def _read(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            block = self._line.recv(size - len(content))
            if not block:
                raise EOFError
            content += block
        return content

    def give_up_slow_writes(self) -> None:
        """Count an end that has not taken a message for some seconds as closed, so that one worker does not hold up the others."""
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(_SECONDS), 0))

    def release(self) -> None:
        """Close the descriptor of this end, which another process has too by now; the line stays as it is."""
        self._line.close()

    def close(self) -> None:
        """End the line: both ends receive None."""
        with suppress(OSError):  # the other end is gone already
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()
