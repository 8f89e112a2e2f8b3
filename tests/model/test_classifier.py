"""The classifier: the label rule, probabilities of heads, and what a prior adds to log-odds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.artefact.manifest import LabelThresholds, Prior
from model.classifier import Classifier, assign_labels, prior_shift
from model.moderator import Moderator

SHARES = st.floats(0.01, 0.99)
PRIORS = st.builds(Prior, abusive=SHARES, hateful=SHARES)
TEXTS = [b"you are a stupid idiot", b"thank you all", b""]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    """That of the shipped artefact."""
    return Moderator.load().classifier


def test_thresholds_are_inclusive() -> None:
    """A score equal to a threshold triggers; hateful is decided by its share of what is abusive."""
    thresholds = LabelThresholds(abusive=0.5, hateful=0.25)
    scores = np.array([[0.5, 0.375, 0.125], [0.500001, 0.4, 0.099999], [0.5, 0.4, 0.1]])
    assert assign_labels(scores, thresholds).tolist() == [2, 0, 1]


def test_scores_follow_from_the_heads(classifier: Classifier) -> None:
    """The calibrated log-odds of the first two heads make the scores of the labels, those of the others the attributes."""
    log_odds = classifier.calibrated_log_odds(TEXTS).log_odds
    probabilities = 1 / (1 + np.exp(-log_odds))
    hateful, abusive_given_not_hateful = probabilities[:, 0], probabilities[:, 1]
    toxic = (1 - hateful) * abusive_given_not_hateful
    scores = classifier.score(TEXTS)
    np.testing.assert_allclose(scores.scores, np.column_stack([1 - hateful - toxic, toxic, hateful]), atol=1e-12)
    assert list(scores.attributes) == list(classifier.attributes)
    for column, name in enumerate(classifier.attributes, start=2):
        np.testing.assert_allclose(scores.attributes[name], probabilities[:, column], atol=1e-12)


def test_labels_are_those_of_the_rule(classifier: Classifier) -> None:
    """A classifier labels by its own thresholds."""
    scores = classifier.score(TEXTS).scores
    np.testing.assert_array_equal(classifier.labels(scores), assign_labels(scores, classifier.thresholds))


@given(PRIORS, PRIORS, PRIORS)
def test_shifts_of_the_prior_add_up(one: Prior, two: Prior, three: Prior) -> None:
    """From one prior to the same nothing is added; by way of another as much as straight away."""
    assert prior_shift(one, one) == (0.0, 0.0)
    np.testing.assert_allclose(np.add(prior_shift(one, two), prior_shift(two, three)), prior_shift(one, three), atol=1e-9)


@given(PRIORS, PRIORS)
def test_a_shift_is_bayes_rule(old: Prior, new: Prior) -> None:
    """A comment that says nothing has the probabilities of the prior, before and after the shift."""
    given_old = old.abusive * (1 - old.hateful) / (1 - old.abusive * old.hateful)
    given_new = new.abusive * (1 - new.hateful) / (1 - new.abusive * new.hateful)
    for before, after, shift in zip(
        (old.abusive * old.hateful, given_old), (new.abusive * new.hateful, given_new), prior_shift(old, new), strict=True
    ):
        log_odds = np.log(before / (1 - before)) + shift
        assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(after, abs=1e-9)
