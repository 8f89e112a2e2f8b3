"""Services that are stopped while they have more to do than they can finish, as processes of their own."""

import json
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

Start = Callable[..., ServerProcess]

_PATIENCE = 120
_LARGE = {"comments": [{"id": str(at), "text": "you pathetic idiot, " * 30} for at in range(400)]}
_EXPLAINED = {"comments": [{"id": str(at), "text": "you pathetic idiot, " * 100} for at in range(40)], "explain": True}
_CALLS = (
    ("/v1/moderate", _LARGE),
    ("/v1/moderate", _EXPLAINED),
    ("/v1/moderations", {"input": ["you pathetic idiot, " * 30] * 400}),
    ("/coral/moderate", {"comment": {"body": "you pathetic idiot, " * 20_000}}),
)


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A function that starts a server with the given settings and a store of the test's own; all are killed in the end."""
    folder = tmp_path_factory.mktemp("data")
    with ExitStack() as servers:
        yield lambda **settings: servers.enter_context(ServerProcess(folder, **settings))


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=_PATIENCE)
    return connection


def _head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


def _send_large(address: str, path: str, message: object) -> socket.socket:
    connection, body = _connect(address), json.dumps(message).encode()
    connection.sendall(_head(path, len(body)) + body)
    return connection


def _read_answer(connection: socket.socket) -> bytes:
    """Return all that a connection still says until it ends."""
    chunks = []
    while chunk := connection.recv(65_536):
        chunks.append(chunk)
    return b"".join(chunks)


def _in_progress(address: str) -> float:
    page = httpx.get(f"{address}/metrics", timeout=_PATIENCE).text
    return float(next(line for line in page.splitlines() if line.startswith("tipstaff_in_progress ")).split()[1])


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_every_call_is_answered(start: Start, workers: int) -> None:
    """A service that is stopped under load answers every call that it has read, by the n-grams or 503, and ends in time without a fault.

    Among them are calls whose bodies are not complete, and clients that do not read their answers.
    """
    server = start(workers=workers, shutdown_timeout=3, max_explained_bytes=1_000_000, judging_timeout=300)
    address = server.ready()
    with ExitStack() as connections:
        calls = [connections.enter_context(_send_large(address, path, message)) for path, message in _CALLS * 3]
        slow = [connections.enter_context(_connect(address)) for _ in range(3)]
        for connection in slow:
            connection.sendall(_head("/v1/moderate", 100_000) + b"{")
        wait_until(lambda: _in_progress(address) >= len(calls) + len(slow), what="all calls are in progress")
        server.send_stop()
        with ThreadPoolExecutor(len(calls)) as pool:
            answers = list(pool.map(_read_answer, [*calls, *slow]))
    lines = server.wait()

    for answer in answers:
        status = answer.partition(b"\r\n")[0].split()[1]
        assert status == b"200" or (status == b"503" and b"retry-after: 1" in answer.lower()), answer[:500]
    assert server.returncode == 0
    assert not any("Traceback" in line or "Cancel" in line or " ERROR " in line for line in lines), lines


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGINT, signal.SIGINT],
        pytest.param([signal.SIGTERM, signal.SIGTERM], marks=pytest.mark.nightly),
        pytest.param([signal.SIGTERM, signal.SIGINT], marks=pytest.mark.nightly),
    ],
)
def test_a_second_signal_causes_no_fault(start: Start, signals: list[signal.Signals]) -> None:
    """A second signal while calls are in progress leaves no traceback, and the process ends."""
    server = start(shutdown_timeout=2)
    address = server.ready()
    with ExitStack() as connections:
        for path, message in _CALLS[2:]:
            connections.enter_context(_send_large(address, path, message))
        wait_until(lambda: _in_progress(address) >= 2, what="the calls are in progress")
        for number in signals:
            server.send_signal(number)
        lines = server.wait()

    assert server.returncode == 0
    assert not any("Traceback" in line or "Cancel" in line for line in lines), lines


@pytest.mark.nightly
def test_clients_that_do_not_read_are_not_waited_for(start: Start) -> None:
    """Clients that leave their answers unread do not keep a service from ending in its time."""
    server = start(shutdown_timeout=2)
    address = server.ready()
    message = {"comments": [{"id": "x" * 3000, "text": "Good morning"}] * 1000}
    with ExitStack() as connections:
        for _ in range(4):
            connection = connections.enter_context(_connect(address))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            body = json.dumps(message).encode()
            connection.sendall(_head("/v1/moderate", len(body)) + body)
        wait_until(lambda: "tipstaff_comments_total" in httpx.get(f"{address}/metrics", timeout=_PATIENCE).text, what="calls were judged")
        server.send_stop()
        lines = server.wait()

    assert server.returncode == 0
    assert not any("Traceback" in line or "Cancel" in line for line in lines), lines
