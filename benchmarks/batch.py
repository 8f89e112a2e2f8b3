"""How fast ``tipstaff score`` works through dumps, beside what judging alone takes and what people would write today; its memory."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.comments import Comments
from benchmarks.dumps import comments_for, compressed, write_reddit
from benchmarks.figures import Figure, Skipped
from benchmarks.loops import LOOPS
from model.threads import available_cores

__all__ = ["measure"]

_COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()", "score"]
_LOOK_EVERY = 0.25
_MOST_MEMORY = 500.0
_LOOP_ROWS = {"a pandas loop over HateSonar": 2_000}
_MOST_LOOP_ROWS = 20_000
_SMALL = 100_000_000


@dataclass(frozen=True)
class _Ran:
    """What a command took: seconds, and the most memory of all of its processes together and of the largest, in MB."""

    seconds: float
    together: float
    largest: float


def measure(*, size: int = 300_000_000, rounds: int = 1, beside: bool = True) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        size: bytes of the dump.
        rounds: how often each speed is measured; the median counts.
        beside: whether what people would write today is measured too.
    """
    comments = comments_for()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump = folder / "RC_2024-01.jsonl"
        count = write_reddit(dump, comments.texts, size=size)
        note = f"{count:,} {comments.origin}, {dump.stat().st_size / 1e6:,.0f} MB of JSON Lines"
        # Before this process maps the libraries too: pages count once, wherever they are mapped, and would be divided by one more.
        plain = _score(dump, folder / "scores.parquet", rounds=rounds)
        alone = _in_process(comments)
        yield Figure("batch: judging alone, in process", alone, "comments/s", note=f"all {available_cores()} cores, {comments.origin}")
        yield Figure("batch: JSONL to Parquet", count / plain.seconds, "rows/s", note=f"{note}, in {plain.seconds:.1f} s, whole command")
        yield Figure("batch: JSONL to Parquet, share of judging alone", count / plain.seconds / alone, at_least=0.6)
        yield from _memory(dump, plain)
        yield from _processes(dump, folder, rounds)
        yield _zstd(dump, folder, plain, rounds)
        if size > _SMALL:
            yield from _memory_of_a_small_one(folder, comments)
        if beside:
            yield from _beside(folder, comments, count / plain.seconds)


def _in_process(comments: Comments) -> float:
    """Return how many comments a second are judged where nothing is read or written: the best of three."""
    from model.comment import Comment
    from model.moderator import Moderator

    moderator = Moderator.load()
    moderator.warm()
    batches = [[Comment("", text) for text in comments.texts[at : at + 8192]] for at in range(0, len(comments.texts), 8192)]
    took = []
    for _ in range(3):
        started = time.perf_counter()
        for batch in batches:
            moderator.decide(batch)
        took.append(time.perf_counter() - started)
    return len(comments.texts) / min(took)


def _score(dump: Path, out: Path, *options: object, rounds: int = 1) -> _Ran:
    ran = [_run([*_COMMAND, str(dump), "-o", str(out), "--fresh", *map(str, options)]) for _ in range(rounds)]
    seconds = statistics.median(one.seconds for one in ran)
    return _Ran(seconds, max(one.together for one in ran), max(one.largest for one in ran))


def _memory(dump: Path, ran: _Ran) -> Iterator[Figure]:
    size = f"{dump.stat().st_size / 1e6:,.0f} MB"
    note = f"all processes together, shared pages once; the largest has {ran.largest:,.0f} MB"
    yield Figure(f"batch: peak memory, {size}", ran.together, "MB", at_most=_MOST_MEMORY, note=note)


def _memory_of_a_small_one(folder: Path, comments: Comments) -> Iterator[Figure]:
    dump = folder / "small.jsonl"
    write_reddit(dump, comments.texts, size=_SMALL)
    yield from _memory(dump, _score(dump, folder / "small.parquet"))


def _processes(dump: Path, folder: Path, rounds: int) -> Iterator[Figure | Skipped]:
    if available_cores() < 2:
        yield Skipped("batch: two processes beside one: there is one core")
        return
    one = _score(dump, folder / "one.parquet", "--jobs", 1, rounds=rounds)
    two = _score(dump, folder / "two.parquet", "--jobs", 2, rounds=rounds)
    note = f"{one.seconds:.1f} s and {two.seconds:.1f} s, whole command"
    yield Figure("batch: two processes, times as fast as one", one.seconds / two.seconds, "×", at_least=1.6, note=note)


def _zstd(dump: Path, folder: Path, plain: _Ran, rounds: int) -> Figure:
    packed = compressed(dump)
    ran = _score(packed, folder / "zstd.parquet", rounds=rounds)
    note = f"{packed.stat().st_size / 1e6:,.0f} MB, window of 2 GiB, one frame, in {ran.seconds:.1f} s; peak {ran.together:,.0f} MB"
    return Figure("batch: zstd, share of the speed of plain JSONL", plain.seconds / ran.seconds, at_least=0.8, note=note)


def _beside(folder: Path, comments: Comments, ours: float) -> Iterator[Figure | Skipped]:
    for name in LOOPS:
        rows = _LOOP_ROWS.get(name, _MOST_LOOP_ROWS)
        dump = folder / "few.jsonl"
        write_reddit(dump, comments.texts[:rows], size=rows * 300)
        count = sum(1 for _ in dump.open("rb"))
        try:
            ran = _run([sys.executable, "-m", "benchmarks.loops", name, str(dump), str(folder / "few.csv")])
        except RuntimeError as error:
            yield Skipped(f"batch: {name}: {str(error).splitlines()[-1]}")
            continue
        note = f"{count:,} rows in {ran.seconds:.1f} s, start included, {ran.together:,.0f} MB"
        yield Figure(f"batch: {name}", count / ran.seconds, "rows/s", note=note)
        yield Figure(f"batch: times as fast as {name}", ours * ran.seconds / count, "×")


def _run(arguments: Sequence[str]) -> _Ran:
    together = largest = 0.0
    env = {**os.environ, "LC_ALL": "en_US.UTF-8"}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=said, text=True, env=env) as process:
            while process.poll() is None:
                now, most = _memory_of(process.pid)
                together, largest = max(together, now), max(largest, most)
                time.sleep(_LOOK_EVERY)
            seconds = time.perf_counter() - started
        if process.returncode:
            said.seek(0)
            raise RuntimeError(said.read().strip() or f"exit code {process.returncode}")
    return _Ran(seconds, together, largest)


def _memory_of(pid: int) -> tuple[float, float]:
    """Return the memory of a process and its children, and of the largest of them, in MB: pages that they share count once."""
    together = largest = 0.0
    try:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0.0, 0.0
    for process in processes:
        try:
            found = process.memory_full_info()
        except (psutil.Error, OSError):
            continue
        together += getattr(found, "pss", found.rss) / 1e6
        largest = max(largest, found.rss / 1e6)
    return together, largest
