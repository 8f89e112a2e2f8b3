"""How the service bears load: at 70 % of what it can take, with two workers, and at three times what it can take."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.dialects import OURS
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import Service, serving
from benchmarks.wrk import Load, Run, Worker, need_wrk

__all__ = ["measure", "soak"]

_CONNECTIONS = 16  # enough to keep a worker busy
_CROWD = 256  # enough to ask for far more than a worker can do
_MEGA = 1e6


def measure(*, rounds: int = 3, seconds: int = 5) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        rounds: how often the most is looked for; the median counts.
        seconds: how long one look is.
    """
    need_wrk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(workers=1) as service:
            one = _most(service, folder, rounds=rounds, seconds=seconds)
            yield _steady(service, folder, most=one.rate, seconds=2 * seconds)
            yield from _overload(service, folder, most=one.rate, seconds=2 * seconds)
        with serving(workers=2) as service:
            two = _most(service, folder, rounds=rounds, seconds=seconds)
    note = f"one {one.rate:,.0f} calls/s, {one.cpu:.3f} ms CPU a call; two {two.rate:,.0f}, {two.cpu:.3f} ms; wrk shares the cores"
    yield Figure("load: calls/s of two workers, of one's", two.rate / one.rate, "×", at_least=1.5, note=note)


def soak(*, minutes: float = 10) -> Iterator[Figure | Skipped]:
    """Yield the figures of a long run at 70 % of the most.

    Args:
        minutes: how long.
    """
    need_wrk()
    with tempfile.TemporaryDirectory() as name, serving(workers=1) as service:
        folder = Path(name)
        most = _most(service, folder, rounds=3, seconds=5).rate
        # What is made once, such as the tables of foreign letters, is made in the first part.
        _at(service, folder, share=0.7, most=most, seconds=max(1, round(6 * minutes)))
        before = _memory(service)
        began = time.monotonic()
        run = _at(service, folder, share=0.7, most=most, seconds=max(1, round(54 * minutes)))
        grown = _memory(service) - before
    note = (
        f"{run.rate:,.0f} calls/s of {most:,.0f} for {time.monotonic() - began:.0f} s, p99 {run.p99:.1f} ms; {before / _MEGA:.0f} MB before"
    )
    yield Figure("soak: calls that failed or were refused", run.wrong + run.refused, "", at_most=0, note=note)
    yield Figure("soak: memory grown (RSS)", grown / _MEGA, "MB", at_most=5, note=note)


def _worker(service: Service) -> Worker:
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text(encoding="utf-8").split()
    return Worker([service.process.pid, *map(int, children)])


def _memory(service: Service) -> int:
    pages = int(Path(f"/proc/{service.process.pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _most(service: Service, folder: Path, *, rounds: int, seconds: int) -> Run:
    load = Load(OURS.script(folder), connections=_CONNECTIONS, seconds=seconds)
    runs = [load.on(OURS.path, service.port, _worker(service), strict=False) for _ in range(rounds + 1)][1:]
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]


def _at(service: Service, folder: Path, *, share: float, most: float, seconds: int, connections: int = 64) -> Run:
    """Call at a share of the most, by connections that pause between an answer and the next call."""
    wanted = share * most
    pause = 1e3 * connections / wanted
    script = OURS.script(folder, pause=pause)
    return Load(script, connections=connections, seconds=seconds).on(OURS.path, service.port, _worker(service), strict=False)


def _steady(service: Service, folder: Path, *, most: float, seconds: int) -> Figure:
    runs = [_at(service, folder, share=0.7, most=most, seconds=seconds) for _ in range(3)]
    p99 = statistics.median(run.p99 for run in runs)
    rate = statistics.median(run.rate for run in runs)
    note = f"{rate:,.0f} of {most:,.0f} calls/s, one worker; p50 {runs[0].p50:.1f} ms; {sum(run.wrong for run in runs)} failed"
    return Figure("load: p99 at 70 % of the most", p99, "ms", at_most=20, note=note)


def _overload(service: Service, folder: Path, *, most: float, seconds: int) -> Iterator[Figure]:
    run = _at(service, folder, share=3, most=most, seconds=seconds, connections=_CROWD)
    note = (
        f"asked for {run.rate + run.refused:,.0f} calls/s of {most:,.0f} that can be served; {run.rate:,.0f} served, p50 {run.p50:.0f} ms; "
        f"{run.refused:,.0f} refused with Retry-After, p99 {run.p99_refused:.0f} ms; {run.wrong} failed; {_CROWD} connections"
    )
    yield Figure("load: p99 of calls let in at three times the most", run.p99, "ms", at_most=200, note=note)
    yield Figure("load: other failures at three times the most", run.wrong, "", at_most=0, note=note)
