"""Load on a service, made by wrk, which shares the machine's cores with it: so seconds of the service's CPU are told too."""

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Skipped

__all__ = ["Load", "Run", "Worker", "need_wrk", "told", "write_script"]

# Bodies in turn, each call with the moment it was made as its id, which the service hands back; latencies of answers in tenths
# of a millisecond, those that were let in and those that were not apart; the figures as one line of JSON.
_SCRIPT = """
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long us; } moment_t; int gettimeofday(moment_t *moment, void *zone); ]]
local moment = ffi.new("moment_t[1]")
local function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment[0].s) * 1e6 + tonumber(moment[0].us)
end
local bodies, at, pause = {}, 0, %(pause)f
local headers = %(headers)s
local threads = {}
served, refused, wrong = {}, {}, 0
function setup(thread) table.insert(threads, thread) end
function init()
  for line in io.lines(%(bodies)s) do bodies[#bodies + 1] = line end
end
function request()
  at = at %% #bodies + 1
  headers["X-Request-ID"] = string.format("%%d", now())
  return wrk.format("POST", nil, headers, bodies[at])
end
function response(status, received)
  local made = tonumber(received["X-Request-ID"] or received["x-request-id"])
  local tenths = made and math.floor((now() - made) / 100) or 0
  if status < 300 or status == %(also)d then served[tenths] = (served[tenths] or 0) + 1
  elseif status == 503 and received["Retry-After"] or received["retry-after"] then refused[tenths] = (refused[tenths] or 0) + 1
  else wrong = wrong + 1 end
end
if pause > 0 then
  function delay() return math.floor(math.random() * 2 * pause + 0.5) end
end
local function told(all)
  local parts = {}
  for tenths, count in pairs(all) do parts[#parts + 1] = string.format('"%%d": %%d', tenths, count) end
  return "{" .. table.concat(parts, ",") .. "}"
end
function done(summary, latency)
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format('{"seconds": %%f, "wrong": %%d, "served": %%s, "refused": %%s}', summary.duration / 1e6,
    lost + threads[1]:get("wrong"), told(threads[1]:get("served")), told(threads[1]:get("refused"))))
end
"""
_JSON = "application/json"


def need_wrk() -> None:
    """Make sure that wrk is there.

    Raises:
        Skipped: it is not.
    """
    if shutil.which("wrk") is None:
        raise Skipped("wrk is not there; Debian, Ubuntu: apt-get install wrk")


@dataclass(frozen=True)
class Worker:
    """A process that serves, and those below it."""

    pids: Sequence[int]

    def cpu(self) -> float:
        """CPU seconds so far; 0 where /proc does not tell."""
        return sum(map(_cpu, self.pids))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Run:
    """What wrk found.

    Attributes:
        rate: calls a second that were answered.
        refused: calls a second that were answered with a 503 and ``Retry-After``.
        wrong: answers of other kinds, and connections that failed.
        cpu: CPU milliseconds of the service a call.
        p50, p99: milliseconds until the answer of those that were let in, from the making of the call.
        p99_refused: of those that were not.
    """

    rate: float
    refused: float
    wrong: int
    cpu: float
    p50: float
    p99: float
    p99_refused: float


@dataclass(frozen=True)
class Load:
    """Calls to make.

    Attributes:
        script: what `write_script` wrote.
        connections: over which they are made.
        seconds: how long.
    """

    script: Path
    connections: int
    seconds: int

    def on(self, path: str, port: int, worker: Worker, *, strict: bool = True) -> Run:
        """Make the calls.

        Raises:
            RuntimeError: a call failed, or was refused, and ``strict``.
        """
        before = worker.cpu()
        address = f"http://127.0.0.1:{port}{path}"
        arguments = ["wrk", "-t1", f"-c{self.connections}", f"-d{self.seconds}s", "--timeout", "10s", "-s", str(self.script), address]
        ran = subprocess.run(arguments, capture_output=True, text=True, check=True)
        found = json.loads(ran.stdout.strip().splitlines()[-1])
        served, refused = _Latencies(found["served"]), _Latencies(found["refused"])
        if strict and (found["wrong"] or refused.count):
            raise RuntimeError(f"{path}: of {served.count} calls, {found['wrong']} failed and {refused.count} were refused")
        return Run(
            rate=served.count / found["seconds"],
            refused=refused.count / found["seconds"],
            wrong=found["wrong"],
            cpu=(worker.cpu() - before) / max(1, served.count + refused.count) * 1e3,
            p50=served.quantile(0.5),
            p99=served.quantile(0.99),
            p99_refused=refused.quantile(0.99),
        )


@dataclass(frozen=True)
class _Latencies:
    """How many answers took how many tenths of a millisecond."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def quantile(self, share: float) -> float:
        left = share * self.count
        for tenths, count in sorted((int(tenths), count) for tenths, count in self.counts.items()):
            left -= count
            if left <= 0:
                return tenths / 10
        return 0.0


def write_script(
    path: Path, bodies: Iterable[str], *, content: str = _JSON, headers: Mapping[str, str] | None = None, pause: float = 0, also: int = 200
) -> Path:
    """Write a script for wrk, and the bodies beside it.

    Args:
        path: where.
        bodies: each one line.
        content: their type.
        headers: of each call.
        pause: mean milliseconds that a connection waits between an answer and its next call, spread evenly from 0 to twice that.
        also: a status that is an answer too, where a protocol says so.
    """
    lines = path.with_suffix(".bodies")
    lines.write_text("".join(body + "\n" for body in bodies), encoding="utf-8")
    given = {"Content-Type": content, "Host": "localhost", **(headers or {})}
    table = "{" + ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in given.items()) + "}"
    path.write_text(_SCRIPT % {"bodies": json.dumps(str(lines)), "headers": table, "pause": pause, "also": also}, encoding="utf-8")
    return path


def told(runs: Sequence[Run]) -> str:
    """Return the medians of runs in words."""
    rate, cpu, p50, p99 = (statistics.median(getattr(run, name) for run in runs) for name in ("rate", "cpu", "p50", "p99"))
    return f"{rate:,.0f} calls/s, {cpu:.3f} ms CPU a call, p50 {p50:.2f} ms, p99 {p99:.2f} ms"
