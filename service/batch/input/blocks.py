"""Compressed files of lines, decompressed in one place and handed out in blocks, so that many workers can share one file."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.batch.file_access import STDIN, display_name
from service.batch.input.detection.file_kinds import Container
from service.batch.input.layout import DumpPart
from service.batch.input.open_dump import OpenDump, open_lines
from service.batch.input.shards import Shard
from service.batch.input.streams.compression import StreamDamage
from service.batch.input.streams.dump_source import DumpSource, build_block_source, open_source
from service.batch.input.streams.encodings import UTF8
from service.batch.rows import MAX_ROW_LENGTH, DumpOptions
from training.tables.expansion import DEFAULT_MAX_EXPANSION

__all__ = ["Block", "is_compressed_lines", "open_block", "unpack_blocks"]

_MAX_LINE_SIZE = 4 * MAX_ROW_LENGTH
"""Bytes of the longest line that is held in memory. A longer one is no row in any encoding, and the rest of it is skipped."""
_READ_SIZE = 1 << 18


@dataclass(frozen=True)
class Block:
    """Consecutive lines of a decompressed file.

    Attributes:
        content: the lines.
        begin: the byte of the decompressed file where they begin.
        first: the number of the first of them, counted from 1.
        damage: why the file ends too early with these lines, if it does.
        compressed_size: bytes of the compressed file that had been read by then; None where that cannot be known.
    """

    content: bytes
    begin: int
    first: int
    damage: StreamDamage | None = None
    compressed_size: int | None = None


def unpack_blocks(path: str, size: int, *, max_expansion: int = DEFAULT_MAX_EXPANSION) -> Iterator[Block]:
    """Decompress a file and cut it between lines; the same file and size give the same blocks.

    Args:
        path: the file or its URL.
        size: the bytes of a block, which ends with the line that reaches them.
        max_expansion: how many times its stored size the file may become.

    Raises:
        DumpError: the file cannot be decompressed.
        UnsafeFileError: it becomes too large for its size.
        OSError: it cannot be opened or read.
    """
    with open_source(path, max_expansion=max_expansion) as source:
        begin, first = 0, 1
        while content := _read_lines(source, size):
            # Only an attempt to read on shows whether more follows, and whether that is sound.
            is_last = not source.stream.peek(1)
            share = source.share()
            compressed_size = None if share is None or source.size is None else round(share * source.size)
            yield Block(content, begin, first, source.damage if is_last else None, compressed_size)
            begin += len(content)
            first += content.count(b"\n")


def is_compressed_lines(shard: Shard) -> bool:
    """Tell whether a shard is a whole compressed file of lines, which is decompressed once and shared out in blocks.

    Raises:
        DumpError: the file cannot be decompressed.
        OSError: it cannot be opened or read.
    """
    kind = shard.layout.kind if shard.layout is not None else None
    if shard.path == STDIN or shard.begin or shard.end is not None or kind is None or kind.encoding != UTF8:
        return False
    if kind.container not in {Container.JSONL, Container.LINES}:
        return False
    with open_source(shard.path) as source:
        return source.is_compressed


def open_block(block: Block, shard: Shard, options: DumpOptions) -> OpenDump:
    """Open a block of a shard; its rows equal those that a reader of the whole shard finds there."""
    source = build_block_source(block.content, display_name(shard.path), block.damage)
    return open_lines(source, options, DumpPart(block.begin, None, block.first, shard.layout))


def _read_lines(source: DumpSource, size: int) -> bytes:
    """Read ``size`` bytes, and the rest of the line in which they end."""
    parts = [source.stream.read(size)]
    if not parts[0] or parts[0].endswith(b"\n"):
        return parts[0]
    line_size = 0
    while piece := source.stream.readline(_READ_SIZE):
        if line_size < _MAX_LINE_SIZE or piece.endswith(b"\n"):
            parts.append(piece)
        line_size += len(piece)
        if piece.endswith(b"\n"):
            break
    return b"".join(parts)
