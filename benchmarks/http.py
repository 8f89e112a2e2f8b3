"""How many calls a second one worker answers, beside a route of the same app that judges nothing.

The load comes from wrk, which shares the machine's cores with the service, so that seconds of the worker's CPU are told
too. The two routes take turns over several rounds; the ratios of each round are what counts.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.app import EMPTY
from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import free_port, is_ready

__all__ = ["measure"]

_OURS = "/v1/moderate"
_PATIENCE = 120.0
_BODIES = 500
# Bodies in turn, the figures as one line of JSON.
_SCRIPT = """
local calls, at = {}, 0
init = function()
  for line in io.lines(%s) do
    calls[#calls + 1] = wrk.format("POST", nil, {["Content-Type"] = "application/json", ["Host"] = "localhost"}, line)
  end
end
request = function()
  at = at %% #calls + 1
  return calls[at]
end
done = function(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  print(string.format('{"calls": %%d, "seconds": %%f, "failed": %%d, "p50": %%f, "p99": %%f}',
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class _Run:
    """What wrk found in one round.

    Attributes:
        rate: calls a second.
        cpu: CPU milliseconds of the worker a call.
        p50, p99: milliseconds until the answer.
    """

    rate: float
    cpu: float
    p50: float
    p99: float


@dataclass(frozen=True)
class _Load:
    """Calls to make: the script that makes them, and over how many connections."""

    script: Path
    connections: int
    seconds: int

    def on(self, path: str, port: int, worker: "_Worker") -> _Run:
        before = worker.cpu()
        arguments = ["wrk", "-t1", f"-c{self.connections}", f"-d{self.seconds}s", "-s", str(self.script), f"http://127.0.0.1:{port}{path}"]
        ran = subprocess.run(arguments, capture_output=True, text=True, check=True)
        found = json.loads(ran.stdout.strip().splitlines()[-1])
        if found["failed"]:
            raise RuntimeError(f"{path}: {found['failed']} of {found['calls']} calls failed")
        cpu = (worker.cpu() - before) / found["calls"]
        return _Run(found["calls"] / found["seconds"], cpu * 1e3, found["p50"], found["p99"])


@dataclass(frozen=True)
class _Worker:
    """The process that serves."""

    pid: int

    def cpu(self) -> float:
        """CPU seconds so far; 0 where /proc does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _serving(port: int) -> Iterator[_Worker]:
    with subprocess.Popen([sys.executable, "-m", "benchmarks.app", str(port)]) as process:
        try:
            until = time.monotonic() + _PATIENCE
            while not is_ready(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("the measured app does not become ready")
                time.sleep(0.02)
            yield _Worker(process.pid)
        finally:
            process.terminate()


def _script(folder: Path, *, size: int) -> Path:
    """Write bodies of so many comments each, and the script that sends them in turn."""
    texts = load_comments(_BODIES * min(size, 10)).texts
    bodies = folder / f"bodies-{size}.jsonl"
    with bodies.open("w", encoding="utf-8") as lines:
        for number in range(_BODIES):
            chosen = (texts[(number * size + at) % len(texts)] for at in range(size))
            lines.write(json.dumps({"comments": [{"id": str(at), "text": text} for at, text in enumerate(chosen)]}) + "\n")
    script = folder / f"load-{size}.lua"
    script.write_text(_SCRIPT % json.dumps(str(bodies)), encoding="utf-8")
    return script


def measure(*, rounds: int = 7, seconds: int = 2) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        rounds: how often each route has its turn.
        seconds: how long a turn is.
    """
    if shutil.which("wrk") is None:
        yield Skipped("http: wrk is not there; Debian, Ubuntu: apt-get install wrk")
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as name, _serving(port) as worker:
        single = _Load(_script(Path(name), size=1), connections=16, seconds=seconds)
        turns = _turns(single, port, worker, rounds)
        yield from _one_a_call(turns[_OURS], turns[EMPTY])
        hundred = _Load(_script(Path(name), size=100), connections=4, seconds=seconds)
        turns = _turns(hundred, port, worker, rounds)
        yield _hundred_a_call(turns[_OURS], turns[EMPTY])


def _turns(load: _Load, port: int, worker: _Worker, rounds: int) -> dict[str, list[_Run]]:
    turns: dict[str, list[_Run]] = {EMPTY: [], _OURS: []}
    for number in range(rounds + 1):
        for path, runs in turns.items():
            run = load.on(path, port, worker)
            # The first round warms up.
            if number:
                runs.append(run)
    return turns


def _told(runs: Sequence[_Run]) -> str:
    rate, cpu, p50, p99 = (statistics.median(getattr(run, name) for run in runs) for name in ("rate", "cpu", "p50", "p99"))
    return f"{rate:,.0f} calls/s, {cpu:.3f} ms CPU a call, p50 {p50:.2f} ms, p99 {p99:.2f} ms"


def _one_a_call(ours: Sequence[_Run], empty: Sequence[_Run]) -> Iterator[Figure]:
    shares = sorted(run.rate / other.rate for run, other in zip(ours, empty, strict=True))
    note = f"ours {_told(ours)}; empty {_told(empty)}; {len(shares)} rounds {shares[0]:.0%} to {shares[-1]:.0%}; 16 connections"
    yield Figure("http: calls/s with one comment, of those of an empty route", statistics.median(shares) * 100, "%", at_least=75, note=note)
    cpu = statistics.median(other.cpu for other in empty) / statistics.median(run.cpu for run in ours) * 100
    yield Figure("http: the same by the worker's CPU time", cpu, "%")


def _hundred_a_call(ours: Sequence[_Run], empty: Sequence[_Run]) -> Figure:
    rate = 100 * statistics.median(run.rate for run in ours)
    cpu = statistics.median(run.cpu for run in ours)
    note = f"{_told(ours)}, that is {100 / cpu * 1e3:,.0f} comments a second of CPU; empty {_told(empty)}; 4 connections"
    return Figure("http: comments/s with 100 a call", rate, "comments/s", at_least=20_000, note=note)
