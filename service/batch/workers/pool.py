"""Shards spread over processes of this machine or over a Dask cluster, by one ``joblib.Parallel``."""

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
from service.batch.job import Artefact
from service.batch.workers.journal import Done
from service.batch.workers.model_source import load
from service.batch.workers.shard_work import Setting, Task, score_shard

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Crew", "processes", "spread"]

_DEATHS = 3
_MOST_ROWS = 2048
_ORPHAN_LOOKS = 0.5
Tasks = Callable[[set[int]], Iterator[Task]]


@dataclass(frozen=True)
class Crew:
    """Workers, and how joblib gets at them.

    Attributes:
        options: of ``joblib.Parallel``.
        work: what a worker does with a task and ``common``.
        common: what it needs beside the task.
        deadly: what is raised when a worker died → how many deaths the shards then in work are blamed for; 0 where none of them can have
            done it.
        again: makes the crew fit for work after a death.
    """

    options: dict[str, Any]
    work: Callable[..., Done]
    common: Sequence[object]
    deadly: Mapping[type[Exception], int]
    again: Callable[[], None]


def spread(tasks: Tasks, crew: AbstractContextManager[Crew]) -> Iterator[Done]:
    """Score shards in other processes, yielding what is done in any order.

    A worker that dies costs what it and its neighbours were doing, which is done again. A shard whose worker dies again is
    tried alone, so that no neighbour is blamed for it. What workers lose through no fault of a shard is tried again as long as
    anything gets done between.

    Args:
        tasks: returns the shards that are to be scored, given the numbers of those that are done.
        crew: who does it.

    Raises:
        DumpError: the worker of a shard died again and again, workers are lost faster than they do anything, or what
            ``score_shard`` raises.
        OSError: reading or writing fails.
    """
    done: set[int] = set()
    deaths: Counter[int] = Counter()
    fruitless = 0
    with crew as hands:
        while True:
            flying: dict[int, Task] = {}
            suspects = [number for number, count in deaths.items() if count > 1 and number not in done]
            chosen = (task for task in tasks(done) if not suspects or task.number == suspects[0])
            try:
                for each in _parallel(_noted(chosen, flying), hands):
                    done.add(each.number)
                    flying.pop(each.number, None)
                    fruitless = 0
                    yield each
            except tuple(hands.deadly) as error:
                hands.again()
                blame = next(weight for kind, weight in hands.deadly.items() if isinstance(error, kind))
                for number in flying:
                    deaths[number] += blame
                worst = next((task for task in flying.values() if suspects and deaths[task.number] >= _DEATHS), None)
                if worst is not None:
                    raise _given_up(worst) from None
                fruitless += 1
                if not blame and fruitless >= _DEATHS:
                    raise DumpError("workers were lost again and again with no shard done between; see their logs for why") from None
                continue
            if not suspects:
                return


def _given_up(task: Task) -> DumpError:
    place = f"{task.shard.path}: the process that scored shard {task.number + 1} was killed again and again"
    return DumpError(f"{place}; is memory short? Go on with fewer processes (--jobs) or smaller ones")


def _noted(tasks: Iterator[Task], flying: dict[int, Task]) -> Iterator[Task]:
    for task in tasks:
        flying[task.number] = task
        yield task


def _parallel(tasks: Iterator[Task], crew: Crew) -> Iterator[Done]:
    from joblib import Parallel, delayed

    parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2 * n_jobs", **crew.options)
    found: Iterator[Done] = parallel(delayed(crew.work)(task, *crew.common) for task in tasks)
    return found


@contextmanager
def processes(count: int, setting: Setting, artefact: Artefact) -> Iterator[Crew]:
    """Hand out a crew of processes of this machine; none is left behind, whatever ends the block.

    Args:
        count: how many.
        setting: what goes for all shards.
        artefact: the model.
    """

    def stop() -> None:
        from joblib.externals.loky import get_reusable_executor

        with suppress(Exception):
            get_reusable_executor().shutdown(wait=True, kill_workers=True)

    options = {"n_jobs": count, "backend": "loky", "mmap_mode": None}
    try:
        with suppress(BrokenProcessPool):  # then the shards go on from there
            _get_ready(count, options, artefact)
        yield Crew(options, _work, (setting, artefact, os.getpid()), {BrokenProcessPool: 1}, stop)
    finally:
        stop()


def _get_ready(count: int, options: dict[str, Any], artefact: Artefact) -> None:
    """Let one worker load the model, and compile kernels that are not compiled yet, which takes half a minute, while others import."""
    from joblib import Parallel, delayed

    parent = os.getpid()
    Parallel(batch_size=1, **options)(delayed(_begin)(artefact, parent, first=not number) for number in range(count))


def _begin(artefact: Artefact, parent: int, *, first: bool) -> None:
    _settle(parent)
    if first:
        _moderator(artefact).warm()
    else:
        importlib.import_module("model.moderator")


def _work(task: Task, setting: Setting, artefact: Artefact, parent: int) -> Done:
    _settle(parent)
    # One thread needs no large chunks to be busy, and memory counts as often as there are workers.
    setting = replace(setting, job=replace(setting.job, most_rows=min(setting.job.most_rows, _MOST_ROWS)))
    return score_shard(task, setting, _moderator(artefact), threads=1).brief()


class _Without:
    """Hides pandas, which Arrow loads where it is installed: 0.4 s and 30 MB that no worker needs."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


@lru_cache(maxsize=1)
def _settle(parent: int) -> None:
    """Let a worker go when the process that started it is gone, and only then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import pyarrow as pa

    sys.meta_path.insert(0, _Without)
    pa.array([0])  # looks for pandas, once
    sys.meta_path.remove(_Without)
    # Arrow's own pool gives back late what a shard needed.
    pa.set_memory_pool(pa.system_memory_pool())

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHAN_LOOKS)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


@lru_cache(maxsize=1)
def _moderator(artefact: Artefact) -> "Moderator":
    return load(artefact)
