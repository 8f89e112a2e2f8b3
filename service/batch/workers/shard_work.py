"""Scoring of one shard, from its rows to its part of the output, which is the work of every worker."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from model.errors import DumpError
from service.batch.columnar.chunks import Chunk, cut_into_chunks
from service.batch.file_access import open_for_writing
from service.batch.input.blocks import Block, open_block
from service.batch.input.open_dump import OpenDump
from service.batch.input.reply_contexts import ReplyContexts
from service.batch.input.shards import Shard, open_shard
from service.batch.job import ScoreJob
from service.batch.output.folders import Folder
from service.batch.output.journal import ShardResult, write_result
from service.batch.output.part_names import part_file, rejects_file
from service.batch.output.score_table import ScoreTable, open_score_table
from service.batch.remarks import add_remarks
from service.batch.row_selection import RowSelection, SelectedRows
from service.batch.rows import DumpOptions
from service.batch.scored_chunks import ScoredChunk, score_chunk
from service.batch.statistics.counts import RunCounts
from service.table_files import TableFormat

if TYPE_CHECKING:
    from service.judging.judge import Judge

__all__ = ["ShardContext", "ShardTask", "score_rows", "score_shard"]

_REJECTS_IN_MEMORY = 1 << 20


@dataclass(frozen=True)
class ShardTask:
    """A shard that is to be scored.

    Attributes:
        number: its place in the order of the output.
        shard: which bytes of which file to read.
        selection: which of its rows are scored.
        block: its lines, if they have been unpacked already; with None, the worker reads the whole shard.
        size: its size in bytes of input; None if unknown.
    """

    number: int
    shard: Shard
    selection: RowSelection
    block: Block | None = None
    size: int | None = None


@dataclass(frozen=True)
class ShardContext:
    """The context that all shards of a run share.

    Attributes:
        job: the job.
        parts: the folder of the parts of the output.
        work: the work folder.
        write_as: the format of the parts.
        header: whether CSV parts begin with a header.
        notes: the folder of this machine where workers note their progress; None where nobody reads it.
    """

    job: ScoreJob
    parts: Folder
    work: Folder
    write_as: TableFormat
    header: bool = False
    notes: Path | None = None


def score_shard(
    task: ShardTask,
    context: ShardContext,
    judge: "Judge",
    *,
    threads: int | None = None,
    observer: Callable[[RunCounts, float | None], None] | None = None,
) -> ShardResult:
    """Score a shard, and write its part of the output and its file in the journal.

    Args:
        task: the shard.
        context: the context that all shards share.
        judge: the judge of the comments.
        threads: how many threads may share the judging; None is one for each core.
        observer: is called after every chunk with the counts so far and the share of the shard that has been read.

    Raises:
        DumpError: the shard cannot be read as asked; with ``strict``, also the first row that cannot be judged.
        OSError: reading or writing fails; no part appears.
    """
    job = context.job
    counts = RunCounts()
    with (
        _open_shard(task, job.dump_options) as dump,
        tempfile.SpooledTemporaryFile(_REJECTS_IN_MEMORY) as rejects,
        context.parts.new_file(part_file(task.number)) as path,
        open_for_writing(path, context.parts.display_name) as file,
    ):
        with open_score_table(context.write_as, file, keep=job.dump_options.keep, language=job.language, header=context.header) as table:
            rows = score_rows(dump, job, judge, table=table, counts=counts, selection=task.selection, rejects=rejects, threads=threads)
            for _ in rows:
                if observer is not None:
                    observer(counts, dump.share())
        has_rejects = rejects.tell() > 0
        if has_rejects:
            _copy_rejects(rejects, context.work, rejects_file(task.number))
    remarks = list(task.shard.remarks)
    add_remarks(remarks, dump.remarks)
    text_size = dump.budget.handed_on("text")
    result = ShardResult(task.number, task.shard.path, counts, dump.common_columns, task.size or 0, has_rejects, text_size, remarks)
    write_result(context.work, result)
    return result


@contextmanager
def _open_shard(task: ShardTask, options: DumpOptions) -> Iterator[OpenDump]:
    if task.block is not None:
        yield open_block(task.block, task.shard, options)
    else:
        with open_shard(task.shard, options) as dump:
            yield dump


def score_rows(
    dump: OpenDump,
    job: ScoreJob,
    judge: "Judge",
    *,
    table: ScoreTable,
    counts: RunCounts,
    selection: RowSelection,
    rejects: IO[bytes] | None = None,
    threads: int | None = None,
) -> Iterator[None]:
    """Judge, write and count rows chunk by chunk, yielding after each chunk.

    Args:
        dump: the rows.
        job: how they are judged.
        judge: the judge of the comments.
        table: where they are written.
        counts: where they are counted; rows read and left out are added when all have been written.
        selection: which of them are scored.
        rejects: where rows that cannot be judged are listed, as JSON Lines.
        threads: how many threads may share the judging; None is one for each core.

    Raises:
        DumpError: the rows cannot be read as asked; with ``strict``, also the first row that cannot be judged.
        UnsafeFileError: they become too large for the size of the file.
        OSError: reading or writing fails.
    """
    contexts = ReplyContexts() if job.dump_options.contexts and judge.reads_context else None
    rows = SelectedRows(dump.rows if contexts is None else contexts.complete_rows(dump.rows), selection)
    options = {"language": job.language, "make_ids": job.make_ids}
    for chunk in _read_chunks(dump, rows, job, contexts):
        dump.budget.add("text", chunk.text_size())
        scored_chunk = score_chunk(chunk, judge, dump=dump.name, markup=job.markup, threads=threads, **options)
        if job.strict:
            _refuse_rejects(dump, scored_chunk)
        table.write(scored_chunk)
        counts.add(scored_chunk)
        if rejects is not None:
            _list_rejects(scored_chunk, rejects)
        yield
    counts.read += rows.read
    counts.left_out += rows.left_out


def _read_chunks(dump: OpenDump, rows: SelectedRows, job: ScoreJob, contexts: ReplyContexts | None) -> Iterator[Chunk]:
    if dump.chunks is None or rows.selection != RowSelection():
        yield from cut_into_chunks(rows, job.dump_options.keep, max_rows=job.max_rows, max_text=job.max_text)
        return
    for chunk in dump.chunks(job.max_rows, job.max_text):
        rows.read += len(chunk)
        yield chunk if contexts is None else contexts.complete_chunk(chunk)


def _refuse_rejects(dump: OpenDump, scored_chunk: ScoredChunk) -> None:
    for name, line, reason in zip(scored_chunk.dumps, scored_chunk.chunk.lines, scored_chunk.reasons, strict=True):
        if reason is not None:
            raise DumpError(f"{name}: {dump.unit} {line} cannot be judged: {reason}; mend it, or go on without --strict")


def _list_rejects(scored_chunk: ScoredChunk, rejects: IO[bytes]) -> None:
    chunk, dumps = scored_chunk.chunk, scored_chunk.dumps
    for row in np.flatnonzero(scored_chunk.labels < 0).tolist():
        offset = chunk.offsets[row]
        place = {"row": chunk.lines[row]} | ({} if offset is None else {"offset": offset})
        reject = {"dump": dumps[row], **place, "id": scored_chunk.ids[row], "reason": scored_chunk.reasons[row]}
        rejects.write(json.dumps(reject).encode() + b"\n")


def _copy_rejects(rejects: IO[bytes], folder: Folder, name: str) -> None:
    with folder.new_file(name) as path, path.open("wb") as file:
        rejects.seek(0)
        shutil.copyfileobj(rejects, file)
