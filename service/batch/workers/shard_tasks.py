"""The tasks of a run: its shards, in the order of the output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.batch.file_access import measure_size
from service.batch.input.blocks import is_compressed_lines, unpack_blocks
from service.batch.input.shards import Shard, plan_shards
from service.batch.job import ScoreJob
from service.batch.row_selection import RowSelection
from service.batch.workers.shard_work import ShardTask

__all__ = ["TaskList", "plan_tasks", "shard_size"]

_MIN_SHARD_SIZE = 16 << 20
_MAX_SHARD_SIZE = 256 << 20
_TARGET_SHARD_COUNT = 2048
"""The number of shards that large inputs are cut into."""
_MAX_BLOCK_SIZE = 32 << 20
_COMPRESSION_RATIO = 8
"""The number of bytes that one compressed byte becomes, roughly."""
_UNKNOWN_COUNT = 1 << 20
"""The number of tasks that is assumed where it is unknown."""


@dataclass
class TaskList:
    """The tasks of a run; the same inputs and sizes give the same tasks.

    Attributes:
        shards: the shards that the inputs were cut into.
        compressed: positions in ``shards`` of compressed files; each block of such a file is a task.
        selection: which rows are scored.
        block_size: bytes of text in a block.
        max_expansion: how many times its stored size a file may become.
        count: the number of tasks; with compressed files, it is right only once all tasks have been handed out.
    """

    shards: Sequence[Shard]
    compressed: frozenset[int]
    selection: RowSelection
    block_size: int
    max_expansion: int
    count: int

    def pending(self, completed: set[int]) -> Iterator[ShardTask]:
        """Yield the tasks that are not completed, in order.

        Args:
            completed: numbers of the completed ones.
        """
        number = 0
        for position, shard in enumerate(self.shards):
            whole = (ShardTask(number, shard, self.selection, None, shard.size),)
            for task in self._block_tasks(number, shard) if position in self.compressed else whole:
                if task.number not in completed:
                    yield task
                number += 1
        self.count = number

    def _block_tasks(self, first: int, shard: Shard) -> Iterator[ShardTask]:
        size_before = 0
        for number, block in enumerate(unpack_blocks(shard.path, self.block_size, max_expansion=self.max_expansion), start=first):
            size = block.compressed_size or size_before
            yield ShardTask(number, shard, self.selection, block, size - size_before)
            size_before = size

    @property
    def total_size(self) -> int | None:
        """The size of all inputs in bytes; None if one is unknown."""
        return None if any(shard.size is None for shard in self.shards) else sum(shard.size or 0 for shard in self.shards)

    @property
    def text_size(self) -> int:
        """The size of all inputs in bytes when they are decompressed, roughly."""
        return sum(
            (shard.size or 0) * (_COMPRESSION_RATIO if position in self.compressed else 1) for position, shard in enumerate(self.shards)
        )

    def count_left(self, completed: int) -> int:
        """Return the number of tasks that are left once ``completed`` are; where it is unknown, more than there are processes."""
        return _UNKNOWN_COUNT if self.compressed else len(self.shards) - completed


def shard_size(job: ScoreJob) -> int:
    """Return the bytes of input in one shard of a job."""
    if job.shard_size is not None:
        return job.shard_size
    return min(max(sum(measure_size(path) or 0 for path in job.inputs) // _TARGET_SHARD_COUNT, _MIN_SHARD_SIZE), _MAX_SHARD_SIZE)


def plan_tasks(job: ScoreJob) -> TaskList:
    """Cut the inputs of a job into shards.

    Raises:
        DumpError: an input cannot be read as asked.
        OSError: it cannot be opened or read.
    """
    size = shard_size(job)
    shards = [shard for path in job.inputs for shard in plan_shards(path, job.dump_options, size=size)]
    compressed = frozenset(position for position, shard in enumerate(shards) if is_compressed_lines(shard))
    return TaskList(shards, compressed, job.selection, min(max(size // 2, 1), _MAX_BLOCK_SIZE), job.dump_options.max_expansion, len(shards))
