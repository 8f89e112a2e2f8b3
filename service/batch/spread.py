"""Shards spread over processes of this machine or over a Dask cluster, by one ``joblib.Parallel``."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from model.errors import DumpError
from service.batch.job import Artefact
from service.batch.journal import Done
from service.batch.shardwork import Setting, Task, score_shard

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["spread"]

_TRIES = 3
_ORPHAN_LOOKS = 0.5
Tasks = Callable[[set[int]], Iterator[Task]]


def spread(tasks: Tasks, setting: Setting, artefact: Artefact, *, jobs: int) -> Iterator[Done]:
    """Score shards in processes of this machine, yielding what is done in any order.

    A worker that dies costs what it and its neighbours were doing, which is done again. A shard whose worker dies again is
    tried alone, so that no neighbour is blamed for it.

    Args:
        tasks: returns the shards that are to be scored, given the numbers of those that are done.
        setting: what goes for all of them.
        artefact: the model.
        jobs: how many processes.

    Raises:
        DumpError: the worker of a shard died again and again, or what ``score_shard`` raises.
        OSError: reading or writing fails.
    """
    done: set[int] = set()
    deaths: Counter[int] = Counter()
    with _pool() as stop:
        while True:
            flying: dict[int, Task] = {}
            suspects = [number for number, count in deaths.items() if count > 1 and number not in done]
            try:
                chosen = _alone(tasks(done), suspects) if suspects else tasks(done)
                for each in _parallel(_noted(chosen, flying), setting, artefact, jobs=jobs):
                    done.add(each.number)
                    flying.pop(each.number, None)
                    yield each
                if not suspects:
                    return
            except BrokenProcessPool:
                stop()
                deaths.update(flying.keys())
                worst = next((task for task in flying.values() if suspects and deaths[task.number] >= _TRIES), None)
                if worst is not None:
                    raise DumpError(
                        f"{worst.shard.path}: the process that scores shard {worst.number + 1} was killed {deaths[worst.number]} times; "
                        "is memory short? Go on with fewer processes (--jobs)"
                    ) from None


def _alone(tasks: Iterator[Task], suspects: Sequence[int]) -> Iterator[Task]:
    return (task for task in tasks if task.number == suspects[0])


def _noted(tasks: Iterator[Task], flying: dict[int, Task]) -> Iterator[Task]:
    for task in tasks:
        flying[task.number] = task
        yield task


def _parallel(tasks: Iterator[Task], setting: Setting, artefact: Artefact, *, jobs: int) -> Iterator[Done]:
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=jobs, backend="loky", return_as="generator_unordered", batch_size=1, pre_dispatch=2 * jobs, mmap_mode=None)
    found: Iterator[Done] = parallel(delayed(_work)(task, setting, artefact, os.getpid()) for task in tasks)
    return found


@contextmanager
def _pool() -> Iterator[Callable[[], None]]:
    """Leave no process behind, whatever ends the block."""

    def stop() -> None:
        from joblib.externals.loky import get_reusable_executor

        with suppress(Exception):
            get_reusable_executor().shutdown(wait=True, kill_workers=True)

    try:
        yield stop
    finally:
        stop()


def _work(task: Task, setting: Setting, artefact: Artefact, parent: int) -> Done:
    _settle(parent)
    return score_shard(task, setting, _moderator(artefact), threads=1)


@lru_cache(maxsize=1)
def _settle(parent: int) -> None:
    """Let a worker go when the process that started it is gone, and only then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHAN_LOOKS)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


@lru_cache(maxsize=1)
def _moderator(artefact: Artefact) -> "Moderator":
    from model.moderator import Moderator

    return Moderator.load(artefact.folder, prior=artefact.prior)
