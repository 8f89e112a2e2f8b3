"""What is known of the label of a row."""

from collections.abc import Callable

import numpy as np

from training.label_noise.known_labels import KnownLabels, log_label_probabilities
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]


def test_answers_leave_the_labels_that_agree_with_them(rows: MakeRows) -> None:
    """A label leaves itself, an answer to one question all labels that agree with it, no answer all three."""
    known = KnownLabels.from_answers(rows(["fine", "toxic", "hateful", "abusive", "not hateful", "unknown"]))
    assert known.weights.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 1, 1]]
    assert not known.is_distribution.any()


def test_a_teacher_replaces_what_some_rows_know(rows: MakeRows) -> None:
    """The distributions of a teacher stand in the rows that they are given for, and nowhere else."""
    before = KnownLabels.from_answers(rows(["fine", "toxic", "hateful"]))
    after = before.replaced(np.array([1]), np.array([[0.2, 0.5, 0.3]]))
    assert after.weights.tolist() == [[1, 0, 0], [0.2, 0.5, 0.3], [0, 0, 1]]
    assert after.is_distribution.tolist() == [False, True, False]
    assert before.weights[1].tolist() == [0, 1, 0]


def test_probabilities_of_labels_sum_to_one() -> None:
    """The heads hateful and abusive given not hateful make the probabilities of the three labels, however far they go."""
    log_odds = np.array([[0.0, 0.0], [2.0, -1.0], [-800.0, 800.0], [800.0, 3.0]])
    probabilities = np.exp(log_label_probabilities(log_odds))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(probabilities[0], [0.25, 0.25, 0.5])
    np.testing.assert_allclose(probabilities[2:], [[0, 1, 0], [0, 0, 1]], atol=1e-12)
