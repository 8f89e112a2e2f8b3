"""How fast ``tipstaff score`` works through a file of 148,000 comments, start and writing included, and how much memory it takes."""

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.comments import CORPUS, Comments, load_comments
from benchmarks.figures import Figure, Skipped
from benchmarks.startup import command, cpu_of_children

__all__ = ["measure"]

_ROWS = 148_000
_LOOK_EVERY = 0.02


def measure(*, count: int = _ROWS) -> Iterator[Figure | Skipped]:
    """Yield the figures.

    Args:
        count: comments in the file.
    """
    try:
        tipstaff = command()
    except Skipped as reason:
        yield reason
        return
    comments = _comments(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "comments.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(comments.texts))
        for kind in ("jsonl", "parquet"):
            out = folder / f"scores.{kind}"
            before = cpu_of_children()
            seconds, peak = _run([tipstaff, "score", str(path), "-o", str(out)])
            written = _rows_of(out)
            assert written == count, f"{written} rows written for {count} read"
            cpu = cpu_of_children() - before
            size = path.stat().st_size / 1e6
            note = f"{count:,} {comments.origin}, {size:.0f} MB, in {seconds:.1f} s ({cpu:.1f} s of CPU), whole command"
            yield Figure(f"batch: JSONL to {kind}", count / seconds, "rows/s", note=note)
            if peak is None:
                yield Skipped(f"batch: peak memory of JSONL to {kind}: /proc tells it, and is not here")
            else:
                yield Figure(f"batch: peak memory, JSONL to {kind}", peak / 1e6, "MB")


def _comments(count: int) -> Comments:
    """Return every row of the corpus in random order, again from the first if there are too few; made-up ones without it."""
    if not CORPUS.is_dir():
        return load_comments(count)
    from training.corpus import load_corpus

    texts = load_corpus(CORPUS).text
    random.Random(0).shuffle(texts)
    return Comments((texts * (count // len(texts) + 1))[:count], "rows of the corpus")


def _run(arguments: list[str]) -> tuple[float, int | None]:
    """Return the seconds that a command takes and the most bytes of memory that it has, None if nothing here tells it."""
    peak: int | None = None
    started = time.perf_counter()
    # The figure of getrusage would hold the memory of this process too: a child begins its life with it.
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = _peak(process.pid) or peak
            time.sleep(_LOOK_EVERY)
        seconds = time.perf_counter() - started
        said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise RuntimeError(f"tipstaff score failed: {said.strip()}")
    return seconds, peak


def _peak(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    # A process that has just ended has no memory any more.
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)


def _rows_of(path: Path) -> int:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as file:
        return sum(1 for _ in file)
