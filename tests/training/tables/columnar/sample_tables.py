"""Small tables with columns of every kind, in every form of Arrow and Parquet, for tests that damage them."""

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["TABLES", "write_arrow", "write_parquet"]


def _usual_columns() -> pa.Table:
    texts = pa.array(["hello", "you idiot", None, "Grüße"] * 3)
    return pa.table(
        {
            "text": texts,
            "id": pa.array(range(12)),
            "large": texts.cast(pa.large_string()),
            "dictionary": texts.dictionary_encode(),
            "lists": pa.array([["a", "bb"], None, []] * 4),
            "objects": pa.array([{"a": "x", "b": [1, 2]}, None, {"a": None, "b": []}] * 4),
            "when": pa.array([1, None, 3] * 4, pa.timestamp("us")),
            "flag": pa.array([True, None, False] * 4),
            "bytes": pa.array([b"abc"] * 12, pa.binary(3)),
        }
    )


def _unusual_columns() -> pa.Table:
    texts = pa.array(["hello, this is a text that is long enough", "you idiot", None, "x"] * 3)
    union = pa.UnionArray.from_dense(
        pa.array([0, 1] * 6, pa.int8()), pa.array([0, 0, 1, 1, 2, 2] * 2, pa.int32()), [pa.array(["a", "b", "c"]), pa.array([1, 2, 3])]
    )
    return pa.table(
        {
            "text": texts.cast(pa.string_view()),
            "runs": pa.RunEndEncodedArray.from_arrays(pa.array([3, 7, 12], pa.int32()), pa.array(["a", None, "c"])),
            "views": pa.array([["a", "bb"], None, []] * 4, pa.list_view(pa.string())),
            "map": pa.array([[("k", "v")], None, []] * 4, pa.map_(pa.string(), pa.string())),
            "union": union,
            "pairs": pa.array([["a", "b"], None, ["c", "d"]] * 4, pa.list_(pa.string(), 2)),
            "json": pa.ExtensionArray.from_storage(pa.json_(pa.string()), pa.array(['{"a":1}'] * 12)),
            "null": pa.nulls(12),
        }
    )


def write_arrow(table: pa.Table, *, stream: bool = False, compression: str | None = None, rows: int | None = 6) -> bytes:
    """Write a table as an Arrow file or stream, with ``rows`` rows in a batch."""
    buffer = io.BytesIO()
    open_writer = pa.ipc.new_stream if stream else pa.ipc.new_file
    with open_writer(buffer, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table, max_chunksize=rows)
    return buffer.getvalue()


def write_parquet(table: pa.Table, **options: Any) -> bytes:
    """Write a table as Parquet."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


_ENCODINGS = {"text": "DELTA_BYTE_ARRAY", "large": "DELTA_LENGTH_BYTE_ARRAY"}

TABLES: dict[str, Callable[[], bytes]] = {
    "file": lambda: write_arrow(_usual_columns()),
    "stream": lambda: write_arrow(_usual_columns(), stream=True),
    "LZ4 file": lambda: write_arrow(_usual_columns(), compression="lz4"),
    "zstd stream": lambda: write_arrow(_usual_columns(), stream=True, compression="zstd"),
    "unusual file": lambda: write_arrow(_unusual_columns()),
    "unusual stream": lambda: write_arrow(_unusual_columns(), stream=True),
    "Parquet": lambda: write_parquet(_usual_columns(), row_group_size=6),
    "plain Parquet": lambda: write_parquet(_usual_columns(), row_group_size=6, use_dictionary=False, compression="none"),
    "Parquet 2": lambda: write_parquet(
        _usual_columns(), row_group_size=6, data_page_version="2.0", use_dictionary=False, column_encoding=_ENCODINGS, compression="zstd"
    ),
}
"""Name → writer of a file."""
