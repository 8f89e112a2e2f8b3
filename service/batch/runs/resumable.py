"""Runs that can be continued after an interruption: plan the run, score the missing shards, finish the output."""

from service.batch.file_access import STDIN
from service.batch.job import ScoreJob
from service.batch.output.destination import Destination
from service.batch.output.journal import Journal
from service.batch.runs.execution import RunExecution
from service.batch.runs.finish import finish_run
from service.batch.runs.plan import plan_run
from service.batch.runs.progress import ProgressObserver
from service.batch.statistics.summary import RunSummary
from service.batch.workers.model_source import ModelSource
from service.batch.workers.shard_tasks import plan_tasks

__all__ = ["score_resumably"]


def score_resumably(
    job: ScoreJob, model: ModelSource, destination: Destination, observer: ProgressObserver, *, start_time: float
) -> RunSummary:
    """Score the shards that an earlier run has not completed, and write the output.

    Args:
        job: the job.
        model: the model that judges.
        destination: where the output goes; locked by the caller.
        observer: is called with the progress.
        start_time: when the run began, by ``time.perf_counter``.

    Raises:
        DumpError: an input cannot be read as asked, or the earlier run had another plan.
        OSError: reading or writing fails.
    """
    journal = Journal(destination.work, destination.display_name)
    may_clean_up = not destination.work.names()
    try:
        tasks = plan_tasks(job)
        plan = plan_run(job, model)
        destination.prepare(plan, fresh=job.fresh)
        journal.begin(plan, fresh=job.fresh or STDIN in job.inputs)
        may_clean_up = True
        for number in destination.missing_parts(set(journal.completed)):
            del journal.completed[number]
        resumed = len(journal.completed)
        execution = RunExecution(job, model, destination, tasks, journal)
        execution.score(observer)
        return finish_run(execution, plan, resumed=resumed, start_time=start_time)
    except BaseException as error:
        if may_clean_up:
            _clean_up(job, destination, journal, error)
        raise


def _clean_up(job: ScoreJob, destination: Destination, journal: Journal, error: BaseException) -> None:
    """Remove the work folder if nothing in it can be continued; otherwise say in a note of the error how to continue."""
    completed = len(journal.result_names())
    if not completed or STDIN in job.inputs:
        destination.remove_work()
    else:
        error.add_note(f"{completed:,} shards are done: give the same command again to go on")
