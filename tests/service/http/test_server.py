"""The whole server as a process of its own."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest

from model.artefact.folder import shipped_folder
from tests.service.http.server_process import ServerProcess
from tests.waiting import wait_until

CALL = '{"comments": [{"id": "1", "text": "Good morning"}]}'

Start = Callable[..., ServerProcess]


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A function that starts a server with the given settings and a store of the test's own; all are killed in the end."""
    folder = tmp_path_factory.mktemp("data")
    with ExitStack() as servers:
        yield lambda **settings: servers.enter_context(ServerProcess(folder, **settings))


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_and_ends_cleanly(start: Start, workers: int) -> None:
    """A started server judges comments, and SIGTERM ends it and its workers with exit code 0 and without a traceback."""
    server = start(workers=workers, xyzzy=1)
    address = server.ready()
    response = httpx.post(f"{address}/v1/moderate", json={"comments": [{"id": "1", "text": "Good morning"}]}, timeout=60)
    children = server.children()

    lines = server.stop()

    assert response.json()["decisions"][0]["label"] == "fine"
    assert not any("Traceback" in line for line in lines)
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert any("TIPSTAFF_XYZZY is no setting" in line for line in lines)


def _errors(lines: list[str]) -> list[str]:
    return [line for line in lines if " INFO " not in line]


@pytest.mark.parametrize("workers", [1, 2])
def test_port_in_use_stops_the_start(start: Start, workers: int) -> None:
    """When another program listens on the port, the start fails with one line that names the port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = start(port=port, workers=workers)
        (line,) = server.wait()

    assert server.returncode != 0
    assert line.startswith(f"tipstaff: cannot listen on 127.0.0.1 port {port}: ")


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_artefact_stops_the_start(start: Start, tmp_path: Path, workers: int) -> None:
    """When the artefact cannot be used, the server ends by itself with one line that names it."""
    (tmp_path / "manifest.json").write_text("{")
    server = start(workers=workers, artefact=tmp_path)
    (line,) = _errors(server.wait())

    assert server.returncode != 0
    assert line.startswith(f"tipstaff: {tmp_path}: ")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("content", ["[community.a]\non_foreign = 1", '[community.a]\npolicy = "nonsense"'])
def test_bad_communities_stop_the_start(start: Start, tmp_path: Path, workers: int, content: str) -> None:
    """When something in the file of communities is wrong, the start fails with one line that names file, community and field."""
    path = tmp_path / "communities.toml"
    path.write_text(content, encoding="utf-8")
    server = start(workers=workers, communities=path)
    (line,) = _errors(server.wait())

    assert server.returncode == 1
    assert line.startswith(f"tipstaff: {path}: community 'a': ")


def _call_until_closed(address: str, has_begun: threading.Event) -> list[int]:
    """Call over one connection as fast as answers come, until one says that it was the last; return the statuses."""
    host, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    statuses: list[int] = []

    def is_last() -> bool:
        connection.request("POST", "/v1/moderate", CALL, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
        has_begun.set()
        return response.getheader("connection") == "close"

    deadline = time.monotonic() + 120
    while not is_last():
        assert time.monotonic() < deadline, "no answer said that it was the last"
    return statuses


@pytest.mark.parametrize("workers", [1, 2])
def test_stopping_fails_no_call(start: Start, workers: int) -> None:
    """When a service is stopped under load every call is answered, and the last answer of each connection says that it is the last."""
    server = start(workers=workers, queue_ms=60_000)
    address = server.ready()
    begun = [threading.Event() for _ in range(16)]

    with ThreadPoolExecutor(len(begun)) as pool:
        callers = [pool.submit(_call_until_closed, address, has_begun) for has_begun in begun]
        for has_begun in begun:
            assert has_begun.wait(60)
        server.send_stop()
        statuses = [status for caller in callers for status in caller.result()]
    lines = server.wait()

    assert set(statuses) == {200}
    assert server.returncode == 0
    assert not any("Traceback" in line for line in lines)


def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    """When the supervisor is killed its workers end within seconds, a new service takes their port, and removes what was left behind."""
    with ServerProcess(tmp_path, workers=2) as server:
        address = server.ready()
        children = server.children()

        server.kill_supervisor()

        assert psutil.wait_procs(children, timeout=30)[1] == []
    assert list(tmp_path.glob("metrics-*"))
    with ServerProcess(tmp_path, port=address.rpartition(":")[2]) as server:
        assert server.address() == address
        assert not list(tmp_path.glob("metrics-*"))


def _moderate(address: str) -> int:
    return httpx.post(f"{address}/v1/moderate", content=CALL, headers={"Content-Type": "application/json"}, timeout=60).status_code


@pytest.mark.parametrize("workers", [1, 2])
def test_an_artefact_that_is_overwritten_harms_nobody(start: Start, tmp_path: Path, workers: int) -> None:
    """While a model is served its files may be shortened in place: calls go on, in workers too that are started afterwards."""
    artefact = tmp_path / "artefact"
    shutil.copytree(shipped_folder(), artefact)
    server = start(workers=workers, artefact=artefact, profile="full")
    address = server.ready()
    for path in artefact.iterdir():
        os.truncate(path, path.stat().st_size // 2)
        assert _moderate(address) == 200
    for worker in _workers(server):
        worker.kill()
        wait_until(partial(_has_ended, worker), what="the worker has ended")
    server.ready()

    assert [_moderate(address) for _ in range(4)] == [200] * 4
    assert not any("Traceback" in line for line in server.stop())


def _workers(server: ServerProcess) -> list[psutil.Process]:
    return [child for child in server.children() if "spawn_main" in " ".join(child.cmdline())]


def test_workers_that_die_while_they_are_asked_are_replaced_at_once(start: Start) -> None:
    """A supervisor that waits for the answer of a busy worker does not go on waiting for it once that worker has been killed."""
    server = start(workers=2)
    address = server.ready()
    supervisor = psutil.Process(server.pid)
    workers = _workers(server)
    for worker in workers:
        worker.suspend()
    wait_until(partial(_has_paused, supervisor), what="the supervisor waits for an answer")

    for worker in workers:
        worker.kill()

    # A worker that does not answer is given 60 s.
    assert httpx.get(f"{address}/readyz", timeout=45).status_code == 200


def _has_paused(process: psutil.Process) -> bool:
    """Whether a process that otherwise wakes every half second has slept for more than a second."""
    before = process.num_ctx_switches()
    time.sleep(1.2)
    return bool(process.num_ctx_switches() == before)


def _has_ended(process: psutil.Process) -> bool:
    """Whether a process has ended, also if its parent has not yet taken note of that."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_https(start: Start, certificate: tuple[Path, Path]) -> None:
    """With a certificate the service speaks HTTPS, and its log says so; it tells browsers to come back by HTTPS alone."""
    address = start(tls_certificate=certificate[0], tls_key=certificate[1]).address()

    response = httpx.get(f"{address}/healthz", verify=ssl.create_default_context(cafile=certificate[0]), timeout=60)

    assert address.startswith("https://")
    assert response.status_code == 200
    assert response.headers["strict-transport-security"] == "max-age=31536000"


def test_bad_certificate_stops_the_start(start: Start, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    """A certificate or key that is missing or no such thing, or a key with a password, stops the start with one line that names it."""
    locked = tmp_path / "locked.pem"
    command = ["openssl", "rsa", "-aes128", "-passout", "pass:x", "-in", str(certificate[1]), "-out", str(locked)]
    subprocess.run(command, check=True, capture_output=True)
    (tmp_path / "nonsense.pem").write_text("nonsense")

    for cert, key in ((tmp_path / "none.pem", certificate[1]), (tmp_path / "nonsense.pem", certificate[1]), (certificate[0], locked)):
        server = start(tls_certificate=cert, tls_key=key)
        (line,) = server.wait()
        assert server.returncode == 1
        assert str(key) in line


def test_service_under_a_path_of_a_proxy(start: Start) -> None:
    """Behind a proxy that offers the service under a path, and strips it from the path of each call, the service answers."""
    address = start(root_path="/tipstaff").ready()

    assert httpx.post(f"{address}/v1/moderate", content=CALL, headers={"Content-Type": "application/json"}, timeout=60).status_code == 200
    assert httpx.get(f"{address}/docs", timeout=60).status_code == 200
