"""Scoring of shards by several processes, of this machine or of a Dask cluster, through ``joblib.Parallel``."""

import importlib
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from model.errors import DumpError
from service.batch.file_access import display_name
from service.batch.output.journal import ShardResult
from service.batch.workers.progress_notes import note_progress
from service.batch.workers.shard_work import ShardContext, ShardTask, score_shard
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.judging.judge import Judge

__all__ = ["WorkerPool", "process_pool", "run_tasks"]

_MAX_DEATHS = 3
_MAX_ROWS = 2048
_ORPHAN_CHECK_SECONDS = 0.5
PendingTasks = Callable[[set[int]], Iterator[ShardTask]]


@dataclass(frozen=True)
class WorkerPool:
    """A pool of workers, with everything that joblib needs to use it.

    Attributes:
        parallel_options: keyword arguments of ``joblib.Parallel``.
        work: the function that a worker calls with a task and ``shared_arguments``.
        shared_arguments: its arguments besides the task.
        fatal_errors: error that is raised when a worker died → the number of deaths that every shard at work is then blamed for;
            0 for errors that no shard can have caused.
        restart: makes the pool usable again after a death.
    """

    parallel_options: dict[str, Any]
    work: Callable[..., ShardResult]
    shared_arguments: Sequence[object]
    fatal_errors: Mapping[type[Exception], int]
    restart: Callable[[], None]


def run_tasks(pending: PendingTasks, pool: AbstractContextManager[WorkerPool]) -> Iterator[ShardResult]:
    """Score shards in other processes, yielding the results in any order.

    When a worker dies, its shard and its neighbours' are scored again. A shard whose worker dies again is tried alone, so that no
    neighbour is blamed for it. After losses that no shard caused, the rest is tried again as long as anything is completed in between.

    Args:
        pending: returns the tasks that are left, given the numbers of the completed ones.
        pool: the workers; entered here, and left when all tasks are completed.

    Raises:
        DumpError: a shard has killed its worker again and again, workers are lost faster than they complete anything, or
            ``score_shard`` raised it.
        OSError: reading or writing fails.
    """
    completed: set[int] = set()
    deaths: Counter[int] = Counter()
    losses = 0
    with pool as workers:
        while True:
            running: dict[int, ShardTask] = {}
            suspects = [number for number, count in deaths.items() if count > 1 and number not in completed]
            tasks = (task for task in pending(completed) if not suspects or task.number == suspects[0])
            try:
                for result in _run_parallel(_record_running(tasks, running), workers):
                    completed.add(result.number)
                    running.pop(result.number, None)
                    losses = 0
                    yield result
            except tuple(workers.fatal_errors) as error:
                workers.restart()
                blame = next(weight for kind, weight in workers.fatal_errors.items() if isinstance(error, kind))
                _blame(running, deaths, blame, alone=bool(suspects))
                losses += 1
                if not blame and losses >= _MAX_DEATHS:
                    raise DumpError("workers were lost again and again with no shard done between; see their logs for why") from None
                continue
            if not suspects:
                return


def _blame(running: Mapping[int, ShardTask], deaths: Counter[int], blame: int, *, alone: bool) -> None:
    """Count a death for the shards at work; one that was tried alone and has killed too many workers ends the run."""
    for number, task in running.items():
        deaths[number] += blame
        if alone and deaths[number] >= _MAX_DEATHS:
            place = f"{display_name(task.shard.path)}: the process that scored shard {task.number + 1} was killed again and again"
            raise DumpError(f"{place}; is memory short? Go on with fewer processes (--jobs) or smaller ones") from None


def _record_running(tasks: Iterator[ShardTask], running: dict[int, ShardTask]) -> Iterator[ShardTask]:
    """Yield tasks, recording each in ``running``."""
    for task in tasks:
        running[task.number] = task
        yield task


def _run_parallel(tasks: Iterator[ShardTask], pool: WorkerPool) -> Iterator[ShardResult]:
    from joblib import Parallel, delayed

    parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2 * n_jobs", **pool.parallel_options)
    results: Iterator[ShardResult] = parallel(delayed(pool.work)(task, *pool.shared_arguments) for task in tasks)
    return results


@contextmanager
def process_pool(count: int, context: ShardContext, options: ModeratorOptions) -> Iterator[WorkerPool]:
    """Provide processes of this machine; none is left behind, however the block ends.

    Args:
        count: the number of processes.
        context: the context that all shards share.
        options: how each process loads the model.
    """

    def stop() -> None:
        from joblib.externals.loky import get_reusable_executor

        with suppress(Exception):
            get_reusable_executor().shutdown(wait=True, kill_workers=True)

    # A process may start when its parent is gone already, and would wait for work for minutes.
    setup = {"initializer": _set_up_process, "initargs": (os.getpid(),)}
    parallel_options = {"n_jobs": count, "backend": "loky", "mmap_mode": None} | setup
    try:
        with suppress(BrokenProcessPool):  # a worker that dies here dies again with a shard, which is handled then
            _warm_up(count, parallel_options, options)
        yield WorkerPool(parallel_options, _score_in_process, (context, options, os.getpid()), {BrokenProcessPool: 1}, stop)
    finally:
        stop()


def _warm_up(count: int, parallel_options: dict[str, Any], options: ModeratorOptions) -> None:
    """Let one worker load the model and compile its kernels, if they are not compiled yet, while the other workers import it."""
    from joblib import Parallel, delayed

    parent = os.getpid()
    Parallel(batch_size=1, **parallel_options)(delayed(_start_worker)(options, parent, loads=number == 0) for number in range(count))


def _start_worker(options: ModeratorOptions, parent: int, *, loads: bool) -> None:
    _set_up_process(parent)
    if loads:
        _load_moderator(options).warm()
    else:
        importlib.import_module("model.moderator")


def _score_in_process(task: ShardTask, context: ShardContext, options: ModeratorOptions, parent: int) -> ShardResult:
    _set_up_process(parent)
    # A single thread is busy with small chunks too, and their memory is needed once for every worker.
    context = replace(context, job=replace(context.job, max_rows=min(context.job.max_rows, _MAX_ROWS)))
    observer = None if context.notes is None else note_progress(context.notes, task.number, task.size or 0)
    judge = _build_judge(options, context.job.judge_options)
    return score_shard(task, context, judge, threads=1, observer=observer).without_names()


class _PandasBlocker:
    """Hides pandas, which Arrow loads where it is installed: 0.4 s and 30 MB that no worker needs."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


@lru_cache(maxsize=1)
def _set_up_process(parent: int) -> None:
    """Make a worker ignore Ctrl-C, which its parent handles, and end when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import pyarrow as pa

    sys.meta_path.insert(0, _PandasBlocker)
    pa.array([0])  # looks for pandas, once
    sys.meta_path.remove(_PandasBlocker)
    # Arrow's own memory pool is slow to return the memory of a shard to the system.
    pa.set_memory_pool(pa.system_memory_pool())

    def end_with_parent() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHAN_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


@lru_cache(maxsize=1)
def _load_moderator(options: ModeratorOptions) -> "Moderator":
    return options.load()


@lru_cache(maxsize=1)
def _build_judge(options: ModeratorOptions, judge_options: JudgeOptions) -> "Judge":
    return judge_options.build_judge(_load_moderator(options))
