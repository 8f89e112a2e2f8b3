"""What fails while a comment is read concerns that comment alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypotheses
from hypothesis import strategies as st

import model.moderator
from model.classifier import Classifier
from model.comment import VERDICTS, Comment, Format, Verdict
from model.encoder.session import EncoderReader
from model.failures import Step
from model.moderator import Moderator
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.profile import Profile
from model.text.text_form import TextForm

POISON = "qzxvwk"
TEXTS = ["You pathetic idiot, shut up.", "What a lovely morning.", " ", "<p>Hello, <b>fool</b></p>", "Shut up, you fool"]
REVIEW = VERDICTS.index(Verdict.REVIEW)
SHARED = hypotheses(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def moderator() -> Moderator:
    """The shipped artefact with both readers."""
    return Moderator.load(profile=Profile.CASCADE)


def poisoned(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that fails for texts with the poison in them."""

    def fail(*arguments: Any, **named: Any) -> Any:
        if any(POISON in text for text in _texts(arguments)):
            raise RuntimeError("this must not be seen")
        return original(*arguments, **named)

    return fail


def _texts(arguments: Sequence[Any]) -> Iterator[str]:
    for value in arguments:
        if isinstance(value, str):
            yield value
        elif isinstance(value, PackedTexts):
            yield value.data.tobytes().decode(errors="replace")
        elif isinstance(value, bytes):
            yield value.decode(errors="replace")
        elif isinstance(value, list | tuple):
            yield from _texts(value)


def comments_of(texts: Sequence[str], text_format: Format = Format.HTML) -> list[Comment]:
    """Return texts as comments."""
    return [Comment(str(number), text, text_format) for number, text in enumerate(texts)]


@SHARED
@given(texts=st.lists(st.sampled_from(TEXTS), max_size=6), place=st.integers(0, 6), threads=st.sampled_from([1, 2]), explain=st.booleans())
@pytest.mark.parametrize(
    ("place_of_step", "name", "step"),
    [
        (Classifier, "raw_scores", Step.NGRAMS),
        (EncoderReader, "windows", Step.ENCODER),
        (model.moderator, "explain_scores", Step.EXPLANATION),
    ],
    ids=["ngrams", "encoder", "explanation"],
)
def test_others_keep_their_scores(
    moderator: Moderator, texts: list[str], place: int, threads: int, explain: bool, place_of_step: Any, name: str, step: Step
) -> None:
    """Wherever a comment that makes a step fail stands, the others have the same scores to the bit, and the failure is counted once."""
    if step is Step.EXPLANATION and not explain:
        return
    poison = f"You pathetic idiot {POISON}"
    usual = moderator.decide(comments_of(texts), explain=explain, threads=1)
    place = min(place, len(texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place_of_step, name, poisoned(getattr(place_of_step, name)))
        found = moderator.decide(comments_of([*texts[:place], poison, *texts[place:]]), explain=explain, threads=threads)
    others = [row for row in range(len(texts) + 1) if row != place]
    assert np.array_equal(found.scores[others], usual.scores, equal_nan=True)
    assert found.labels[others].tolist() == usual.labels.tolist()
    assert found.verdicts[others].tolist() == usual.verdicts.tolist()
    assert [found.reasons[row] for row in others] == usual.reasons
    if found.spans is not None and usual.spans is not None:
        assert [found.spans[row] for row in others] == list(usual.spans)
    assert found.failures[step] == 1
    if step is Step.NGRAMS:
        assert (found.reasons[place], found.verdicts[place], found.unreadable) == ("unreadable", REVIEW, frozenset({place}))
        assert np.isnan(found.scores[place]).all()
    else:
        assert found.verdicts[place] == VERDICTS.index(Verdict.REJECT)


def test_without_the_encoder_the_ngrams_judge(moderator: Moderator, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the encoder reads nothing at all, or gives no numbers, every comment has the scores of one that is left to the n-grams."""
    comments = comments_of(TEXTS)
    first = moderator.first_pass(comments)
    asked = int(first.encoder_rows.size)
    assert asked > 0
    assert moderator.combined is not None
    by_ngrams = moderator.combined.rescore_unread(first.raw, np.zeros(0, np.intp), first.policy)
    for outcome in (lambda _, windows: np.full((len(windows), 1), np.nan), lambda *_: (_ for _ in ()).throw(MemoryError())):
        monkeypatch.setattr(EncoderReader, "run_windows", outcome)
        found = moderator.decide(comments)
        assert np.array_equal(found.scores, by_ngrams.scores, equal_nan=True)
        assert (dict(found.failures), found.encoder_count) == ({Step.ENCODER: asked}, 0)


def test_a_text_whose_markup_cannot_be_removed_is_read_as_it_stands(moderator: Moderator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where reading the mark-up fails, the scores are those of the plain text, mark-up and all."""

    def fail(*_: object) -> None:
        raise RecursionError

    text = "<p>You pathetic <i>idiot</i>, shut up.</p>"
    as_it_stands = moderator.decide([Comment("", text)])
    for way in ("prepare", "prepare_text", "prepare_for_encoder"):
        monkeypatch.setattr(TextForm, way, fail)
    found = moderator.decide([Comment("", text, Format.HTML)])
    assert np.array_equal(found.scores, as_it_stands.scores)
    assert found.failures[Step.MARKUP] == 1


def test_packed_texts_that_are_not_utf_8_are_unreadable(moderator: Moderator) -> None:
    """A column of a file may lie about its encoding: what cannot be decoded is for review, and the rest is judged."""
    texts = pack_bytes([b"You pathetic idiot, shut up.", b"\xff\xfe&amp; idiot", b"What a lovely morning."])
    found = moderator.decide(PackedComments(texts, Format.PLAIN))
    assert found.reasons == [None, "unreadable", None]
    assert found.verdicts.tolist() == [2, REVIEW, 0]


def test_a_failure_that_does_not_come_again_is_counted(moderator: Moderator, monkeypatch: pytest.MonkeyPatch) -> None:
    """If comments cannot be read together but one by one, all of them are judged, and that is counted all the same."""
    usual = moderator.decide(comments_of(TEXTS))

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(model.moderator, "score_together", fail)
    found = moderator.decide(comments_of(TEXTS))
    assert np.array_equal(found.scores, usual.scores, equal_nan=True)
    assert (dict(found.failures), found.unreadable) == ({Step.NGRAMS: 1}, frozenset())
