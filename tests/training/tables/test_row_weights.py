"""Weights: only how they relate to each other counts."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TableError
from training.tables.labelled import Labelled
from training.tables.row_weights import check_source_names, scale_to_mean, weigh_rows

MakeRows = Callable[..., Labelled]


@given(st.lists(st.one_of(st.just(0.0), st.floats(1e-300, 1e300)), min_size=1, max_size=9).filter(any))
def test_weights_in_proportion(values: list[float]) -> None:
    """Their mean is 1, and none is infinite, however large or small they were given."""
    weights = scale_to_mean(np.array(values))
    assert np.isfinite(weights).all()
    assert weights.mean() == pytest.approx(1)
    np.testing.assert_allclose(weights / weights.max(), np.array(values) / max(values))


def test_three_weights_multiply(rows: MakeRows) -> None:
    """A row counts by its own weight, its source's and its label's; without a label, as the mean of those that it may have."""
    of = rows(
        ["fine", "toxic", "hateful", "abusive", "not hateful", "fine"],
        source=["a", "a", "a", "a", "a", "b"],
        weight=[1, 1, 1, 1, 1, 10],
    )
    weighed = weigh_rows(of, sources={"b": 0.5}, labels={"toxic": 3, "hateful": 5})
    assert (weighed.weight / weighed.weight[0]).tolist() == pytest.approx([1, 3, 5, 4, 2, 5])
    assert weighed.weight.mean() == pytest.approx(1)


def test_rows_that_do_not_count_are_left_out(rows: MakeRows) -> None:
    """A weight of 0 is as good as not there."""
    of = rows(["fine", "toxic", "hateful", "toxic"], source=["a", "a", "a", "b"], weight=[1, 0, 1, 1])
    assert weigh_rows(of, sources={"b": 0}, labels={"hateful": 0}).text == of.text[:1]
    with pytest.raises(TableError, match="every row to learn from weighs 0"):
        weigh_rows(of, sources={"a": 0, "b": 0}, labels={})


def test_unknown_sources_are_refused() -> None:
    """A weight for a source that is not there is refused, and the message names the sources that are."""
    check_source_names({"b": 2.0}, ["a", "b", "b"])
    with pytest.raises(TableError, match=r"no source 'c'; the sources are a, b$"):
        check_source_names({"b": 2.0, "c": 1.0}, ["b", "a"])
    with pytest.raises(TableError, match=r"10, 11, 2, 3, 4, 5 and 4 more$"):
        check_source_names({"c": 1.0}, [str(number) for number in range(12)])
