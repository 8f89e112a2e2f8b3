"""What is probably a threat is probably abusive."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import expit

from model.array_types import FloatArray
from model.comment import Comment
from model.encoder.threat_rule import find_threat_head, raise_by_threats
from model.moderator import Moderator
from model.profile import Profile
from model.text.pipeline import prepare

HEADS = ("hateful", "abusive_given_not_hateful", "attribute.insult", "attribute.threat")
LOG_ODDS = st.floats(-800, 800)


def abusive(log_odds: FloatArray) -> FloatArray:
    hateful, abusive_given_not_hateful = expit(log_odds[:, 0]), expit(log_odds[:, 1])
    probabilities: FloatArray = 1 - (1 - hateful) * (1 - abusive_given_not_hateful)
    return probabilities


def test_the_head_of_threats_is_found_by_its_name() -> None:
    """An artefact whose heads know nothing of threats has none."""
    assert find_threat_head(HEADS) == 3
    assert find_threat_head(HEADS[:3]) is None


@given(hnp.arrays(np.float64, (5, 4), elements=LOG_ODDS))
def test_abuse_is_at_least_as_probable_as_a_threat_makes_it(log_odds: FloatArray) -> None:
    """P(abusive) is the larger of what it was and 0.4 of P(threat); nothing else changes, and nothing becomes no number."""
    raised = raise_by_threats(log_odds, 3)
    np.testing.assert_allclose(abusive(raised), np.maximum(abusive(log_odds), 0.4 * expit(log_odds[:, 3])), rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(np.delete(raised, 1, axis=1), np.delete(log_odds, 1, axis=1))
    assert np.isfinite(raised).all()


THREATS = [
    "i'm about to stab that man",
    "One day I'm gonna strangle them.",
    "watch out, i'm behind you",
    " ".join([*["We talked about the garden and the bus."] * 30, "I'm about to stab that man."]),
]


def test_threats_are_abusive_to_the_shipped_model() -> None:
    """Abuse is likely enough in the scores of a threat, in a long comment too, and the words still explain these scores."""
    moderator = Moderator.load(profile=Profile.FULL)
    combined = moderator.combined
    assert combined is not None
    assert combined.threat == moderator.classifier.heads.index("attribute.threat")
    comments = [Comment("", text) for text in THREATS]
    texts = prepare(comments)
    log_odds = combined.read(moderator.classifier, moderator.classifier.raw_scores(texts).log_odds[:, : combined.heads], texts)
    scores = moderator.decide(comments).scores
    unbound = replace(combined, threat=None).read(moderator.classifier, moderator.classifier.raw_scores(texts).log_odds, texts)
    assert (1 - scores[:, 0] >= 0.4 * expit(log_odds[:, combined.threat]) - 1e-9).all()
    assert (abusive(log_odds) > abusive(unbound) + 0.05).any(), "the test needs a threat that other heads overlook"
    for comment, of_comment in zip(comments, scores, strict=True):
        explained = moderator.explain(comment).log_odds[None, : combined.heads]
        assert abusive(explained)[0] == pytest.approx(1 - of_comment[0], abs=1e-6)
