"""Clients that are slow, or too many, over real sockets."""

import select
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import httpx
import pytest

from tests.waiting import wait_until

Serve = Callable[..., AbstractContextManager[httpx.Client]]
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


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


def test_too_many_connections_are_refused(serve: Serve) -> None:
    """Beyond the limit a connection is answered 503 with Retry-After and closed; open ones are served, and new ones when there is room."""
    with serve(max_connections=3) as client, ExitStack() as stack:
        port = _port_of(client)

        def open_connection() -> socket.socket | None:
            connection = stack.enter_context(_connect(port))
            connection.sendall(HEAD + b"\r\n")
            if connection.recv(65536).startswith(b"HTTP/1.1 200"):
                return connection
            connection.close()
            return None

        first, *others = (wait_until(open_connection, what="there is room for a connection") for _ in range(3))
        with _connect(port) as late:
            refusal = _receive_all(late)
        assert first is not None
        first.sendall(HEAD + b"\r\n")
        assert first.recv(65536).startswith(b"HTTP/1.1 200")
        first.close()
        wait_until(open_connection, what="there is room again")
    assert len(others) == 2
    assert refusal.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1\r\n" in refusal


def test_incomplete_bodies_have_a_limit_together(serve: Serve) -> None:
    """Clients that begin to send bodies cannot fill the memory: beyond a limit for all together, one more gets 503 with Retry-After."""
    most = 64
    content = b'{"comments": [' + b" " * 5000
    head = b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    call = head % (len(content) + 2) + content
    with serve(max_comment_bytes=1000, max_body_bytes=6000, body_timeout=300) as client, ExitStack() as stack:
        port = _port_of(client)
        first = stack.enter_context(_connect(port))
        first.sendall(call)
        answered: list[socket.socket] = []
        for _ in range(2 * most):
            late = stack.enter_context(_connect(port))
            late.sendall(call)
            answered, _, _ = select.select([late], [], [], 0.05)
            if answered:
                break
        else:
            pytest.fail(f"{2 * most} incomplete bodies were accepted")
        refusal = answered[0].recv(65536)
        first.sendall(b"]}")
        answer = first.recv(65536)

    assert refusal.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1\r\n" in refusal
    assert answer.startswith(b"HTTP/1.1 200")
