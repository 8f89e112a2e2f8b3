"""Explanations: what words add is what the comment is judged by, whichever part of it decided."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.comment import Comment, Format
from model.explain import explain_scores
from model.moderator import Moderator
from model.text.pipeline import prepare


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The shipped artefact, loaded once."""
    return Moderator.load()


@given(st.builds(Comment, id=st.just("1"), text=st.text(max_size=200), format=st.sampled_from(Format)))
@settings(max_examples=200, deadline=None)
def test_explanations_add_up(moderator: Moderator, comment: Comment) -> None:
    """For every head, the contributions of the words plus the intercept are the log-odds that the comment is judged by."""
    explanation = explain_scores(moderator.classifier, comment)
    log_odds = moderator.classifier.calibrated_log_odds(prepare([comment]), threads=1).log_odds[0]
    np.testing.assert_allclose(explanation.log_odds, log_odds, atol=1e-9)
    assert explanation.exact
    assert all(0 <= span.begin < span.end <= len(comment.text) for span in explanation.spans())


def test_explanations_of_long_comments_add_up(moderator: Moderator) -> None:
    """The part of a long comment that decided its scores is the one that is explained."""
    comment = Comment("1", "The weather was lovely and we walked along the river. " * 80 + "You are a stupid worthless idiot.")
    explanation = explain_scores(moderator.classifier, comment)
    assert any("idiot" in comment.text[span.begin : span.end] for span in explanation.spans())
    hateful = moderator.decide([comment]).scores[0, 2]
    assert 1 / (1 + np.exp(-explanation.log_odds[0])) == pytest.approx(hateful, abs=1e-9)


def test_the_word_that_insults_weighs_most() -> None:
    """Of a short insult the insulting word adds most to being abusive."""
    comment = Comment("1", "you are an idiot")
    spans = explain_scores(Moderator.load().classifier, comment).spans()
    worst = max(spans, key=lambda span: span.abusive)
    assert comment.text[worst.begin : worst.end] == "idiot"
