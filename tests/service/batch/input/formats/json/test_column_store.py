"""Columns are kept in little memory, and give back what they were given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.errors import DumpError
from service.batch.input.formats.json import column_store
from service.batch.input.formats.json.column_store import ColumnCells, ColumnStore

CELLS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@settings(max_examples=30)
@given(st.lists(st.tuples(CELLS, st.text(min_size=1)), min_size=1, max_size=40))
def test_cells_come_back_as_they_were(rows: list[tuple[object, str]]) -> None:
    """Whatever their types, across the bounds of chunks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_store, "_CHUNK_SIZE", 3)
        store = ColumnStore("x.json")
        for name, column in zip(("any", "text"), zip(*rows, strict=True), strict=True):
            cells = store.columns[name] = ColumnCells(store, has_keys=True)
            for at, cell in enumerate(column):
                cells.append(cell, str(at))
        table = store.rows()
        assert table is not None
        assert [(row["any"], type(row["any"]), row["text"]) for row in table] == [(cell, type(cell), text) for cell, text in rows]
        assert list(store.columns["any"].keys()) == [str(at) for at in range(len(rows))]


def test_columns_of_other_lengths_or_keys_are_no_table() -> None:
    """Nor are columns without any text."""
    store = ColumnStore("x.json")
    for name, keys in (("a", "12"), ("b", "13")):
        cells = store.columns[name] = ColumnCells(store)
        for key in keys:
            cells.append("text", key)
    assert store.rows() is None
    del store.columns["b"]
    assert list(store.rows() or ()) == [{"a": "text"}, {"a": "text"}]


def test_a_table_that_is_too_large_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to write it instead."""
    monkeypatch.setattr(column_store, "_MAX_SIZE", 1000)
    cells = ColumnCells(ColumnStore("x.json"))
    with pytest.raises(DumpError, match=r"x\.json stores a table .* lines=True"):
        cells.append("a thousand letters, or so" * 50)
