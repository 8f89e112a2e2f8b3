"""Long comments of our own: abuse is in those that say so, and the sets that choose and measure share nothing."""

from collections.abc import Sequence

import pytest

from model.comment import Comment
from model.decisions import Decisions
from model.moderator import Moderator
from model.profile import Profile
from training.robustness.long_texts import CLEAN_LENGTHS, LongTextSet, clean_long_texts, hidden_abuse, measure_long_texts, report_long_texts

SETS: Sequence[LongTextSet] = ("tuning", "held_out")


@pytest.mark.parametrize("name", SETS)
def test_abuse_is_hidden_once(name: LongTextSet) -> None:
    """Each vile comment holds its sentence once, is about as long as asked, and the places differ; over three hundred are made."""
    texts = list(hidden_abuse(name))
    assert len(texts) >= 312
    for each in texts:
        assert each.text.count(each.abuse) == 1
        assert each.words <= len(each.text.split()) <= each.words + 80
    assert len({each.text.index(each.abuse) for each in texts}) > 200
    assert len({each.filler for each in texts}) == 5


@pytest.mark.parametrize("name", SETS)
def test_clean_texts_hold_none_of_it(name: LongTextSet) -> None:
    """Clean comments of every length hold none of the vile sentences."""
    abuse = {each.abuse for each in hidden_abuse(name, lengths=(800,))}
    texts = list(clean_long_texts(name))
    assert {each.words for each in texts} == set(CLEAN_LENGTHS)
    assert not any(vile in each.text for each in texts for vile in abuse)


def test_the_sets_share_nothing() -> None:
    """No sentence is both in the set that chooses and in the one that measures; small talk, written by chance, is in both."""
    chosen, measured = (
        {part for each in clean_long_texts(name) if each.filler != "talk" for part in each.text.split(". ")} for name in SETS
    )
    assert not chosen & measured
    assert not {each.abuse for each in hidden_abuse("tuning")} & {each.abuse for each in hidden_abuse("held_out")}


def test_a_seed_makes_the_same_texts() -> None:
    """Texts are the same for the same seed, and others for another."""
    one, again, other = (list(hidden_abuse("tuning", lengths=(800,), seed=seed)) for seed in (3, 3, 4))
    assert one == again != other


class Flagging(Moderator):
    """A judge that approves what does not hold a word."""

    def decide(self, comments: Sequence[Comment], **options: object) -> Decisions:
        marked = ["idiot, you stupid piece of shit" if self.word in comment.text else "good morning" for comment in comments]
        return super().decide([Comment("", text) for text in marked])

    word = ""


def test_what_is_approved_is_counted() -> None:
    """Vile comments that are approved count, and clean ones that are not."""
    judge = Flagging.load(profile=Profile.FAST)
    assert isinstance(judge, Flagging)
    judge.word = "hang yourself"
    result = measure_long_texts(judge, "held_out")
    assert (result.abusive - result.approved, result.flagged) == (result.abusive / 8, 0)
    judge.word = "lettuce"
    assert measure_long_texts(judge, "held_out").flagged == result.clean / 6


@pytest.mark.nightly
def test_the_shipped_model_finds_hidden_abuse(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a vile sentence among 800 to 2,000 words at most one in twenty is approved, of clean texts at most three in a hundred flagged."""
    report_long_texts(["--seed", "5"])
    assert capsys.readouterr().out.count("held_out") == len(Profile)
    for profile in (Profile.CASCADE, Profile.FULL):
        result = measure_long_texts(Moderator.load(profile=profile), "held_out", seed=2)
        assert result.approved <= result.abusive / 20
        assert result.flagged <= 0.03 * result.clean
