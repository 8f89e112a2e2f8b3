"""Measures what holds for ``tipstaff score`` on any dump, as ratios of one run: speed, the memory of large files of every kind, progress.

Speed on one core is compared by the time of the processor, which other work on the machine hardly changes; where processes work side by
side, by the clock.
"""

import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.command_cost import CommandCost, run_command
from benchmarks.figures import Figure, Skipped
from benchmarks.large_dumps import LARGE_DUMPS, gzip_dump
from benchmarks.reading import compare_reading
from benchmarks.reddit_dumps import compress_dump, load_dump_comments, write_reddit_dump
from model.threads import available_cores

__all__ = ["measure"]

_COMMAND = (sys.executable, "-c", "from service.cli.main import main; main()", "score")
_REFUSED = 1
"""The exit code of a command that has refused a file."""
_MOST_LARGEST = 450.0  # MB
_MOST_TOTAL = 700.0  # MB
_MOST_SECONDS_WITHOUT_PROGRESS = 2.0
_LARGE_SIZE = 200_000_000  # bytes of each kind of file whose memory is measured
_JUDGED_ALONE = 60_000  # comments
_ROUNDS = 3
_ONE, _TWO = "one process", "two processes"
_MEGABYTE = 1e6
_PROGRESS = re.compile(r"^tipstaff: [\d,]+ rows; (?P<read>[^;]*; )?[\d,]+ rows/s(; \d+%(?P<left>, [\d:]+ left)?)?")


def measure(*, size: int = 300_000_000, against: str | None = None) -> Iterator[Figure | Skipped | str]:
    """Yield speed, memory and progress.

    Args:
        size: bytes of the JSON Lines of which speed is measured; other files have 200 MB at most.
        against: a revision that Git knows; where it is given, reading is measured beside that revision, and nothing else.

    Raises:
        Skipped: Git knows no such revision.
    """
    if against is not None:
        yield from compare_reading(against)
        return
    comments = load_dump_comments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump = folder / "RC_2024-01.jsonl"
        count = write_reddit_dump(dump, comments.texts, size=size)
        sizes = f"{size / _MEGABYTE:,.0f} MB of JSON Lines; other files of {_large_size(size) / _MEGABYTE:,.0f} MB"
        yield f"{count:,} {comments.origin}, {sizes}"
        packed = {"gzip": gzip_dump(dump), "zstd": compress_dump(dump)}
        yield from _one_core_figures(dump, packed, count)
        costs = _score_on_all_cores(dump, packed)
        yield from _all_cores_figures(costs, packed)
        costs = {f"JSONL in {kind}": costs[kind] for kind in packed} | {"JSONL": costs[_TWO]}
        for path in (dump, *packed.values()):
            path.unlink()
        for what, (file_name, write) in LARGE_DUMPS.items():
            path = folder / file_name
            write(path, comments.texts, _large_size(size))
            costs[what] = _score(path)
            path.unlink()
        for what, cost in costs.items():
            # The frame of zstd has a window of 2 GiB, as those of Reddit's dumps have: of as many bytes, all that it holds stays in memory.
            yield from _memory_figures(what, cost, window=size if what == "JSONL in zstd" else 0)
        yield from _progress_figures(costs)


def _large_size(size: int) -> int:
    return min(size, _LARGE_SIZE)


def _score(path: Path, *options: object) -> CommandCost:
    """Score a file, or have it refused."""
    out = path.parent / "scores.parquet"
    return run_command([*_COMMAND, str(path), "-o", str(out), "--fresh", *map(str, options)], accepted=(0, _REFUSED))


def _one_core_figures(dump: Path, packed: Mapping[str, Path], count: int) -> Iterator[Figure]:
    """Yield the speed of one process, by the time of the processor; files take turns. What it takes to start is a figure of its own."""
    files = {"plain": dump, **packed}
    costs: dict[str, list[float]] = {kind: [] for kind in files}
    starts, alone = [], []
    for _ in range(_ROUNDS):
        alone.append(_judging_alone())
        starts.append(_score(dump, "--jobs", 1, "--limit", 1).cpu_seconds)
        for kind, path in files.items():
            costs[kind].append(_score(path, "--jobs", 1).cpu_seconds)
    start, judging = statistics.median(starts), statistics.median(alone) * count
    seconds = {kind: statistics.median(values) - start for kind, values in costs.items()}
    note = f"{seconds['plain'] / count * 1e6:.1f} µs a row beside {judging / count * 1e6:.1f} µs, without the start; {_ROUNDS} rounds"
    yield Figure("dumps: JSONL to Parquet on one core, share of judging alone", judging / seconds["plain"], at_least=0.6, note=note)
    yield Figure("dumps: processor time until the first row is written", start, "s")
    for kind in packed:
        note = f"{seconds[kind]:.1f} s of the processor beside {seconds['plain']:.1f} s, without the start"
        yield Figure(f"dumps: {kind} on one core, share of plain JSONL", seconds["plain"] / seconds[kind], at_least=0.8, note=note)


def _judging_alone() -> float:
    """Return the seconds of the processor that judging a comment takes where nothing is read or written."""
    command = [sys.executable, "-m", "benchmarks.judging_alone", str(_JUDGED_ALONE)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _score_on_all_cores(dump: Path, packed: Mapping[str, Path]) -> dict[str, CommandCost]:
    """Score the files in one process, in two, and as they are compressed, by turns; return the runs of median length."""
    runs: dict[str, tuple[Path, Sequence[object]]] = {_ONE: (dump, ("--jobs", 1)), _TWO: (dump, ("--jobs", 2))}
    runs |= {kind: (path, ()) for kind, path in packed.items()}
    costs: dict[str, list[CommandCost]] = {kind: [] for kind in runs}
    for _ in range(_ROUNDS):
        for kind, (path, options) in runs.items():
            costs[kind].append(_score(path, *options))
    return {kind: sorted(values, key=lambda cost: cost.seconds)[_ROUNDS // 2] for kind, values in costs.items()}


def _all_cores_figures(costs: Mapping[str, CommandCost], packed: Mapping[str, Path]) -> Iterator[Figure | Skipped]:
    """Yield the speed of several processes, and of compressed files on all cores, by the clock."""
    if available_cores() < 2:
        yield Skipped("dumps: two processes beside one: there is one core")
        return
    one, two = costs[_ONE].seconds, costs[_TWO].seconds
    note = f"{one:.1f} s and {two:.1f} s, whole command; {_ROUNDS} rounds"
    yield Figure("dumps: two processes, times as fast as one", one / two, "×", at_least=1.7, note=note)
    for kind in packed:
        seconds = costs[kind].seconds
        note = f"{seconds:.1f} s beside {two:.1f} s; one process unpacks what the others judge"
        yield Figure(f"dumps: {kind} on all cores, share of plain JSONL in two processes", two / seconds, at_least=0.8, note=note)


def _memory_figures(what: str, cost: CommandCost, *, window: int) -> Iterator[Figure]:
    """Yield the peak memory of a command; ``window`` is the bytes of the file's own text without which it cannot be unpacked."""
    refused = "refused, with words, " if cost.exit_code == _REFUSED else ""
    apart = window / _MEGABYTE
    besides = f", besides {apart:,.0f} MB of the window of its frame" if window else ""
    largest, total = max(cost.largest_memory - apart, 0.0), max(cost.total_memory - apart, 0.0)
    yield Figure(
        f"dumps: memory of {what}, largest process", largest, "MB", at_most=_MOST_LARGEST, note=f"{refused}in {cost.seconds:.1f} s{besides}"
    )
    yield Figure(f"dumps: memory of {what}, all processes", total, "MB", at_most=_MOST_TOTAL, note=f"shared pages once{besides}")


def _progress_figures(costs: Mapping[str, CommandCost]) -> Iterator[Figure]:
    """Yield when the first line of progress came, and how many of the others tell bytes, rate and time left; the worst file counts."""
    firsts: dict[str, float] = {}
    shares: dict[str, float] = {}
    for what, cost in costs.items():
        found = [(seconds, match) for seconds, line in cost.messages if (match := _PROGRESS.match(line)) is not None]
        if found and cost.exit_code != _REFUSED:
            firsts[what] = found[0][0]
            later = [match for _, match in found[1:]]
            shares[what] = sum(bool(match["read"] and match["left"]) for match in later) / len(later) if later else 1.0
    latest, poorest = max(firsts, key=lambda what: firsts[what]), min(shares, key=lambda what: shares[what])
    limit = _MOST_SECONDS_WITHOUT_PROGRESS
    note = f"{latest}, the latest of {len(firsts)}; from the start of the command"
    yield Figure("dumps: first line of progress", firsts[latest], "s", at_most=limit, note=note)
    note = f"{poorest}, the lowest of {len(shares)}; the first line cannot know the time left"
    yield Figure("dumps: later lines with bytes, rate and time left", shares[poorest] * 100, "%", at_least=100, note=note)
