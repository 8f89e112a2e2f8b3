"""One shard from its rows to its part of the output: what every worker does, wherever it runs."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np

from model.errors import DumpError
from service.batch.columnar.chunks import Chunk, chunks_of
from service.batch.input.blocks import Block, read_block
from service.batch.input.shards import Shard, read
from service.batch.job import Pick, ScoreJob
from service.batch.output.folders import Folder, opened
from service.batch.output.writers import Sink, ending, sink_for
from service.batch.rows import Reading, Wanted, WriteAs
from service.batch.scored_chunks import Judged, Picked, judge
from service.batch.statistics.counts import Tally
from service.batch.workers.journal import Done

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Setting", "Task", "part_name", "pour", "rejects_name", "score_shard"]

_SPOOL = 1 << 20


@dataclass(frozen=True)
class Task:
    """A shard that is to be scored.

    Attributes:
        number: its place in the output.
        shard: what to read.
        pick: which of its rows are scored.
        block: the lines of it that were unpacked already; None is all of the shard, read by whoever scores it.
        size: bytes of input that it is, None where that cannot be known.
    """

    number: int
    shard: Shard
    pick: Pick
    block: Block | None = None
    size: int | None = None


@dataclass(frozen=True)
class Setting:
    """What all shards of a run have in common.

    Attributes:
        job: what is to be done.
        parts: where the parts of the output go.
        work: the work folder.
        write_as: the format of the parts.
        header: whether parts of CSV begin with a header.
    """

    job: ScoreJob
    parts: Folder
    work: Folder
    write_as: WriteAs
    header: bool = False


def part_name(number: int) -> str:
    """Return what the part of a shard is called."""
    return f"part-{number:05d}.parquet"


def rejects_name(number: int) -> str:
    """Return what the list of a shard's rows that were not judged is called."""
    return f"{number:05d}.rejects"


def score_shard(
    task: Task,
    setting: Setting,
    moderator: "Moderator",
    *,
    threads: int | None = None,
    watch: Callable[[Tally, float | None], None] | None = None,
) -> Done:
    """Score a shard: afterwards its part and its file in the journal are there.

    Args:
        task: the shard.
        setting: what goes for all of them.
        moderator: the artefact that judges.
        threads: how many may share the judging; None is all cores.
        watch: is told after every chunk what has been counted, and the share of the shard that has been read.

    Raises:
        DumpError: the shard cannot be read as asked; with ``strict``, also the first row that cannot be judged.
        OSError: reading or writing fails; no part appears.
    """
    job, name = setting.job, part_name(task.number)
    tally = Tally()
    with (
        _opened(task, job.wanted) as reading,
        tempfile.SpooledTemporaryFile(_SPOOL) as rejects,
        setting.parts.written(name) as path,
        opened(path, setting.parts.shown) as file,
    ):
        sink = sink_for(setting.write_as, file, keep=job.wanted.keep, language=job.language, header=setting.header)
        with ending(sink):
            for _ in pour(reading, job, moderator, sink=sink, tally=tally, pick=task.pick, rejects=rejects, threads=threads):
                if watch is not None:
                    watch(tally, reading.share())
        if rejects.tell():
            _keep(rejects, setting.work, rejects_name(task.number))
        found = rejects.tell() > 0
    done = Done(task.number, task.shard.path, tally, reading.columns, task.size or 0, found)
    with setting.work.written(f"{task.number:05d}.json") as path:
        path.write_bytes(done.as_json())
    return done


@contextmanager
def _opened(task: Task, wanted: Wanted) -> Iterator[Reading]:
    if task.block is not None:
        yield read_block(task.block, task.shard, wanted)
    else:
        with read(task.shard, wanted) as reading:
            yield reading


def pour(
    reading: Reading,
    job: ScoreJob,
    moderator: "Moderator",
    *,
    sink: Sink,
    tally: Tally,
    pick: Pick,
    rejects: IO[bytes] | None = None,
    threads: int | None = None,
) -> Iterator[None]:
    """Judge and write the rows of a reading, yielding after every chunk; arguments as of ``score_shard``."""
    picked = Picked(reading.rows, pick)
    for chunk in _chunks(reading, picked, job):
        judged = judge(chunk, moderator, dump=reading.name, policy=job.policy, markup=job.markup, threads=threads, language=job.language)
        if job.strict:
            _insist(reading, judged)
        sink.write(judged)
        tally.add(judged)
        if rejects is not None:
            _reject(judged, rejects)
        yield
    tally.read += picked.read
    tally.left_out += picked.left_out


def _chunks(reading: Reading, picked: Picked, job: ScoreJob) -> Iterator[Chunk]:
    if reading.chunks is None or picked.pick != Pick():
        yield from chunks_of(picked, job.wanted.keep, most_rows=job.most_rows, most_text=job.most_text)
        return
    for chunk in reading.chunks(job.most_rows, job.most_text):
        picked.read += len(chunk)
        yield chunk


def _insist(reading: Reading, judged: Judged) -> None:
    for line, reason in zip(judged.chunk.lines, judged.reasons, strict=True):
        if reason is not None:
            raise DumpError(f"{reading.name}: {reading.unit} {line} cannot be judged: {reason}; mend it, or go on without --strict")


def _reject(judged: Judged, rejects: IO[bytes]) -> None:
    chunk = judged.chunk
    for at in np.flatnonzero(judged.labels < 0).tolist():
        offset = chunk.offsets[at]
        place = {"row": chunk.lines[at]} | ({} if offset is None else {"offset": offset})
        rejects.write(json.dumps({"dump": judged.dump, **place, "id": chunk.ids[at], "reason": judged.reasons[at]}).encode() + b"\n")


def _keep(rejects: IO[bytes], folder: Folder, name: str) -> None:
    with folder.written(name) as path, path.open("wb") as file:
        rejects.seek(0)
        shutil.copyfileobj(rejects, file)
