"""The command that writes the authored comments as a table."""

from pathlib import Path

import pyarrow.parquet as pq

from training.authored.comment_tables import TAUGHT_ATTRIBUTES
from training.authored.write_authored import write_authored


def test_all_comments_are_written(tmp_path: Path) -> None:
    """Both splits are there, with label, kind, attributes and what is answered."""
    number = write_authored(tmp_path / "rows.parquet")
    rows = pq.read_table(tmp_path / "rows.parquet")
    assert rows.column_names == ["text", "parent_text", "label", *TAUGHT_ATTRIBUTES, "kind", "split"]
    assert rows.num_rows == number
    assert set(rows["split"].to_pylist()) == {"train", "heldout"}
    assert 0 < rows["parent_text"].null_count < number
