"""How long the command and the service take to start, and how much memory a worker has; with two, whether they share the weights."""

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
from typing import Any

from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from model.profile import Profile

__all__ = ["Service", "command", "cpu_of_children", "free_port", "is_ready", "measure", "serving"]

_WEIGHTS = "/weights.npy"
_CALLS = 1000
_HOST = "127.0.0.1"
_PATIENCE = 120.0
# Whatever is set for a service of one's own would be measured along with it.
_PREFIX = "TIPSTAFF_"


def command() -> str:
    """Return the path of the command ``tipstaff`` of this environment.

    Raises:
        Skipped: it is not installed.
    """
    path = Path(sys.executable).with_name("tipstaff")
    if not path.exists():
        raise Skipped(f"{path} is not there; install Tipstaff into this environment")
    return str(path)


def measure(*, looks: int = 5, starts: int = 3) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        looks: how often one text is scored.
        starts: how often the service is started.
    """
    try:
        tipstaff = command()
    except Skipped as reason:
        yield reason
        return
    yield _look(tipstaff, looks)
    took = []
    cpu = cpu_of_children()
    for _ in range(starts):
        with _service(tipstaff, workers=1) as running:
            took.append(running.seconds)
    cpu = (cpu_of_children() - cpu) / starts
    note = f"median of {starts}, {min(took):.2f} to {max(took):.2f} s; {cpu:.2f} s of CPU, the end included"
    yield Figure("startup: tipstaff serve until /readyz says yes", statistics.median(took), "s", at_most=4, note=note)
    yield from _memory(tipstaff)


def _look(tipstaff: str, looks: int) -> Figure:
    took, cpu = [], []
    # The first one may compile.
    for _ in range(looks + 1):
        started, before = time.perf_counter(), cpu_of_children()
        subprocess.run([tipstaff, "score", "--text", "hi"], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - started)
        cpu.append(cpu_of_children() - before)
    note = f"median of {looks}, {min(took[1:]):.2f} to {max(took[1:]):.2f} s, {statistics.median(cpu[1:]):.2f} s of CPU"
    note += f"; the run before them {took[0]:.2f} s"
    return Figure("startup: tipstaff score --text hi", statistics.median(took[1:]), "s", at_most=2, note=note)


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes that this one started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


@dataclass(frozen=True)
class Service:
    """A service that is ready, its port, and the seconds that it took."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float


@contextmanager
def _service(tipstaff: str, *, workers: int, profile: Profile | None = None) -> Iterator[Service]:
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
    arguments = [tipstaff, "serve", "--host", _HOST, "--port", str(port), "--workers", str(workers)]
    arguments += ["--profile", profile.value] if profile else []
    with tempfile.TemporaryDirectory(prefix="tipstaff-bench-") as folder:
        env["TIPSTAFF_DATA_DIR"] = folder
        # The very first start makes the database, which takes a library that later ones do without.
        subprocess.run([tipstaff, "store", "upgrade"], env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started = time.perf_counter()
        with subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                while not is_ready(port):
                    if process.poll() is not None or time.perf_counter() - started > _PATIENCE:
                        raise RuntimeError("tipstaff serve does not become ready; start it by hand to see why")
                    time.sleep(0.005)
                yield Service(process, port, time.perf_counter() - started)
            finally:
                process.terminate()


def serving(*, workers: int) -> AbstractContextManager[Service]:
    """Start the service by the n-grams alone, and stop it at the end; it is ready when the context begins.

    Raises:
        Skipped: Tipstaff is not installed in this environment.
    """
    return _service(command(), workers=workers, profile=Profile.FAST)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def is_ready(port: int) -> bool:
    try:
        return _call(port, "GET", "/readyz") == 200
    except (OSError, http.client.HTTPException):
        return False


def _call(port: int, method: str, path: str, body: bytes | None = None) -> int:
    """Make one call over a connection of its own, so that the workers take turns, and return its status."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=_PATIENCE)
    try:
        connection.request(method, path, body, {"content-type": "application/json"} if body else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _call_often(port: int, *, workers: int) -> None:
    for number, text in enumerate(load_comments(_CALLS * workers).texts):
        status = _call(port, "POST", "/v1/moderate", json.dumps({"comments": [{"id": number, "text": text}]}).encode())
        assert status == 200, f"a call was answered with {status}"


def _memory(tipstaff: str) -> Iterator[Figure | Skipped]:
    try:
        import psutil
    except ImportError:
        yield Skipped("memory: psutil is not there; install the extra 'dev'")
        return
    if not Path("/proc/self/smaps").exists():
        yield Skipped("memory: /proc tells which pages are shared, and is not here")
        return
    taken = []
    for profile in (Profile.FAST, Profile.CASCADE):
        with _service(tipstaff, workers=1, profile=profile) as running:
            _call_often(running.port, workers=1)
            taken.append(psutil.Process(running.process.pid).memory_full_info())
    yield _of_worker("startup: memory of the one worker", taken[0])
    more = (taken[1].rss - taken[0].rss) / 1e6
    yield Figure("startup: what the encoder adds to it (RSS)", more, "MB", at_most=150, note=f"{taken[1].rss / 1e6:.0f} MB in all")
    with _service(tipstaff, workers=2, profile=Profile.FAST) as running:
        workers = _workers(psutil.Process(running.process.pid))
        # They share one socket: each gets about half of the calls.
        _call_often(running.port, workers=2)
        for number, worker in enumerate(workers, start=1):
            yield _of_worker(f"startup: memory of worker {number} of 2", worker.memory_full_info())
            yield _of_weights(f"startup: pages of the weights that worker {number} of 2 has for itself", _pages(worker.pid))


def _of_worker(what: str, memory: Any) -> Figure:
    note = f"after {_CALLS:,} calls a worker; PSS {memory.pss / 1e6:.0f} MB, USS {memory.uss / 1e6:.0f} MB"
    return Figure(f"{what} (RSS)", memory.rss / 1e6, "MB", at_most=250, note=note)


def _of_weights(what: str, pages: Mapping[str, int]) -> Figure:
    dirty, private = pages["Private_Dirty"], pages["Private_Clean"]
    note = (
        f"{pages['Rss']} kB of the mapping in memory, {pages['Shared_Clean']} kB of them shared, {dirty} kB copied; "
        f"{private} kB that no other process has touched yet"
    )
    return Figure(what, dirty + pages["Shared_Dirty"], "kB", at_most=0, note=note)


def _workers(supervisor: Any) -> list[Any]:
    """Return the two processes below the supervisor that have the weights mapped, once both have."""
    until = time.perf_counter() + _PATIENCE
    while time.perf_counter() < until:
        found = [child for child in supervisor.children(recursive=True) if _pages(child.pid)["Size"]]
        if len(found) == 2:
            return found
        time.sleep(0.05)
    raise RuntimeError("two workers with mapped weights do not show up below tipstaff serve")


def _pages(pid: int) -> dict[str, int]:
    """Return the kB that one process has of the weights' mapping, by the names that the kernel gives them."""
    found = dict.fromkeys(("Size", "Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty"), 0)
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8").splitlines()
    except OSError:
        return found
    inside = False
    for line in lines:
        name, _, rest = line.partition(":")
        # A line that opens a mapping begins with its addresses, the others with a name and a colon.
        if "-" in line.split(" ", 1)[0]:
            inside = line.endswith(_WEIGHTS)
        elif inside and name in found:
            found[name] += int(rest.split()[0])
    return found
