"""Clients that are slow, or too many, over real sockets."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.waiting import wait_until

if TYPE_CHECKING:
    from model.moderator import Moderator

Serve = Callable[..., AbstractContextManager[httpx.Client]]
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
INCOMPLETE_CALL = b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"


@pytest.fixture
def port(serve: Serve) -> Iterator[int]:
    """The port of a service without patience."""
    with serve(header_timeout=1, keep_alive_timeout=2) as client:
        yield _port_of(client)


def _port_of(client: httpx.Client) -> int:
    """The port of a client's service; the client's own connections are closed."""
    port = client.base_url.port
    assert port is not None
    client.close()
    return port


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.settimeout(60)
    return connection


def _receive_all(connection: socket.socket) -> bytes:
    """Everything that the other side sends until it closes the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


@pytest.mark.parametrize("sent", [b"", b"G", HEAD, b"\r\n\r\n", b"POST /v1/moderate HTTP/1.1\r\nContent-Le"])
def test_incomplete_request_is_given_up(port: int, sent: bytes) -> None:
    """A client that sends nothing, or not the whole head of a request, loses the connection."""
    with _connect(port) as connection:
        connection.sendall(sent)
        assert _receive_all(connection) == b""


@pytest.mark.parametrize("target", ["//healthz", "///healthz", "//healthz?a=//b", "http://localhost//healthz"])
def test_several_slashes_count_as_one(port: int, target: str) -> None:
    """A path behind an address that ends in a slash already is found; what comes after the path is left alone."""
    with _connect(port) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        status = _receive_all(connection).split()[1]

    assert status == b"200"


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET /hea"])
def test_incomplete_second_request_is_given_up(port: int, sent: bytes) -> None:
    """After an answer, too, a client that sends nothing, blank lines or half a request loses the connection."""
    with _connect(port) as connection:
        connection.sendall(HEAD + b"\r\n")
        received = connection.recv(65536)
        connection.sendall(sent)
        assert received.startswith(b"HTTP/1.1 200")
        _receive_all(connection)


def test_head_may_come_in_pieces(client: httpx.Client) -> None:
    """A request whose head arrives byte by byte, but in time, is answered."""
    assert client.base_url.port is not None
    with _connect(client.base_url.port) as connection:
        for byte in HEAD + b"Connection: close\r\n\r\n":
            connection.sendall(bytes([byte]))
        assert _receive_all(connection).startswith(b"HTTP/1.1 200")


def _is_answered(connection: socket.socket) -> bool:
    connection.sendall(HEAD + b"\r\n")
    return connection.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("limits", [{"max_connections": 4}, {"max_connections_per_address": 4}])
@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET /hea", HEAD, INCOMPLETE_CALL], ids=["nothing", "blank line", "line", "head", "body"])
def test_clients_that_keep_us_waiting_make_room(serve: Serve, limits: dict[str, int], sent: bytes) -> None:
    """When there are as many connections as there may be, whoever keeps us waiting makes room for a newcomer."""
    with serve(**limits, header_timeout=300, body_timeout=300) as client, ExitStack() as stack:
        port = _port_of(client)
        slow = [stack.enter_context(_connect(port)) for _ in range(4)]
        for connection in slow:
            connection.sendall(sent)
        first = stack.enter_context(_connect(port))
        assert _is_answered(first)
        for newcomer in (stack.enter_context(_connect(port)) for _ in range(8)):
            # A client that has been answered before goes after all that have not.
            newcomer.sendall(HEAD + b"Connection: close\r\n\r\n")
            assert _receive_all(newcomer).startswith(b"HTTP/1.1 200")
        assert _is_answered(first)


def test_who_made_room_is_answered_after_all(serve: Serve) -> None:
    """A connection that has made room for another is closed before long, unless a call arrives on it, which is answered."""
    with serve(max_connections=1, header_timeout=300) as client, ExitStack() as stack:
        port = _port_of(client)
        first, second = (stack.enter_context(_connect(port)) for _ in range(2))
        assert _is_answered(second)
        assert _is_answered(first)
        assert _receive_all(second) == b""


class PausedModerator:
    """A moderator that judges nothing before it is released."""

    def __init__(self, moderator: "Moderator") -> None:
        self._moderator = moderator
        self.begun, self.released = threading.Event(), threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._moderator, name)

    def decide(self, comments: Sequence[Any], **options: Any) -> Any:
        self.begun.set()
        assert self.released.wait(120)
        return self._moderator.decide(comments, **options)


def test_answers_are_finished_before_there_is_room(serve: Serve, moderator: "Moderator") -> None:
    """A connection whose call is being answered is never closed for another, which is answered 503 with Retry-After instead."""
    body = json.dumps({"comments": [{"id": "1", "text": "Good morning to you all " * 30}], "explain": True}).encode() + b" " * 20_000
    head = b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    paused = PausedModerator(moderator)
    with serve(paused, max_connections=1, queue_ms=60_000) as client, ExitStack() as stack:
        port = _port_of(client)
        busy = stack.enter_context(_connect(port))
        busy.sendall(head + body)
        assert paused.begun.wait(60)
        with _connect(port) as late:
            refusal = _receive_all(late)
        paused.released.set()
        answer = busy.recv(65536)

    assert answer.startswith(b"HTTP/1.1 200")
    assert refusal.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1\r\n" in refusal
    assert b"application/problem+json" in refusal


def test_answers_that_nobody_reads_make_room(serve: Serve) -> None:
    """A client that asks for much and does not read it keeps neither its connection nor the memory for its answers."""
    with serve(max_connections_per_address=2, header_timeout=300) as client, ExitStack() as stack:
        port = _port_of(client)
        greedy = [stack.enter_context(_connect(port)) for _ in range(2)]
        for connection in greedy:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)

        def is_served() -> bool:
            with suppress(OSError), _connect(port) as newcomer:
                newcomer.sendall(HEAD + b"Connection: close\r\n\r\n")
                return _receive_all(newcomer).startswith(b"HTTP/1.1 200")
            return False

        wait_until(is_served, what="a newcomer is answered")
        assert is_served()
