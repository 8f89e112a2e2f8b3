"""Measures the speed and memory of ``tipstaff score`` on dumps, relative to judging alone and to common alternatives."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.command_cost import CommandCost, run_command
from benchmarks.comments import Comments
from benchmarks.figures import Figure, Skipped
from benchmarks.loops import LOOPS
from benchmarks.reddit_dumps import compress_dump, load_dump_comments, write_reddit_dump
from model.threads import available_cores

__all__ = ["measure"]

_COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()", "score"]
_MOST_MEMORY = 500.0  # MB
_SMALL_DUMP = 100_000_000  # bytes
_BATCH_SIZE = 8192  # comments
_IN_PROCESS_RUNS = 3
_LOOP_ROWS = 20_000
_SLOW_LOOP_ROWS = {"a pandas loop over HateSonar": 2_000}
_LOOP_ROW_BYTES = 300  # about what a row of a dump has
_MEGABYTE = 1e6


def measure(*, size: int = 300_000_000, rounds: int = 1, with_alternatives: bool = True) -> Iterator[Figure | Skipped]:
    """Yield speed and memory on dumps of Reddit's form.

    Args:
        size: bytes of the dump.
        rounds: how often each speed is measured; the median counts.
        with_alternatives: whether the loops of ``benchmarks.loops`` are measured too.
    """
    comments = load_dump_comments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump = folder / "RC_2024-01.jsonl"
        count = write_reddit_dump(dump, comments.texts, size=size)
        note = f"{count:,} {comments.origin}, {dump.stat().st_size / _MEGABYTE:,.0f} MB of JSON Lines"
        # The command runs before this process maps the same libraries, since PSS divides a page among all processes that map it.
        plain = _score_dump(dump, folder / "scores.parquet", rounds=rounds)
        alone = _judging_speed(comments)
        yield Figure("batch: judging alone, in process", alone, "comments/s", note=f"all {available_cores()} cores, {comments.origin}")
        yield Figure("batch: JSONL to Parquet", count / plain.seconds, "rows/s", note=f"{note}, in {plain.seconds:.1f} s, whole command")
        yield Figure("batch: JSONL to Parquet, share of judging alone", count / plain.seconds / alone, at_least=0.6)
        yield _memory_figure(dump, plain)
        yield _scaling_figure(dump, folder, rounds)
        yield _zstd_figure(dump, folder, plain, rounds)
        if size > _SMALL_DUMP:
            yield _small_dump_memory(folder, comments)
        if with_alternatives:
            yield from _compare_with_loops(folder, comments, count / plain.seconds)


def _judging_speed(comments: Comments) -> float:
    """Return how many comments a second are judged where nothing is read or written: the best of three runs."""
    from model.comment import Comment
    from model.moderator import Moderator

    moderator = Moderator.load()
    moderator.warm()
    batches = [
        [Comment("", text) for text in comments.texts[start : start + _BATCH_SIZE]] for start in range(0, len(comments.texts), _BATCH_SIZE)
    ]
    seconds = []
    for _ in range(_IN_PROCESS_RUNS):
        start = time.perf_counter()
        for batch in batches:
            moderator.decide(batch)
        seconds.append(time.perf_counter() - start)
    return len(comments.texts) / min(seconds)


def _score_dump(dump: Path, out: Path, *options: object, rounds: int = 1) -> CommandCost:
    """Run ``tipstaff score`` on a dump; return the median time and the highest memory of several runs."""
    costs = [run_command([*_COMMAND, str(dump), "-o", str(out), "--fresh", *map(str, options)]) for _ in range(rounds)]
    seconds = statistics.median(cost.seconds for cost in costs)
    total, largest = max(cost.total_memory for cost in costs), max(cost.largest_memory for cost in costs)
    return replace(costs[-1], seconds=seconds, total_memory=total, largest_memory=largest)


def _memory_figure(dump: Path, cost: CommandCost) -> Figure:
    size = f"{dump.stat().st_size / _MEGABYTE:,.0f} MB"
    note = f"all processes together, shared pages once; the largest has {cost.largest_memory:,.0f} MB"
    return Figure(f"batch: peak memory, {size}", cost.total_memory, "MB", at_most=_MOST_MEMORY, note=note)


def _small_dump_memory(folder: Path, comments: Comments) -> Figure:
    dump = folder / "small.jsonl"
    write_reddit_dump(dump, comments.texts, size=_SMALL_DUMP)
    return _memory_figure(dump, _score_dump(dump, folder / "small.parquet"))


def _scaling_figure(dump: Path, folder: Path, rounds: int) -> Figure | Skipped:
    if available_cores() < 2:
        return Skipped("batch: two processes beside one: there is one core")
    single = _score_dump(dump, folder / "one.parquet", "--jobs", 1, rounds=rounds)
    double = _score_dump(dump, folder / "two.parquet", "--jobs", 2, rounds=rounds)
    note = f"{single.seconds:.1f} s and {double.seconds:.1f} s, whole command"
    return Figure("batch: two processes, times as fast as one", single.seconds / double.seconds, "×", at_least=1.6, note=note)


def _zstd_figure(dump: Path, folder: Path, plain: CommandCost, rounds: int) -> Figure:
    archive = compress_dump(dump)
    cost = _score_dump(archive, folder / "zstd.parquet", rounds=rounds)
    size = f"{archive.stat().st_size / _MEGABYTE:,.0f} MB"
    note = f"{size}, window of 2 GiB, one frame, in {cost.seconds:.1f} s; peak {cost.total_memory:,.0f} MB"
    return Figure("batch: zstd, share of the speed of plain JSONL", plain.seconds / cost.seconds, at_least=0.8, note=note)


def _compare_with_loops(folder: Path, comments: Comments, own_speed: float) -> Iterator[Figure | Skipped]:
    """Yield the speed of each loop, and how many times as fast ``tipstaff score`` is at ``own_speed`` rows a second."""
    for name in LOOPS:
        rows = _SLOW_LOOP_ROWS.get(name, _LOOP_ROWS)
        dump = folder / "few.jsonl"
        write_reddit_dump(dump, comments.texts[:rows], size=rows * _LOOP_ROW_BYTES)
        count = sum(1 for _ in dump.open("rb"))
        try:
            cost = run_command([sys.executable, "-m", "benchmarks.loops", name, str(dump), str(folder / "few.csv")])
        except RuntimeError as error:
            yield Skipped(f"batch: {name}: {str(error).splitlines()[-1]}")
            continue
        note = f"{count:,} rows in {cost.seconds:.1f} s, start included, {cost.total_memory:,.0f} MB"
        yield Figure(f"batch: {name}", count / cost.seconds, "rows/s", note=note)
        yield Figure(f"batch: times as fast as {name}", own_speed * cost.seconds / count, "×")
