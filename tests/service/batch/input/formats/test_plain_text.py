"""Plain text is read as one comment per line or per paragraph."""

from pathlib import Path

from service.batch.input.shards import open_shard, plan_shards
from service.batch.rows import DumpOptions, Row
from tests.service.batch.input.dump_reader import read_file


def test_each_line_is_a_comment_if_the_caller_says_so(tmp_path: Path) -> None:
    """Blank lines are no comments; the shards of the file give the rows of the whole."""
    path = tmp_path / "x.txt"
    path.write_bytes("één, two\n\n\nthree\nf\xfcr\n".encode())
    options = DumpOptions(lines=True)
    rows = read_file(path, lines=True).rows
    assert [(row.line, row.text) for row in rows] == [(1, "één, two"), (4, "three"), (5, "für")]
    parts: list[Row] = []
    for shard in plan_shards(str(path), options, size=3):
        with open_shard(shard, options) as shard_dump:
            parts += shard_dump.rows
    assert parts == rows
