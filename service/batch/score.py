"""The entry point of batch scoring, for the command and for other programs."""

import errno
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import DumpError
from service.batch.file_access import STDIN, is_folder, is_url, measure_size
from service.batch.job import ScoreJob
from service.batch.output.destination import destination_for
from service.batch.runs.progress import ProgressObserver, ignore_progress
from service.batch.runs.resumable import score_resumably
from service.batch.runs.stream import is_stream, score_to_stream
from service.batch.statistics.summary import RunSummary
from service.batch.workers.model_source import ModelSource
from service.model_loading import ModeratorOptions

if TYPE_CHECKING:
    from model.moderator import Moderator  # imported by the caller, if at all: it loads the kernels

__all__ = ["check_job", "measure_inputs", "score_files"]


def check_job(job: ScoreJob) -> None:
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
    if job.out is not None and any(_is_same_file(path, Path(job.out)) for path in job.inputs):
        raise DumpError(f"{job.out} is one of the files to be scored; name another with -o")
    if job.out is not None and any(_is_inside(Path(job.out), path) for path in job.inputs):
        raise DumpError(f"{job.out} lies in a folder that is to be scored; name another place with -o")


def measure_inputs(job: ScoreJob) -> int | None:
    """Return the bytes of all inputs of a job; None where that cannot be known."""
    sizes = [measure_size(path) for path in job.inputs]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _check_input(path: str) -> None:
    # Opening the file to check it would take the first bytes out of a pipe.
    Path(path).stat()
    if not os.access(path, os.R_OK | (os.X_OK if is_folder(path) else 0)):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def _is_same_file(path: str, out: Path) -> bool:
    try:
        status = os.fstat(sys.stdin.fileno()) if path == STDIN else Path(path).stat()
        return out.is_file() and os.path.samestat(status, out.stat())
    except (OSError, ValueError):
        return False


def _is_inside(out: Path, path: str) -> bool:
    return is_folder(path) and Path(path).resolve() in (out.resolve(), *out.resolve().parents)


def score_files(
    job: ScoreJob,
    moderator: "Moderator | None" = None,
    *,
    options: ModeratorOptions | None = None,
    observer: ProgressObserver | None = None,
) -> RunSummary:
    """Score files of comments: every row that is read and not left out becomes one row of the output, in order.

    Args:
        job: the job.
        moderator: the model that judges; None loads it by ``options`` if this process judges.
        options: how the model is loaded, by other processes too; None keeps the work in this one.
        observer: is called now and then with the progress.

    Raises:
        DumpError: an input cannot be read as asked, or an earlier run into the same output had another plan; with ``strict``,
            also the first row that cannot be judged.
        PolicyError: the artefact lacks the policy that the job names.
        OSError: reading or writing fails. Whatever is raised, no output file appears and an old one stays as it was.
    """
    check_job(job)
    model = ModelSource(job.judge_options, moderator, options)
    model.check_policy()
    start_time = time.perf_counter()
    if is_stream(job):
        counts, files = score_to_stream(job, model.judge, observer or ignore_progress)
        return RunSummary(files, counts, time.perf_counter() - start_time, job.judge_options.policy_name, model.version).require_complete()
    destination = destination_for(job)
    with destination.locked():
        return score_resumably(job, model, destination, observer or ignore_progress, start_time=start_time)
