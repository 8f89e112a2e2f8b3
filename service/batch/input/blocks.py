"""Compressed files of lines, unpacked in one place and handed out in blocks, so that many workers can share what one file holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.batch.input.detect import Container
from service.batch.input.encodings import UTF8
from service.batch.input.open_dump import Part, read_lines
from service.batch.input.shards import Shard
from service.batch.input.sources import STDIN, Source, lines_in_memory, open_source
from service.batch.rows import MOST_ROW, Reading, Wanted

if TYPE_CHECKING:
    from service.batch.input.compression import Damage

__all__ = ["Block", "blocks", "feeds", "read_block"]

_MOST_LINE = 4 * MOST_ROW
"""Bytes of the longest line that is held; a longer one is no row in any encoding, and what is left of it is skipped."""
_READ = 1 << 18


@dataclass(frozen=True)
class Block:
    """Lines of a file that was unpacked.

    Attributes:
        content: the lines.
        begin: at which byte of the unpacked file they begin.
        first: the number of the first of them, counted from 1.
        damage: why the file ends behind them before its end, if it does.
        read: bytes of the packed file that had been read by then, None where that cannot be known.
    """

    content: bytes
    begin: int
    first: int
    damage: "Damage | None" = None
    read: int | None = None


def blocks(path: str, size: int) -> Iterator[Block]:
    """Unpack a file and cut it between lines; the same file and size give the same blocks.

    Args:
        path: the file or its URL.
        size: bytes of a block; it ends with the line that reaches them.

    Raises:
        DumpError: it cannot be unpacked.
        OSError: it cannot be opened or read.
    """
    with open_source(path) as source:
        begin, first = 0, 1
        while content := _block(source, size):
            # Whether more follows, and whether it is sound, shows only when it is asked for.
            ended = not source.stream.peek(1)
            share = source.share()
            read = None if share is None or source.size is None else round(share * source.size)
            yield Block(content, begin, first, source.damage if ended else None, read)
            begin += len(content)
            first += content.count(b"\n")


def feeds(shard: Shard) -> bool:
    """Tell whether a shard is a whole compressed file of lines, which is better unpacked in one place.

    Raises:
        DumpError: it cannot be unpacked.
        OSError: it cannot be opened or read.
    """
    kind = shard.layout.kind if shard.layout is not None else None
    if shard.path == STDIN or shard.begin or shard.end is not None or kind is None or kind.encoding != UTF8:
        return False
    if kind.container not in {Container.JSONL, Container.LINES}:
        return False
    with open_source(shard.path) as source:
        return source.packed


def read_block(block: Block, shard: Shard, wanted: Wanted) -> Reading:
    """Read the rows of a block of a shard: those that a reader of the whole shard finds there."""
    source = lines_in_memory(block.content, shard.path, block.damage)
    return read_lines(source, wanted, Part(block.begin, None, block.first, shard.layout))


def _block(source: "Source", size: int) -> bytes:
    parts = [source.stream.read(size)]
    if not parts[0] or parts[0].endswith(b"\n"):
        return parts[0]
    held = 0
    while line := source.stream.readline(_READ):
        if held < _MOST_LINE or line.endswith(b"\n"):
            parts.append(line)
        held += len(line)
        if line.endswith(b"\n"):
            break
    return b"".join(parts)
