"""How many comments a second each contender judges, side by side.

Every contender gets every core: Tipstaff through its threads, the others, which have none, as one process a core, each
with its share of the comments. They take turns over several rounds, so that whatever else the machine does meets all of
them alike, and the ratios of each round are what counts.
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

# What Tipstaff has to be times as fast as.
_TARGETS = {"alt-profanity-check": 2.0, "HateSonar": 15.0, "scikit-learn": 10.0}
_OURS = "Tipstaff"


@dataclass
class _Contender:
    """A contender that runs, and what its rounds took.

    Attributes:
        processes: that share its comments.
        wall: seconds of each round, until the last process was done.
        cpu: CPU seconds of each round, all processes and threads together.
    """

    processes: Sequence[subprocess.Popen[str]]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def round(self) -> None:
        started = time.perf_counter()
        for process in self.processes:
            _say(process)
        answers = [_answer(process) for process in self.processes]
        self.wall.append(time.perf_counter() - started)
        self.cpu.append(sum(map(float, answers)))


def _say(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def _contender(name: str, comments: Path, *, parts: int) -> Iterator[_Contender]:
    """Start a contender and wait until it is warm.

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
        if [_answer(process) for process in processes] != ["ready"] * parts:
            errors.seek(0)
            last = errors.read().strip().splitlines() or ["no reason given"]
            raise Skipped(f"{name} does not start: {last[-1]}")
        yield _Contender(processes)


def measure(*, count: int, rounds: int) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        count: comments that every contender judges in every round.
        rounds: how many.
    """
    comments = load_comments(count)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "comments.json"
        path.write_text(json.dumps(comments.texts), encoding="utf-8")
        running: dict[str, _Contender] = {}
        for name in (_OURS, *_TARGETS):
            try:
                running[name] = stack.enter_context(_contender(name, path, parts=1 if name == _OURS else available_cores()))
            except Skipped as reason:
                yield reason
        for _ in range(rounds):
            for contender in running.values():
                contender.round()
    ours = running.pop(_OURS)
    note = f"{count:,} {comments.origin}, {available_cores()} cores, median of {rounds} rounds; {_per_comment(ours, count)}"
    yield Figure("in process: Tipstaff, text to decision", count / statistics.median(ours.wall), "comments/s", note=note)
    for name, other in running.items():
        yield _compared(name, ours, other, count=count)


def _compared(name: str, ours: _Contender, other: _Contender, *, count: int) -> Figure:
    ratios = sorted(theirs / own for theirs, own in zip(other.wall, ours.wall, strict=True))
    cpu = statistics.median(other.cpu) / statistics.median(ours.cpu)
    speed = count / statistics.median(other.wall)
    note = (
        f"{name}: {speed:,.0f} comments/s; rounds {ratios[0]:.1f} to {ratios[-1]:.1f}; by CPU time {cpu:.1f} ({_per_comment(other, count)})"
    )
    return Figure(f"in process: times as fast as {name}", statistics.median(ratios), "×", at_least=_TARGETS[name], note=note)


def _per_comment(contender: _Contender, count: int) -> str:
    return f"{statistics.median(contender.cpu) / count * 1e6:.1f} µs CPU a comment"
