"""Rows are counted by name in bounded memory, and the counts say how wrong they may be."""

import json
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.columnar.arrow_columns import ArrowColumn
from service.batch.statistics.top_names import TopNames


@given(st.lists(st.integers(0, 12), max_size=300), st.integers(1, 4), st.integers(1, 50))
def test_a_ranking_is_wrong_by_no_more_than_it_says(names: list[int], most: int, size: int) -> None:
    """However many names there are and however they are cut into shards, few are held, and the bound of the error holds."""
    whole = TopNames(capacity=most)
    for at in range(0, len(names), size):
        part = TopNames(capacity=most)
        for name in names[at : at + size]:
            part.add([str(name)], np.array([1], np.int8))
        whole.merge(part)
        assert sum(len(held) for held, _ in whole.parts) <= 4 * most
        assert len(whole) <= 2 * most
    missed, known, *counts = whole.as_list()
    found = dict(zip(known, counts[1], strict=True))
    for one, count in Counter(map(str, names)).items():
        assert count - missed <= found.get(one, 0) <= count


@pytest.mark.parametrize("shards", [1, 7])
def test_columns_of_many_names_are_ranked_as_lists_are(shards: int) -> None:
    """Arrow and Python count the same, through the file of a shard too, and the same names go when there are too many."""
    random = np.random.default_rng(3)
    names = [None if place == 7 else f"n\xe4me{place}" + "x" * 300 * (place == 9) for place in (random.zipf(1.1, 60_000) % 30_000).tolist()]
    labels = random.integers(-1, 3, len(names)).astype(np.int8)
    found = []
    for column in (list, lambda some: ArrowColumn(pa.array(some, pa.string()))):
        whole = TopNames(capacity=1_000)
        for shard in np.array_split(np.arange(len(names)), shards):
            part = TopNames(capacity=1_000)
            for at in np.array_split(shard, 5):
                part.add(column(names[at[0] : at[-1] + 1]), labels[at])
            whole.merge(TopNames.from_list(json.loads(json.dumps(part.as_list()))))
        found.append(whole.as_list())
    assert found[0] == found[1]
    assert found[0][0] > 0
    assert max(map(len, found[0][1])) == 200


def test_a_ranking_told_without_columns_holds_nothing() -> None:
    """A run goes on with the shards of one that content no columns where there were no names."""
    whole = TopNames()
    whole.add(["Ann"], np.array([1], np.int8))
    whole.merge(TopNames.from_list([0, []]))
    assert whole.as_list() == [0, ["Ann"], [0], [1], [0]]
