"""Measures: they are those of scikit-learn and NumPy, and rows that count several times are measured as if repeated."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from training.evaluation.measures import RankedGroups, ThresholdAtFpr, divide, summarise_bins

ROWS = st.lists(st.tuples(st.integers(-1, 1), st.integers(-3, 3), st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=40)


def columns(rows: list[tuple[int, int, int, int]]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    """Return the answers, scores and weights of rows."""
    return (
        np.array([row[0] for row in rows], np.int8),
        np.array([row[1] for row in rows], np.float64),
        np.array([row[2] for row in rows], np.int32),
    )


@given(ROWS)
def test_areas_are_those_of_scikit_learn(rows: list[tuple[int, int, int, int]]) -> None:
    """AUC and average precision of each group agree with scikit-learn, ties, weights and unknown answers included."""
    answers, scores, weights = columns(rows)
    groups = [np.array([number for number, row in enumerate(rows) if row[3] == group], np.intp) for group in (0, 1)]
    areas = RankedGroups.of(answers, scores, groups).areas(weights)
    for number, group in enumerate(groups):
        members = group[(answers[group] >= 0) & (weights[group] > 0)]
        if len(set(answers[members].tolist())) < 2:
            assert np.isnan(areas[:, number]).all()
            continue
        assert areas[0, number] == pytest.approx(roc_auc_score(answers[members], scores[members], sample_weight=weights[members]))
        expected = average_precision_score(answers[members], scores[members], sample_weight=weights[members])
        assert areas[1, number] == pytest.approx(expected)


@given(ROWS, st.sampled_from([0.05, 0.01, 0.5]))
def test_a_threshold_is_the_quantile_of_repeated_rows(rows: list[tuple[int, int, int, int]], rate: float) -> None:
    """The threshold of weighted rows is NumPy's quantile of the rows written out as often, and missing where none is left."""
    _, scores, weights = columns(rows)
    is_clean = np.array([row[3] == 1 for row in rows])
    threshold = ThresholdAtFpr.of(scores, is_clean, rate).weighted(weights)
    repeated = np.repeat(scores[is_clean], weights[is_clean])
    if repeated.size:
        assert threshold == pytest.approx(np.quantile(repeated, 1 - rate))
    else:
        assert np.isnan(threshold)


def test_bins_by_hand() -> None:
    """At a prior of 10 %, two positive rows among twelve weigh a tenth of all; shares and means follow from it."""
    counts, sums = np.zeros((10, 2)), np.zeros((10, 2))
    counts[0, 0], counts[9] = 9, (1, 2)
    sums[0, 0], sums[9] = 9 * 0.05, (0.95, 2 * 0.95)
    share, predicted, observed = summarise_bins(counts, sums, prior=0.1)
    assert share[[0, 9]] == pytest.approx([0.81, 0.19])
    assert predicted[[0, 9]] == pytest.approx([0.05, 0.95])
    assert observed[[0, 9]] == pytest.approx([0.0, 0.1 / 0.19])
    assert np.isnan(predicted[1:9]).all()
    assert np.isnan(observed[1:9]).all()


def test_bins_of_one_answer_say_nothing() -> None:
    """Where all rows are negative they cannot be weighted to a prior."""
    assert np.isnan(summarise_bins(np.tile([1.0, 0.0], (10, 1)), np.tile([0.5, 0.0], (10, 1)), prior=0.1)).all()


def test_division_by_nothing_is_unknown() -> None:
    """A quotient is NaN where the denominator is 0 or unknown; other quotients stay."""
    quotients = divide(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.0, 0.0, np.nan, 2.0]))
    assert np.isnan(quotients).tolist() == [True, True, True, False]
    assert quotients[3] == 0.5
