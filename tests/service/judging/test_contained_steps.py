"""Languages and lists that fail for a comment do not hide it from the other steps."""

from collections.abc import Callable
from typing import Any

import pytest

import model.language.visible_texts
import service.judging.community
import service.judging.contained_steps
from model.comment import Comment, Format, Verdict
from model.failures import Step
from model.language.identifier import Identifier
from model.moderator import Moderator
from service.judging.community import Community
from service.judging.contained_steps import identify_languages
from service.judging.judge import Judge
from service.judging.lists.excused_phrases import excuse_phrases
from service.judging.lists.matching_text import text_to_match
from service.judging.lists.word_lists import WordLists

GERMAN = "Das ist doch völliger Unsinn, was hier geschrieben steht."
FINE = "What a lovely morning, thank you all."
ABUSE = "Shut up, you pathetic idiot."
POISON = "qzxvwk"


def failing(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that fails where the poison is in one of its arguments."""

    def fail(*arguments: Any, **named: Any) -> Any:
        if any(POISON in str(argument) for argument in arguments):
            raise RuntimeError("this must not be seen")
        return original(*arguments, **named)

    return fail


def test_other_comments_keep_their_languages(identifier: Identifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where identification fails for one comment, others have their languages, and that one has what its caller states, or none."""
    monkeypatch.setattr(Identifier, "identify_texts", failing(Identifier.identify_texts))
    stated = Comment("", f"{GERMAN} {POISON}", language="fr")
    found = identify_languages(identifier, [Comment("", GERMAN), Comment("", f"{GERMAN} {POISON}"), stated, Comment("", FINE)])
    assert (list(found.codes), list(found.foreign)) == (["de", None, "fr", "en"], [True, False, True, False])
    assert found.failures == {Step.LANGUAGE: 2}


def test_a_language_is_found_in_the_text_as_it_stands(identifier: Identifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the mark-up of a comment cannot be removed, its language is that of the text with its mark-up."""
    monkeypatch.setattr(model.language.visible_texts, "_TAG", None)
    found = identify_languages(identifier, [Comment("", f"<p>{GERMAN}</p>", Format.HTML)])
    assert (list(found.codes), found.failures) == (["de"], {Step.LANGUAGE: 1})


def test_what_is_denied_is_denied_in_the_text_as_it_stands(moderator: Moderator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the text for the lists cannot be made, entries that deny still match, those that allow do not approve."""
    community = Community("c", deny=WordLists(["casino"]), allow=WordLists(["lovely"]))
    comments = [Comment("", text, Format.HTML) for text in (f"The best casino {POISON}", f"A lovely idiot {POISON}", FINE)]
    monkeypatch.setattr(service.judging.community, "text_to_match", failing(text_to_match))
    judgements = Judge(moderator, community=community).judge(comments)
    denied, undecided, other = judgements.rows()
    assert (denied.verdict, denied.matched, denied.held) == (Verdict.REJECT, "deny: casino", False)
    assert undecided.verdict in {Verdict.REVIEW, Verdict.REJECT}
    assert (undecided.matched, undecided.held) == (None, True)
    assert (other.verdict, other.matched, other.excused, other.held) == (Verdict.APPROVE, None, "allow: lovely", False)
    assert judgements.failures == {Step.LISTS: 2}


def test_what_cannot_be_taken_out_is_judged(moderator: Moderator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a phrase that is allowed cannot be taken out of a comment, that one is judged as a whole, and held if it might be denied."""
    monkeypatch.setattr(service.judging.contained_steps, "excuse_phrases", failing(excuse_phrases))
    comments = [Comment("", f"{ABUSE} {POISON}"), Comment("", ABUSE)]
    for denied, is_held in ((WordLists(), False), (WordLists(["casino"]), True)):
        judgements = Judge(moderator, community=Community("c", deny=denied, allow=WordLists(["shut up"]))).judge(comments)
        poisoned, other = judgements.rows()
        assert (poisoned.verdict, poisoned.matched, poisoned.excused, poisoned.held) == (Verdict.REJECT, None, None, is_held)
        assert (other.excused, other.held) == ("allow: shut up", False)
        assert judgements.failures == {Step.LISTS: 1}


@pytest.mark.parametrize("denies", [True, False])
def test_lists_that_cannot_be_matched_approve_nothing(moderator: Moderator, monkeypatch: pytest.MonkeyPatch, denies: bool) -> None:
    """If it cannot be known whether a comment is denied, it is for review; if nothing could deny it, the model's verdict stands."""
    lists = WordLists(["casino"])
    community = Community("c", deny=lists) if denies else Community("c", allow=lists)
    monkeypatch.setattr(WordLists, "match", failing(WordLists.match))
    poisoned, other = Judge(moderator, community=community).judge([Comment("", f"{FINE} {POISON}"), Comment("", FINE)]).rows()
    assert (poisoned.verdict, poisoned.held) == ((Verdict.REVIEW, True) if denies else (Verdict.APPROVE, False))
    assert (other.verdict, other.held) == (Verdict.APPROVE, False)


def test_a_judge_that_fails_gives_comments_to_moderators(
    moderator: Moderator, identifier: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails in no step in particular concerns the comment for which it fails alone, unless the community only observes."""
    comments = [Comment("", f"{FINE} {POISON}"), Comment("", FINE), Comment("", GERMAN)]
    monkeypatch.setattr(Judge, "_judge_listed", failing(Judge._judge_listed))
    judgements = Judge(moderator, identifier).judge(comments)
    poisoned, other, foreign = judgements.rows()
    assert (poisoned.label, poisoned.verdict, poisoned.reason, poisoned.held) == (None, Verdict.REVIEW, "unreadable", True)
    assert (other.verdict, other.held, other.language) == (Verdict.APPROVE, False, "en")
    assert (foreign.verdict, foreign.foreign) == (Verdict.REVIEW, True)
    assert judgements.failures == {Step.JUDGEMENT: 1}
    (watched,) = Judge(moderator, community=Community("c", observe=True)).judge(comments[:1]).rows()
    assert (watched.verdict, watched.unobserved_verdict) == (Verdict.APPROVE, Verdict.REVIEW)
    assert len(Judge(moderator).judge([]).verdicts) == 0
