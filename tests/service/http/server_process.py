"""The service as a process of its own, started as ``tipstaff serve`` starts it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil

from tests.waiting import wait_until

_COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()", "serve"]
_LISTENING = re.compile(r"listening on (https?://[^\s,]+),")
_OWN_VARIABLES = ("TIPSTAFF_", "OTEL_")
# Seconds. After a change of the kernels the first start compiles them, which takes a minute and more on a busy machine.
_START_TIMEOUT = 300
_END_TIMEOUT = 120


class ServerProcess:
    """A service that has been started; as a context manager it is killed in the end.

    Args:
        folder: its data folder; the log is written there too.
        prefix: a command that starts the service, such as one that takes rights from it.
        settings: settings of the service. Names in capitals are environment variables, which are set as they are.
    """

    def __init__(self, folder: Path, prefix: Sequence[str] = (), /, **settings: object) -> None:
        variables = {name if name.isupper() else f"TIPSTAFF_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_VARIABLES)}
        environment |= {"TIPSTAFF_PORT": "0", "TIPSTAFF_DATA_DIR": str(folder)} | variables
        descriptor, log = tempfile.mkstemp(prefix="server-", suffix=".log", dir=folder)
        self._log = Path(log)
        with os.fdopen(descriptor, "w") as file:
            self._process = subprocess.Popen([*prefix, *_COMMAND], env=environment, stderr=file)

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Kill the server, if it still runs."""
        self.kill()

    @property
    def returncode(self) -> int | None:
        """The exit code; None while the process runs."""
        return self._process.returncode

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def lines(self) -> list[str]:
        """Return the lines of the log so far."""
        return self._log.read_text().splitlines()

    def children(self) -> list[psutil.Process]:
        """Return the processes that the server has started."""
        children: list[psutil.Process] = psutil.Process(self._process.pid).children(recursive=True)
        return children

    def address(self) -> str:
        """Wait until the server listens, and return its address."""

        def has_begun() -> bool:
            return self._find_address() is not None or self._process.poll() is not None

        wait_until(has_begun, what="the server listens", seconds=_START_TIMEOUT)
        address = self._find_address()
        assert address is not None, self.lines()
        return address

    def _find_address(self) -> str | None:
        return next((match[1] for line in self.lines() if (match := _LISTENING.search(line))), None)

    def ready(self) -> str:
        """Wait until the server is ready, and return its address."""
        address = self.address()
        with httpx.Client(base_url=address, timeout=60) as client:
            wait_until(
                lambda: self._process.poll() is not None or client.get("/readyz").status_code == 200,
                what="the server is ready",
                seconds=_START_TIMEOUT,
            )
        assert self._process.poll() is None, self.lines()
        return address

    def send_stop(self) -> None:
        """Send the signal with which a supervisor stops a service."""
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the server."""
        self._process.send_signal(number)

    def wait(self) -> list[str]:
        """Wait until the server ends by itself, and return the lines of its log."""
        self._process.wait(timeout=_END_TIMEOUT)
        return self.lines()

    def stop(self) -> list[str]:
        """Stop the server as a supervisor does, make sure that it ends well, and return the lines of its log."""
        self.send_stop()
        lines = self.wait()
        assert self._process.returncode == 0, lines
        return lines

    def kill_supervisor(self) -> None:
        """Kill the server, and not the processes that it has started."""
        self._process.kill()
        self._process.wait(timeout=_END_TIMEOUT)

    def kill(self) -> None:
        """Kill the server and the processes that it has started."""
        if self._process.poll() is None:
            for child in self.children():
                child.kill()
            self._process.kill()
            self._process.wait(timeout=_END_TIMEOUT)
