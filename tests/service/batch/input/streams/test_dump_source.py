"""A source hands out the bytes of a dump, decompressed, and knows how much of the file has been read."""

import gzip
from pathlib import Path

import pytest

from model.errors import DumpError
from service.batch.input.streams.compression import StreamDamage
from service.batch.input.streams.dump_source import build_block_source, open_seekable, open_source
from service.batch.rows import Reason

CONTENT = b"line\n" * 50_000


@pytest.mark.parametrize("times", [0, 1, 3])
def test_files_are_decompressed_however_often_they_are_compressed(tmp_path: Path, times: int) -> None:
    """The head is known beforehand, and the stream begins with it."""
    content = CONTENT
    for _ in range(times):
        content = gzip.compress(content)
    path = tmp_path / "dump"
    path.write_bytes(content)
    with open_source(str(path)) as source:
        assert CONTENT.startswith(source.head)
        assert source.stream.read() == CONTENT
        assert (source.is_compressed, source.damage, source.share()) == (times > 0, None, 1.0)


def test_too_many_compressions_are_refused(tmp_path: Path) -> None:
    """A file can be made that decompresses to itself without end."""
    path = tmp_path / "dump"
    path.write_bytes(gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x")))))
    with pytest.raises(DumpError, match="compressed more than 3 times"), open_source(str(path)):
        pass


def test_a_part_is_read_as_it_is_stored(tmp_path: Path) -> None:
    """It ends where it should, and the share is that of the part."""
    path = tmp_path / "dump"
    path.write_bytes(CONTENT)
    with open_source(str(path), begin=10, end=25) as source:
        assert source.stream.read() == CONTENT[10:25]
        assert source.share() == 1.0


@pytest.mark.parametrize("is_compressed", [False, True])
def test_every_source_can_be_made_seekable(tmp_path: Path, is_compressed: bool) -> None:
    """A stored file is opened again, a compressed one is copied."""
    path = tmp_path / "dump"
    path.write_bytes(gzip.compress(CONTENT) if is_compressed else CONTENT)
    with open_source(str(path)) as source, open_seekable(source) as file:
        file.seek(5, 2)
        file.seek(-5, 2)
        assert file.read() == b"line\n"


def test_a_block_carries_the_damage_of_its_file() -> None:
    """It was decompressed elsewhere, but its reader must know why it is the last."""
    damage = StreamDamage(Reason.TRUNCATED, 99)
    source = build_block_source(b"line\n", "dump", damage)
    assert source.can_end_early
    assert source.damage == damage
    assert not build_block_source(b"line\n", "dump", None).can_end_early
