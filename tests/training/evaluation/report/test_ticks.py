"""Ticks: round numbers, evenly spaced, inside a range or around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.report.ticks import ticks_around, ticks_within


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.003, 0.081), (0.0, 0.0), (0.2, 0.2), (-0.4, -0.1)])
def test_ticks_lie_around(low: float, high: float) -> None:
    """The first is at most the lowest value, the last at least the highest, and they are evenly spaced."""
    ticks = ticks_around(low, high)
    assert ticks[0] - 1e-9 <= low <= high <= ticks[-1] + 1e-9
    np.testing.assert_allclose(np.diff(ticks), ticks[1] - ticks[0])


@given(st.floats(-1, 1), st.floats(0.01, 1))
def test_ticks_lie_within(low: float, width: float) -> None:
    """All of them are in the range, and there are eleven at most."""
    ticks = ticks_within(low, low + width)
    assert len(ticks) <= 11
    assert all(low - 1e-6 <= tick <= low + width + 1e-6 for tick in ticks)


def test_both_ends_are_ticks_if_they_are_round() -> None:
    """Rounding errors lose neither end."""
    assert ticks_within(0.4, 1.0) == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
