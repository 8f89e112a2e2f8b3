"""Tables hold the values that are written into them, in every format."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.table_files import ColumnType, TableFormat, TableStyle, csv_row, open_table

COLUMNS = {
    "id": ColumnType.ANY,
    "name": ColumnType.TEXT,
    "100%": ColumnType.CATEGORY,
    "score": ColumnType.NUMBER,
    "line": ColumnType.INTEGER,
    "true": ColumnType.BOOLEAN,
}
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.lists(st.integers(0, 9), max_size=2),
        st.none() | st.text(max_size=8),
        st.none() | st.sampled_from(["a", 'b"', "c,d"]),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(0, 2**40),
        st.none() | st.booleans(),
    ),
    max_size=12,
)


def write(table_format: TableFormat, rows: list[tuple[Any, ...]], *, chunk: int = 5, style: TableStyle | None = None) -> bytes:
    file = io.BytesIO()
    with open_table(table_format, file, COLUMNS, style=style) as table:
        for start in range(0, len(rows), chunk):
            table.write(list(zip(*rows[start : start + chunk], strict=True)))
    return file.getvalue()


@given(ROWS, st.booleans())
def test_json_lines_hold_the_values(rows: list[tuple[Any, ...]], compact: bool) -> None:
    """Each row is one object with the columns as keys, whatever characters they hold."""
    content = write(TableFormat.JSONL, rows, style=TableStyle(compact_json=compact)).decode()
    lines = content.split("\n")
    assert lines.pop() == ""
    assert [list(json.loads(line).items()) for line in lines] == [list(zip(COLUMNS, row, strict=True)) for row in rows]
    assert all(line.startswith('{"id":' if compact else '{"id": ') for line in lines)


@given(ROWS, st.booleans())
def test_csv_holds_the_values_as_text(rows: list[tuple[Any, ...]], quotes_all: bool) -> None:
    """There is a header, and cells that every reader of CSV understands; None is empty, and values other than text are JSON."""
    content = write(TableFormat.CSV, rows, style=TableStyle(quotes_all=quotes_all)).decode()
    cells = list(csv.reader(io.StringIO(content, newline="")))

    def text(value: object) -> str:
        return value if isinstance(value, str) else "" if value is None else json.dumps(value)

    assert cells == [list(COLUMNS), *([text(value) for value in row] for row in rows)]


@given(ROWS)
def test_parquet_holds_the_values_with_their_types(rows: list[tuple[Any, ...]]) -> None:
    """Numbers, integers and booleans keep their types; a value of any type is text."""
    table = pq.read_table(io.BytesIO(write(TableFormat.PARQUET, rows)))
    assert [str(field.type) for field in table.schema] == ["string", "string", "string", "double", "int64", "bool"]
    first = [row[0] if row[0] is None or isinstance(row[0], str) else json.dumps(row[0]) for row in rows]
    assert table.column("id").to_pylist() == first
    assert [tuple(row.values())[1:] for row in table.to_pylist()] == [row[1:] for row in rows]


@pytest.mark.parametrize(("group_rows", "groups"), [(1, 3), (10, 1), (4, 2)])
def test_row_groups_end_after_the_chunk_that_fills_them(group_rows: int, groups: int) -> None:
    """Small groups save the writer memory, large ones are what readers want."""
    rows = [(number, "x", "a", 0.5, number, True) for number in range(9)]
    content = write(TableFormat.PARQUET, rows, chunk=3, style=TableStyle(group_rows=group_rows))
    assert pq.ParquetFile(io.BytesIO(content)).num_row_groups == groups


def test_arrow_and_numpy_arrays_need_no_conversion() -> None:
    """Where a writer takes them, arrays are columns; times are in UTC."""
    file = io.BytesIO()
    with open_table(TableFormat.PARQUET, file, {"name": ColumnType.TEXT, "time": ColumnType.TIME}) as table:
        assert table.takes_arrow
        table.write([pa.array(["a", None]), np.array(["2024-02-29T23:59:01", "NaT"], "datetime64[us]")])
    rows = pq.read_table(file).to_pylist()
    assert rows == [{"name": "a", "time": datetime(2024, 2, 29, 23, 59, 1, tzinfo=UTC)}, {"name": None, "time": None}]


@pytest.mark.parametrize("table_format", TableFormat)
def test_an_abandoned_table_raises_what_the_block_raised(table_format: TableFormat) -> None:
    """A writer whose file is lost raises no error of its own."""

    def lose_file() -> None:
        file = io.BytesIO()
        with open_table(table_format, file, COLUMNS):
            file.close()
            raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        lose_file()


def test_a_row_of_csv_quotes_what_needs_it() -> None:
    """Commas, quotes and line ends, a lone carriage return among them."""
    assert csv_row(["a", "b,c", 'd"', "e\rf", ""]) == 'a,"b,c","d""","e\rf",\n'
