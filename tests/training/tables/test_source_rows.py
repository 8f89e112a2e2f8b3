"""Rows by source: which sources can show what."""

from collections.abc import Callable

import numpy as np

from training.tables.labelled import Labelled
from training.tables.source_rows import has_both_answers, rows_by_source, sources_with_both, three_class_sources

MakeRows = Callable[..., Labelled]


def test_rows_by_source_are_sorted_by_name(rows: MakeRows) -> None:
    """Every row is under the name of its source, in order."""
    numbers = rows_by_source(rows(["fine"] * 4, source=["b", "a", "b", "a"]))
    assert {name: of.tolist() for name, of in numbers.items()} == {"a": [1, 3], "b": [0, 2]}
    assert list(numbers) == ["a", "b"]


def test_sources_with_fine_and_abusive_rows(rows: MakeRows) -> None:
    """A source counts if it says of some rows that they are abusive and of others that they are not."""
    table = rows(["fine", "toxic", "fine", "not hateful", "hateful", "unknown"], source=["b", "b", "a", "a", "c", "c"])
    assert sources_with_both(table) == ["b"]
    assert has_both_answers(np.array([1, 0, -1], np.int8))
    assert not has_both_answers(np.array([1, -1], np.int8))


def test_sources_with_three_labels(rows: MakeRows) -> None:
    """A source counts from five rows of each label on; rows without a label are not among its rows."""
    enough, few = ["fine", "toxic", "hateful"] * 5 + ["abusive"], ["fine", "toxic", "hateful"] * 4
    of = rows(few + enough, source=["a"] * len(few) + ["b"] * len(enough))
    numbers = three_class_sources(of)
    assert list(numbers) == ["b"]
    assert numbers["b"].tolist() == list(range(len(few), len(few) + 15))
