"""Each record of a Parquet or Arrow file becomes one row; damage costs only the rows that it hits."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather

from model.errors import DumpError
from service.batch.rows import Reason, Row
from tests.service.batch.input.dump_reader import cells, read_file, reasons


def parquet(path: Path, columns: dict[str, pa.Array]) -> Path:
    """Write a Parquet file and return its path."""
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_parquet_strings_of_every_kind_are_read(tmp_path: Path, kind: pa.DataType) -> None:
    """Text columns come in several types; nulls are rows without text, and integer ids stay integers."""
    path = parquet(tmp_path / "x", {"id": pa.array([1, None, 3]), "body": pa.array(["hi", None, "hi"]).cast(kind)})
    assert read_file(path).rows == [Row(1, 1, "hi"), Row(2, None, None, Reason.NO_TEXT), Row(3, 3, "hi")]


def test_parquet_text_that_is_not_utf8_has_a_reason(tmp_path: Path) -> None:
    """Parquet does not check its strings; a bad one costs its own row."""
    raw = pa.array([b"good", b"\xff\xfe", b"good"], pa.binary())
    strings = pa.StringArray.from_buffers(3, raw.buffers()[1], raw.buffers()[2])
    path = parquet(tmp_path / "x.parquet", {"text": strings, "id": strings})
    assert [(row.id, row.text, row.reason) for row in read_file(path).rows] == [
        ("good", "good", None),
        ("\ufffd\ufffd", None, Reason.NOT_UTF8),
        ("good", "good", None),
    ]


def test_any_column_may_be_the_text(tmp_path: Path) -> None:
    """A column of numbers gives rows with a reason, and the column of the text can be that of the id as well."""
    path = parquet(tmp_path / "x.parquet", {"text": pa.array([1.5, 2.5])})
    assert reasons(read_file(path).rows) == [Reason.NOT_A_STRING] * 2
    path = parquet(tmp_path / "y.parquet", {"text": pa.array(["a"])})
    assert read_file(path, id_column="text").rows == [Row(1, "a", "a")]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_parquet_file_is_refused(tmp_path: Path, share: float) -> None:
    """Half a file is an error, not half the rows."""
    path = tmp_path / "x.parquet"
    parquet(path, {"text": pa.array([str(number) for number in range(1000)])})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DumpError, match=r"x\.parquet: a damaged Parquet file"):
        read_file(path)


@pytest.mark.parametrize("kind", ["parquet", "feather", "stream"])
def test_tables_of_hacker_news_are_read(tmp_path: Path, kind: str) -> None:
    """In Parquet, Feather and Arrow streams, compressed or not, decimal parents are ids and times are in UTC."""
    table = pa.table(
        {
            "id": [2, 1, 3],
            "type": ["comment", "story", "comment"],
            "by": ["ann", "bob", None],
            "time": pa.array([datetime(2020, 1, 1)] * 3, pa.timestamp("us")),
            "text": ["a", None, None],
            "parent": [1.0, None, 2.0],
            "deleted": [None, None, True],
        }
    )
    path = tmp_path / "x"
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "feather":
        feather.write_feather(table, str(path))
    else:
        with path.open("wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    expected = [(2, "a", None, "ann", "1"), (1, None, "not-a-comment", "bob", None), (3, None, "deleted", None, "2")]
    for packed in (path, tmp_path / "x.gz"):
        if packed != path:
            packed.write_bytes(gzip.compress(path.read_bytes()))
        rows = read_file(packed).rows
        assert [cells(row)[:5] for row in rows] == expected
        assert {row.created_at for row in rows} == {datetime(2020, 1, 1, tzinfo=UTC)}


@given(st.data())
def test_a_damaged_row_group_costs_its_own_rows(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whichever bytes of the pages are bad, every row that the file counts is there, with a text or a reason."""
    path = tmp_path_factory.mktemp("parquet") / "x.parquet"
    pq.write_table(pa.table({"text": [f"text {n * 7919}" for n in range(60)]}), path, row_group_size=20)
    content = bytearray(path.read_bytes())
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for _ in range(3):
        content[data.draw(st.integers(4, end - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    rows = read_file(path).rows
    assert [row.line for row in rows] == list(range(1, 61))
    assert all((row.text is None) == (row.reason is not None) for row in rows)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.binary())])
@pytest.mark.parametrize("suffix", ["parquet", "feather", "arrows"])
def test_texts_that_are_stored_as_bytes_are_texts(tmp_path: Path, kind: pa.DataType, suffix: str) -> None:
    """Some writers do not say that bytes are text; those that are no UTF-8 cost their own row."""
    table = pa.table({"id": [1, 2, 3], "body": pa.array(["schön".encode(), b"\xff", None], pa.binary()).cast(kind)})
    path = tmp_path / f"x.{suffix}"
    if suffix == "parquet":
        pq.write_table(table, path)
    elif suffix == "feather":
        feather.write_feather(table, path)
    else:
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=2)
    assert [(row.id, row.text, row.reason) for row in read_file(path).rows] == [
        (1, "schön", None),
        (2, None, Reason.NOT_UTF8),
        (3, None, Reason.NO_TEXT),
    ]


def test_the_text_of_a_columnar_file_is_chosen_by_what_is_in_it(tmp_path: Path) -> None:
    """Numbers under a usual name do not hide the texts; a stream is read whole, although its beginning is looked at first."""
    table = pa.table({"review": [5, 1, 3], "review_body": ["you fool", "fine", "thanks"]})
    path = parquet(tmp_path / "x", {name: table[name].combine_chunks() for name in table.column_names})
    assert [row.text for row in read_file(path).rows] == ["you fool", "fine", "thanks"]
    with pa.ipc.new_stream(tmp_path / "y", table.schema) as writer:
        writer.write_table(table, max_chunksize=1)
    assert [row.text for row in read_file(tmp_path / "y").rows] == ["you fool", "fine", "thanks"]


NESTED_COLUMNS: dict[str, list[object]] = {
    "id": [1, 2],
    "text": ["first", "second"],
    "replies": [[{"id": 11, "text": "you fool", "user": {"name": "ann"}}, {"id": 12, "text": "ok", "user": None}], []],
    "note": [{"body": "inner one"}, {"body": "inner two"}],
}


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_comments_inside_of_columns_are_rows(tmp_path: Path, suffix: str) -> None:
    """Replies in a list are rows of their own, with their parents; a path leads to a text inside of an object."""
    path = tmp_path / f"x.{suffix}"
    table = pa.table(NESTED_COLUMNS)
    pq.write_table(table, path) if suffix == "parquet" else feather.write_feather(table, path)
    assert [(row.line, row.id, row.text, row.parent) for row in read_file(path).rows] == [
        (1, 1, "first", None),
        (1, 11, "you fool", "1"),
        (1, 12, "ok", "1"),
        (2, 2, "second", None),
    ]
    assert [row.text for row in read_file(path, text_column="replies[].text").rows] == ["you fool", "ok", None]
    with pytest.raises(DumpError, match=r"note\.body"):
        read_file(path, text_column="nothing")


def test_a_path_leads_to_a_text_inside_of_a_column(tmp_path: Path) -> None:
    """It is found by its name, too; id and other columns may stand in the same object."""
    note = [{"body": "you fool", "id": "a"}, {"body": "ok", "id": "b"}]
    path = parquet(tmp_path / "x", {"n": pa.array([1, 2]), "note": pa.array(note)})
    for options in ({}, {"text_column": "note.body"}, {"text_column": "note.body", "id_column": "note.id", "keep": ("n",)}):
        assert [(row.id, row.text) for row in read_file(path, **options).rows] == [("a", "you fool"), ("b", "ok")]


def test_a_text_in_parts_is_one_text(tmp_path: Path) -> None:
    """A list of texts in the column of the text is one comment; other lists are no comments."""
    columns = {"id": [1, 2], "text": [["you", "fool"], ["ok"]], "tokens": [["a", "b"], ["c"]], "image": [{"bytes": b"x", "path": "p"}] * 2}
    path = parquet(tmp_path / "x", {name: pa.array(values) for name, values in columns.items()})
    assert [(row.id, row.text) for row in read_file(path).rows] == [(1, "you fool"), (2, "ok")]
