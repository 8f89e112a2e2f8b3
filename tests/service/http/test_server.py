"""The whole server as a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

COMMAND = [sys.executable, "-c", "from service.cli import main; main()", "serve"]
LISTENING = re.compile(r"listening on (http://\S+),")

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
