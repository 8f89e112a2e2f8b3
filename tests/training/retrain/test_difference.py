"""A difference added to a classifier: exactly where it says, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact
from model.classifier import Classifier
from model.moderator import build_classifier
from model.normaliser.version import normaliser_version
from training.retrain.difference import Difference, apply_difference, quantise_finely

TEXTS = [b"lovely weather", b"you idiot", b"all zorgs are vermin", b"zorgs"]


@pytest.fixture(scope="module")
def classifier(champion: Path) -> Classifier:
    """The small champion's classifier."""
    return build_classifier(read_artefact(champion, normaliser=normaliser_version()))


def log_odds(classifier: Classifier) -> np.ndarray:
    """Return the calibrated log-odds of the texts, all heads."""
    found: np.ndarray = classifier.calibrated_log_odds(TEXTS).log_odds
    return found


def test_mixing_adds_one_head_to_another(classifier: Classifier) -> None:
    """The log-odds of hate gain a share of those of abuse, constant and all; other heads stay exactly as they are."""
    difference = Difference(np.zeros(0, np.int32), np.zeros((0, 2)), np.array([[0.0, 0.0], [0.1, 0.0]]), np.array([0.3, 0.0]), 1.0)
    before, after = log_odds(classifier), log_odds(apply_difference(classifier, difference))
    np.testing.assert_allclose(after[:, 0], before[:, 0] + 0.1 * before[:, 1] + 0.3, atol=1e-3)
    np.testing.assert_array_equal(after[:, 1:], before[:, 1:])


def test_nothing_added_changes_nothing(classifier: Classifier) -> None:
    """The difference that adds nothing is none, and leaves every bit of the log-odds; what follows it in 16 bits as well."""
    assert Difference.none().is_none
    once = apply_difference(classifier, Difference.none())
    np.testing.assert_array_equal(log_odds(once), log_odds(classifier))
    np.testing.assert_array_equal(log_odds(apply_difference(once, Difference.none())), log_odds(classifier))


def test_fine_codes_keep_small_weights() -> None:
    """Weights from the largest to a millionth of it come back to a hundredth of themselves; zeros stay zeros."""
    values = np.array([8.0, -0.5, 1e-3, -8e-6, 0.0])
    codes, scale = quantise_finely(values)
    back = codes.astype(np.float64) * np.abs(codes.astype(np.float64)) * scale
    np.testing.assert_allclose(back, values, rtol=0.02)
    assert quantise_finely(np.zeros(3))[0].tolist() == [0, 0, 0]
