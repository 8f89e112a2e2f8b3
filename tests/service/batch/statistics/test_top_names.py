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
        for number in names[at : at + size]:
            part.add([str(number)], np.array([1], np.int8))
        whole.merge(part)
        assert sum(len(part_names) for part_names, _ in whole.parts) <= 4 * most
        assert len(whole) <= 2 * most
    missed, counted_names, *counts = whole.as_list()
    toxic_counts = dict(zip(counted_names, counts[1], strict=True))
    for name, count in Counter(map(str, names)).items():
        assert count - missed <= toxic_counts.get(name, 0) <= count


@pytest.mark.parametrize("shards", [1, 7])
def test_columns_of_many_names_are_ranked_as_lists_are(shards: int) -> None:
    """Arrow and Python give equal counts, also by way of a shard's file, and drop equal names when there are too many."""
    random = np.random.default_rng(3)
    names = [None if place == 7 else f"n\xe4me{place}" + "x" * 300 * (place == 9) for place in (random.zipf(1.1, 60_000) % 30_000).tolist()]
    labels = random.integers(-1, 3, len(names)).astype(np.int8)
    rankings = []
    for column in (list, lambda values: ArrowColumn(pa.array(values, pa.string()))):
        whole = TopNames(capacity=1_000)
        for shard in np.array_split(np.arange(len(names)), shards):
            part = TopNames(capacity=1_000)
            for at in np.array_split(shard, 5):
                part.add(column(names[at[0] : at[-1] + 1]), labels[at])
            whole.merge(TopNames.from_list(json.loads(json.dumps(part.as_list()))))
        rankings.append(whole.as_list())
    assert rankings[0] == rankings[1]
    assert rankings[0][0] > 0
    assert max(map(len, rankings[0][1])) == 200


def test_a_ranking_without_counts_is_empty() -> None:
    """An earlier version wrote no counts at all where a shard had no names; its shards can still be added."""
    whole = TopNames()
    whole.add(["Ann"], np.array([1], np.int8))
    whole.merge(TopNames.from_list([0, []]))
    assert whole.as_list() == [0, ["Ann"], [0], [1], [0]]
