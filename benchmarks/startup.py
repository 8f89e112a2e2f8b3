"""Measures how long the command and the service take to start, the memory of a worker, and whether two workers share the weights."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from model.profile import Profile

__all__ = ["Service", "create_key", "find_free_port", "is_ready", "measure", "serving"]

_WEIGHTS_FILE = "tipstaff-weights.npy"
_CALLS = 1000  # to each worker
_HOST = "127.0.0.1"
_TIMEOUT = 120.0  # seconds
_READY_INTERVAL, _WORKERS_INTERVAL = 0.005, 0.05  # seconds between two looks
_SETTINGS_PREFIX = "TIPSTAFF_"  # of the environment variables that are removed, so that the defaults are measured
_MEGABYTE = 1e6


def _find_command() -> str:
    """Return the path of the command ``tipstaff`` of this environment.

    Raises:
        Skipped: it is not installed.
    """
    path = Path(sys.executable).with_name("tipstaff")
    if not path.exists():
        raise Skipped(f"{path} is not there; install Tipstaff into this environment")
    return str(path)


def measure(*, runs: int = 5, starts: int = 3) -> Iterator[Figure | Skipped]:
    """Yield the times of starting, and the memory of workers.

    Args:
        runs: how often the command scores one text.
        starts: how often the service is started.
    """
    try:
        tipstaff = _find_command()
    except Skipped as reason:
        yield reason
        return
    yield _command_figure(tipstaff, runs)
    seconds = []
    cpu_before = _child_cpu_seconds()
    for _ in range(starts):
        with _service(tipstaff, workers=1) as service:
            seconds.append(service.seconds)
    cpu = (_child_cpu_seconds() - cpu_before) / starts
    note = f"median of {starts}, {min(seconds):.2f} to {max(seconds):.2f} s; {cpu:.2f} s of CPU, the end included"
    yield Figure("startup: tipstaff serve until /readyz says yes", statistics.median(seconds), "s", at_most=4, note=note)
    yield from _memory_figures(tipstaff)


def _command_figure(tipstaff: str, runs: int) -> Figure:
    """Return how long the command takes to score one text."""
    seconds, cpu = [], []
    for _ in range(runs + 1):
        start, cpu_before = time.perf_counter(), _child_cpu_seconds()
        subprocess.run([tipstaff, "score", "--text", "hi"], check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
        cpu.append(_child_cpu_seconds() - cpu_before)
    # The first run may compile, so it does not count.
    first, *later = seconds
    note = f"median of {runs}, {min(later):.2f} to {max(later):.2f} s, {statistics.median(cpu[1:]):.2f} s of CPU"
    note += f"; the run before them {first:.2f} s"
    return Figure("startup: tipstaff score --text hi", statistics.median(later), "s", at_most=2, note=note)


def _child_cpu_seconds() -> float:
    """Return the CPU time, in seconds, of all child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


@dataclass(frozen=True)
class Service:
    """A service that is ready, its port, how long it took to become so, in seconds, and its data folder."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float
    data_folder: Path


@contextmanager
def _service(
    tipstaff: str, *, workers: int, profile: Profile | None = None, settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Service]:
    port = find_free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS_PREFIX)}
    arguments = [tipstaff, "serve", "--host", _HOST, "--port", str(port), "--workers", str(workers)]
    arguments += ["--profile", profile.value] if profile else []
    with tempfile.TemporaryDirectory(prefix="tipstaff-bench-") as folder:
        env |= {"TIPSTAFF_DATA_DIR": folder, **settings}
        # Creating the database needs a library that later starts do not load, so it is done beforehand.
        subprocess.run([tipstaff, "store", "upgrade"], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        start = time.perf_counter()
        with subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                while not is_ready(port):
                    if process.poll() is not None or time.perf_counter() - start > _TIMEOUT:
                        raise RuntimeError("tipstaff serve does not become ready; start it by hand to see why")
                    time.sleep(_READY_INTERVAL)
                yield Service(process, port, time.perf_counter() - start, Path(folder))
            finally:
                process.terminate()


def serving(
    *, workers: int, profile: Profile = Profile.FAST, settings: Mapping[str, str] = MappingProxyType({})
) -> AbstractContextManager[Service]:
    """Run the service, with the n-grams alone by default, while the context lasts; it is ready when the context begins.

    Args:
        workers: number of processes that serve.
        profile: which readers judge.
        settings: further environment variables of the service.

    Raises:
        Skipped: Tipstaff is not installed in this environment.
    """
    return _service(_find_command(), workers=workers, profile=profile, settings=settings)


def create_key(service: Service, owner: str) -> str:
    """Make a key of a running service and return its secret."""
    env = {**os.environ, "TIPSTAFF_DATA_DIR": str(service.data_folder)}
    command = [_find_command(), "keys", "create", owner]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.split()[-1]


def find_free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def is_ready(port: int) -> bool:
    """Return whether a service on this machine answers that it is ready."""
    try:
        return _call(port, "GET", "/readyz") == 200
    except (OSError, http.client.HTTPException):
        return False


def _call(port: int, method: str, path: str, body: bytes | None = None) -> int:
    """Make one call over a connection of its own, so that the workers take turns, and return the status of the answer."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=_TIMEOUT)
    try:
        connection.request(method, path, body, {"content-type": "application/json"} if body else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _send_comments(port: int, *, workers: int) -> None:
    """Have about a thousand comments judged by each worker."""
    for number, text in enumerate(load_comments(_CALLS * workers).texts):
        status = _call(port, "POST", "/v1/moderate", json.dumps({"comments": [{"id": number, "text": text}]}).encode())
        assert status == 200, f"a call was answered with {status}"


def _memory_figures(tipstaff: str) -> Iterator[Figure | Skipped]:
    try:
        import psutil
    except ImportError:
        yield Skipped("memory: psutil is not there; install the extra 'dev'")
        return
    if not Path("/proc/self/smaps").exists():
        yield Skipped("memory: there is no /proc, which holds the numbers of shared pages")
        return
    usages = []
    for profile in (Profile.FAST, Profile.CASCADE):
        with _service(tipstaff, workers=1, profile=profile) as service:
            _send_comments(service.port, workers=1)
            usages.append(psutil.Process(service.process.pid).memory_full_info())
    fast, cascade = usages
    yield _worker_figure("startup: memory of the one worker", fast)
    encoder = (cascade.rss - fast.rss) / _MEGABYTE
    yield Figure("startup: what the encoder adds to it (RSS)", encoder, "MB", at_most=150, note=f"{cascade.rss / _MEGABYTE:.0f} MB in all")
    with _service(tipstaff, workers=2, profile=Profile.FAST) as service:
        workers = _wait_for_workers(psutil.Process(service.process.pid))
        # They share one socket: each gets about half of the calls.
        _send_comments(service.port, workers=2)
        for number, worker in enumerate(workers, start=1):
            yield _worker_figure(f"startup: memory of worker {number} of 2", worker.memory_full_info())
            yield _sharing_figure(f"startup: pages of the weights that worker {number} of 2 has for itself", _weights_pages(worker.pid))


def _worker_figure(name: str, memory: Any) -> Figure:
    note = f"after {_CALLS:,} calls a worker; PSS {memory.pss / _MEGABYTE:.0f} MB, USS {memory.uss / _MEGABYTE:.0f} MB"
    return Figure(f"{name} (RSS)", memory.rss / _MEGABYTE, "MB", at_most=250, note=note)


def _sharing_figure(name: str, pages: Mapping[str, int]) -> Figure:
    shared = pages["Shared_Clean"] + pages["Shared_Dirty"]
    note = f"{pages['Rss']} kB of the mapping in memory, {shared} kB of them shared"
    return Figure(name, pages["Rss"] - shared, "kB", at_most=0, note=note)


def _wait_for_workers(supervisor: Any) -> list[Any]:
    """Return the two child processes of the supervisor that have the weights mapped, once both have."""
    deadline = time.perf_counter() + _TIMEOUT
    while time.perf_counter() < deadline:
        workers = [child for child in supervisor.children(recursive=True) if _weights_pages(child.pid)["Size"]]
        if len(workers) == 2:
            return workers
        time.sleep(_WORKERS_INTERVAL)
    raise RuntimeError("tipstaff serve does not start two workers that map the weights")


def _weights_pages(pid: int) -> dict[str, int]:
    """Return the kB of the mapping of the weights in one process, by the kernel's names for the kinds of pages."""
    pages = dict.fromkeys(("Size", "Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty"), 0)
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8").splitlines()
    except OSError:
        return pages
    is_weights = False
    for line in lines:
        name, _, rest = line.partition(":")
        # The first line of a mapping begins with its addresses, the others with a name and a colon.
        if "-" in line.split(" ", 1)[0]:
            is_weights = _WEIGHTS_FILE in line
        elif is_weights and name in pages:
            pages[name] += int(rest.split()[0])
    return pages
