"""What corpus rows answer when the encoder learns from them, and what is refused before the long work."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from training.shipped_model.build_encoder import add_contexts
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]


def test_train_rows_get_their_parents(rows: MakeRows, tmp_path: Path) -> None:
    """Most train rows with a parent have it, some without one stand below a stranger's comment, and dev rows have nothing."""
    table = rows(["fine"] * 3000)
    split: list[str | None] = ["dev" if number < 1000 else "train" for number in range(3000)]
    table = replace(table, source=["talk"] * 3000, split=split, id=[str(number) for number in range(3000)])
    parents = {"source": ["talk"] * 2000, "id": [str(number) for number in range(2000)], "parent": ["what they said"] * 2000}
    pq.write_table(pa.table(parents), tmp_path / "context.parquet")
    contexts = add_contexts(table, tmp_path / "context.parquet").context
    assert contexts is not None
    assert not any(contexts[:1000])
    with_parent = [context for context in contexts[1000:2000] if context is not None]
    assert {context.parent_text for context in with_parent} == {"what they said"}
    assert 500 < len(with_parent) < 700
    strangers = [context for context in contexts[2000:] if context is not None]
    assert 50 < len(strangers) < 110
    assert {context.parent_text for context in strangers} <= set(table.text)


def test_without_the_table_nobody_has_a_parent(rows: MakeRows, tmp_path: Path) -> None:
    """A missing table of contexts leaves strangers' comments alone."""
    split: list[str | None] = ["train"] * 500
    table = replace(rows(["fine"] * 500), split=split)
    contexts = add_contexts(table, tmp_path / "context.parquet").context
    assert contexts is not None
    assert 15 < sum(context is not None for context in contexts) < 70
