"""One loaded artefact: labels, scores, verdicts and reasons of comments, the same however they are handed over."""

import os
import shutil
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.artefact.folder import read_artefact, shipped_folder, write_artefact
from model.artefact.manifest import Description, LabelThresholds, PolicyThresholds, Prior
from model.comment import LABELS, Comment, Format, Label
from model.decisions import EMPTY
from model.errors import PolicyError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile

COMMENTS = st.lists(
    st.builds(
        Comment,
        id=st.just("1"),
        text=st.text(max_size=120) | st.text("youareanidiot .!?&<>*_@", max_size=120),
        format=st.sampled_from(Format),
    ),
    max_size=6,
)

WORDS = ["you", "are", "an", "idiot", "all", "of", "them", "vermin", "thank", "not", "trans", "women", "shut", "up", "a", "nice", "day"]


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The shipped artefact, loaded once."""
    return Moderator.load()


def label(moderator: Moderator, text: str) -> Label:
    """Return the label of one text."""
    return LABELS[int(moderator.decide([Comment("1", text)]).labels[0])]


@given(COMMENTS)
@settings(max_examples=150, deadline=None)
def test_scores_are_probabilities(moderator: Moderator, comments: list[Comment]) -> None:
    """The three scores of a comment lie in [0, 1] and sum to 1; one without text has a reason instead."""
    made = moderator.decide(comments)

    for at, reason in enumerate(made.reasons):
        if reason is None:
            assert made.scores[at].sum() == pytest.approx(1, abs=1e-9)
            assert ((made.scores[at] >= 0) & (made.scores[at] <= 1)).all()
            assert made.labels[at] in (0, 1, 2)
        else:
            assert (reason, made.labels[at], made.verdicts[at]) == (EMPTY, -1, -1)
            assert np.isnan(made.scores[at]).all()


@given(COMMENTS, st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_batches_do_not_matter(moderator: Moderator, comments: list[Comment], cut: int) -> None:
    """A comment is decided to the last bit alike, whatever batch it comes in."""
    whole = moderator.decide(comments)
    parts = [moderator.decide(comments[:cut]), moderator.decide(comments[cut:])]

    np.testing.assert_array_equal(whole.scores, np.concatenate([part.scores for part in parts]))
    np.testing.assert_array_equal(whole.labels, np.concatenate([part.labels for part in parts]))
    np.testing.assert_array_equal(whole.verdicts, np.concatenate([part.verdicts for part in parts]))


def test_decisions_come_with_explanations(moderator: Moderator) -> None:
    """Each comment that is explained has the words that ``explain`` finds."""
    comments = [Comment("1", "you are an idiot"), Comment("2", "thanks"), Comment("3", "")]
    spans = moderator.decide(comments, explain=True).spans
    assert spans is not None
    assert [tuple(each or ()) for each in spans] == [moderator.explain(comment).spans() for comment in comments]
    assert moderator.decide(comments).spans is None


def test_a_first_pass_is_gone_on_with(moderator: Moderator) -> None:
    """Decisions that go on from a first pass are those that are made in one go, and leave the pass as it is for another attempt."""
    comments = [Comment("1", "you are an idiot"), Comment("2", "thanks"), Comment("3", "")]
    cascade = Moderator.load(profile=Profile.CASCADE)
    first_pass = cascade.first_pass(comments)
    assert first_pass.encoder_rows.tolist() == [0]
    whole = cascade.decide(comments)
    for ngrams_only, expected in ((False, whole), (True, moderator.decide(comments)), (False, whole)):
        decisions = cascade.decide(comments, ngrams_only=ngrams_only, first_pass=first_pass)
        np.testing.assert_array_equal(decisions.scores, expected.scores)
        np.testing.assert_array_equal(decisions.verdicts, expected.verdicts)
        assert decisions.encoder_count == (0 if ngrams_only else 1)


def test_abuse_at_the_end_of_three_thousand_words_is_found(moderator: Moderator) -> None:
    """A long comment is as bad as its worst part."""
    calm = "We went to the market and bought some bread, then we cooked dinner for everybody. " * 200

    assert label(moderator, calm + "You are a stupid fucking idiot, shut up.") is not Label.FINE


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Thanks, that helped a lot!", "fine"), ("You are a stupid idiot.", "toxic"), ("y0u are a f.u.c.k.i.n.g m0r0n", "toxic")],
)
def test_plain_cases(moderator: Moderator, text: str, expected: str) -> None:
    """What nobody disputes is labelled as everybody would."""
    assert label(moderator, text) == expected


def test_mark_up_is_read_as_its_text(moderator: Moderator) -> None:
    """HTML and Markdown are judged by what their readers see."""
    plain = moderator.decide([Comment("1", "You are an idiot & a fool")])
    html = moderator.decide([Comment("1", "<p>You are <b>an id</b>iot &amp; a fool</p>", Format.HTML)])
    markdown = moderator.decide([Comment("1", "You are **an** idiot &amp; a fool", Format.MARKDOWN)])

    np.testing.assert_array_equal(plain.scores, html.scores)
    np.testing.assert_array_equal(plain.scores, markdown.scores)


def test_an_unknown_policy_is_refused(moderator: Moderator) -> None:
    """The error names the policies that there are."""
    with pytest.raises(PolicyError, match="default"):
        moderator.decide([Comment("1", "hi")], policy="strict")


@pytest.mark.parametrize("empty", ["", "  \n", "\u200b", "<p></p>"])
def test_a_comment_without_text_has_a_reason(moderator: Moderator, empty: str) -> None:
    """Nothing to read is not judged."""
    written = Format.HTML if empty.startswith("<") else Format.PLAIN

    assert moderator.decide([Comment("1", empty, written), Comment("2", "hello")]).reasons == [EMPTY, None]


def test_a_prior_moves_the_scores(moderator: Moderator) -> None:
    """The artefact's own prior changes nothing; where abuse is more common every comment is more likely abusive."""
    comments = [Comment("1", text) for text in ("hello there", "you are an idiot", "what a day")]
    own = Moderator.load(prior=moderator.prior)
    rough = Moderator.load(prior=Prior(abusive=0.5, hateful=0.2))

    np.testing.assert_array_equal(own.decide(comments).scores, moderator.decide(comments).scores)
    assert (rough.decide(comments).scores[:, 0] < moderator.decide(comments).scores[:, 0]).all()
    assert rough.public_manifest()["prior"] == {"abusive": 0.5, "hateful": 0.2}


def test_files_that_are_overwritten_change_nothing(tmp_path: Path) -> None:
    """A loaded moderator judges on as before when every file of its artefact is shortened in place."""
    folder = tmp_path / "artefact"
    shutil.copytree(shipped_folder(), folder)
    moderator = Moderator.load(folder, profile=Profile.FULL)
    comments = [Comment("1", "you pathetic idiot"), Comment("2", "Good morning to you")]
    before = moderator.decide(comments).scores
    for path in folder.iterdir():
        os.truncate(path, 0)

    np.testing.assert_array_equal(moderator.decide(comments).scores, before)


@pytest.fixture(scope="module")
def ruled(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Profile, float], Moderator]:
    """A function that loads an artefact of two readers whose policy reviews from the threshold of its label rule on, for a prior."""
    folder = write_both(tmp_path_factory.mktemp("ruled") / "both", entry={"abusive": 0.28, "hateful": 0.3, "response": 0.35})
    stored = read_artefact(folder, normaliser=normaliser_version())
    policy = PolicyThresholds(review_abusive=0.28, review_hateful=0.28, reject_abusive=0.7, reject_hateful=0.5)
    said = {name: getattr(stored.manifest, name) for name in Description.model_fields}
    said |= {"thresholds": LabelThresholds(abusive=0.28, hateful=0.3, response=0.35), "policies": {"default": policy}}
    write_artefact(folder, description=Description(**said), arrays=stored.arrays)

    @cache
    def load(profile: Profile, abusive: float) -> Moderator:
        return Moderator.load(folder, profile=profile, prior=Prior(abusive=abusive, hateful=0.2))

    return load


@given(
    st.sampled_from(Profile),
    st.sampled_from([0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5]),
    st.lists(st.text(max_size=30) | st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=6),
)
def test_fine_is_what_is_approved(ruled: Callable[[Profile, float], Moderator], profile: Profile, abusive: float, texts: list[str]) -> None:
    """At every prior and in every profile, a comment is called fine if and only if the policy approves it."""
    made = ruled(profile, abusive).decide([Comment("", text) for text in texts])
    judged = made.labels >= 0
    np.testing.assert_array_equal(made.labels[judged] == 0, made.verdicts[judged] == 0)


def test_a_site_where_abuse_is_commoner_has_other_thresholds(ruled: Callable[[Profile, float], Moderator]) -> None:
    """The labels at another prior are neither those at that of the artefact, nor those by thresholds that stay where they are."""
    comments = [Comment("", " ".join(words)) for words in product(WORDS, repeat=2)]
    own, rough = (ruled(Profile.FAST, abusive).decide(comments) for abusive in (0.1, 0.5))
    unmoved = 1 - rough.scores[:, 0] >= 0.28
    assert 0 < (own.labels > 0).sum() < (rough.labels > 0).sum() < unmoved.sum()
    assert ruled(Profile.FAST, 0.5).policies["default"].review_abusive > 0.28


def test_the_shipped_policy_is_that_of_the_label_rule() -> None:
    """What the shipped model calls fine is what it approves, whichever reader judges: one rule for both, and review from it on."""
    manifest = read_artefact(shipped_folder(), normaliser=normaliser_version()).manifest
    policy, rule = manifest.policies["default"], manifest.thresholds
    assert policy.review_abusive == policy.review_hateful == rule.abusive
    assert [manifest.readers[1][name] for name in ("abusive", "hateful")] == [rule.abusive, rule.hateful]
    assert 0 < rule.response < 1
