"""Records of CSV, JSONL and Parquet tables: every row in order, and a clear word for those that cannot be read."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import TableError, UnsafeFileError
from training.tables.table_records import UnreadableRow, find_tables, read_header, read_records


def test_tables_of_folders_are_sorted_and_each_comes_once(write: Callable[..., Path], tmp_path: Path) -> None:
    """All tables below a folder, none that is hidden or no table, and none twice."""
    third, second, first = write("b/z.csv", ""), write("b/a.jsonl", ""), write("a.csv", "")
    write("README.md", "no table")
    write(".cache/x.csv", "")
    assert find_tables([tmp_path, first]) == [first, second, third]


def test_what_is_no_table_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    """A path that is not there, another kind of file and an empty folder are named."""
    (tmp_path / "empty").mkdir()
    for path, message in ((tmp_path / "gone.csv", "no such file"), (write("t.xlsx", ""), "must end in"), (tmp_path / "empty", "no table")):
        with pytest.raises(TableError, match=message):
            find_tables([path])


@pytest.mark.parametrize(
    "content", ["text;label\na, b;fine\n", "text\tlabel\na, b\tfine\n", "\ufefftext,label\n'a, b',fine\n".replace("'", '"')]
)
def test_csv_of_spreadsheets_is_understood(write: Callable[..., Path], content: str) -> None:
    """Semicolons, tabs and a byte order mark do not keep a table from being read."""
    path = write("t.csv", content)
    assert read_header(path) == ["text", "label"]
    assert list(read_records(path, ["text"])) == [(2, {"text": "a, b", "label": "fine"})]


def test_the_header_of_json_lines_is_the_keys_of_all_lines(write: Callable[..., Path]) -> None:
    """Lines need not have the same keys, and those that are no objects have none."""
    assert read_header(write("t.jsonl", '{"text": "a"}\n[1]\n{"label": "fine", "text": "b"}\n')) == ["text", "label"]


def test_lines_are_counted_as_an_editor_counts_them(write: Callable[..., Path]) -> None:
    """A row is at the line where it begins, also after fields of several lines and blank lines; Parquet counts rows."""
    path = write("t.csv", 'text\n"two\nlines"\n\nthird\n')
    assert [line for line, _ in read_records(path, ["text"])] == [2, 5]
    path = path.with_name("t.parquet")
    pq.write_table(pa.table({"text": ["a", "b"], "more": [1, 2]}), path)
    assert list(read_records(path, ["text"])) == [(1, {"text": "a"}), (2, {"text": "b"})]


def test_a_huge_field_does_not_take_the_rest_with_it(write: Callable[..., Path]) -> None:
    """A field over the limit of the CSV reader makes one row unreadable; rows after it are read."""
    path = write("t.csv", f"text,label\na,fine\n{'x' * 200_000},fine\nb,fine\n")
    before = csv.field_size_limit(131_072)  # of the whole process; scoring raises it
    try:
        records = dict(read_records(path, ["text", "label"]))
    finally:
        csv.field_size_limit(before)
    assert [line for line, record in records.items() if isinstance(record, UnreadableRow)] == [3]
    assert list(records) == [2, 3, 4]


@pytest.mark.parametrize("lost", [20, 200])
def test_truncated_parquet_is_one_clear_line(tmp_path: Path, lost: int) -> None:
    """A Parquet file that lost its end is named, not read in part."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"text": ["what a lovely day"], "label": ["fine"]}), path)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(TableError, match=r"t\.parquet: not a readable Parquet file"):
        read_header(path)


def test_tables_that_are_traps_are_refused(tmp_path: Path) -> None:
    """A small Parquet file that is 18 GB of text, thousands of columns and a line without end yield no row."""
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 900_000]))
    pq.write_table(pa.table({"text": shared}), tmp_path / "x.parquet", compression="zstd")
    with pytest.raises(UnsafeFileError, match="only a trap does"):
        list(read_records(tmp_path / "x.parquet", ["text"]))
    (tmp_path / "wide.csv").write_text(",".join(f"c{number}" for number in range(20_000)) + "\n")
    (tmp_path / "wide.jsonl").write_text(json.dumps({f"c{number}": 1 for number in range(20_000)}) + "\n")
    for name in ("wide.csv", "wide.jsonl"):
        with pytest.raises(UnsafeFileError, match="20,000 columns"):
            read_header(tmp_path / name)
    for name in ("long.csv", "long.jsonl"):
        (tmp_path / name).write_text("text\n" + "x" * (17 << 20))
        with pytest.raises(TableError, match="line 2: more than 16,777,216"):
            list(read_records(tmp_path / name, ["text"]))
