"""Whatever tables an archive holds, in whatever order and packing, each of their comments is read once, under the name of its file."""

import csv
import gzip
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.batch.input.dump_reader import DumpReader, read_file
from tests.service.batch.input.packing import pack_tar, pack_zip

_PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_words = st.lists(st.sampled_from(["what", "a", "day", "für", "dich", "so", "nice"]), min_size=2, max_size=9)
_comments = st.lists(_words.map(" ".join), min_size=1, max_size=5)
_formats = st.sampled_from(["csv", "jsonl", "json", "csv.gz", "zip"])
_folders = st.sampled_from(["", "a/", "a b/ü/"])
_tables = st.lists(st.tuples(_folders, _formats, _comments), min_size=1, max_size=6)


def write_table(table_format: str, texts: list[str]) -> bytes:
    """Return a table of comments, whose ids count from 1."""
    rows = [{"id": str(number), "text": text} for number, text in enumerate(texts, start=1)]
    if table_format == "jsonl":
        return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    if table_format == "json":
        return json.dumps(rows).encode()
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, ["id", "text"])
    writer.writeheader()
    writer.writerows(rows)
    content = buffer.getvalue().encode()
    if table_format == "zip":
        return pack_zip({"inner.csv": content})
    return gzip.compress(content) if table_format == "csv.gz" else content


@given(_tables, st.sampled_from(["zip", "tar", "tar in zip", "folder"]))
@settings(max_examples=60)
def test_every_comment_is_read_once(read_dump: DumpReader, tables: list[tuple[str, str, list[str]]], packing: str) -> None:
    """Members come in the order of the archive, beside pictures and words about the data; those of a folder in that of their paths."""
    files: dict[str, bytes] = {"README.md": b"# Comments\n"}
    expected: list[tuple[str, str, str]] = []
    for number, (folder, table_format, texts) in enumerate(tables):
        name = f"{folder}{number}.{table_format}"
        files |= {name: write_table(table_format, texts), f"{folder}{number}.png": _PICTURE}
        member = f"{name}/inner.csv" if table_format == "zip" else name
        expected += [(member, str(row), text) for row, text in enumerate(texts, start=1)]
    if packing == "folder":
        with TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / name).write_bytes(content)
            rows = read_file(folder).rows
        assert sorted((row.member, row.id, row.text) for row in rows) == sorted(expected)
        return
    packed = pack_zip(files) if packing == "zip" else pack_tar(files)
    prefix = "inner.tar.gz/" if packing == "tar in zip" else ""
    rows = read_dump(pack_zip({"inner.tar.gz": packed}) if prefix else packed).rows
    assert [(row.member, row.id, row.text) for row in rows] == [(f"{prefix}{member}", number, text) for member, number, text in expected]
