"""The whole server as a process of its own."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()", "serve"]
CALL = '{"comments": [{"id": "1", "text": "Good morning"}]}'
LISTENING = re.compile(r"listening on (https?://\S+),")

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A function that starts a server with the given settings and a store of the test's own; all are ended with the test."""
    folder = tmp_path_factory.mktemp("data")
    started: list[subprocess.Popen[str]] = []

    def begin(**settings: object) -> "subprocess.Popen[str]":
        variables = {f"TIPSTAFF_{name.upper()}": str(value) for name, value in {"data_dir": folder, **settings}.items()}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TIPSTAFF_")} | variables
        process = subprocess.Popen(COMMAND, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []:
            child.kill()
        process.kill()
        process.communicate()


def _address(process: "subprocess.Popen[str]") -> tuple[str, list[str]]:
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if found := LISTENING.search(line):
            return found[1], lines
    raise AssertionError(f"the server did not start: {lines}")


def _ready(address: str) -> httpx.Response:
    with httpx.Client(base_url=address, timeout=60) as client:
        while (response := client.get("/readyz")).status_code == 503:
            pass
    return response


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_and_ends_cleanly(start: Start, workers: int) -> None:
    """A started server judges comments, and SIGTERM ends it and its workers with exit code 0 and without a traceback."""
    process = start(port=0, workers=workers, xyzzy=1)
    address, lines = _address(process)
    ready = _ready(address)
    answer = httpx.post(f"{address}/v1/moderate", json={"comments": [{"id": "1", "text": "Good morning"}]}, timeout=60)
    family = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=60)

    assert ready.json()["status"] == "ready"
    assert answer.json()["decisions"][0]["label"] == "fine"
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert psutil.wait_procs(family, timeout=60)[1] == []
    assert any("TIPSTAFF_XYZZY is no setting" in line for line in lines)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_taken_port_stops_the_start(start: Start, workers: int) -> None:
    """When another program listens at the port the start fails and names the port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = start(port=port, workers=workers)
        _, said = process.communicate(timeout=60)

    assert process.returncode != 0
    assert said.startswith(f"tipstaff: cannot listen on 127.0.0.1 port {port}: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_artefact_stops_the_start(start: Start, tmp_path: Path, workers: int) -> None:
    """When the artefact cannot be used the server ends by itself and names it."""
    (tmp_path / "manifest.json").write_text("{")
    process = start(port=0, workers=workers, artefact=tmp_path)
    _, said = process.communicate(timeout=60)

    assert process.returncode != 0
    errors = [line for line in said.splitlines() if " INFO " not in line]
    assert len(errors) == 1
    assert errors[0].startswith(f"tipstaff: {tmp_path}: ")


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("content", ["[community.a]\non_foreign = 1", '[community.a]\npolicy = "nonsense"'])
def test_bad_communities_stop_the_start(start: Start, tmp_path: Path, workers: int, content: str) -> None:
    """When something in the file of communities is wrong the start fails with one line that names file, community and field."""
    path = tmp_path / "communities.toml"
    path.write_text(content, encoding="utf-8")
    process = start(port=0, workers=workers, communities=path)
    _, said = process.communicate(timeout=60)

    errors = [line for line in said.splitlines() if " INFO " not in line]
    assert process.returncode == 1
    assert len(errors) == 1
    assert errors[0].startswith(f"tipstaff: {path}: community 'a': ")


def _calls_until_told_to_leave(address: str, first: threading.Event) -> list[int]:
    """Calls over one connection as fast as answers come, until one says that it was the last."""
    host, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    statuses = []
    while True:
        connection.request("POST", "/v1/moderate", CALL, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
        first.set()
        if response.getheader("connection") == "close":
            return statuses


@pytest.mark.parametrize("workers", [1, 2])
def test_stopping_fails_no_call(start: Start, workers: int) -> None:
    """When the service is stopped under load every call that was made is answered, the last one of each connection says so."""
    process = start(port=0, workers=workers, queue_ms=60_000)
    address, _ = _address(process)
    _ready(address)
    busy = [threading.Event() for _ in range(16)]

    with ThreadPoolExecutor(len(busy)) as pool:
        callers = [pool.submit(_calls_until_told_to_leave, address, first) for first in busy]
        for first in busy:
            assert first.wait(60)
        process.send_signal(signal.SIGTERM)
        statuses = [status for caller in callers for status in caller.result()]
    _, rest = process.communicate(timeout=60)

    assert set(statuses) == {200}
    assert process.returncode == 0
    assert "Traceback" not in rest


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that it signed itself, and its key."""
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(files[0]), "-keyout", str(files[1])]
    subprocess.run(["openssl", *arguments, *names], check=True, capture_output=True)
    return files


def test_https(start: Start, certificate: tuple[Path, Path]) -> None:
    """With a certificate the service speaks HTTPS, and says so."""
    process = start(port=0, tls_certificate=certificate[0], tls_key=certificate[1])
    address, _ = _address(process)

    response = httpx.get(f"{address}/healthz", verify=ssl.create_default_context(cafile=certificate[0]))

    assert address.startswith("https://")
    assert response.status_code == 200


def test_a_bad_certificate_stops_the_start(start: Start, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    """A certificate or key that is missing or none, or a key with a password, stops the start with one line that names the files."""
    locked = tmp_path / "locked.pem"
    command = ["openssl", "rsa", "-aes128", "-passout", "pass:x", "-in", str(certificate[1]), "-out", str(locked)]
    subprocess.run(command, check=True, capture_output=True)
    (tmp_path / "nonsense.pem").write_text("nonsense")

    for cert, key in ((tmp_path / "none.pem", certificate[1]), (tmp_path / "nonsense.pem", certificate[1]), (certificate[0], locked)):
        process = start(port=0, tls_certificate=cert, tls_key=key)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1
        assert said.count("\n") == 1
        assert str(key) in said


def test_path_of_a_proxy(start: Start) -> None:
    """Behind a proxy that offers the service under a path, and strips it from addresses, the service answers."""
    address, _ = _address(start(port=0, root_path="/tipstaff"))
    _ready(address)

    assert httpx.post(f"{address}/v1/moderate", content=CALL, headers={"Content-Type": "application/json"}).status_code == 200
    assert httpx.get(f"{address}/docs").status_code == 200
