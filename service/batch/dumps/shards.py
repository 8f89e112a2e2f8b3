"""Parts of dumps that can be read on their own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.batch.readers import open_reading
from service.batch.rows import Reading, Wanted
from service.batch.streams import STDIN, size_of

__all__ = ["Shard", "plan", "read"]


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a dump.

    Attributes:
        path: the file.
        size: its bytes, None where that cannot be known.
    """

    path: str
    size: int | None


def plan(path: str, wanted: Wanted, *, size: int) -> Sequence[Shard]:
    """Cut a file into shards of about ``size`` bytes."""
    if path == STDIN:
        return [Shard(path, None)]
    with open_reading(path, wanted):
        return [Shard(path, size_of(path))]


@contextmanager
def read(shard: Shard, wanted: Wanted) -> Iterator[Reading]:
    """Open a shard."""
    with open_reading(shard.path, wanted) as reading:
        yield reading
