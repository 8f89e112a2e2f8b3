"""Measures: what scikit-learn says, what a hand computes, and what repeated rows say."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, average_precision_score, confusion_matrix, roc_auc_score

from training.evaluation.measures import (
    RankedGroups,
    ThresholdAtFpr,
    accuracy,
    average_precision,
    calibration_error,
    confusion,
    ratio,
    reliability,
)
from training.tables.labelled import Labelled, Place

DRAWN = st.lists(st.tuples(st.integers(-1, 1), st.integers(-3, 3), st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=40)


def columns(drawn: list[tuple[int, int, int, int]]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float64], npt.NDArray[np.int32]]:
    """Answers, scores and counts of drawn rows."""
    return (
        np.array([row[0] for row in drawn], np.int8),
        np.array([row[1] for row in drawn], np.float64),
        np.array([row[2] for row in drawn], np.int32),
    )


@given(DRAWN)
def test_areas_are_those_of_scikit_learn(drawn: list[tuple[int, int, int, int]]) -> None:
    """AUC and average precision of each group agree with scikit-learn, ties, weights and unknown answers included."""
    answers, scores, weights = columns(drawn)
    groups = [np.array([i for i, row in enumerate(drawn) if row[3] == group], np.intp) for group in (0, 1)]
    found = RankedGroups.of(answers, scores, groups).areas(weights)
    for number, group in enumerate(groups):
        of = group[(answers[group] >= 0) & (weights[group] > 0)]
        if len(set(answers[of].tolist())) < 2:
            assert np.isnan(found[:, number]).all()
            continue
        assert found[0, number] == pytest.approx(roc_auc_score(answers[of], scores[of], sample_weight=weights[of]))
        assert found[1, number] == pytest.approx(average_precision_score(answers[of], scores[of], sample_weight=weights[of]))


def test_average_precision_by_hand() -> None:
    """Yes at rank 1 and 3 has precision 1 and 2/3; a question that all answer alike has none."""
    assert average_precision(np.array([1, 0, 1, -1], np.int8), np.array([0.9, 0.8, 0.7, 1.0])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(np.array([1, 1], np.int8), np.array([0.9, 0.8])) is None


@given(DRAWN, st.sampled_from([0.05, 0.01, 0.5]))
def test_alarm_point_is_the_quantile_of_repeated_rows(drawn: list[tuple[int, int, int, int]], share: float) -> None:
    """The point of weighted rows is NumPy's quantile of the rows written out as often."""
    _, scores, weights = columns(drawn)
    calm = np.array([row[3] == 1 for row in drawn])
    found = ThresholdAtFpr.of(scores, calm, share).at(weights)
    repeated = np.repeat(scores[calm], weights[calm])
    assert np.isnan(found) if not repeated.size else found == pytest.approx(np.quantile(repeated, 1 - share))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_labels_are_counted_as_scikit_learn_does(drawn: list[tuple[int, int]]) -> None:
    """Confusion matrix and accuracy agree with scikit-learn."""
    truth, said = (np.array(column, np.int8) for column in zip(*drawn, strict=True))
    assert confusion(truth, said).tolist() == confusion_matrix(truth, said, labels=[0, 1, 2]).tolist()
    assert accuracy(truth, said) == pytest.approx(accuracy_score(truth, said))


def test_reliability_by_hand() -> None:
    """At a prior of 10 % one abusive row among ten fine ones weighs a tenth; what is observed follows from it."""
    p, yes = np.array([0.05] * 9 + [0.95] + [0.95] * 2), np.array([False] * 10 + [True] * 2)
    share, said, observed = reliability(p, yes, prior=0.1)
    assert share[[0, 9]] == pytest.approx([0.81, 0.19])
    assert said[[0, 9]] == pytest.approx([0.05, 0.95])
    assert observed[[0, 9]] == pytest.approx([0.0, 0.1 / 0.19])
    assert np.isnan(said[1:9]).all()


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=60), st.floats(0.01, 0.99))
def test_reliability_and_calibration_error_agree(drawn: list[tuple[bool, float]], prior: float) -> None:
    """The calibration error is the mean distance of what the bins said from what was observed."""
    yes, p = np.array([row[0] for row in drawn]), np.array([row[1] for row in drawn])
    if yes.all() or not yes.any():
        return
    size = len(drawn)
    empty: list[str | None] = [None] * size
    answers = yes.astype(np.int8)
    of = Labelled(["x"] * size, answers, answers * 0, ["s"] * size, empty, ["1"] * size, np.ones(size), empty, {}, [Place("t", 1)] * size)
    share, said, observed = reliability(p, yes, prior=prior)
    filled = share > 0
    gap = float((share * np.abs(said - observed))[filled].sum())
    assert gap == pytest.approx(calibration_error(p, of, prior=prior))


def test_ratio_of_nothing() -> None:
    """What is divided by nothing is not known."""
    assert np.isnan(ratio(np.array([0.0, 1.0]), np.array([0.0, 2.0]))).tolist() == [True, False]
