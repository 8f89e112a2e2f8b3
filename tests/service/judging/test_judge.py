"""The judge applies scores, then languages, then the lists of the community."""

import math
from dataclasses import replace

import pytest

from model.comment import Comment, Format, Verdict
from model.errors import PolicyError
from model.language.identifier import Identifier
from model.moderator import Moderator
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import pack_bytes
from model.policy import Policy
from model.profile import Profile
from service.judging.community import Community
from service.judging.foreign import OnForeign
from service.judging.judge import Judge, Judgement
from service.judging.lists.word_lists import WordLists

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
    lists = Community("c", deny=WordLists(["lovely", "Unsinn"]), allow=WordLists(["you pathetic idiot", "shut up"]))
    rows = judge_texts(Judge(moderator, identifier, community=lists), *(comment.text for comment in COMMENTS), GERMAN)
    assert [row.verdict for row in rows] == [Verdict.REJECT, Verdict.APPROVE, None, Verdict.REJECT]
    assert [row.matched for row in rows] == ["deny: lovely", "allow: you pathetic idiot", None, "deny: Unsinn"]


def judge_with_phrase(judge: Judge, text: str, phrase: str) -> tuple[Judgement, Judgement]:
    """Return the judgements of a text with a phrase in it, and of the rest by a judge without lists of what is allowed."""
    community = judge.community
    assert community is not None
    (whole,) = judge_texts(judge, text)
    (rest,) = judge_texts(replace(judge, community=replace(community, allow=WordLists())), text.replace(f"{phrase} ", ""))
    return whole, rest


@pytest.mark.parametrize("profile", ["fast", "cascade"])
@pytest.mark.parametrize(
    "text", ["weed killer kill all Jews", "kill weed killer all weed killer Jews", f"weed killer {GERMAN}", "I bought weed killer today."]
)
def test_a_phrase_that_is_allowed_excuses_itself_alone(identifier: Identifier, profile: str, text: str) -> None:
    """A comment with an allowed phrase is judged in everything as if the phrase were not there, and the judgement names it."""
    judge = Judge(Moderator.load(profile=Profile(profile)), identifier, community=Community("c", allow=WordLists(["weed killer"])))
    whole, rest = judge_with_phrase(judge, text, "weed killer")
    assert (whole.matched, whole.excused, whole.entry) == (None, "allow: weed killer", "allow: weed killer")
    assert whole._replace(excused=None) == rest
    comments = [Comment("", text)]
    assert list(judge.judge(comments, first_pass=judge.first_pass(comments)).rows()) == [whole]


def test_what_is_denied_beside_an_allowed_phrase_is_denied(moderator: Moderator) -> None:
    """What a community denies is denied in the whole comment, and in what is left of it."""
    community = Community("c", deny=WordLists(["weed", "buy casino"]), allow=WordLists(["weed killer", "a cheap"]))
    rows = judge_texts(Judge(moderator, community=community), "weed killer", "buy a cheap casino", "a cheap", "a cheap seat")
    assert [row.verdict for row in rows] == [Verdict.REJECT, Verdict.REJECT, Verdict.APPROVE, Verdict.APPROVE]
    assert [row.matched for row in rows] == ["deny: weed", "deny: buy casino", "allow: a cheap", None]
    assert [row.entry for row in rows] == ["deny: weed", "deny: buy casino", "allow: a cheap", "allow: a cheap"]


def test_an_observing_community_excuses_too(moderator: Moderator) -> None:
    """Where a community observes, the verdict that would have been is that on the rest."""
    judge = Judge(moderator, community=Community("c", observe=True, allow=WordLists(["weed killer"])))
    (row,) = judge_texts(judge, "weed killer You pathetic idiot, shut up.")
    assert (row.verdict, row.unobserved_verdict) == (Verdict.APPROVE, Verdict.REJECT)


def test_explanations_are_of_the_whole_comment(moderator: Moderator) -> None:
    """The words that moved the scores are those of the comment as it was sent, and none is of the phrase."""
    text = "kill weed killer all Jews"
    judge = Judge(moderator, community=Community("c", allow=WordLists(["weed killer"])))
    spans = judge.judge([Comment("", text), Comment("", "Idiot")], explain=True).decisions.spans
    assert spans is not None
    assert [[sorted({text[span.begin : span.end] for span in spans[0] or ()}), len(spans[1] or ())]] == [[["Jews", "all", "kill"], 1]]


def test_comments_that_come_packed_are_excused_too(moderator: Moderator) -> None:
    """Comments whose texts come in one piece are judged as others are."""
    texts = ["weed killer kill all Jews", "Idiot", "weed killer"]
    judge = Judge(moderator, community=Community("c", allow=WordLists(["weed killer"])))
    packed = PackedComments(pack_bytes([text.encode() for text in texts]), Format.PLAIN)
    assert list(judge.judge(packed).rows()) == judge_texts(judge, *texts)


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
    assert first_pass.own is not None
    before = first_pass.own.raw.floats.copy(), first_pass.own.raw.codes.copy()
    judge.judge(comments, first_pass=first_pass)
    assert (first_pass.own.raw.floats == before[0]).all()
    assert (first_pass.own.raw.codes == before[1]).all()


def test_lists_count_in_the_effort(moderator: "Moderator") -> None:
    """What lists may cost grows with the text and with their patterns; without lists it is nothing."""
    plain = Judge(moderator)
    words = Judge(moderator, community=Community("c", deny=WordLists(["lovely"])))
    patterns = Judge(moderator, community=Community("c", deny=WordLists([], ["[ab]{200}q"])))
    allowing = Judge(moderator, community=Community("c", allow=WordLists(["lovely"])))
    comments, foreign = [Comment("1", "x" * 600)], [Comment("1", "é" * 600)]

    assert [judge.list_effort(comments) for judge in (plain, words)] == [0, 1_200]
    assert words.list_effort(foreign) == 4 * words.list_effort(comments) < allowing.list_effort(foreign)
    assert patterns.list_effort(comments) > 16_384
    assert patterns.list_effort(comments * 2) == 2 * patterns.list_effort(comments)
