"""How many calls a second one worker answers, beside a route of the same app that judges nothing.

The two routes take turns over several rounds; the ratios of each round are what counts.
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

from benchmarks.app import EMPTY
from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import free_port, is_ready
from benchmarks.wrk import Load, Run, Worker, need_wrk, told, write_script

__all__ = ["measure"]

_OURS = "/v1/moderate"
_PATIENCE = 120.0
_BODIES = 500


@contextmanager
def _serving(port: int) -> Iterator[Worker]:
    with subprocess.Popen([sys.executable, "-m", "benchmarks.app", str(port)]) as process:
        try:
            until = time.monotonic() + _PATIENCE
            while not is_ready(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("the measured app does not become ready")
                time.sleep(0.02)
            yield Worker([process.pid])
        finally:
            process.terminate()


def _script(folder: Path, *, size: int) -> Path:
    """Write bodies of so many comments each, and the script that sends them in turn."""
    texts = load_comments(_BODIES * min(size, 10)).texts
    comments = ([texts[(number * size + at) % len(texts)] for at in range(size)] for number in range(_BODIES))
    bodies = (json.dumps({"comments": [{"id": str(at), "text": text} for at, text in enumerate(chosen)]}) for chosen in comments)
    return write_script(folder / f"load-{size}.lua", bodies)


def measure(*, rounds: int = 7, seconds: int = 2) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        rounds: how often each route has its turn.
        seconds: how long a turn is.
    """
    need_wrk()
    port = free_port()
    with tempfile.TemporaryDirectory() as name, _serving(port) as worker:
        single = Load(_script(Path(name), size=1), connections=16, seconds=seconds)
        turns = _turns(single, port, worker, rounds)
        yield from _one_a_call(turns[_OURS], turns[EMPTY])
        hundred = Load(_script(Path(name), size=100), connections=4, seconds=seconds)
        turns = _turns(hundred, port, worker, rounds)
        yield _hundred_a_call(turns[_OURS], turns[EMPTY])


def _turns(load: Load, port: int, worker: Worker, rounds: int) -> dict[str, list[Run]]:
    turns: dict[str, list[Run]] = {EMPTY: [], _OURS: []}
    for number in range(rounds + 1):
        for path, runs in turns.items():
            run = load.on(path, port, worker)
            # The first round warms up.
            if number:
                runs.append(run)
    return turns


def _one_a_call(ours: Sequence[Run], empty: Sequence[Run]) -> Iterator[Figure]:
    shares = sorted(run.rate / other.rate for run, other in zip(ours, empty, strict=True))
    note = f"ours {told(ours)}; empty {told(empty)}; {len(shares)} rounds {shares[0]:.0%} to {shares[-1]:.0%}; 16 connections"
    yield Figure("http: calls/s with one comment, of those of an empty route", statistics.median(shares) * 100, "%", at_least=75, note=note)
    cpu = statistics.median(other.cpu for other in empty) / statistics.median(run.cpu for run in ours) * 100
    yield Figure("http: the same by the worker's CPU time", cpu, "%")


def _hundred_a_call(ours: Sequence[Run], empty: Sequence[Run]) -> Figure:
    rate = 100 * statistics.median(run.rate for run in ours)
    cpu = statistics.median(run.cpu for run in ours)
    note = f"{told(ours)}, that is {100 / cpu * 1e3:,.0f} comments a second of CPU; empty {told(empty)}; 4 connections"
    return Figure("http: comments/s with 100 a call", rate, "comments/s", at_least=20_000, note=note)
