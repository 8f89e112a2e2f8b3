"""Confident learning: which rows are taken for wrong, and how many are estimated to be."""

import numpy as np
import pytest

from training.label_quality.confident_learning import estimate_wrong_share, find_confident_classes


def test_confident_rows_of_another_class_are_wrong() -> None:
    """A row is wrong if it reaches the mean of another class and its own is not the most probable; the joint gives the share."""
    given = np.array([0] * 10 + [1] * 10)
    of_second = np.array([0.1] * 8 + [0.95, 0.5] + [0.9] * 9 + [0.05])
    probabilities = np.column_stack([1 - of_second, of_second])
    classes = find_confident_classes(probabilities, given, means=np.array([0.8, 0.85]))
    assert np.flatnonzero(classes.is_wrong).tolist() == [8, 19]
    assert classes.suggested[[8, 19]].tolist() == [1, 0]
    assert classes.confident[9] == -1
    share = estimate_wrong_share([classes])
    assert share.value == pytest.approx((10 / 9 + 1) / 20)
    assert share.low is not None
    assert share.high is not None
    assert share.low < share.value < share.high


def test_right_labels_have_no_wrong_share() -> None:
    """Where every confident class is the given one, nothing is estimated to be wrong, in any resample."""
    given = np.array([0, 1] * 10)
    probabilities = np.where(np.eye(2)[given] > 0, 0.9, 0.1)
    share = estimate_wrong_share([find_confident_classes(probabilities, given, means=np.array([0.9, 0.9]))])
    assert (share.value, share.low, share.high) == (0, 0, 0)
