"""A run into an output that can be gone on with: plan, score what is not done yet, put together, tell."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from model.comment import LABELS
from model.profile import Profile
from model.threads import available_cores
from service.batch.input.sources import STDIN
from service.batch.job import Artefact, FileRead, Progress, ScoreJob, Summary
from service.batch.output.destination import Output
from service.batch.rows import Columns
from service.batch.statistics.counts import Tally
from service.batch.statistics.summary import as_json
from service.batch.workers.journal import Done, Journal, Plan, fingerprint
from service.batch.workers.model_source import Model
from service.batch.workers.pool import Crew, processes, spread
from service.batch.workers.shard_tasks import Tasks, shard_size, tasks_of
from service.batch.workers.shard_work import Setting, Task, score_shard

__all__ = ["Run"]

Watch = Callable[[Progress], None]
_WORTH_PROCESSES = 64 << 20
"""Bytes of input below which threads are done before processes have begun."""


@dataclass
class Run:
    """One run.

    Attributes:
        job: what is to be done.
        model: what judges.
        output: where it goes; held alone.
        watch: is told how far the run is.
        started: when it began, by ``time.perf_counter``.
    """

    job: ScoreJob
    model: Model
    output: Output
    watch: Watch
    started: float = field(default_factory=time.perf_counter)
    _rows: int = 0
    _read: int = 0
    _before: tuple[int, int] = (0, 0)
    _labels: "np.ndarray[Any, np.dtype[np.int64]]" = field(default_factory=lambda: np.zeros(len(LABELS), np.int64))

    def all(self) -> Summary:
        """Do what is not done yet, and return what all of it came to."""
        journal = Journal(self.output.work, self.output.shown)
        begun = not self.output.work.names()
        try:
            tasks = tasks_of(self.job)
            planned = self._plan()
            self.output.check(planned, fresh=self.job.fresh)
            journal.begin(planned, fresh=self.job.fresh or STDIN in self.job.inputs)
            begun = True
            for number in self.output.missing(set(journal.done)):
                del journal.done[number]
            resumed = len(journal.done)
            self._score(tasks, journal)
            return self._finish(tasks, journal, planned, resumed)
        except BaseException as error:
            # Nothing is kept that cannot be gone on with, and nothing goes that another command can.
            done = len(journal.names()) if begun else 0
            if begun and (not done or STDIN in self.job.inputs):
                self.output.clear()
            elif begun:
                error.add_note(f"{done:,} shards are done: give the same command again to go on")
            raise

    def _plan(self) -> Plan:
        job = self.job
        options: Mapping[str, Any] = {
            **{name.replace("_", " "): value for name, value in asdict(job.wanted).items()},
            **{"policy": job.policy, "markup": job.markup, "to": job.write_as, "prior": self._prior(), "shard size": shard_size(job)},
            **{"limit": job.pick.limit, "sample": job.pick.sample, "seed": job.pick.seed},
            **{"since": job.pick.since and job.pick.since.isoformat(), "language": job.language},
            **{"risk": self._risk(), "profile": self._stored and self._stored.profile},
        }
        inputs = {path: fingerprint(path) for path in job.inputs if path != STDIN}
        return Plan(inputs, options, self.model.version)

    def _prior(self) -> str | None:
        prior = self._stored.prior if self._stored else None
        return prior.model_dump_json() if prior else None

    def _risk(self) -> float | None:
        return self._stored.risk if self._stored and self._stored.profile is Profile.CASCADE else None

    @property
    def _stored(self) -> Artefact | None:
        return self.model.artefact

    def _score(self, tasks: Tasks, journal: Journal) -> None:
        setting = Setting(self.job, self.output.parts, self.output.work, self.output.part_format)
        self._rows = sum(rows for rows, _ in journal.done.values())
        self._read = sum(size for _, size in journal.done.values())
        self._before = (self._rows, self._read)
        jobs = self._jobs(tasks, len(journal.done))
        if self._stored is None or jobs == 0:
            found = self._here(tasks, journal, setting)
        else:
            crew = self._cluster(setting, self._stored) if self.job.cluster else processes(jobs, setting, self._stored)
            found = spread(lambda done: tasks({*journal.done, *done}), crew)
        for done in found:
            journal.done[done.number] = (done.tally.rows, done.size)
            self._rows += done.tally.rows
            self._read += done.size
            self._labels += done.tally.labels
            self._tell(None, 0.0, 0, tasks.total)

    def _cluster(self, setting: Setting, stored: Artefact) -> AbstractContextManager[Crew]:
        from service.batch.workers.dask_cluster import workers

        return workers(self.job.cluster or "", setting, stored, self.model.version)

    def _jobs(self, tasks: Tasks, done: int) -> int:
        """Return how many other processes are worth their while; 0 keeps the work, and its order, here."""
        job, left = self.job, tasks.left(done)
        if not left or job.pick.limit is not None or STDIN in job.inputs:
            return 0
        if job.cluster is not None:
            return 1
        jobs = min(job.jobs or (available_cores() if tasks.weight >= _WORTH_PROCESSES else 1), left)
        return jobs if jobs > 1 else 0

    def _here(self, tasks: Tasks, journal: Journal, setting: Setting) -> Iterator[Done]:
        threads = 1 if self.job.jobs == 1 else None
        for task in tasks(set(journal.done)):

            def look(tally: Tally, share: float | None, size: int = task.size or 0) -> None:
                self._tell(tally, share, size, tasks.total)

            yield score_shard(self._limited(task, journal), setting, self.model.moderator, threads=threads, watch=look)

    def _limited(self, task: Task, journal: Journal) -> Task:
        """Return a task with what is left of the limit when all before it are done."""
        limit = task.pick.limit
        if limit is None:
            return task
        before = sum(rows for number, (rows, _) in journal.done.items() if number < task.number)
        return replace(task, pick=replace(task.pick, limit=max(limit - before, 0)))

    def _tell(self, tally: Tally | None, share: float | None, size: int, total: int | None) -> None:
        labels = self._labels + (tally.labels if tally else 0)
        rows = self._rows + (tally.rows if tally else 0)
        read = None if share is None else self._read + round(share * size)
        known = read / total if total and read is not None else None
        counted = dict(zip(map(str, LABELS), labels.tolist(), strict=True))
        before, share_before = self._before
        self.watch(Progress(rows, known, counted, read, total, before, share_before / total if total else 0.0))

    def _finish(self, tasks: Tasks, journal: Journal, planned: Plan, resumed: int) -> Summary:
        tally, rejects = Tally(), []
        found: dict[str, Columns | None] = dict.fromkeys(path for path in self.job.inputs)
        for done in journal.all():
            tally.merge(done.tally)
            found[done.path] = found[done.path] or done.columns
            if done.rejects:
                rejects.append(done.number)
        files = [FileRead("standard input" if path == STDIN else path, columns) for path, columns in found.items()]
        self.output.finish(self.job, tasks.count, rows=tally.rows, rejects=rejects)
        seconds = time.perf_counter() - self.started
        summary = Summary(files, tally, seconds, self.job.policy, self.model.version, resumed, tasks.count).checked()
        self.output.keep("summary.json", (as_json(summary, indent=1) + "\n").encode())
        if self.job.page:
            from service.batch.statistics.summary_page import as_page

            self.output.keep("summary.html", as_page(summary, shown=self.output.shown).encode())
        else:
            self.output.folder.remove(self.output.beside("summary.html"))
        if not self.output.name:
            self.output.keep("plan.json", planned.as_json())
        self.output.clear()
        return summary
