"""What both kinds of kills need: processes that can be killed and that end with their starter, and the result of a check."""

import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import psutil

from benchmarks.startup import is_ready
from service.cli.main import main

__all__ = ["Check", "CheckedKill", "Victim"]

_SETTINGS_PREFIX = "TIPSTAFF_"
_PR_SET_PDEATHSIG = 1
_TIMEOUT = 300.0  # seconds; the machine may be busy, and kernels may have to be compiled
_ORPHAN_SECONDS = 30.0  # within which workers have to end after their supervisor, on a busy machine
_POLL = 0.002  # seconds


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["benchmarks.kills_preload"])


def _run_command(arguments: Sequence[str], variables: Mapping[str, str], printed: Path, log: Path) -> None:
    """Be the command, in a process that was forked for it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    streams = ((Path(os.devnull), os.O_RDONLY), (printed, os.O_WRONLY), (log, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    for number, (path, flags) in enumerate(streams):
        os.dup2(os.open(path, flags, 0o600), number)
    sys.stdin = os.fdopen(0, closefd=False)
    for name in [name for name in os.environ if name.startswith(_SETTINGS_PREFIX)]:
        del os.environ[name]
    os.environ.update(variables)
    sys.argv = ["tipstaff", *arguments]
    main()


@dataclass
class Check:
    """What a check after a kill found.

    Attributes:
        lost: what was acknowledged and is not there.
        double: what is there more often than it should be.
        broken: what is damaged, or wrong in another way.
        orphans: workers that lived on without their supervisor.
    """

    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    counts: ClassVar[Sequence[str]] = ("lost", "double", "broken", "orphans")

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults()

    def add(self, other: "Check") -> None:
        """Add what another check found."""
        for name in self.counts:
            getattr(self, name).extend(getattr(other, name))

    def faults(self, *, most: int = 5) -> list[str]:
        """Return some of what is wrong, in words."""
        return [f"{name}: {fault}" for name in self.counts for fault in getattr(self, name)[:most]]


@dataclass(frozen=True)
class CheckedKill:
    """A kill, and what was found after it.

    Attributes:
        kill: what was killed, in a word or two.
        check: what the check found.
        seconds: how long after it was started, or after it was ready, the process was killed.
        acknowledged: how many writes were acknowledged since the check before.
        rows: how many rows of a completed output were compared.
    """

    kill: str
    check: Check
    seconds: float
    acknowledged: int = 0
    rows: int = 0

    def as_line(self, *, of: str, commit: str) -> Mapping[str, Any]:
        """Return the entry for the journal."""
        counts = {name: len(getattr(self.check, name)) for name in Check.counts}
        numbers = {"seconds": round(self.seconds, 3), "acknowledged": self.acknowledged, "rows": self.rows}
        return {"of": of, "kill": self.kill} | numbers | counts | {"faults": self.check.faults(), "commit": commit}


class Victim:
    """The command ``tipstaff`` as a process; a context manager that kills it. It also ends with this process.

    It is forked from a process that has imported everything, so that it starts in a fraction of a second.

    Args:
        arguments: the arguments of the command.
        settings: the settings, by their names.
        folder: the folder for what it prints, and for the log.
    """

    def __init__(self, arguments: Sequence[str], *, settings: Mapping[str, object], folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(prefix="printed-", dir=folder)
        os.close(descriptor)
        self._printed = Path(name)
        variables = {f"{_SETTINGS_PREFIX}{name.upper()}": str(value) for name, value in settings.items()}
        self._process = _FORKS.Process(target=_run_command, args=(list(arguments), variables, self._printed, folder / "log"))
        self._process.start()

    def __enter__(self) -> Self:
        """Return the process."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Kill the process and those that it has started, and remove what it printed."""
        workers = self.workers() if self.is_running else []
        self.kill()
        for worker in workers:
            worker.kill()
        self._printed.unlink(missing_ok=True)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.is_alive()

    def run_for(self, seconds: float) -> None:
        """Let the process run for some seconds, or until it ends."""
        moment = time.monotonic() + seconds
        while self.is_running and (rest := moment - time.monotonic()) > 0:
            time.sleep(min(rest, _POLL))

    def wait_ready(self, port: int) -> None:
        """Wait until the service is ready.

        Raises:
            RuntimeError: it ends, or is not ready for minutes.
        """
        deadline = time.monotonic() + _TIMEOUT
        while not is_ready(port):
            if not self.is_running or time.monotonic() > deadline:
                raise RuntimeError("tipstaff serve does not become ready; the log says why")
            time.sleep(_POLL)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that the process has started."""
        try:
            children: list[psutil.Process] = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return children

    def kill(self) -> bool:
        """Kill the process, and return whether it was still running."""
        was_running = self.is_running
        self._process.kill()
        self.wait()
        return was_running

    def stop(self) -> int:
        """Stop the process as a supervisor does, and return its exit code."""
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Wait until the process ends, and return its exit code."""
        self._process.join(_TIMEOUT)
        if self._process.exitcode is None:
            raise RuntimeError("tipstaff does not end; its log says what it did")
        return self._process.exitcode

    def output(self) -> str:
        """Return what the process has printed."""
        return self._printed.read_text(encoding="utf-8")

    @staticmethod
    def end_orphans(workers: Sequence[psutil.Process]) -> list[str]:
        """Give workers whose supervisor was killed some seconds to end; kill those that do not, and return their names."""
        _, orphans = psutil.wait_procs(workers, timeout=_ORPHAN_SECONDS)
        for orphan in orphans:
            orphan.kill()
        psutil.wait_procs(orphans, timeout=_ORPHAN_SECONDS)
        return [f"process {orphan.pid} lived on for {_ORPHAN_SECONDS:g} s" for orphan in orphans]
