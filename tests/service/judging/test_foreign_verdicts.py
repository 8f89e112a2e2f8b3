"""Comments in languages that the model did not learn get the verdict of the site; what their scores alone say is kept beside it."""

import pytest

from model.comment import VERDICTS, Comment, Verdict
from model.moderator import Moderator
from model.policy import Policy
from service.judging.foreign import OnForeign
from service.judging.foreign_verdicts import treat_foreign

TOXIC = "You are a pathetic idiot and everybody knows it."
FINE = "What a lovely morning, thank you all."


@pytest.mark.parametrize("on_foreign", [OnForeign.REVIEW, OnForeign.APPROVE, OnForeign.REJECT])
def test_verdict_is_the_site_s(moderator: Moderator, on_foreign: OnForeign) -> None:
    """Foreign comments have it, whatever their scores; others, and those without a text, keep their own."""
    decisions = moderator.decide([Comment("", text) for text in (TOXIC, FINE, TOXIC, "")])
    policy = moderator.policies["default"]

    treated, verdicts = treat_foreign(decisions, [True, True, False, True], on_foreign=on_foreign, policy=policy, prior=moderator.prior)

    assert verdicts.tolist() == [on_foreign.verdict, on_foreign.verdict, decisions.verdicts[2], -1]
    assert [VERDICTS[code] for code in treated.verdicts.tolist()[:3]] == [Verdict.REVIEW, Verdict.APPROVE, VERDICTS[decisions.verdicts[2]]]
    assert treated.scores[2].tolist() == decisions.scores[2].tolist()


def test_pulled_scores_make_nothing_worse(moderator: Moderator) -> None:
    """Thresholds below what is usual ask for a review of every pulled score; that does not count against a comment that was below them."""
    policy = Policy("strict", review_abusive=0.04, review_hateful=0.04, reject_abusive=0.9, reject_hateful=0.9)
    decisions = moderator.decide([Comment("", text) for text in (FINE, TOXIC)]).with_policy(policy)

    treated, _ = treat_foreign(decisions, [True, True], on_foreign=OnForeign.REVIEW, policy=policy, prior=moderator.prior)

    assert [VERDICTS[code] for code in treated.verdicts.tolist()] == [Verdict.APPROVE, Verdict.REVIEW]


def test_comments_that_are_judged_like_others_are_left_alone(moderator: Moderator) -> None:
    """Where foreign comments are judged like any other, nothing changes."""
    decisions = moderator.decide([Comment("", TOXIC)])

    treated, verdicts = treat_foreign(
        decisions, [True], on_foreign=OnForeign.JUDGE, policy=moderator.policies["default"], prior=moderator.prior
    )

    assert treated is decisions
    assert verdicts.tolist() == decisions.verdicts.tolist()
