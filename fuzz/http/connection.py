"""A client that sends bytes as they are, any number of calls at once over one connection, and reads what comes back."""

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Answer", "Conversation", "converse", "parse_answers"]

_HOST = "127.0.0.1"
_CHUNK = 262_144


@dataclass(frozen=True)
class Answer:
    """An answer.

    Attributes:
        status: its status.
        headers: names in lower case, in the order of the answer.
        body: its body.
    """

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header; an empty text if there is none."""
        return next((value for key, value in self.headers if key == name), "")


class Conversation(NamedTuple):
    """What came back over one connection.

    Attributes:
        answers: the complete answers, in order.
        rest: bytes after the last of them.
        ended: whether the server closed the connection.
        seconds: how long it took.
    """

    answers: list[Answer]
    rest: bytes
    ended: bool
    seconds: float


def converse(port: int, contents: Sequence[bytes], *, heads: Sequence[bool], half_close: bool = False, timeout: float = 30) -> Conversation:
    """Send requests over a new connection without waiting for answers, and read the answers.

    Args:
        port: where the service listens.
        contents: the requests.
        heads: of each, whether the answer has no body, since the method is HEAD.
        half_close: whether to say after the last request that no more will come, and to read until the server closes.
        timeout: seconds without any byte either way after which waiting ends.
    """
    begin = time.monotonic()
    data, ended, parsed = b"", False, _Parsed([], b"")
    with socket.create_connection((_HOST, port), timeout=timeout) as connection:
        connection.setblocking(False)
        rest = memoryview(b"".join(contents))
        if not rest and half_close:
            connection.shutdown(socket.SHUT_WR)
        while not ended and (half_close or len(parsed.answers) < len(contents)):
            readable, writable, _ = select.select([connection], [connection] if rest else [], [], timeout)
            if not readable and not writable:
                break
            if writable:
                rest, ended = _send(connection, rest)
                if not rest and half_close and not ended:
                    with suppress(OSError):  # it may have been reset
                        connection.shutdown(socket.SHUT_WR)
            if readable:
                try:
                    received = connection.recv(_CHUNK)
                except OSError:
                    received = b""
                ended = not received
                data += received
                parsed = _parse(data, heads, ended=ended)
    return Conversation(parsed.answers, parsed.rest, ended, time.monotonic() - begin)


def _send(connection: socket.socket, rest: memoryview) -> tuple[memoryview, bool]:
    """Send as much as fits; return what is left. A server that does not read on may still have answered."""
    try:
        return rest[connection.send(rest) :], False
    except BlockingIOError:
        return rest, False
    except OSError:
        return rest[:0], False


class _Parsed(NamedTuple):
    answers: list[Answer]
    rest: bytes


def parse_answers(data: bytes, *, heads: Sequence[bool] = ()) -> tuple[list[Answer], bytes]:
    """Return the complete answers at the beginning of what was read until the server closed, and the bytes after them."""
    return _parse(data, heads, ended=True)


def _parse(data: bytes, heads: Sequence[bool], *, ended: bool) -> _Parsed:
    answers: list[Answer] = []
    at = 0
    while True:
        end = data.find(b"\r\n\r\n", at)
        if end < 0:
            return _Parsed(answers, data[at:])
        status_line, *lines = data[at:end].decode("latin-1").split("\r\n")
        words = status_line.split(" ", 2)
        if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdecimal():
            return _Parsed(answers, data[at:])
        headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        status = int(words[1])
        if status == 100:
            at = end + 4
            continue
        is_head = len(heads) > len(answers) and heads[len(answers)]
        found = _find_body(data, end + 4, dict(headers), empty=is_head or status in {204, 304}, ended=ended)
        if found is None:
            return _Parsed(answers, data[at:])
        body, at = found
        answers.append(Answer(status, headers, body))


def _find_body(data: bytes, at: int, headers: dict[str, str], *, empty: bool, ended: bool) -> tuple[bytes, int] | None:
    """Return the body that begins at a place, and where it ends; None if it is not complete."""
    if empty:
        return b"", at
    if headers.get("transfer-encoding", "").lower() == "chunked":
        pieces: list[bytes] = []
        for piece, after in _chunks(data, at):
            if piece == b"":
                return b"".join(pieces), after
            pieces.append(piece)
        return None
    if "content-length" in headers:
        size = int(headers["content-length"])
        return (data[at : at + size], at + size) if len(data) >= at + size else None
    return (data[at:], len(data)) if ended else None


def _chunks(data: bytes, begin: int) -> Iterator[tuple[bytes, int]]:
    """Yield the chunks from a place on, each with where the next begins; the last of a complete body is empty."""
    at = begin
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return
        size = int(data[at:end], 16)
        if len(data) < end + 4 + size:
            return
        at = end + 4 + size
        yield data[end + 2 : end + 2 + size], at
