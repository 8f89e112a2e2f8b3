"""Parquet from strangers is read in sound batches, and refused before it becomes too large."""

import io

import pyarrow as pa
import pytest

from model.errors import UnsafeFileError
from tests.training.tables.columnar.sample_tables import write_parquet
from training.tables.columnar.parquet_source import ParquetSource
from training.tables.expansion import ExpansionBudget


def read(content: bytes, *names: str, max_expansion: int = 1000) -> list[int]:
    """Read all rows of a file, and return how many came at a time."""
    source = ParquetSource(io.BytesIO(content), ExpansionBudget("x", lambda: len(content), max_expansion=max_expansion))
    return [rows.length for group in range(len(source.group_rows)) for rows in source.read_rows(group, names)]


def test_usual_files_come_in_batches_of_two_thousand_rows() -> None:
    """Row groups are read one after another, with the encodings that writers use."""
    table = pa.table({"text": [f"text {number} of many" * 9 for number in range(5000)], "tags": [["a", "b"]] * 5000})
    for options in ({}, {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}}, {"data_page_version": "2.0"}):
        assert sum(read(write_parquet(table, row_group_size=3000, **options), "text", "tags")) == 5000
    assert read(write_parquet(table, row_group_size=3000), "text") == [2048, 952, 2000]


@pytest.mark.parametrize("options", [{}, {"use_dictionary": False, "column_encoding": {"text": "DELTA_BYTE_ARRAY"}}])
def test_rows_that_share_a_long_text_are_refused_before_the_first(options: dict[str, object]) -> None:
    """A file of less than a kilobyte that is 18 GB of text yields no row; with a larger bound it is read in bounded memory."""
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * (200 if options else 20_000)), pa.array(["x" * 900_000]))
    content = write_parquet(pa.table({"text": shared.cast(pa.string()) if options else shared}), compression="zstd", **options)
    assert len(content) < 1000
    with pytest.raises(UnsafeFileError, match="max-expansion"):
        read(content, "text")
    if options:
        assert sum(read(content, "text", max_expansion=10**9)) == 200


def test_a_page_that_memory_should_not_hold_is_refused() -> None:
    """A page is unpacked as a whole, however little of it is needed."""
    table = pa.table({"text": ["q" * 1_000_000] * 280})
    content = write_parquet(table, use_dictionary=False, compression="zstd", data_page_size=1 << 30)
    with pytest.raises(UnsafeFileError, match=r"row group 1: a page of 280,\d{3},\d{3} bytes"):
        read(content, "text", max_expansion=10**6)


def test_lists_that_share_a_long_text_are_refused() -> None:
    """One row may hold all lists of a row group."""
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000), pa.array(["y" * 900_000]))
    table = pa.table({"text": ["a"], "tags": pa.ListArray.from_arrays(pa.array([0, 2000], pa.int32()), texts)})
    content = write_parquet(table, compression="zstd")
    with pytest.raises(UnsafeFileError, match=r"become|take too much memory"):
        read(content, "text", "tags", max_expansion=10**9)
    assert read(content, "text") == [1]


def test_wide_tables_are_refused() -> None:
    """Nobody writes a table of comments with ten thousand columns."""
    with pytest.raises(UnsafeFileError, match="10,001 columns"):
        read(write_parquet(pa.table({"text": ["hi"], **{f"c{number}": [1] for number in range(10_000)}})), "text")


def test_rows_that_are_not_there_are_refused() -> None:
    """Runs of millions of empty rows take no space, and time."""
    with pytest.raises(UnsafeFileError, match="become"):
        read(write_parquet(pa.table({"text": pa.nulls(10_000_000, pa.string())}), row_group_size=10_000_000), "text")
