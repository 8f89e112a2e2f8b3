"""The concatenation of Parquet files holds the rows of all of them, in order."""

import io
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import DumpError
from service.batch.output.parquet_concat import concat_parquet
from service.batch.output.score_table import score_columns
from service.table_files import parquet_schema


def write_parts(folder: Path, tables: list[pa.Table], **options: Any) -> list[Path]:
    paths = []
    for number, table in enumerate(tables):
        paths.append(folder / f"{number}.parquet")
        pq.write_table(table, paths[-1], compression="zstd", **options)
    return paths


def concatenate(folder: Path, paths: list[Path]) -> Path:
    out = folder / "out.parquet"
    with out.open("wb") as file:
        concat_parquet((nullcontext(path) for path in paths), file)
    return out


cells = st.tuples(st.text(max_size=20), st.floats(allow_nan=False), st.integers(-(2**62), 2**62), st.none() | st.text(max_size=3))


@given(st.lists(st.lists(cells, max_size=30), min_size=1, max_size=5), st.integers(1, 20), st.booleans(), st.booleans())
def test_all_rows_are_there_in_order(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[Any, ...]]], group: int, index: bool, version: bool
) -> None:
    """Whatever the parts hold, however their row groups are cut, with and without page indexes."""
    folder = tmp_path_factory.mktemp("join")
    schema = pa.schema([("a", pa.string()), ("b", pa.float64()), ("c", pa.int64()), ("d", pa.string())])
    tables = [pa.table([[row[at] for row in rows] for at in range(4)], schema=schema) for rows in parts]
    options = {"row_group_size": group, "write_page_index": index, "data_page_version": "2.0" if version else "1.0"}
    out = concatenate(folder, write_parts(folder, tables, **options))
    assert pq.read_table(out).equals(pa.concat_tables(tables))
    file = pq.ParquetFile(out)
    assert file.metadata.num_rows == sum(map(len, parts))
    for at in range(file.num_row_groups):
        file.read_row_group(at)


def test_filters_work_on_the_concatenation(tmp_path: Path) -> None:
    """The statistics by which readers skip row groups belong to the right row groups."""
    tables = [pa.table({"n": list(range(at, at + 100))}) for at in range(0, 1000, 100)]
    out = concatenate(tmp_path, write_parts(tmp_path, tables, write_page_index=True))
    assert pq.read_table(out, filters=[("n", ">", 949)])["n"].to_pylist() == list(range(950, 1000))


def test_our_own_schema_survives(tmp_path: Path) -> None:
    """Times keep their zone, and kept columns of the input their type."""
    schema = parquet_schema(score_columns(("likes",)))
    out = concatenate(tmp_path, write_parts(tmp_path, [schema.empty_table()] * 20))
    assert pq.read_schema(out) == schema


@pytest.mark.parametrize("cut", [0, 3, 8, 50])
def test_a_damaged_part_is_named(tmp_path: Path, cut: int) -> None:
    """Half a file is refused, not read in part."""
    path = write_parts(tmp_path, [pa.table({"n": [1, 2, 3]})])[0]
    path.write_bytes(path.read_bytes()[: -cut if cut else 0])
    with pytest.raises(DumpError, match="damaged part"):
        concat_parquet([nullcontext(path)], io.BytesIO())
