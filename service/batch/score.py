"""Scoring of comment files: shard by shard into an output that can be gone on with, or straight to standard output."""

import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from model.errors import DumpError
from service.batch.input.open_dump import open_reading
from service.batch.input.sources import STDIN, size_of
from service.batch.job import Artefact, FileRead, OutputAs, Pick, Progress, ScoreJob, Summary
from service.batch.output.destination import output_of
from service.batch.output.folders import is_url, opened
from service.batch.output.writers import ending, sink_for
from service.batch.resumable_run import Run
from service.batch.rows import WriteAs
from service.batch.statistics.counts import Tally
from service.batch.workers.model_source import Model
from service.batch.workers.shard_work import pour

if TYPE_CHECKING:
    from model.moderator import Moderator  # at run time it comes from outside, and the kernels that it loads with it

__all__ = ["check", "run"]

Watch = Callable[[Progress], None]


def check(job: ScoreJob) -> None:
    """Refuse a job that cannot end well, before any work is done.

    Raises:
        DumpError: standard input is named twice, or the output is one of the inputs.
        OSError: an input is missing or cannot be read.
    """
    if list(job.inputs).count(STDIN) > 1:
        raise DumpError("standard input (-) is named twice; it can be read once")
    for path in job.inputs:
        if path != STDIN and not is_url(path):
            _check_input(path)
    if job.out is not None and any(_same(path, Path(job.out)) for path in job.inputs):
        raise DumpError(f"{job.out} is one of the files to be scored; name another with -o")


def _check_input(path: str) -> None:
    # Not opened to see whether it can be: that would take the bytes out of a pipe.
    if stat.S_ISDIR(Path(path).stat().st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder; name the files in it", path)
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def _same(path: str, out: Path) -> bool:
    try:
        there = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
        return out.is_file() and os.path.samestat(there, out.stat())
    except (OSError, ValueError):
        return False


def run(job: ScoreJob, moderator: "Moderator | None" = None, *, artefact: Artefact | None = None, watch: Watch | None = None) -> Summary:
    """Score files of comments; every row read is one row written, in order, but for those that are left out.

    Args:
        job: what is to be done.
        moderator: what judges; None loads it from ``artefact``, if this process is to judge.
        artefact: where it lies, so that other processes can load it; None keeps the work in this one.
        watch: is told now and then how far the run is.

    Raises:
        DumpError: an input cannot be read as asked; an earlier run into the same output did something else; with ``strict``,
            also the first row that cannot be judged.
        PolicyError: the artefact has no policy of that name.
        OSError: reading or writing fails. Whatever is raised, no output file appears and an old one stays as it was.
    """
    check(job)
    model = Model(moderator, artefact)
    model.check(job.policy)
    started = time.perf_counter()
    if job.out is None or (_is_special(job.out) and job.write_as is not OutputAs.FOLDER):
        files, tally = _stream(job, model.moderator, watch or _blind)
        return Summary(files, tally, time.perf_counter() - started, job.policy, model.version).checked()
    output = output_of(job)
    with output.alone():
        return Run(job, model, output, watch or _blind, started).all()


def _blind(progress: Progress) -> None:
    pass


def _is_special(out: Path | str) -> bool:
    """Tell whether the output is a device or a pipe, which is written to, never replaced."""
    try:
        mode = Path(out).stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _stream(job: ScoreJob, moderator: "Moderator", watch: Watch) -> tuple[list[FileRead], Tally]:
    """Write the rows of all inputs straight away."""
    tally, files = Tally(), []
    sizes = [size_of(path) for path in job.inputs]
    with _straight(job.out) as file:
        sink = sink_for(WriteAs.CSV if job.write_as is OutputAs.CSV else WriteAs.JSONL, file, keep=job.wanted.keep, language=job.language)
        with ending(sink):
            for number, path in enumerate(job.inputs):
                with open_reading(path, job.wanted) as reading:
                    files.append(FileRead(reading.name, reading.columns))
                    for _ in pour(reading, job, moderator, sink=sink, tally=tally, pick=_left(job, tally.rows)):
                        watch(Progress(tally.rows, _share(sizes, number, reading.share()), tally.by_label))
    return files, tally


@contextmanager
def _straight(out: Path | str | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with opened(Path(out), str(out)) as file:
            yield file


def _left(job: ScoreJob, rows: int) -> Pick:
    return job.pick if job.pick.limit is None else replace(job.pick, limit=max(job.pick.limit - rows, 0))


def _share(sizes: Sequence[int | None], number: int, share: float | None) -> float | None:
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes) or share is None or not sum(known):
        return None
    return (sum(known[:number]) + known[number] * share) / sum(known)
