"""Intervals: they hold the figure, depend on the seed alone, and cover the truth as often as they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.intervals import bootstrap, percentile_intervals, resample_weights
from training.evaluation.measures import RankedGroups

STARTS = st.lists(st.integers(1, 20), min_size=1, max_size=6).map(lambda sizes: np.cumsum([0, *sizes], dtype=np.intp))


@given(STARTS, st.integers(0, 5))
def test_every_stratum_keeps_its_size(starts: np.ndarray, seed: int) -> None:
    """A resample has as many rows of each source as there are."""
    for weights in resample_weights(starts, 5, seed=seed):
        assert (weights >= 0).all()
        assert np.add.reduceat(weights, starts[:-1]).tolist() == np.diff(starts).tolist()


@given(STARTS, st.integers(0, 5))
def test_the_seed_decides(starts: np.ndarray, seed: int) -> None:
    """The same seed draws the same resamples, whatever is measured, so that two classifiers can be compared pair by pair."""
    first, again = ([weights.tolist() for weights in resample_weights(starts, 4, seed=seed)] for _ in range(2))
    assert first == again


@given(st.lists(st.lists(st.floats(-5, 5) | st.just(float("nan")), min_size=3, max_size=3), min_size=1, max_size=30))
def test_the_interval_holds_the_figure(resampled: list[list[float]]) -> None:
    """Low ≤ figure ≤ high; an end is missing only where both are, and always where the figure is."""
    values = np.array([0.0, 4.0, np.nan])
    low, high = percentile_intervals(np.array(resampled), values)
    assert np.isnan(low).tolist() == np.isnan(high).tolist()
    known = np.isfinite(low)
    assert not known[2]
    assert (low[known] <= values[known]).all()
    assert (high[known] >= values[known]).all()


def test_a_figure_that_never_varies_has_no_width() -> None:
    """Both ends are the figure."""
    low, high = percentile_intervals(np.full((50, 1), 0.3), np.array([0.3]))
    assert (low[0], high[0]) == (0.3, 0.3)


def test_a_figure_that_most_resamples_lack_has_no_interval() -> None:
    """Where half of the resamples cannot tell it, no interval is claimed."""
    resampled = np.array([[0.3], [np.nan], [np.nan], [0.4]])
    assert np.isnan(percentile_intervals(resampled, np.array([0.3]))[0][0])


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    """Of the mean of n numbers it reaches 1.96 standard errors to both sides."""
    numbers = np.random.default_rng(0).normal(size=400)
    starts = np.array([0, 400], np.intp)
    resampled = bootstrap(lambda weights: np.array([np.average(numbers, weights=weights)]), starts, count=2_000, seed=1)
    low, high = percentile_intervals(resampled, np.array([numbers.mean()]))
    assert (high[0] - low[0]) / 2 == pytest.approx(1.96 * numbers.std() / 20, rel=0.08)


def test_nine_in_ten_intervals_of_an_auc_cover_the_truth() -> None:
    """Of intervals at a level of 90 %, from fresh rows each time, about nine in ten cover the true AUC."""
    random, truth, covered = np.random.default_rng(0), 0.7602, 0  # of two normal distributions one apart: Phi(1 / sqrt(2))
    answers = np.repeat(np.array([1, 0], np.int8), [60, 90])
    for _ in range(200):
        ranked = RankedGroups.of(answers, random.normal(answers.astype(float)), [np.arange(150)])
        resampled = bootstrap(lambda weights, ranked=ranked: ranked.areas(weights)[0], np.array([0, 150], np.intp), count=200)  # type: ignore[misc]
        low, high = percentile_intervals(resampled, ranked.areas(np.ones(150, np.int32))[0], level=0.9)
        covered += bool(low[0] <= truth <= high[0])
    assert 0.84 <= covered / 200 <= 0.95


def test_progress_is_reported() -> None:
    """The share of the resamples that is done grows to 1."""
    shares: list[float] = []
    bootstrap(lambda weights: np.array([0.0]), np.array([0, 2], np.intp), count=20, progress=shares.append)
    assert shares == [0.5, 1.0]
