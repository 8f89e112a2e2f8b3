"""Measures how many calls a second one worker answers, relative to a route of the same app that judges nothing.

The two routes take turns over several rounds, and the ratio within each round counts. Beside another revision of Tipstaff, the
workers of both take turns in the same way.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.app import EMPTY_PATH
from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from benchmarks.revisions import CHECKOUT, checked_out
from benchmarks.startup import find_free_port, is_ready
from benchmarks.wrk import Load, LoadResult, Worker, describe_loads, need_wrk, write_script

__all__ = ["measure"]

_OURS = "/v1/moderate"
_START_TIMEOUT = 300.0  # seconds; another revision compiles its kernels first
_POLL_INTERVAL = 0.02  # seconds
_BODIES = 500
_MOST_DISTINCT = 10  # comments for each body; longer bodies repeat them


@contextmanager
def _serving(port: int, checkout: Path = CHECKOUT) -> Iterator[Worker]:
    """Serve the measured app of a checkout; a module is looked for where the process starts before anywhere else."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.app", str(port)], cwd=checkout) as process:
        try:
            deadline = time.monotonic() + _START_TIMEOUT
            while not is_ready(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the measured app does not become ready")
                time.sleep(_POLL_INTERVAL)
            yield Worker([process.pid])
        finally:
            process.terminate()


def _write_load_script(folder: Path, *, size: int) -> Path:
    """Write bodies of ``size`` comments each, and the script that sends them in turn; return the path of the script."""
    texts = load_comments(_BODIES * min(size, _MOST_DISTINCT)).texts
    batches = ([texts[(number * size + at) % len(texts)] for at in range(size)] for number in range(_BODIES))
    bodies = (json.dumps({"comments": [{"id": str(at), "text": text} for at, text in enumerate(batch)]}) for batch in batches)
    return write_script(folder / f"load-{size}.lua", bodies)


def measure(*, rounds: int = 7, seconds: int = 2, against: str | None = None) -> Iterator[Figure | Skipped]:
    """Yield the figures for calls with one comment and with a hundred.

    Args:
        rounds: number of turns of each route.
        seconds: length of a turn.
        against: a revision that Git knows; where it is given, this checkout is measured beside that revision, and nothing else.
    """
    need_wrk()
    if against is not None:
        yield from _measure_against(against, seconds=seconds)
        return
    port = find_free_port()
    with tempfile.TemporaryDirectory() as name, _serving(port) as worker:
        single = Load(_write_load_script(Path(name), size=1), connections=16, seconds=seconds)
        turns = _alternate(single, port, worker, rounds)
        yield from _single_figures(turns[_OURS], turns[EMPTY_PATH])
        hundred = Load(_write_load_script(Path(name), size=100), connections=4, seconds=seconds)
        turns = _alternate(hundred, port, worker, rounds)
        yield _hundred_figure(turns[_OURS], turns[EMPTY_PATH])


def _measure_against(revision: str, *, seconds: int, rounds: int = 10) -> Iterator[Figure | Skipped]:
    """Yield how many calls this checkout answers, relative to a revision with the same packages."""
    ours_port, other_port = find_free_port(), find_free_port()
    while other_port == ours_port:
        other_port = find_free_port()
    with (
        tempfile.TemporaryDirectory() as name,
        checked_out(revision, Path(name) / "checkout") as checkout,
        _serving(ours_port) as ours,
        _serving(other_port, checkout) as other,
    ):
        load = Load(_write_load_script(Path(name), size=1), connections=16, seconds=seconds)
        turns: list[tuple[LoadResult, LoadResult]] = []
        for number in range(rounds + 1):
            places = ((ours_port, ours), (other_port, other))
            # Which of the two comes first changes from round to round; the first round warms up.
            results = {port: load.run(_OURS, port, worker) for port, worker in (places if number % 2 else places[::-1])}
            if number:
                turns.append((results[ours_port], results[other_port]))
    rates = sorted(mine.rate / theirs.rate for mine, theirs in turns)
    cpu = sorted(theirs.cpu / mine.cpu for mine, theirs in turns)
    note = f"ours {describe_loads([mine for mine, _ in turns])}; {revision} {describe_loads([theirs for _, theirs in turns])}"
    note += f"; {rounds} rounds {rates[0]:.1%} to {rates[-1]:.1%}; 16 connections"
    yield Figure(f"http: calls/s with one comment, of those of {revision}", statistics.median(rates) * 100, "%", at_least=97, note=note)
    note = f"{rounds} rounds {cpu[0]:.1%} to {cpu[-1]:.1%}"
    yield Figure("http: the same by the worker's CPU time", statistics.median(cpu) * 100, "%", at_least=97, note=note)


def _alternate(load: Load, port: int, worker: Worker, rounds: int) -> dict[str, list[LoadResult]]:
    """Return the results of both routes, path → one for each round."""
    turns: dict[str, list[LoadResult]] = {EMPTY_PATH: [], _OURS: []}
    for number in range(rounds + 1):
        for path, results in turns.items():
            result = load.run(path, port, worker)
            # The first round warms up.
            if number:
                results.append(result)
    return turns


def _single_figures(ours: Sequence[LoadResult], empty: Sequence[LoadResult]) -> Iterator[Figure]:
    shares = sorted(result.rate / other.rate for result, other in zip(ours, empty, strict=True))
    rounds = f"{len(shares)} rounds {shares[0]:.0%} to {shares[-1]:.0%}"
    note = f"ours {describe_loads(ours)}; empty {describe_loads(empty)}; {rounds}; 16 connections"
    yield Figure("http: calls/s with one comment, of those of an empty route", statistics.median(shares) * 100, "%", at_least=75, note=note)
    cpu = statistics.median(other.cpu for other in empty) / statistics.median(result.cpu for result in ours) * 100
    yield Figure("http: the same by the worker's CPU time", cpu, "%")


def _hundred_figure(ours: Sequence[LoadResult], empty: Sequence[LoadResult]) -> Figure:
    rate = 100 * statistics.median(result.rate for result in ours)
    cpu = statistics.median(result.cpu for result in ours)
    note = f"{describe_loads(ours)}, that is {100 / cpu * 1e3:,.0f} comments a second of CPU; empty {describe_loads(empty)}; 4 connections"
    return Figure("http: comments/s with 100 a call", rate, "comments/s", at_least=20_000, note=note)
