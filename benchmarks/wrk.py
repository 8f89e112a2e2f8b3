"""Puts load on a service with wrk, and measures the CPU time of the service too, since wrk shares the cores of the machine with it."""

import json
import os
import shutil
import statistics
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Skipped

__all__ = ["Load", "LoadResult", "Worker", "describe_loads", "need_wrk", "pooled_quantile", "write_script"]

# Sends the bodies in turn. The id of a call is the moment at which it was made; the service returns it, which gives the latency in tenths
# of a millisecond. Latencies are counted separately for served and for refused calls, and printed as one line of JSON.
_SCRIPT = """
local ffi = require("ffi")
ffi.cdef[[ typedef struct { long s; long us; } moment_t; int gettimeofday(moment_t *moment, void *zone); ]]
local moment = ffi.new("moment_t[1]")
local function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment[0].s) * 1e6 + tonumber(moment[0].us)
end
local bodies, position, pause = {}, 0, %(pause)f
local headers = %(headers)s
local threads = {}
served, refused, failed = {}, {}, 0
function setup(thread) table.insert(threads, thread) end
function init()
  for line in io.lines(%(bodies)s) do bodies[#bodies + 1] = line end
end
function request()
  position = position %% #bodies + 1
  headers["X-Request-ID"] = string.format("%%d", now())
  return wrk.format("POST", nil, headers, bodies[position])
end
function response(status, received)
  local start = tonumber(received["X-Request-ID"] or received["x-request-id"])
  local tenths = start and math.floor((now() - start) / 100) or 0
  if status < 300 or status == %(answer_status)d then served[tenths] = (served[tenths] or 0) + 1
  elseif status == 503 and received["Retry-After"] or received["retry-after"] then refused[tenths] = (refused[tenths] or 0) + 1
  else failed = failed + 1 end
end
if pause > 0 then
  function delay() return math.floor(math.random() * 2 * pause + 0.5) end
end
local function json_counts(counts)
  local parts = {}
  for tenths, count in pairs(counts) do parts[#parts + 1] = string.format('"%%d": %%d', tenths, count) end
  return "{" .. table.concat(parts, ",") .. "}"
end
function done(summary, latency)
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format('{"seconds": %%f, "failed": %%d, "served": %%s, "refused": %%s}', summary.duration / 1e6,
    lost + threads[1]:get("failed"), json_counts(threads[1]:get("served")), json_counts(threads[1]:get("refused"))))
end
"""
_JSON = "application/json"
_UTIME, _STIME = 11, 12  # positions in /proc/PID/stat behind the name of the command


def need_wrk() -> None:
    """Refuse to go on without wrk.

    Raises:
        Skipped: wrk is not installed.
    """
    if shutil.which("wrk") is None:
        raise Skipped("wrk is not there; Debian, Ubuntu: apt-get install wrk")


@dataclass(frozen=True)
class Worker:
    """A process that serves, and its child processes."""

    pids: Sequence[int]

    def cpu_seconds(self) -> float:
        """Return the CPU time so far in seconds; 0 where there is no /proc."""
        return sum(map(_cpu_seconds, self.pids))


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The figures of one run of wrk.

    Attributes:
        rate: calls a second that were answered.
        refused: calls a second that were answered with a 503 and ``Retry-After``.
        failed: number of answers of other kinds and of failed connections.
        cpu: CPU time of the service for each call, in milliseconds.
        p50, p99: quantiles of the latency of answered calls, in milliseconds.
        p99_refused: the same of refused calls.
        latencies: of the answered calls, in tenths of a millisecond → how many.
        refused_calls: number of refused calls.
    """

    rate: float
    refused: float
    failed: int
    cpu: float
    p50: float
    p99: float
    p99_refused: float
    latencies: Mapping[str, int] = field(default_factory=dict)
    refused_calls: int = 0


@dataclass(frozen=True)
class Load:
    """A load of calls.

    Attributes:
        script: the file that ``write_script`` wrote.
        connections: number of connections that make calls.
        seconds: length of a run.
    """

    script: Path
    connections: int
    seconds: int

    def run(self, path: str, port: int, worker: Worker, *, strict: bool = True) -> LoadResult:
        """Make the calls and return the figures.

        Args:
            path: the endpoint.
            port: the port of the service, on this machine.
            worker: the processes whose CPU time is measured.
            strict: whether a call that fails or is refused is an error.

        Raises:
            RuntimeError: a call failed or was refused, and ``strict``.
        """
        before = worker.cpu_seconds()
        address = f"http://127.0.0.1:{port}{path}"
        arguments = ["wrk", "-t1", f"-c{self.connections}", f"-d{self.seconds}s", "--timeout", "10s", "-s", str(self.script), address]
        process = subprocess.run(arguments, capture_output=True, text=True, check=True)
        counts = json.loads(process.stdout.strip().splitlines()[-1])
        served, refused = _Latencies(counts["served"]), _Latencies(counts["refused"])
        if strict and (counts["failed"] or refused.count):
            raise RuntimeError(f"{path}: of {served.count} calls, {counts['wrong']} failed and {refused.count} were refused")
        return LoadResult(
            rate=served.count / counts["seconds"],
            refused=refused.count / counts["seconds"],
            failed=counts["failed"],
            cpu=(worker.cpu_seconds() - before) / max(1, served.count + refused.count) * 1e3,
            p50=served.quantile(0.5),
            p99=served.quantile(0.99),
            p99_refused=refused.quantile(0.99),
            latencies=counts["served"],
            refused_calls=refused.count,
        )


@dataclass(frozen=True)
class _Latencies:
    """Latencies in tenths of a millisecond: latency → number of answers."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of answers."""
        return sum(self.counts.values())

    def quantile(self, share: float) -> float:
        """Return a quantile in milliseconds; 0 without answers."""
        left = share * self.count
        for tenths, count in sorted((int(tenths), count) for tenths, count in self.counts.items()):
            left -= count
            if left <= 0:
                return tenths / 10
        return 0.0


def pooled_quantile(results: Iterable[LoadResult], share: float) -> float:
    """Return a quantile of the latencies of several runs together, in milliseconds; 0 without answers."""
    counts: Counter[str] = Counter()
    for result in results:
        counts.update(result.latencies)
    return _Latencies(counts).quantile(share)


def write_script(
    path: Path,
    bodies: Iterable[str],
    *,
    content_type: str = _JSON,
    headers: Mapping[str, str] | None = None,
    pause: float = 0,
    answer_status: int = 200,
) -> Path:
    """Write a script for wrk, and the bodies beside it; return its path.

    Args:
        path: the file to write.
        bodies: one line each.
        content_type: their media type.
        headers: further headers of each call.
        pause: mean time in milliseconds that a connection waits between an answer and its next call, uniform from 0 to twice that.
        answer_status: a status beside 2xx that counts as an answer.
    """
    lines = path.with_suffix(".bodies")
    lines.write_text("".join(body + "\n" for body in bodies), encoding="utf-8")
    all_headers = {"Content-Type": content_type, "Host": "localhost", **(headers or {})}
    table = "{" + ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in all_headers.items()) + "}"
    path.write_text(
        _SCRIPT % {"bodies": json.dumps(str(lines)), "headers": table, "pause": pause, "answer_status": answer_status}, encoding="utf-8"
    )
    return path


def describe_loads(results: Sequence[LoadResult]) -> str:
    """Return the medians of several results in words."""
    rate, cpu, p50, p99 = (statistics.median(getattr(result, name) for result in results) for name in ("rate", "cpu", "p50", "p99"))
    return f"{rate:,.0f} calls/s, {cpu:.3f} ms CPU a call, p50 {p50:.2f} ms, p99 {p99:.2f} ms"
