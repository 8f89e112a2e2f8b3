"""HTTPS, and clients that never shake hands."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.service.http.server_process import ServerProcess


class SecureServer:
    """A service with HTTPS, a short wait for handshakes and room for few connections."""

    def __init__(self, address: str, certificate: Path) -> None:
        self.address = httpx.URL(address)
        self._context = ssl.create_default_context(cafile=certificate)

    def connect(self) -> socket.socket:
        """Connect, without a handshake."""
        assert self.address.port is not None
        return socket.create_connection((self.address.host, self.address.port), timeout=60)

    def is_alive(self) -> bool:
        """Whether a call over a new connection is answered."""
        return httpx.get(self.address.join("/healthz"), verify=self._context, timeout=60).status_code == 200


@pytest.fixture
def server(tmp_path: Path, certificate: tuple[Path, Path]) -> Iterator[SecureServer]:
    """Such a service."""
    options = {"max_connections_per_address": 4, "header_timeout": 2, "profile": "fast"}
    with ServerProcess(tmp_path, tls_certificate=certificate[0], tls_key=certificate[1], **options) as server:
        yield SecureServer(server.address(), certificate[0])


def _wait_for_end(connection: socket.socket) -> bytes:
    with suppress(ConnectionResetError):
        return connection.recv(65536)
    return b""


def test_silence_makes_room(server: SecureServer) -> None:
    """Clients that connect and never shake hands make room for those that do, and lose their connections in time."""
    with ExitStack() as stack:
        silent = [stack.enter_context(server.connect()) for _ in range(12)]

        assert server.is_alive()
        assert server.is_alive()
        assert [_wait_for_end(connection) for connection in silent] == [b""] * 12
        assert server.is_alive()


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\x00" * 100])
def test_no_handshake(server: SecureServer, sent: bytes) -> None:
    """A client that speaks something else, or stops in the middle of its handshake, loses its connection, and others are answered."""
    with server.connect() as connection:
        connection.sendall(sent)
        assert b"HTTP" not in _wait_for_end(connection)

    assert server.is_alive()
