"""A table of rulings is read as it was written, in every format."""

from pathlib import Path

import pytest

from model.errors import TableError
from service.settings import read_settings
from service.store.snapshots.publishing import finish_leftovers
from service.store.snapshots.ruling_columns import SNAPSHOT_COLUMNS
from service.store.snapshots.stored_table import read_stored_table, table_format_of
from service.store.snapshots.table_draft import open_draft
from service.store.store import open_store
from service.store.stored_files import TableKind
from service.table_files import ColumnType, TableFormat

TEXTS = ["you fool", 'a "quoted" word, and', "line\nends\r\nof\rall kinds", "😀 \u2028 é\ufffd", " blanks ", "true", "7", "null", ","]


def row(place: int) -> dict[str, object]:
    """Return a row with the text of a place in every column of texts, and with numbers whose last digits count."""
    values: dict[ColumnType, object] = {ColumnType.TEXT: TEXTS[place], ColumnType.BOOLEAN: place % 2 == 0}
    values |= {ColumnType.NUMBER: (place + 1) / 3e7, ColumnType.INTEGER: 1 << (5 * place)}
    return {name: values[type_] for name, type_ in SNAPSHOT_COLUMNS.items()} | {"id": str(place), "created_at": "", "group": place}


@pytest.mark.parametrize("table_format", TableFormat)
def test_rows_come_back(tmp_path: Path, table_format: TableFormat) -> None:
    """Texts with any line end, quote or emoji, numbers to the last digit, truth and nothing: all is as it was."""
    rows = [
        row(place) | {"attribute.x": place == 0, "created_at": None, "verdict": None, "score_fine": None} for place in range(len(TEXTS))
    ]
    store = open_store(read_settings(data_dir=tmp_path / "data"))
    with open_draft(store.files, TableKind.SNAPSHOT, tmp_path) as draft:
        table, _ = draft.write(rows[::-1], table_format=table_format, exclusions={})
        assert store.files.settle(table)
    assert finish_leftovers(store.files).problems == ()
    read = list(read_stored_table(table.path))
    assert [{**values, "group": None} for values in read] == [{**values, "group": None} for values in rows]
    assert [values["group"] for values in read] == list(range(len(TEXTS)))
    assert table_format_of(table.path) is table_format
    store.close()


@pytest.mark.parametrize("table_format", TableFormat)
def test_other_files_are_refused(tmp_path: Path, table_format: TableFormat) -> None:
    """A file that is no table of that format ends in one clear error, which does not show its content."""
    path = tmp_path / f"rulings-0.{table_format}"
    path.write_bytes(b'text,abusive\n"private words",perhaps\n')
    with pytest.raises(TableError, match="not a table of rulings") as error:
        list(read_stored_table(path))
    assert "private" not in str(error.value)
