"""What comments answer: read with them by an encoder that knows how to, at the cost of few comments more, and never by the n-grams."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.comment import Comment, Format
from model.encoder import context_rule
from model.encoder.context_rule import prepare_contexts
from model.failures import Step
from model.moderator import Moderator
from model.profile import Profile
from tests.model.encoder.context_network import build_context_network

Write = Callable[..., Path]
BARE = Comment("1", "Yes, all of them.")
VILE = "should these stupid fucking retards be shot?"


@pytest.fixture(scope="module")
def load(write_both: Write, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Moderator]:
    """A function that loads the shipped n-grams with a tiny encoder that reads contexts."""
    folder = write_both(tmp_path_factory.mktemp("context") / "both", **{"network.npy": build_context_network(heads=2)})
    return lambda profile, **options: Moderator.load(folder, profile=profile, **options)


def passed_on(moderator: Moderator, comments: Sequence[Comment]) -> list[int]:
    """Return the numbers of the comments that the encoder reads."""
    rows: list[int] = moderator.first_pass(comments).encoder_rows.tolist()
    return rows


def test_what_a_comment_answers_moves_its_scores(load: Callable[..., Moderator]) -> None:
    """The title counts, and so does the parent; each comment is read with its own, whatever its neighbours answer."""
    moderator = load(Profile.FULL)
    comments = [BARE, BARE._replace(parent_text=VILE), BARE._replace(title=VILE), BARE._replace(parent_text="Have you read her books?")]
    together = moderator.decide(comments).scores

    assert len({tuple(row) for row in together.tolist()}) == 3, "a title alone is read as a parent alone is"
    np.testing.assert_array_equal(together, np.concatenate([moderator.decide([comment]).scores for comment in comments]))


@pytest.mark.parametrize(
    "nothing", [{"parent_text": ""}, {"title": ""}, {"parent_text": " \n", "title": " "}, {"parent": "7", "author": "x"}]
)
def test_without_a_context_nothing_changes(load: Callable[..., Moderator], nothing: dict[str, Any]) -> None:
    """A comment that answers nothing has the scores that it always had, to the last bit, in every profile."""
    for profile in (Profile.CASCADE, Profile.FULL):
        moderator = load(profile)
        np.testing.assert_array_equal(moderator.decide([BARE._replace(**nothing)]).scores, moderator.decide([BARE]).scores)


def test_readers_that_know_no_context_leave_it_aside(write_both: Write, tmp_path: Path) -> None:
    """The n-grams, and an encoder without types, give the same with a context and without; the cascade asks no more often."""
    folder = write_both(tmp_path / "both")
    comments = [BARE, BARE._replace(parent_text=VILE, title=VILE)]
    for profile in Profile:
        moderator = Moderator.load(folder, profile=profile)
        scores = moderator.decide(comments).scores
        assert not moderator.reads_context
        np.testing.assert_array_equal(scores[0], scores[1])
    assert passed_on(Moderator.load(folder, profile=Profile.CASCADE, risk=0.05), comments) == []


@pytest.mark.parametrize(
    ("text", "parent", "is_read"),
    [
        ("Yes, all of them.", VILE, True),
        ("Yes, all of them.", "Have you read her books?", True),
        ("Yes, all of them.", "I have read her books.", False),
        ("Yes, I have read all of them, and then some, in a single summer.", VILE, True),
        ("Yes, I have read all of them, and then some, in a single summer.", "Have you read her books?", False),
        (
            "Yes, I have read all of them, and then some, in a single summer. Do begin with the one about the lighthouse by the cold sea.",
            VILE,
            False,
        ),
    ],
)
def test_the_cascade_passes_on_short_answers(load: Callable[..., Moderator], text: str, parent: str, is_read: bool) -> None:
    """A short comment under something suspicious is passed on, and a very short one under a question; others are left to the n-grams."""
    cascade = load(Profile.CASCADE, risk=0.05)

    assert passed_on(cascade, [Comment("0", "good morning"), Comment("1", text, parent_text=parent)]) == [1] * is_read
    assert passed_on(cascade, [Comment("1", text)]) == []


def test_the_ngrams_lower_no_answer(load: Callable[..., Moderator]) -> None:
    """What the encoder makes of a short answer counts at least as if the n-grams agreed; what they say themselves counts for more."""
    moderator = load(Profile.FULL)
    combined, classifier = moderator.combined, moderator.classifier
    assert combined is not None
    context, texts = b"what?", [b"yes, all of them", b"you stupid fucking idiot", b"1234567890 " * 5 + b"1234567890" * 8]
    ngrams = classifier.raw_scores(texts).log_odds[:, :2]
    encoder = combined.encoder.read(texts, contexts=[context] * 3)
    read = combined.read(classifier, ngrams, texts, contexts=[context] * 3)
    assert combined.read_long(classifier, texts[2], context) is None, "the test needs a longer text that fits into one window"

    np.testing.assert_array_equal(read[:2], combined.calibrated(np.maximum(ngrams, encoder), encoder)[:2])
    np.testing.assert_array_equal(read[2], combined.calibrated(ngrams, encoder)[2])
    assert (encoder[:2] > ngrams[:2]).any(), "the test needs a text of which the n-grams think better"


def test_explanations_add_up_in_context(load: Callable[..., Moderator]) -> None:
    """What the words of an answer contribute, with what the context does, is what the decision is made of."""
    moderator, comment = load(Profile.FULL), BARE._replace(parent_text=VILE)
    scores = moderator.decide([comment]).scores[0]
    hateful, abusive = 1 / (1 + np.exp(-moderator.explain(comment).log_odds[:2]))

    assert scores[2] == pytest.approx(hateful)
    assert scores[1] == pytest.approx((1 - hateful) * abusive)


def test_a_context_that_cannot_be_read_costs_no_comment(load: Callable[..., Moderator], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where reading what it answers fails, a comment is judged by itself."""
    moderator = load(Profile.FULL)
    alone = moderator.decide([BARE])

    def fail(_: Comment) -> bytes:
        raise ValueError("mark-up")

    monkeypatch.setattr(context_rule, "prepare_context", fail)
    made = moderator.decide([BARE._replace(parent_text="<p>What?</p>", format=Format.HTML)])
    np.testing.assert_array_equal(made.scores, alone.scores)
    assert prepare_contexts([BARE]) == [b""]
    assert Step.ENCODER not in made.failures


def test_a_failure_of_many_is_made_good_with_the_context(load: Callable[..., Moderator], monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments that are read one by one, after reading them together has failed, are read with what they answer."""
    moderator = load(Profile.FULL)
    comments = [BARE._replace(parent_text=VILE), BARE]
    expected = moderator.decide(comments).scores
    assert moderator.combined is not None
    rescore = type(moderator.combined).rescore

    def fail_together(*given: Any, **options: Any) -> Any:
        if len(given[2]) > 1:
            raise ValueError("together")
        return rescore(*given, **options)

    monkeypatch.setattr(type(moderator.combined), "rescore", fail_together)
    np.testing.assert_array_equal(moderator.decide(comments).scores, expected)
