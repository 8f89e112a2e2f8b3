"""Measures the service under load: at 70 % of its capacity, with two workers, and at three times its capacity."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.dialects import OWN_CALL
from benchmarks.figures import Figure, Skipped
from benchmarks.processes import family
from benchmarks.startup import Service, serving
from benchmarks.wrk import Load, LoadResult, Worker, need_wrk

__all__ = ["measure"]

_CONNECTIONS = 16  # enough to keep a worker busy
_STEADY_CONNECTIONS = 64
_OVERLOAD_CONNECTIONS = 256  # enough to ask for far more than a worker can answer
_STEADY_SHARE, _OVERLOAD_SHARE = 0.7, 3  # of the capacity
_STEADY_RUNS = 3


def measure(*, rounds: int = 3, seconds: int = 5) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        rounds: how often the capacity is measured; the median counts.
        seconds: length of one such measurement.
    """
    need_wrk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(workers=1) as service:
            single = _measure_capacity(service, folder, rounds=rounds, seconds=seconds)
            yield _steady_figure(service, folder, capacity=single.rate, seconds=2 * seconds)
            yield from _overload_figures(service, folder, capacity=single.rate, seconds=2 * seconds)
        with serving(workers=2) as service:
            double = _measure_capacity(service, folder, rounds=rounds, seconds=seconds)
    note = (
        f"one {single.rate:,.0f} calls/s, {single.cpu:.3f} ms CPU a call; two {double.rate:,.0f}, {double.cpu:.3f} ms; wrk shares the cores"
    )
    yield Figure("load: calls/s of two workers, of one's", double.rate / single.rate, "×", at_least=1.5, note=note)


def _find_worker(service: Service) -> Worker:
    """Return the processes of a running service."""
    return Worker(family(service.process.pid))


def _measure_capacity(service: Service, folder: Path, *, rounds: int, seconds: int) -> LoadResult:
    """Return the median result of several runs that keep a worker busy; the first run warms up and does not count."""
    load = Load(OWN_CALL.write_script(folder), connections=_CONNECTIONS, seconds=seconds)
    results = [load.run(OWN_CALL.path, service.port, _find_worker(service), strict=False) for _ in range(rounds + 1)][1:]
    return sorted(results, key=lambda result: result.rate)[len(results) // 2]


def _call_at_share(
    service: Service, folder: Path, *, share: float, capacity: float, seconds: int, connections: int = _STEADY_CONNECTIONS
) -> LoadResult:
    """Call at a share of the capacity, by connections that pause between an answer and the next call."""
    pause = 1e3 * connections / (share * capacity)
    script = OWN_CALL.write_script(folder, pause=pause)
    return Load(script, connections=connections, seconds=seconds).run(OWN_CALL.path, service.port, _find_worker(service), strict=False)


def _steady_figure(service: Service, folder: Path, *, capacity: float, seconds: int) -> Figure:
    results = [_call_at_share(service, folder, share=_STEADY_SHARE, capacity=capacity, seconds=seconds) for _ in range(_STEADY_RUNS)]
    p99 = statistics.median(result.p99 for result in results)
    rate = statistics.median(result.rate for result in results)
    failed = sum(result.failed for result in results)
    note = f"{rate:,.0f} of {capacity:,.0f} calls/s, one worker; p50 {results[0].p50:.1f} ms; {failed} failed"
    return Figure("load: p99 at 70 % of the most", p99, "ms", at_most=20, note=note)


def _overload_figures(service: Service, folder: Path, *, capacity: float, seconds: int) -> Iterator[Figure]:
    result = _call_at_share(service, folder, share=_OVERLOAD_SHARE, capacity=capacity, seconds=seconds, connections=_OVERLOAD_CONNECTIONS)
    note = (
        f"asked for {result.rate + result.refused:,.0f} calls/s of {capacity:,.0f} that can be served; "
        f"{result.rate:,.0f} served, p50 {result.p50:.0f} ms; "
        f"{result.refused:,.0f} refused with Retry-After, p99 {result.p99_refused:.0f} ms; {result.failed} failed; "
        f"{_OVERLOAD_CONNECTIONS} connections"
    )
    yield Figure("load: p99 of calls let in at three times the most", result.p99, "ms", at_most=200, note=note)
    yield Figure("load: other failures at three times the most", result.failed, "", at_most=0, note=note)
