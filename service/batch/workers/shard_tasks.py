"""What there is to do in a run: its shards, in the order of the output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.batch.input.blocks import blocks, feeds
from service.batch.input.shards import Shard, plan
from service.batch.input.sources import size_of
from service.batch.job import Pick, ScoreJob
from service.batch.workers.shard_work import Task

__all__ = ["Tasks", "shard_size", "tasks_of"]

_LEAST_SHARD = 16 << 20
_LARGEST_SHARD = 256 << 20
_SHARDS = 2048
_LARGEST_BLOCK = 32 << 20
_UNPACKED = 8
"""How many bytes of text a compressed byte stands for, about."""


@dataclass
class Tasks:
    """The tasks of a run; the same inputs and size give the same ones.

    Attributes:
        shards: what the inputs were cut into.
        fed: positions in ``shards`` of compressed files, which give a task for each block.
        pick: which rows are scored.
        block: bytes of a block.
        count: how many tasks there are; if any are fed, known once all have been handed out.
    """

    shards: Sequence[Shard]
    fed: frozenset[int]
    pick: Pick
    block: int
    count: int

    def __call__(self, done: set[int]) -> Iterator[Task]:
        """Yield the tasks that are not done, in order."""
        number = 0
        for at, shard in enumerate(self.shards):
            for task in self._fed(number, shard) if at in self.fed else (Task(number, shard, self.pick, None, shard.size),):
                if task.number not in done:
                    yield task
                number += 1
        self.count = number

    def _fed(self, first: int, shard: Shard) -> Iterator[Task]:
        before = 0
        for number, block in enumerate(blocks(shard.path, self.block), start=first):
            read = block.read or before
            yield Task(number, shard, self.pick, block, read - before)
            before = read

    @property
    def total(self) -> int | None:
        """Bytes of all inputs, None where one is unknown."""
        return None if any(shard.size is None for shard in self.shards) else sum(shard.size or 0 for shard in self.shards)

    @property
    def weight(self) -> int:
        """About how many bytes of text there are."""
        return sum((shard.size or 0) * (_UNPACKED if at in self.fed else 1) for at, shard in enumerate(self.shards))

    def left(self, done: int) -> int:
        """Return how many tasks there are still, if so many are done; where that is not known, more than there are processes."""
        return 1 << 20 if self.fed else len(self.shards) - done


def shard_size(job: ScoreJob) -> int:
    """Return how many bytes of input a shard of a job has."""
    if job.shard_size is not None:
        return job.shard_size
    return min(max(sum(size_of(path) or 0 for path in job.inputs) // _SHARDS, _LEAST_SHARD), _LARGEST_SHARD)


def tasks_of(job: ScoreJob) -> Tasks:
    """Cut the inputs of a job into shards.

    Raises:
        DumpError: an input cannot be read as asked.
        OSError: it cannot be opened or read.
    """
    size = shard_size(job)
    shards = [shard for path in job.inputs for shard in plan(path, job.wanted, size=size)]
    fed = frozenset(at for at, shard in enumerate(shards) if feeds(shard))
    return Tasks(shards, fed, job.pick, min(max(size // 2, 1), _LARGEST_BLOCK), len(shards))
