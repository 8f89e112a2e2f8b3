"""A run into an output that can be gone on with: plan, score what is not done yet, put together, tell."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from model.classifier import cores
from model.comment import LABELS
from model.profile import Profile
from service.batch.dumps.shards import Shard, plan
from service.batch.job import Artefact, FileRead, Progress, ScoreJob, Summary
from service.batch.journal import Done, Journal, Plan, fingerprint
from service.batch.outputs import Output
from service.batch.rows import Columns
from service.batch.shardwork import Setting, Task, score_shard
from service.batch.spread import Crew, processes, spread
from service.batch.streams import STDIN, size_of
from service.batch.summary import as_json
from service.batch.tally import Tally

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["Run"]

Watch = Callable[[Progress], None]
_LEAST_SHARD = 16 << 20
_LARGEST_SHARD = 256 << 20
_SHARDS = 2048
_WORTH_PROCESSES = 64 << 20
"""Bytes of input below which threads are done before processes have begun."""


@dataclass
class Run:
    """One run.

    Attributes:
        job: what is to be done.
        moderator: the artefact that judges.
        artefact: where it lies, so that other processes can load it; None keeps the work in this one.
        output: where it goes; held alone.
        watch: is told how far the run is.
        started: when it began, by ``time.perf_counter``.
    """

    job: ScoreJob
    moderator: "Moderator"
    artefact: Artefact | None
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
        shards: list[Shard] = []
        try:
            shards = self._shards()
            planned = self._plan()
            self.output.check(planned, fresh=self.job.fresh)
            journal.begin(planned, fresh=self.job.fresh or STDIN in self.job.inputs)
            begun = True
            for number in self.output.missing(set(journal.done)):
                del journal.done[number]
            resumed = len(journal.done)
            self._score(shards, journal)
            return self._finish(shards, journal, planned, resumed)
        except BaseException as error:
            # Nothing is kept that cannot be gone on with, and nothing goes that another command can.
            if begun and (not journal.done or STDIN in self.job.inputs):
                self.output.clear()
            elif begun:
                error.add_note(f"{len(journal.done):,} of {len(shards):,} shards are done: give the same command again to go on")
            raise

    def _shards(self) -> list[Shard]:
        shards: list[Shard] = []
        size = self._shard_size()
        for path in self.job.inputs:
            shards += plan(path, self.job.wanted, size=size)
        return shards

    def _shard_size(self) -> int:
        if self.job.shard_size is not None:
            return self.job.shard_size
        return min(max(sum(size or 0 for size in map(size_of, self.job.inputs)) // _SHARDS, _LEAST_SHARD), _LARGEST_SHARD)

    def _plan(self) -> Plan:
        job = self.job
        options: Mapping[str, Any] = {
            **{"policy": job.policy, "markup": job.markup, "format": job.wanted.read_as, "to": job.write_as},
            **{"text column": job.wanted.text_column, "id column": job.wanted.id_column, "kept columns": list(job.wanted.keep)},
            **{"limit": job.pick.limit, "sample": job.pick.sample, "seed": job.pick.seed, "prior": self._prior(), "risk": self._risk()},
            **{"since": job.pick.since and job.pick.since.isoformat(), "shard size": self._shard_size()},
        }
        inputs = {path: fingerprint(path) for path in job.inputs if path != STDIN}
        return Plan(inputs, options, self.moderator.version)

    def _risk(self) -> float | None:
        return self.artefact.risk if self.artefact and self.moderator.profile is Profile.CASCADE else None

    def _prior(self) -> str | None:
        prior = self.artefact.prior if self.artefact else None
        return prior.model_dump_json() if prior else None

    def _score(self, shards: list[Shard], journal: Journal) -> None:
        setting = Setting(self.job, self.output.parts, self.output.work, self.output.part_format)
        total = None if any(shard.size is None for shard in shards) else sum(shard.size or 0 for shard in shards)
        for number, rows in journal.done.items():
            self._rows += rows
            self._read += shards[number].size or 0
        self._before = (self._rows, self._read)
        jobs = self._jobs(len(shards) - len(journal.done), total)
        if self.artefact is None or jobs == 0:
            found = self._here(shards, journal, setting, total)
        else:
            crew = self._cluster(setting) if self.job.cluster else processes(jobs, setting, self.artefact)
            found = spread(lambda done: self._tasks(shards, {*journal.done, *done}), crew)
        for done in found:
            journal.done[done.number] = done.tally.rows
            self._rows += done.tally.rows
            self._read += done.size
            self._labels += done.tally.labels
            self._tell(None, 0.0, 0, total)

    def _cluster(self, setting: Setting) -> AbstractContextManager[Crew]:
        from service.batch.cluster import workers

        return workers(self.job.cluster or "", setting, self.artefact or Artefact(), self.moderator.version)

    def _jobs(self, shards: int, total: int | None) -> int:
        """Return how many other processes are worth their while; 0 keeps the work, and its order, here."""
        job = self.job
        if not shards or job.pick.limit is not None or STDIN in job.inputs:
            return 0
        if job.cluster is not None:
            return 1
        jobs = min(job.jobs or (cores() if (total or 0) >= _WORTH_PROCESSES else 1), shards)
        return jobs if jobs > 1 else 0

    def _tasks(self, shards: list[Shard], done: set[int]) -> Iterator[Task]:
        return (Task(number, shard, self.job.pick) for number, shard in enumerate(shards) if number not in done)

    def _here(self, shards: list[Shard], journal: Journal, setting: Setting, total: int | None) -> Iterator[Done]:
        before = 0
        for number, shard in enumerate(shards):
            if number not in journal.done:
                limit = self.job.pick.limit
                pick = self.job.pick if limit is None else replace(self.job.pick, limit=max(limit - before, 0))
                size = shard.size or 0

                def look(tally: Tally, share: float | None, size: int = size) -> None:
                    self._tell(tally, share, size, total)

                threads = 1 if self.job.jobs == 1 else None
                yield score_shard(Task(number, shard, pick), setting, self.moderator, threads=threads, watch=look)
            before += journal.done.get(number, 0)

    def _tell(self, tally: Tally | None, share: float | None, size: int, total: int | None) -> None:
        labels = self._labels + (tally.labels if tally else 0)
        rows = self._rows + (tally.rows if tally else 0)
        read = None if share is None else self._read + round(share * size)
        known = read / total if total and read is not None else None
        counted = dict(zip(map(str, LABELS), labels.tolist(), strict=True))
        before, share_before = self._before
        self.watch(Progress(rows, known, counted, read, total, before, share_before / total if total else 0.0))

    def _finish(self, shards: list[Shard], journal: Journal, planned: Plan, resumed: int) -> Summary:
        tally, rejects = Tally(), []
        found: dict[str, Columns | None] = dict.fromkeys(path for path in self.job.inputs)
        for done in journal.all():
            tally.merge(done.tally)
            path = shards[done.number].path
            found[path] = found[path] or done.columns
            if done.rejects:
                rejects.append(done.number)
        files = [FileRead("standard input" if path == STDIN else path, columns) for path, columns in found.items()]
        self.output.finish(self.job, len(shards), rows=tally.rows, rejects=rejects)
        seconds = time.perf_counter() - self.started
        summary = Summary(files, tally, seconds, self.job.policy, self.moderator.version, resumed, len(shards))
        summary.checked()
        self.output.keep("summary.json", (as_json(summary, indent=1) + "\n").encode())
        if self.job.page:
            from service.batch.summary_page import as_page

            self.output.keep("summary.html", as_page(summary, shown=self.output.shown).encode())
        else:
            self.output.folder.remove(self.output.beside("summary.html"))
        if not self.output.name:
            self.output.keep("plan.json", planned.as_json())
        self.output.clear()
        return summary
