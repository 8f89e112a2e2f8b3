"""Scoring of the shards of a run that are not completed yet: in this process, in others, or on a cluster."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from model.threads import available_cores
from service.batch.file_access import STDIN, display_name, measure_size
from service.batch.job import ScoreJob
from service.batch.output.destination import Destination
from service.batch.output.journal import Journal, ShardResult
from service.batch.runs.progress import ProgressMeter, ProgressObserver
from service.batch.statistics.counts import RunCounts
from service.batch.workers.model_source import ModelSource
from service.batch.workers.pool import WorkerPool, process_pool, run_tasks
from service.batch.workers.progress_notes import read_notes
from service.batch.workers.shard_tasks import TaskList
from service.batch.workers.shard_work import ShardContext, ShardTask, score_shard
from service.model_loading import ModeratorOptions
from training.tables.expansion import ExpansionBudget

__all__ = ["RunExecution"]

_SECONDS_BETWEEN_REPORTS = 0.5
_WORTH_PROCESSES = 64 << 20
"""Bytes of input below which threads have finished before processes have started."""


@contextmanager
def _report_notes(folder: Path, meter: ProgressMeter) -> Iterator[None]:
    """Report the notes in a folder to a meter, twice a second, for the length of the block."""
    end = Event()

    def report_until_end() -> None:
        while not end.wait(_SECONDS_BETWEEN_REPORTS):
            meter.report_notes(read_notes(folder))

    reporter = Thread(target=report_until_end, name="progress notes", daemon=True)
    reporter.start()
    try:
        yield
    finally:
        end.set()
        reporter.join()


@dataclass(frozen=True)
class RunExecution:
    """The scoring of the shards of one run.

    Attributes:
        job: the job.
        model: the model that judges.
        destination: where the parts go.
        tasks: the shards of the run.
        journal: records the completed shards.
    """

    job: ScoreJob
    model: ModelSource
    destination: Destination
    tasks: TaskList
    journal: Journal

    def score(self, observer: ProgressObserver) -> None:
        """Score all shards that are not completed; afterwards the journal has all results.

        Args:
            observer: is called with the progress.

        Raises:
            DumpError: a shard cannot be read as asked, or a worker or the cluster fails for good.
            UnsafeFileError: an input becomes too large for its size, all of its shards together.
            OSError: reading or writing fails.
        """
        budgets = self._budgets()
        for earlier in self.journal.results():
            if earlier.number in self.journal.completed:
                budgets[earlier.path].add("text", earlier.text_size)
        meter = ProgressMeter(observer, total=self.tasks.total_size, completed=list(self.journal.completed.values()))
        for result in self._results(meter):
            self.journal.complete(result)
            budgets[result.path].add("text", result.text_size)
            meter.add_shard(result)

    def _budgets(self) -> dict[str, ExpansionBudget]:
        """Return what each input may become; of standard input, whose size is not known, the one shard keeps count itself."""
        most = self.job.dump_options.max_expansion
        sizes = {path: measure_size(path) for path in self.job.inputs}
        return {
            path: ExpansionBudget(display_name(path), partial(int, sys.maxsize if size is None else size), max_expansion=most)
            for path, size in sizes.items()
        }

    def _results(self, meter: ProgressMeter) -> Iterator[ShardResult]:
        context = ShardContext(self.job, self.destination.parts, self.destination.work, self.destination.part_format)
        processes = self._useful_processes()
        options = self.model.options
        if options is None or processes == 0:
            return self._results_here(context, meter)
        if self.job.cluster:
            return self._results_of(self._cluster_pool(context, options))
        return self._results_of_processes(processes, context, options, meter)

    def _results_of(self, pool: AbstractContextManager[WorkerPool]) -> Iterator[ShardResult]:
        return run_tasks(lambda completed: self.tasks.pending({*self.journal.completed, *completed}), pool)

    def _results_of_processes(
        self, count: int, context: ShardContext, options: ModeratorOptions, meter: ProgressMeter
    ) -> Iterator[ShardResult]:
        """Yield the results of processes of this machine, whose progress is reported while they are at work."""
        with TemporaryDirectory(prefix="tipstaff-", ignore_cleanup_errors=True) as name, _report_notes(Path(name), meter):
            yield from self._results_of(process_pool(count, replace(context, notes=Path(name)), options))

    def _cluster_pool(self, context: ShardContext, options: ModeratorOptions) -> AbstractContextManager[WorkerPool]:
        from service.batch.workers.dask_cluster import cluster_pool

        return cluster_pool(self.job.cluster or "", context, options, self.model.version)

    def _useful_processes(self) -> int:
        """Return the number of other processes that would speed the work up; 0 keeps the work, in order, in this process."""
        job, task_count = self.job, self.tasks.count_left(len(self.journal.completed))
        if not task_count or job.selection.limit is not None or STDIN in job.inputs:
            return 0
        if job.cluster is not None:
            return 1
        processes = min(job.jobs or (available_cores() if self.tasks.text_size >= _WORTH_PROCESSES else 1), task_count)
        return processes if processes > 1 else 0

    def _results_here(self, context: ShardContext, meter: ProgressMeter) -> Iterator[ShardResult]:
        threads = 1 if self.job.jobs == 1 else None
        for task in self.tasks.pending(set(self.journal.completed)):

            def report(counts: RunCounts, share: float | None, size: int = task.size or 0) -> None:
                meter.report_within_shard(counts, share, size)

            yield score_shard(self._within_limit(task), context, self.model.judge, threads=threads, observer=report)

    def _within_limit(self, task: ShardTask) -> ShardTask:
        """Return the task with the rest of the run's limit, after the rows of the shards before it, all of which are completed."""
        limit = task.selection.limit
        if limit is None:
            return task
        rows_before = sum(rows for number, (rows, _) in self.journal.completed.items() if number < task.number)
        return replace(task, selection=replace(task.selection, limit=max(limit - rows_before, 0)))
