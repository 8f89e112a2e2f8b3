"""Clients that are slow, or too many, over real sockets."""

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def port(running: Running, moderator: "Moderator", tmp_path: Path) -> Iterator[int]:
    """The port of a service without patience, that keeps three connections open."""
    settings = read_settings(data_dir=tmp_path, header_timeout=1, keep_alive_timeout=2, max_connections=3)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        port = client.base_url.port
        assert port is not None
        client.close()
        yield port


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.settimeout(60)
    return connection


def _rest(connection: socket.socket) -> bytes:
    """What comes until the other side closes the connection."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


@pytest.mark.parametrize("sent", [b"", b"G", HEAD, b"\r\n\r\n", b"POST /v1/moderate HTTP/1.1\r\nContent-Le"])
def test_half_a_request_is_not_waited_for(port: int, sent: bytes) -> None:
    """A client that sends nothing, or not the whole head of a request, loses the connection."""
    with _connect(port) as connection:
        connection.sendall(sent)
        assert _rest(connection) == b""


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET /hea"])
def test_half_a_second_request_is_not_waited_for(port: int, sent: bytes) -> None:
    """After an answer too, a client that sends nothing, blank lines or half a request loses the connection."""
    with _connect(port) as connection:
        connection.sendall(HEAD + b"\r\n")
        received = connection.recv(65536)
        connection.sendall(sent)
        assert received.startswith(b"HTTP/1.1 200")
        _rest(connection)


def test_a_client_that_is_quick_enough_is_served(port: int) -> None:
    """The head of a request may come in pieces."""
    with _connect(port) as connection:
        for byte in HEAD + b"Connection: close\r\n\r\n":
            connection.sendall(bytes([byte]))
        assert _rest(connection).startswith(b"HTTP/1.1 200")


def test_too_many_connections_are_sent_away(port: int) -> None:
    """Beyond the limit a connection is answered 503 with Retry-After and closed; those that are open are served, as are new ones then."""
    with ExitStack() as stack:
        present = [stack.enter_context(_connect(port)) for _ in range(3)]
        for connection in present:
            connection.sendall(HEAD + b"\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        with _connect(port) as late:
            answer = _rest(late)
        present[0].sendall(HEAD + b"\r\n")
        assert present[0].recv(65536).startswith(b"HTTP/1.1 200")
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1\r\n" in answer
    while True:
        with _connect(port) as again:
            again.sendall(HEAD + b"Connection: close\r\n\r\n")
            if _rest(again).startswith(b"HTTP/1.1 200"):
                break


def test_bodies_on_their_way_have_a_limit_together(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """Clients that send bodies and do not finish cannot fill the memory: beyond a limit of all together, 503 with Retry-After."""
    settings = read_settings(data_dir=tmp_path, max_comment_bytes=1000, max_body_bytes=6000)
    call = b'{"comments": [' + b" " * 5000
    head = b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
        len(call) + 2
    )
    with running(create_app(settings, load=lambda _: moderator)) as client, ExitStack() as stack:
        port = client.base_url.port
        assert port is not None
        first = stack.enter_context(_connect(port))
        first.sendall(head + call)
        refused: list[socket.socket] = []
        while not refused:
            late = stack.enter_context(_connect(port))
            late.sendall(head + call)
            refused, _, _ = select.select([late], [], [], 0.01)
        answer = refused[0].recv(65536)
        first.sendall(b"]}")
        finished = first.recv(65536)

    assert answer.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1\r\n" in answer
    assert finished.startswith(b"HTTP/1.1 200")
