"""The classifier: the label rule, probabilities of heads, and what another prior changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.artefact.manifest import LabelThresholds, Prior
from model.classifier import Classifier, PriorChange, assign_labels
from model.moderator import Moderator
from model.policy import Policy

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
def test_changes_of_the_prior_add_up(one: Prior, two: Prior, three: Prior) -> None:
    """From one prior to the same nothing changes; by way of another as much as straight away."""
    scores = np.array([[0.8, 0.15, 0.05], [0.01, 0.3, 0.69]])
    np.testing.assert_allclose(PriorChange(one, one).scores(scores), scores, atol=1e-12)
    by_another = PriorChange(two, three).scores(PriorChange(one, two).scores(scores))
    np.testing.assert_allclose(by_another, PriorChange(one, three).scores(scores), atol=1e-9)


@given(PRIORS, PRIORS)
def test_a_change_is_bayes_rule(old: Prior, new: Prior) -> None:
    """A comment that says nothing has the probabilities of the prior, before and after the change."""
    before, after = ([1 - p.abusive, p.abusive * (1 - p.hateful), p.abusive * p.hateful] for p in (old, new))
    np.testing.assert_allclose(PriorChange(old, new).scores(np.array([before])), [after], atol=1e-9)


@given(PRIORS, PRIORS, SHARES, SHARES, st.floats(0, 1), st.floats(0, 1))
def test_what_was_equal_to_the_label_rule_stays_equal(
    old: Prior, new: Prior, low: float, high: float, more: float, response: float
) -> None:
    """A policy that reviews from the threshold of the label rule on does so at every prior, and its rejections stay above."""
    change, rule = PriorChange(old, new), LabelThresholds(abusive=low, hateful=high, response=response)
    before = Policy("default", low, low, low + (1 - low) * more, 1.0)
    after = change.policy(before, rule)
    assert after.review_abusive == after.review_hateful == change.thresholds(rule).abusive
    assert after.reject_abusive >= after.review_abusive
    assert after.reject_hateful == 1.0


def test_thresholds_follow_the_prior_by_their_response() -> None:
    """Without a response thresholds stay; with the full one they move as far as the prior, so that the labels stay."""
    change = PriorChange(Prior(abusive=0.1, hateful=0.2), Prior(abusive=0.5, hateful=0.2))
    rule = LabelThresholds(abusive=0.3, hateful=0.4)
    assert change.thresholds(rule) == rule
    followed = change.thresholds(rule.model_copy(update={"response": 1.0}))
    assert followed.abusive == pytest.approx(0.3 * 9 / (0.7 + 0.3 * 9))
    scores = np.column_stack([np.linspace(0, 1, 99), np.linspace(1, 0, 99) * 0.5, np.linspace(1, 0, 99) * 0.5])
    np.testing.assert_array_equal(assign_labels(change.scores(scores), followed), assign_labels(scores, rule))
