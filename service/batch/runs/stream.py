"""A run whose rows are written straight to standard output, a device or a pipe; nothing of it can be continued."""

import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from service.batch.file_access import measure_size, open_for_writing
from service.batch.input.open_dump import open_dump
from service.batch.job import OutputFormat, ScoreJob
from service.batch.output.score_table import open_score_table
from service.batch.row_selection import RowSelection
from service.batch.runs.progress import ProgressObserver, RunProgress
from service.batch.statistics.counts import RunCounts
from service.batch.statistics.file_tally import FileTally
from service.batch.statistics.summary import InputFile
from service.batch.workers.shard_work import score_rows
from service.table_files import TableFormat

if TYPE_CHECKING:
    from service.judging.judge import Judge

__all__ = ["is_stream", "score_to_stream"]


def is_stream(job: ScoreJob) -> bool:
    """Tell whether the output is standard output, a device or a pipe, which is written to and never replaced."""
    if job.out is None:
        return True
    if job.write_as is OutputFormat.FOLDER:
        return False
    try:
        mode = Path(job.out).stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def score_to_stream(job: ScoreJob, judge: "Judge", observer: ProgressObserver) -> tuple[RunCounts, list[InputFile]]:
    """Write the rows of all inputs; return their counts and the files that were read.

    Args:
        job: the job.
        judge: the judge of the comments.
        observer: is called with the progress.

    Raises:
        DumpError: an input cannot be read as asked; with ``strict``, also the first row that cannot be judged.
        OSError: reading or writing fails.
    """
    counts, files = RunCounts(), list[InputFile]()
    sizes = [measure_size(path) for path in job.inputs]
    write_as = TableFormat.CSV if job.write_as is OutputFormat.CSV else TableFormat.JSONL
    with _open_stream(job.out) as file, open_score_table(write_as, file, keep=job.dump_options.keep, language=job.language) as table:
        for number, path in enumerate(job.inputs):
            with open_dump(path, job.dump_options) as dump:
                tally, file_counts = FileTally(dump.name), RunCounts()
                selection = _remaining_selection(job, counts.rows)
                for _ in score_rows(dump, job, judge, table=table, counts=file_counts, selection=selection):
                    labels = dict(zip(counts.by_label, (counts.labels + file_counts.labels).tolist(), strict=True))
                    share = _overall_share(sizes, number, dump.share())
                    total = None if share is None else sum(size or 0 for size in sizes)
                    read = None if share is None or total is None else round(share * total)
                    observer(RunProgress(counts.rows + file_counts.rows, share, labels, read, total))
                counts.merge(file_counts)
                tally.add(file_counts, dump.common_columns, dump.remarks)
                files.append(tally.input_file())
    return counts, files


@contextmanager
def _open_stream(out: Path | str | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with open_for_writing(Path(out), str(out)) as file:
            yield file


def _remaining_selection(job: ScoreJob, rows: int) -> RowSelection:
    """Return the selection for the next input, once ``rows`` rows have been written."""
    limit = job.selection.limit
    return job.selection if limit is None else replace(job.selection, limit=max(limit - rows, 0))


def _overall_share(sizes: Sequence[int | None], number: int, share: float | None) -> float | None:
    """Return the share of all inputs that has been read; None where a size is unknown.

    Args:
        sizes: the sizes of all inputs in bytes.
        number: the position of the input that is being read.
        share: the share of this input that has been read.
    """
    total = sum(size or 0 for size in sizes)
    if None in sizes or share is None or not total:
        return None
    return (sum(size or 0 for size in sizes[:number]) + (sizes[number] or 0) * share) / total
