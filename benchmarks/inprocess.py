"""Measures how many comments a second Tipstaff and other classifiers judge, side by side.

Every contender uses all cores: Tipstaff through its threads, the others, which have none, through one process for each core, with
its share of the comments. They take turns over several rounds, so that other work on the machine affects them alike, and the
ratio within each round counts.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.comments import load_comments
from benchmarks.figures import Figure, Skipped
from model.threads import available_cores

__all__ = ["measure"]

_TARGETS = {"alt-profanity-check": 2.0, "HateSonar": 15.0, "scikit-learn": 10.0}
"""Contender → how many times as fast as it Tipstaff should be."""
_OURS = "Tipstaff"


@dataclass
class _Contender:
    """A running contender, and the times of its rounds.

    Attributes:
        processes: the processes that divide the comments between them.
        wall: wall-clock time of each round in seconds, until the last process has answered.
        cpu: CPU time of each round in seconds, all processes and threads together.
    """

    processes: Sequence[subprocess.Popen[str]]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def run_round(self) -> None:
        """Have all processes judge their comments once, and record the times."""
        start = time.perf_counter()
        for process in self.processes:
            _start_judging(process)
        answers = [_read_answer(process) for process in self.processes]
        self.wall.append(time.perf_counter() - start)
        self.cpu.append(sum(map(float, answers)))


def _start_judging(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _read_answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def _running_contender(name: str, comments: Path, *, parts: int) -> Iterator[_Contender]:
    """Run a contender, warmed up, while the context lasts.

    Raises:
        Skipped: it does not start.
    """
    command = [sys.executable, "-m", "benchmarks.contenders", name, str(comments)]
    # HateSonar's tokeniser asks the C library for this locale and fails without it.
    env = {**os.environ, "LC_ALL": "en_US.UTF-8", "OMP_NUM_THREADS": "1"}
    with ExitStack() as stack, tempfile.TemporaryFile("w+") as errors:
        processes = []
        for part in range(parts):
            process = subprocess.Popen(
                [*command, str(part), str(parts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=env
            )
            processes.append(stack.enter_context(process))
            stack.callback(process.kill)
        if [_read_answer(process) for process in processes] != ["ready"] * parts:
            errors.seek(0)
            last = errors.read().strip().splitlines() or ["no reason given"]
            raise Skipped(f"{name} does not start: {last[-1]}")
        yield _Contender(processes)


def measure(*, count: int, rounds: int) -> Iterator[Figure | Skipped]:
    """Yield the speed of Tipstaff, and how many times as fast it is as each other contender.

    Args:
        count: number of comments that every contender judges in a round.
        rounds: number of rounds.
    """
    comments = load_comments(count)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "comments.json"
        path.write_text(json.dumps(comments.texts), encoding="utf-8")
        running: dict[str, _Contender] = {}
        for name in (_OURS, *_TARGETS):
            try:
                running[name] = stack.enter_context(_running_contender(name, path, parts=1 if name == _OURS else available_cores()))
            except Skipped as reason:
                yield reason
        for _ in range(rounds):
            for contender in running.values():
                contender.run_round()
    ours = running.pop(_OURS)
    note = f"{count:,} {comments.origin}, {available_cores()} cores, median of {rounds} rounds; {_describe_cpu_time(ours, count)}"
    yield Figure("in process: Tipstaff, text to decision", count / statistics.median(ours.wall), "comments/s", note=note)
    for name, other in running.items():
        yield _ratio_figure(name, ours, other, count=count)


def _ratio_figure(name: str, ours: _Contender, other: _Contender, *, count: int) -> Figure:
    ratios = sorted(other_time / own_time for other_time, own_time in zip(other.wall, ours.wall, strict=True))
    cpu = statistics.median(other.cpu) / statistics.median(ours.cpu)
    speed = count / statistics.median(other.wall)
    cpu_ratio = f"by CPU time {cpu:.1f} ({_describe_cpu_time(other, count)})"
    note = f"{name}: {speed:,.0f} comments/s; rounds {ratios[0]:.1f} to {ratios[-1]:.1f}; {cpu_ratio}"
    return Figure(f"in process: times as fast as {name}", statistics.median(ratios), "×", at_least=_TARGETS[name], note=note)


def _describe_cpu_time(contender: _Contender, count: int) -> str:
    return f"{statistics.median(contender.cpu) / count * 1e6:.1f} µs CPU a comment"
