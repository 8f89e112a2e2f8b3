"""The area under the ROC curve of weighted rows."""

import numpy as np
import pytest

from training.metrics.source_metrics import auc
from training.metrics.weighted_auc import weighted_auc


def test_equal_weights_give_the_usual_area() -> None:
    """With equal weights it is the area that unweighted rows have, ties included."""
    random = np.random.default_rng(0)
    answers, scores = random.integers(0, 2, 300).astype(np.int8), random.integers(0, 20, 300).astype(np.float64)
    assert weighted_auc(answers == 1, scores, np.full(300, 0.3)).value == pytest.approx(auc(answers, scores))


def test_a_weight_counts_as_so_many_rows() -> None:
    """A row of weight 3 is worth three rows, for the area; the interval widens as few rows carry much weight."""
    yes, scores = np.array([True, True, False, False] * 25), np.tile([0.9, 0.2, 0.5, 0.1], 25)
    weights = np.tile([1.0, 3.0, 1.0, 2.0], 25)
    repeated = weighted_auc(np.repeat(yes, weights.astype(int)), np.repeat(scores, weights.astype(int)), np.ones(175))
    weighted = weighted_auc(yes, scores, weights)
    assert weighted.value == pytest.approx(repeated.value)
    assert weighted.low is not None
    assert repeated.low is not None
    assert 0 <= weighted.low < repeated.low < repeated.value
