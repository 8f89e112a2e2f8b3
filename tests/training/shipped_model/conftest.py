"""What the tests of the shipped model share: small tables in the form of the corpus."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SaveSource = Callable[[Path, str, Sequence[dict[str, Any]]], Path]

_TYPES = {"label": pa.string(), "abusive": pa.bool_(), "hateful": pa.bool_(), "target": pa.string()}


@pytest.fixture(scope="session")
def save_source() -> SaveSource:
    """A function that writes rows of a source as the corpus holds them; their ids are SOURCE-0, SOURCE-1 and so on."""

    def save(folder: Path, source: str, rows: Sequence[dict[str, Any]]) -> Path:
        columns: dict[str, pa.Array] = {name: pa.array([row.get(name) for row in rows], type_) for name, type_ in _TYPES.items()}
        columns["source"] = pa.array([source] * len(rows))
        columns["id"] = pa.array([f"{source}-{number}" for number in range(len(rows))])
        columns["split"] = pa.array([row.get("split", "train") for row in rows])
        columns["text"] = pa.array([row.get("text", f"comment {number} of {source}") for number, row in enumerate(rows)])
        columns["use"] = pa.array([row.get("use", "train") for row in rows])
        columns["native"] = pa.array([json.dumps(row.get("native", {})) for row in rows])
        path = folder / f"{source}.parquet"
        pq.write_table(pa.table(columns), path)
        return path

    return save
