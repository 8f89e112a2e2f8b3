"""What rows teach an encoder: certain answers, doubtful ones, distributions and attributes, each by the loss that belongs to it."""

from collections.abc import Callable

import numpy as np
import pytest

from training.encoder.teaching import Teaching, make_teaching_loss
from training.label_noise.known_labels import KnownLabels
from training.tables.labelled import Labelled

torch = pytest.importorskip("torch", reason="PyTorch trains encoders")

MakeRows = Callable[..., Labelled]


def probabilities(log_odds: np.ndarray) -> np.ndarray:
    hateful, abusive = 1 / (1 + np.exp(-log_odds[:2]))
    return np.array([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])


def test_each_kind_of_knowledge_has_its_loss() -> None:
    """Answers cost minus the logarithm of their probability, distributions their cross-entropy; the batch costs the mean."""
    log_odds = np.array([[0.3, -1.0], [-2.0, 0.7]], np.float32)
    weights = np.array([[0.1, 0.6, 0.9], [0.2, 0.5, 0.3]])
    teaching = Teaching(KnownLabels(weights, np.array([False, True])), np.zeros((2, 0), np.float32))
    loss = make_teaching_loss(teaching)(torch.from_numpy(log_odds), np.array([0, 1]))
    expected = [-np.log(weights[0] @ probabilities(log_odds[0])), -weights[1] @ np.log(probabilities(log_odds[1]))]
    assert float(loss) == pytest.approx(np.mean(expected), rel=1e-5)


def test_unknown_attributes_teach_nothing(rows: MakeRows) -> None:
    """Only attributes that a row answers cost anything, half as much as labels."""
    table = rows(["fine", "toxic"], insult=np.array([-1, 1]))
    teaching = Teaching.from_answers(table, ["insult", "threat"])
    assert teaching.attributes.tolist() == [[-1, -1], [1, -1]]
    log_odds = torch.tensor([[0.0, 0.0, 5.0, 5.0], [0.0, 0.0, 0.0, 9.0]])
    alone = make_teaching_loss(Teaching.from_answers(table, []))(log_odds[:, :2], np.array([0, 1]))
    assert float(make_teaching_loss(teaching)(log_odds, np.array([0, 1])) - alone) == pytest.approx(0.5 * np.log(2), rel=1e-5)


def test_a_teacher_overrules_no_answer(rows: MakeRows) -> None:
    """What a teacher says of an attribute counts only where the row does not answer it."""
    table = rows(["fine", "toxic"], insult=np.array([-1, 1]))
    taught = Teaching.from_answers(table, ["insult"]).with_distributions(
        np.array([0, 1]), np.full((2, 3), 1 / 3), np.array([[0.0], [-9.0]])
    )
    assert taught.attributes.tolist() == [[0.5], [1.0]]
    assert taught.labels.is_distribution.all()
