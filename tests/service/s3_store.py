"""An object store that speaks like S3, in a process of its own, for the length of a block."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.service.command import ROOT
from tests.waiting import wait_until

__all__ = ["start_s3_store"]

_SERVER = ROOT / "build/clients/venv/bin/moto_server"
_PATIENCE = 120


@contextmanager
def start_s3_store(folder: Path) -> Iterator[dict[str, str]]:
    """Starts an empty store, and yields the environment variables for its clients; skips the test where the server is not installed.

    Args:
        folder: for what it prints.
    """
    if not _SERVER.exists():
        pytest.skip("the server is not installed: make test, or bash .ci/clients, installs it")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    messages = folder / "store.log"

    def answers() -> bool:
        assert server.poll() is None, messages.read_text()
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with messages.open("wb") as log, subprocess.Popen([_SERVER, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log) as server:
        try:
            wait_until(answers, what="the store answers", seconds=_PATIENCE)
            yield {
                **{"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1"},
                **{"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
            }
        finally:
            server.kill()
