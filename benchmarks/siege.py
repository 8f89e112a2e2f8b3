"""Measures a service that is asked for three times what it can answer while it is attacked in every known way.

The service has one core of the machine; the callers and the attackers share the others.
"""

import http.client
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.dialects import OWN_CALL, ProtocolCall
from benchmarks.figures import Figure, Skipped
from benchmarks.processes import memory_bytes, pinned_apart
from benchmarks.startup import Service, create_key, serving
from benchmarks.wrk import Load, LoadResult, Worker, need_wrk
from model.profile import Profile

__all__ = ["measure"]

_OVERLOAD = 3  # times the capacity
_CONNECTIONS, _OVERLOAD_CONNECTIONS = 16, 256
_CAPACITY_SECONDS, _SIEGE_SECONDS = 10, 60
_PROBE_INTERVAL = 0.1  # seconds between two calls to /healthz
_TIMEOUT = 30.0  # seconds
_END_SECONDS = 30.0
_PHRASES = 1_000
_MEGABYTE = 1e6
_ALLOWED_5XX = frozenset({"503", "504"})


@dataclass
class _Probe:
    """Calls /healthz, and looks at the memory of the service, again and again."""

    service: Service
    seconds: list[float] = field(default_factory=list)
    failures: int = 0
    most_memory: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.ended.wait(_PROBE_INTERVAL):
            start = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=_TIMEOUT)
            try:
                connection.request("GET", "/healthz")
                self.failures += connection.getresponse().status != 200
            except (OSError, http.client.HTTPException):
                self.failures += 1
            finally:
                connection.close()
            self.seconds.append(time.monotonic() - start)
            self.most_memory = max(self.most_memory, memory_bytes(self.service.process.pid))


@contextmanager
def _probing(service: Service) -> Iterator[_Probe]:
    probe = _Probe(service)
    thread = threading.Thread(target=probe.run)
    thread.start()
    try:
        yield probe
    finally:
        probe.ended.set()
        thread.join()


@contextmanager
def _attacked(port: int, key: str) -> Iterator[dict[str, dict[str, int]]]:
    """Attack a service while the context lasts; yield what its answers were, which is filled in at the end."""
    answers: dict[str, dict[str, int]] = {}
    command = [sys.executable, "-m", "benchmarks.attackers", str(port), key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it says so when it begins
        try:
            yield answers
        finally:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=_END_SECONDS)
            answers.update(json.loads(output or "{}"))


def measure() -> Iterator[Figure | Skipped]:
    """Yield the figures."""
    need_wrk()
    with tempfile.TemporaryDirectory() as name, pinned_apart() as pin_to_rest:
        folder = Path(name)
        communities = folder / "communities.toml"
        phrases = ", ".join(f'"you are a w{number}"' for number in range(_PHRASES))
        communities.write_text(f'default = "main"\n[community.main]\ndeny_words = [{phrases}]\n', encoding="utf-8")
        settings = {"TIPSTAFF_COMMUNITIES": str(communities)}
        with serving(workers=1, profile=Profile.CASCADE, settings=settings) as service:
            pin_to_rest()
            good, bad = create_key(service, "good"), create_key(service, "bad")
            call = replace(OWN_CALL, headers={"Authorization": f"Bearer {good}"})
            worker = Worker([service.process.pid])
            capacity = _call(service, worker, call, folder, seconds=_CAPACITY_SECONDS).rate
            idle = memory_bytes(service.process.pid)
            pause = 1e3 * _OVERLOAD_CONNECTIONS / (_OVERLOAD * capacity)
            with _attacked(service.port, bad) as answers, _probing(service) as probe:
                result = _call(service, worker, call, folder, seconds=_SIEGE_SECONDS, connections=_OVERLOAD_CONNECTIONS, pause=pause)
            yield from _figures(result, capacity, probe, answers, idle=idle)


def _call(
    service: Service, worker: Worker, call: ProtocolCall, folder: Path, *, seconds: int, connections: int = _CONNECTIONS, pause: float = 0
) -> LoadResult:
    load = Load(call.write_script(folder, pause=pause), connections=connections, seconds=seconds)
    return load.run(call.path, service.port, worker, strict=False)


def _figures(
    result: LoadResult, capacity: float, probe: _Probe, answers: Mapping[str, Mapping[str, int]], *, idle: int
) -> Iterator[Figure | Skipped]:
    """Yield the figures of a siege, from the calls, the probe, and the attackers' answers."""
    note = (
        f"asked for {result.rate + result.refused:,.0f} calls/s of {capacity:,.0f} that it answers in peace; {result.rate:,.0f} answered, "
        f"p50 {result.p50:.0f} ms; {result.refused:,.0f} refused with Retry-After; {_OVERLOAD_CONNECTIONS} connections"
    )
    yield Figure("siege: p99 of calls let in at three times the most, attacked", result.p99, "ms", at_most=200, note=note)
    yield Figure("siege: other failures of these calls", result.failed, "", at_most=0)
    p99 = statistics.quantiles(probe.seconds, n=100)[98] * 1e3
    yield Figure("siege: p99 of /healthz", p99, "ms", at_most=100, note=f"{len(probe.seconds)} calls, {probe.failures} failed")
    ratio = probe.most_memory / idle
    note = f"{idle / _MEGABYTE:.0f} MB before, {probe.most_memory / _MEGABYTE:.0f} MB at most"
    yield Figure("siege: memory (RSS), of that before", ratio, "×", at_most=1.5, note=note)
    wrong = sum(count for kinds in answers.values() for kind, count in kinds.items() if kind.startswith("5") and kind not in _ALLOWED_5XX)
    told = "; ".join(f"{name}: {', '.join(f'{kind} {count}' for kind, count in sorted(kinds.items()))}" for name, kinds in answers.items())
    yield Figure("siege: attacks answered 500, 501 or 502", wrong, "", at_most=0, note=told)
