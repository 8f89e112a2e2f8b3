"""Rows are counted exactly, and a lost one is noticed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.statistics.counts import RunCounts
from tests.service.batch.statistics.scored_rows import score_rows, summarize


@given(st.lists(st.lists(st.integers(-1, 2), min_size=1, max_size=8), max_size=6))
def test_shards_add_up(chunks: list[list[int]]) -> None:
    """Counting shards apart, through their files, and adding them up is counting all at once."""
    whole, added = RunCounts(), RunCounts()
    for labels in chunks:
        part = RunCounts(read=len(labels))
        part.add(score_rows(labels))
        whole.add(score_rows(labels))
        whole.read += len(labels)
        added.merge(RunCounts.from_dict(json.loads(json.dumps(part.as_dict()))))
    assert added.as_dict() == whole.as_dict()
    assert added.is_complete


@pytest.mark.parametrize("change", [{"read": 7}, {"rows": 5}])
def test_a_lost_row_is_noticed(change: dict[str, int]) -> None:
    """A run whose counts do not add up is no success."""
    summary = summarize(score_rows([0, 1, 2, -1, 0, 0]))
    summary.require_complete()
    for name, value in change.items():
        setattr(summary.counts, name, value)
    with pytest.raises(ValueError, match="rows were lost"):
        summary.require_complete()
