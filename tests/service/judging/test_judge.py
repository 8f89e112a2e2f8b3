"""The judge applies scores, then languages, then the lists of the community."""

import math

import pytest

from model.comment import Comment, Verdict
from model.errors import PolicyError
from model.language.identifier import Identifier
from model.moderator import Moderator
from model.policy import Policy
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.judge import Judge, Judgement
from service.judging.word_lists import WordLists

GERMAN = "Das ist doch völliger Unsinn, was hier geschrieben steht."
COMMENTS = [Comment("1", "What a lovely morning, thank you all."), Comment("2", "You pathetic idiot, shut up."), Comment("3", " ")]


def judge_texts(judge: Judge, *texts: str) -> list[Judgement]:
    """Return the judgement of each text."""
    return list(judge.judge([Comment("", text) for text in texts]).rows())


def test_without_a_site_it_is_the_model(moderator: Moderator) -> None:
    """A judge with nothing but a model decides as the model does, and identifies no languages."""
    judgements = Judge(moderator).judge(COMMENTS)
    decisions = moderator.decide(COMMENTS)
    assert judgements.verdicts.tolist() == judgements.unobserved_verdicts.tolist() == decisions.verdicts.tolist()
    assert (judgements.languages, judgements.foreign, judgements.matched, judgements.community) == (None, None, None, None)
    rows = list(judgements.rows())
    assert [row.verdict for row in rows] == [Verdict.APPROVE, Verdict.REJECT, None]
    assert (rows[2].label, rows[2].reason, rows[2].foreign) == (None, "empty", None)
    assert all(map(math.isnan, rows[2].scores))


@pytest.mark.parametrize("own", [None, OnForeign.APPROVE])
def test_a_community_says_what_happens_to_foreign_comments(moderator: Moderator, identifier: Identifier, own: OnForeign | None) -> None:
    """A community decides what happens to foreign comments; if it does not say, the site's setting counts."""
    judge = Judge(moderator, identifier, community=Community("c", on_foreign=own), on_foreign=OnForeign.REJECT)
    (row,) = judge_texts(judge, GERMAN)
    assert (row.language, row.foreign, row.verdict) == ("de", True, Verdict.REJECT if own is None else Verdict.APPROVE)


def test_lists_decide_last(moderator: Moderator, identifier: Identifier) -> None:
    """An entry of a list decides, whatever the scores and the language are; a comment without text is not judged."""
    lists = Community("c", deny=WordLists(["lovely", "Unsinn"]), allow=WordLists(["pathetic"]))
    rows = judge_texts(Judge(moderator, identifier, community=lists), *(comment.text for comment in COMMENTS), GERMAN)
    assert [row.verdict for row in rows] == [Verdict.REJECT, Verdict.APPROVE, None, Verdict.REJECT]
    assert [row.matched for row in rows] == ["deny: lovely", "allow: pathetic", None, "deny: Unsinn"]


def test_an_observing_community_approves(moderator: Moderator) -> None:
    """Every comment that is judged is approved, and the verdict that it would have had is reported too."""
    rows = judge_texts(Judge(moderator, community=Community("c", observe=True)), *(comment.text for comment in COMMENTS))
    assert [row.verdict for row in rows] == [Verdict.APPROVE, Verdict.APPROVE, None]
    assert [row.unobserved_verdict for row in rows] == [Verdict.APPROVE, Verdict.REJECT, None]


def test_a_policy_that_is_named_comes_before_the_communitys(moderator: Moderator) -> None:
    """A community's own thresholds count unless a policy is named."""
    strict = Community("c", policy=Policy("strict", 0.0, 0.0, 0.0, 0.0))
    own_judge, named_judge = Judge(moderator, community=strict), Judge(moderator, policy="default", community=strict)
    assert own_judge.judge(COMMENTS).verdicts.tolist() == [2, 2, -1]
    assert own_judge.judge(COMMENTS).decisions.policy == "strict"
    assert named_judge.judge(COMMENTS).verdicts.tolist() == moderator.decide(COMMENTS).verdicts.tolist()


def test_an_unknown_policy_is_refused(moderator: Moderator) -> None:
    """A policy that the model does not have is refused, and the error names the policies that it has."""
    with pytest.raises(PolicyError, match="default"):
        Judge(moderator, policy="nope").judge(COMMENTS)


def test_decisions_carry_the_final_verdicts(moderator: Moderator) -> None:
    """The decisions that evaluation reads hold the verdicts after the lists."""
    judge = Judge(moderator, community=Community("c", deny=WordLists(["lovely"])))
    assert judge.decide(COMMENTS).verdicts.tolist() == judge.judge(COMMENTS).verdicts.tolist() == [2, 2, -1]


def test_the_models_decisions_stay_as_they_are(moderator: Moderator, identifier: Identifier) -> None:
    """Judging writes nothing into the first pass that it starts from."""
    comments = [Comment("1", GERMAN)]
    judge = Judge(moderator, identifier, on_foreign=OnForeign.REJECT)
    first_pass = judge.first_pass(comments)
    assert first_pass is not None
    before = first_pass.raw.floats.copy(), first_pass.raw.codes.copy()
    judge.judge(comments, first_pass=first_pass)
    assert (first_pass.raw.floats == before[0]).all()
    assert (first_pass.raw.codes == before[1]).all()


def test_lists_count_in_the_effort(moderator: "Moderator") -> None:
    """What lists may cost grows with the text and with their patterns; without lists it is nothing."""
    plain = Judge(moderator)
    words = Judge(moderator, community=Community("c", deny=WordLists(["lovely"])))
    patterns = Judge(moderator, community=Community("c", deny=WordLists([], ["[ab]{200}q"])))
    comments = [Comment("1", "x" * 300)]

    assert [judge.list_effort(comments) for judge in (plain, words)] == [0, 600]
    assert patterns.list_effort(comments) > 16_384
    assert patterns.list_effort(comments * 2) == 2 * patterns.list_effort(comments)
