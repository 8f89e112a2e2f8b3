"""Means over seeds and their intervals."""

import pytest

from benchmarks.loop.seed_intervals import describe_seeds, interval_over_seeds


def test_interval_is_that_of_students_t() -> None:
    """For 1, 2, 3 the mean is 2, and the interval reaches 4.303 / sqrt(3) to both sides, as tables of Student's t say."""
    interval = interval_over_seeds([1.0, 2.0, 3.0])

    assert interval is not None
    assert interval.mean == pytest.approx(2.0)
    assert interval.low == pytest.approx(2 - 4.303 / 3**0.5, abs=1e-3)
    assert interval.high == pytest.approx(2 + 4.303 / 3**0.5, abs=1e-3)


def test_one_seed_has_no_width_and_none_has_no_interval() -> None:
    """What one seed gave is told without bounds, and without a value nothing is told."""
    assert describe_seeds([0.0123]) == "+0.0123"
    assert interval_over_seeds([]) is None
    assert not describe_seeds([])


def test_change_is_told_with_its_bounds() -> None:
    """A reader sees mean and both bounds, with their signs."""
    assert describe_seeds([-0.01, 0.01]) == "+0.0000 (-0.1271 to +0.1271)"
