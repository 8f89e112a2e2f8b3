"""The blocks of a compressed file of lines hold the rows of the file, wherever they are cut."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from service.batch.input import blocks
from service.batch.input.blocks import is_compressed_lines, open_block, unpack_blocks
from service.batch.input.shards import open_shard, plan_shards
from service.batch.job import OutputFormat, ScoreJob
from service.batch.rows import DumpOptions, Reason, Row
from service.batch.score import score_files

if TYPE_CHECKING:
    from model.moderator import Moderator as Judge

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "two members": lambda content: gzip.compress(content[: len(content) // 2]) + gzip.compress(content[len(content) // 2 :]),
    "zstd": lambda content: zstandard.ZstdCompressor().compress(content),
}


def read_in_blocks(path: Path, size: int) -> list[Row]:
    shard = plan_shards(str(path), DumpOptions(), size=1 << 30)[0]
    assert is_compressed_lines(shard)
    return [row for block in unpack_blocks(str(path), size) for row in open_block(block, shard, DumpOptions()).rows]


def read_whole(path: Path) -> list[Row]:
    with open_shard(plan_shards(str(path), DumpOptions(), size=1 << 30)[0], DumpOptions()) as dump:
        return list(dump.rows)


lines = st.lists(
    st.one_of(
        st.builds(lambda number, text: json.dumps({"id": number, "text": text}, ensure_ascii=False), st.integers(), st.text(max_size=30)),
        st.sampled_from(["", "broken", "[1]", '{"id": 1}', "  "]),
    ),
    max_size=30,
)


@given(lines, st.integers(1, 200), st.sampled_from(list(PACKERS)), st.booleans())
def test_blocks_of_any_size_hold_the_rows_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], size: int, packer: str, has_final_line_end: bool
) -> None:
    """The numbers of the rows agree too, whether or not the last line has an end."""
    path = tmp_path_factory.mktemp("feed") / "dump"
    content = "\n".join(['{"id": "first", "text": "good"}', *rows]) + "\n" * has_final_line_end
    path.write_bytes(PACKERS[packer](content.encode()))
    assert read_in_blocks(path, size) == read_whole(path)


@given(st.integers(30, 2000), st.integers(1, 900))
def test_a_cut_file_ends_with_a_row_that_says_so(tmp_path_factory: pytest.TempPathFactory, length: int, size: int) -> None:
    """The rows of a truncated file are read, and a last row has the reason, as when the whole file is read."""
    path = tmp_path_factory.mktemp("feed") / "dump.gz"
    content = "".join(json.dumps({"id": at, "text": f"comment {at * 7919 % 1000}"}) + "\n" for at in range(400))
    packed = gzip.compress(content.encode(), mtime=0)
    path.write_bytes(packed[: min(length, len(packed) - 1)])
    if not is_compressed_lines(plan_shards(str(path), DumpOptions(), size=1 << 30)[0]):
        return
    rows = read_in_blocks(path, size)
    assert rows == read_whole(path)
    assert rows[-1].reason is Reason.TRUNCATED


def test_an_endless_line_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that is longer than any row is not held in memory, and the rows behind it keep their numbers."""
    monkeypatch.setattr(blocks, "_MAX_LINE_SIZE", 1000)
    monkeypatch.setattr(blocks, "_READ_SIZE", 100)
    path = tmp_path / "dump.gz"
    path.write_bytes(gzip.compress(b'{"text": "good"}\n{"text": "' + b"x" * 100_000 + b'"}\n{"text": "good"}\n'))
    all_blocks = list(unpack_blocks(str(path), 20))
    assert max(len(block.content) for block in all_blocks) < 2000
    assert [block.first for block in all_blocks] == [1, 3]


@pytest.mark.parametrize("name", ["o.parquet", "o"])
def test_blocks_are_shards_of_a_run(tmp_path: Path, judge: "Judge", name: str) -> None:
    """A run that scores a compressed file has a shard for each block, and writes every row once, in order."""
    content = "".join(json.dumps({"id": at, "text": f"comment {at}"}) + "\n" for at in range(3000)).encode()
    path = tmp_path / "dump"
    path.write_bytes(PACKERS["zstd"](content))
    write_as = OutputFormat.FOLDER if name == "o" else OutputFormat.PARQUET
    job = ScoreJob([str(path)], out=tmp_path / name, write_as=write_as, shard_size=20_000)
    summary = score_files(job, judge)
    assert summary.rows == 3000
    assert summary.shards > 5
    import pyarrow.parquet as pq

    table = pq.read_table(tmp_path / name)
    assert table["row"].to_pylist() == list(range(1, 3001))
    assert table["id"].to_pylist() == [str(at) for at in range(3000)]
