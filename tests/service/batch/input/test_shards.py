"""A file that is read in shards gives the same rows as when it is read as a whole."""

import csv
import io
import json
import pickle
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.open_dump import open_dump
from service.batch.input.shards import Shard, open_shard, plan_shards
from service.batch.rows import DumpOptions, Quoting, ReadAs, Row

NO_OPTIONS = DumpOptions()


def read_whole(path: Path, options: DumpOptions = NO_OPTIONS) -> list[Row]:
    with open_dump(str(path), options) as dump:
        return list(dump.rows)


def read_in_shards(path: Path, size: int, options: DumpOptions = NO_OPTIONS) -> tuple[Sequence[Shard], list[Row]]:
    shards = plan_shards(str(path), options, size=size)
    rows: list[Row] = []
    for shard in pickle.loads(pickle.dumps(shards)):
        with open_shard(shard, options) as dump:
            rows += dump.rows
    return shards, rows


@given(
    st.lists(
        st.one_of(
            st.builds(lambda text, n: json.dumps({"id": n, "text": text}).encode(), st.text(max_size=20), st.integers()),
            st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")),
        ),
        max_size=30,
    ),
    st.integers(1, 400),
    st.sampled_from([b"\n", b"\r\n"]),
)
def test_shards_of_any_size_give_the_rows_of_json_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int, end: bytes
) -> None:
    """Numbers, offsets, ids, texts and reasons are the same, whatever the lines hold."""
    path = tmp_path_factory.mktemp("shards") / "x.jsonl"
    path.write_bytes(b'{"id":0,"text":"first"}\n' + end.join(lines))
    assert read_in_shards(path, size)[1] == read_whole(path)


CELLS = st.one_of(st.text(st.sampled_from('ab ",;\n\r\té'), max_size=12), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))


@given(st.lists(st.tuples(CELLS, CELLS), max_size=20), st.integers(1, 200), st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]))
def test_shards_of_any_size_give_the_rows_of_what_csv_writers_write(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], size: int, delimiter: str, end: str
) -> None:
    """Line ends and delimiters inside quotes never cut a record."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows([("id", "text"), *cells])
    path = tmp_path_factory.mktemp("shards") / "x.csv"
    path.write_bytes(buffer.getvalue().encode())
    assert read_in_shards(path, size)[1] == read_whole(path)


@given(st.text(st.sampled_from('ab",;\n\r'), max_size=80), st.integers(1, 40))
def test_shards_of_any_size_give_the_rows_of_sloppy_csv(tmp_path_factory: pytest.TempPathFactory, below: str, size: int) -> None:
    """Text that breaks the quoting rules is one shard, and therefore read as a whole."""
    path = tmp_path_factory.mktemp("shards") / "x.csv"
    path.write_bytes(b"id,text\n" + below.encode())
    assert read_in_shards(path, size)[1] == read_whole(path)


@settings(max_examples=60)
@given(
    st.sampled_from(["id\ttext\n", "text\n", "id\ttext\tn\n"]),
    st.text(st.sampled_from('ab"\t,\n\r'), max_size=60),
    st.integers(1, 40),
    st.sampled_from(list(Quoting)),
    st.booleans(),
)
def test_shards_of_any_size_give_the_rows_of_unquoted_tables(
    tmp_path_factory: pytest.TempPathFactory, header: str, below: str, size: int, quoting: Quoting, has_header: bool
) -> None:
    """Between tabs, in one column, without a header and without quotes, a shard has the records of the whole file."""
    path = tmp_path_factory.mktemp("shards") / "x.tsv"
    path.write_bytes(f"{header}{below}".encode())
    options = DumpOptions(quoting=quoting, has_header=has_header, text_column=None if has_header else "1")
    assert read_in_shards(path, size, options)[1] == read_whole(path, options)


def test_tables_of_people_are_cut(tmp_path: Path) -> None:
    """Unquoted tables, tables without a header and those in Windows-1252 are shared by several processes, too."""
    lines = [f"{number}\tcafé {number}, \n" for number in range(50)]
    for name, content, options in (
        ("a.tsv", "id\ttext\n" + "".join(lines), DumpOptions()),
        ("b.tsv", "id\ttext\n" + "".join(lines).replace("café", '"café'), DumpOptions(quoting=Quoting.NONE)),
        ("c.tsv", "".join(lines), DumpOptions(has_header=False, text_column="2", id_column="1")),
        ("d.csv", "text\n" + "".join(lines), DumpOptions()),
    ):
        for encoding in ("utf-8", "cp1252"):
            path = tmp_path / name
            path.write_bytes(content.encode(encoding))
            shards, rows = read_in_shards(path, 100, options)
            assert len(shards) > 2
            assert len(rows) == 50
            assert rows == read_whole(path, options)
            assert all("café" in (row.text or "") for row in rows)


def test_csv_with_line_ends_in_quotes_is_cut(tmp_path: Path) -> None:
    """Text that keeps the rules is cut between records, so that several processes can share it."""
    path = tmp_path / "x.csv"
    path.write_text("id,text\n" + "".join(f'{number},"two\nlines, ""quoted"""\n' for number in range(100)))
    shards, rows = read_in_shards(path, 200)
    assert len(shards) > 10
    assert rows == read_whole(path)
    assert rows[-1].line == 200


@pytest.mark.parametrize("size", [1, 3_000, 10**9])
def test_shards_of_parquet_are_row_groups(tmp_path: Path, size: int) -> None:
    """Rows keep their numbers, whatever row group they are in."""
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": range(100), "text": [f"text {n}" for n in range(100)]}), path, row_group_size=7)
    shards, rows = read_in_shards(path, size)
    assert (len(shards) == 1) == (size == 10**9)
    assert rows == read_whole(path)
    assert [row.line for row in rows] == list(range(1, 101))


def test_offsets_are_positions_in_the_file(tmp_path: Path) -> None:
    """Each row knows the byte of the file where it begins, and the sizes of the shards add up to that of the file."""
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"id": n, "text": "é" * n}) + "\n" for n in range(50)))
    shards, rows = read_in_shards(path, 100)
    content = path.read_bytes()
    assert sum(shard.size or 0 for shard in shards) == len(content)
    for row in rows:
        assert json.loads(content[row.offset :].split(b"\n")[0])["id"] == row.id


def test_all_shards_use_the_columns_at_the_beginning_of_the_file(tmp_path: Path) -> None:
    """A shard whose rows would be read differently by themselves is read with the columns of the file."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"body":"first"}\n' * 1000 + '{"text":"other","body":"last"}\n' * 100)
    _, rows = read_in_shards(path, 500)
    assert {row.text for row in rows} == {"first", "last"}


def test_a_file_that_cannot_be_read_from_its_middle_is_one_shard(tmp_path: Path) -> None:
    """A JSON document and a text with two bytes a character are not cut."""
    rows = [{"id": n, "text": "hi"} for n in range(50)]
    (tmp_path / "x.json").write_text(json.dumps(rows))
    (tmp_path / "y.jsonl").write_bytes("\n".join(json.dumps(row) for row in rows).encode("utf-16"))
    assert len(read_in_shards(tmp_path / "x.json", 10)[0]) == 1
    shards, rows_of_text = read_in_shards(tmp_path / "y.jsonl", 10, DumpOptions(ReadAs.JSONL))
    assert (len(shards), len(rows_of_text)) == (1, 50)


def test_a_file_behind_a_url_is_cut_into_shards(tmp_path: Path) -> None:
    """Its rows equal those of the file when it is opened by its path."""
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"text": f"text {n}"}) + "\n" for n in range(100)))
    rows: list[Row] = []
    shards = plan_shards(path.as_uri(), NO_OPTIONS, size=500)
    for shard in shards:
        with open_shard(shard, NO_OPTIONS) as dump:
            rows += dump.rows
    assert rows == read_whole(path)
    assert len(shards) > 2
