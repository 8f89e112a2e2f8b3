"""Two readers in one artefact: profiles, the cascade and its risk, the prior, and manifests that cannot be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.artefact.folder import read_artefact, write_artefact
from model.artefact.manifest import Description, Prior
from model.comment import Comment, Format
from model.encoder.session import pack_pieces
from model.errors import ArtefactError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import Profile

SHIPPED = Path(__file__).parents[3] / "model" / "default"
CURVE = np.array([[0.0, 0.0, 1.0], [0.05, 0.004, 0.5], [0.3, 0.01, 0.2], [0.6, 0.05, 0.1]])
TEXTS = (
    "you are an idiot",
    "thank you, that was kind",
    "",
    "all of them are vermin",
    "see you tomorrow",
    "shut up",
    "good morning",
    "trash",
)
COMMENTS = [Comment(str(at), text) for at, text in enumerate(TEXTS)]

Write = Callable[..., Path]


@pytest.fixture
def write(write_both: Write, tmp_path: Path) -> Write:
    """A function that writes the shipped n-grams with a tiny encoder beside them."""

    def written(**changes: Any) -> Path:
        return write_both(tmp_path / "both", **({"curve.npy": CURVE} | changes))

    return written


def test_fast_is_the_ngrams_alone(write: Write) -> None:
    """The profile fast decides as the artefact without an encoder does, to the last bit."""
    fast = Moderator.load(write(), profile=Profile.FAST).decide(COMMENTS)
    alone = Moderator.load(SHIPPED, profile=Profile.FAST).decide(COMMENTS)
    np.testing.assert_array_equal(fast.scores, alone.scores)
    np.testing.assert_array_equal(fast.labels, alone.labels)
    np.testing.assert_array_equal(fast.verdicts, alone.verdicts)
    assert (fast.profile, fast.encoder_count) == (Profile.FAST, 0)


def test_full_is_what_both_say(write: Write) -> None:
    """In the profile full the log-odds of both readers, weighted and moved as the artefact says, make the scores and the label."""
    moderator = Moderator.load(write(), profile=Profile.FULL)
    assert moderator.combined is not None
    made = moderator.decide(COMMENTS)
    texts = [text.encode() for text in TEXTS if text]
    ngrams, encoder = moderator.classifier.raw_scores(texts).log_odds[:, :2], moderator.combined.encoder.read(texts)
    hateful, given = (1 / (1 + np.exp(-(np.array([0.6, 0.7]) * ngrams + np.array([0.9, 0.8]) * encoder + np.array([-1.0, -0.5]))))).T
    judged = np.array([bool(text) for text in TEXTS])
    np.testing.assert_allclose(made.scores[judged], np.column_stack([(1 - hateful) * (1 - given), (1 - hateful) * given, hateful]))
    assert made.labels[judged].tolist() == [
        0 if a < 0.4 else 2 if h / a >= 0.45 else 1 for a, h in zip(1 - made.scores[judged, 0], hateful, strict=True)
    ]
    assert (made.encoder_count, made.profile, made.labels[2]) == (len(texts), Profile.FULL, -1)
    assert np.isnan(made.scores[2]).all()


def test_verdicts_follow_from_the_new_scores(write: Write) -> None:
    """Verdicts compare what both readers say with the policy, not what the n-grams said."""
    moderator = Moderator.load(write(), profile=Profile.FULL)
    made, policy = moderator.decide(COMMENTS), moderator.policies["default"]
    for (fine, _, hateful), verdict in zip(made.scores.tolist(), made.verdicts.tolist(), strict=True):
        if verdict >= 0:
            worst = 2 if 1 - fine >= policy.reject_abusive or hateful >= policy.reject_hateful else 0
            assert verdict == (worst or int(1 - fine >= policy.review_abusive or hateful >= policy.review_hateful))


@pytest.mark.parametrize(("risk", "threshold"), [(0.0, 0.0), (0.004, 0.05), (0.01, 0.3), (0.049, 0.3), (1.0, 0.6)])
def test_the_cascade_asks_from_a_threshold_on(write: Write, risk: float, threshold: float) -> None:
    """The cascade decides below the threshold of its risk as fast does, from there on as full does."""
    folder = write()
    fast, full = (Moderator.load(folder, profile=profile).decide(COMMENTS) for profile in (Profile.FAST, Profile.FULL))
    made = Moderator.load(folder, profile=Profile.CASCADE, risk=risk).decide(COMMENTS)
    passed = 1 - fast.scores[:, 0] >= threshold
    np.testing.assert_array_equal(made.scores, np.where(passed[:, None], full.scores, fast.scores))
    np.testing.assert_array_equal(made.labels, np.where(passed, full.labels, fast.labels))
    assert made.encoder_count == passed.sum()


def test_the_cascade_has_one_scale(write: Write) -> None:
    """Where an artefact says what the n-grams alone lead one to expect of both, the cascade says that of what it keeps."""
    alone = np.array([[0.5, 0.8], [-1.0, -2.0]])
    folder = write(entry={"alone": "alone.npy"}, **{"alone.npy": alone})
    fast, full = (Moderator.load(folder, profile=profile).decide(COMMENTS) for profile in (Profile.FAST, Profile.FULL))
    moderator = Moderator.load(folder, profile=Profile.CASCADE, risk=1.0)
    made = moderator.decide(COMMENTS, explain=True)
    passed = 1 - fast.scores[:, 0] >= 0.6
    assert 0 < passed.sum() < len(passed) - 1
    np.testing.assert_array_equal(made.scores[passed], full.scores[passed])
    judged = ~passed & (fast.labels >= 0)
    ngrams = moderator.classifier.raw_scores([text.encode() for text in TEXTS]).log_odds[:, :2]
    hateful, given = (1 / (1 + np.exp(-(alone[0] * ngrams + alone[1])))).T
    np.testing.assert_allclose(made.scores[judged, 2], hateful[judged])
    np.testing.assert_allclose(made.scores[judged, 0], ((1 - hateful) * (1 - given))[judged])
    for row in np.flatnonzero(judged).tolist():
        np.testing.assert_allclose(1 / (1 + np.exp(-moderator.explain(COMMENTS[row]).log_odds[0])), made.scores[row, 2])
    np.testing.assert_array_equal(moderator.decide(COMMENTS, ngrams_only=True).scores, fast.scores)


def test_each_decision_says_which_profile_made_it(write: Write) -> None:
    """The n-grams judge alone unless told otherwise; where no profile is named, an artefact with an encoder goes by the cascade."""
    assert Moderator.load(write()).decide(COMMENTS).profile is Profile.FAST
    assert Moderator.load(write(), profile=None).decide(COMMENTS).profile is Profile.CASCADE
    assert Moderator.load(write(), profile=None).decide(COMMENTS, ngrams_only=True).profile is Profile.FAST


def test_batches_and_threads_do_not_matter(write: Write) -> None:
    """A comment is decided to the last bit alike in any batch, with any number of threads."""
    moderator = Moderator.load(write(), profile=Profile.FULL)
    many = COMMENTS * 200
    together = moderator.decide(many, threads=4).scores
    np.testing.assert_array_equal(together, moderator.decide(many, threads=1).scores)
    np.testing.assert_array_equal(together[: len(COMMENTS)], np.vstack([moderator.decide([one]).scores for one in COMMENTS]))


def test_a_prior_moves_both_profiles_alike(write: Write) -> None:
    """Where abuse is rarer, its log-odds fall alike in both profiles, what is hateful of it stays, and the same comments are passed on."""
    folder, rare = write(), Prior(abusive=0.02, hateful=0.2)
    for profile in (Profile.FAST, Profile.FULL):
        before, after = (Moderator.load(folder, profile=profile, prior=prior).decide(COMMENTS).scores for prior in (None, rare))
        shift = np.log(before[:, 0] / (1 - before[:, 0])) - np.log(after[:, 0] / (1 - after[:, 0]))
        np.testing.assert_allclose(shift[~np.isnan(shift)], np.log(0.02 / 0.98) - np.log(0.1 / 0.9))
        np.testing.assert_allclose(after[:, 2] / (1 - after[:, 0]), before[:, 2] / (1 - before[:, 0]))
    passed = [Moderator.load(folder, profile=Profile.CASCADE, prior=prior).decide(COMMENTS).encoder_count for prior in (None, rare)]
    assert passed[0] == passed[1]


@pytest.mark.parametrize("profile", [Profile.CASCADE, Profile.FULL])
def test_profiles_without_an_encoder_are_refused(profile: Profile, tmp_path: Path) -> None:
    """An artefact of n-grams alone cannot be asked for the profiles of two readers."""
    stored = read_artefact(SHIPPED, normaliser=normaliser_version())
    ngrams = stored.manifest.readers[0]
    said = {name: getattr(stored.manifest, name) for name in Description.model_fields} | {"readers": (ngrams,)}
    arrays = {name: array for name, array in stored.arrays.items() if name in ngrams.values()}
    write_artefact(tmp_path / "one", description=Description(**said), arrays=arrays)
    with pytest.raises(ArtefactError, match="holds no encoder, which the profile"):
        Moderator.load(tmp_path / "one", profile=profile)


@pytest.mark.parametrize(
    ("entry", "arrays", "wrong"),
    [
        ({"tokens": 4}, {}, "tokens has to be a whole number from 8 to 512"),
        ({"tokens": True}, {}, "tokens has to be"),
        ({"abusive": "0.4"}, {}, "abusive: Input should be a valid number"),
        ({"abusive": 1.4}, {}, "abusive: Input should be less than 1"),
        ({"curve": "elsewhere"}, {}, "elsewhere"),
        ({"combination": "curve.npy"}, {}, "combination has to"),
        ({}, {"combination.npy": np.array([[1.0, -1.0], [1.0, 1.0], [0.0, 0.0]])}, "combination has to"),
        ({}, {"curve.npy": CURVE[::-1].copy()}, "curve has to be"),
        ({}, {"network.npy": np.zeros(40, np.uint8)}, "holds what no encoder has"),
        ({}, {"combination.npy": np.full((3, 2), 1e5)}, "combination has to be of numbers up to"),
        ({}, {"curve.npy": CURVE * 2}, "curve has to be of shape .k, 3., with numbers"),
        ({"alone": "curve.npy"}, {}, "alone has to be of shape"),
        ({"alone": "alone.npy"}, {"alone.npy": np.array([[1.0, -1.0], [0.0, 0.0]])}, "alone has to be of numbers"),
        ({"passage_discount": -1}, {}, "passage_discount has to be a number from 0 to 100"),
        ({"window_discount": "1"}, {}, "window_discount has to be"),
        ({}, {"pieces.npy": pack_pieces(["you", "not"])}, "is missing"),
        ({}, {"pieces.npy": np.array([255, 254], np.uint8)}, "decode"),
        ({"kind": "oracle"}, {}, "are unknown here: upgrade"),
    ],
)
def test_manifests_that_cannot_be_are_refused(write: Write, entry: dict[str, Any], arrays: dict[str, Any], wrong: str) -> None:
    """An encoder that does not fit what the manifest must say of it is refused with one line that says what is wrong."""
    folder = write(entry=entry, **arrays)
    with pytest.raises(ArtefactError, match=wrong) as caught:
        Moderator.load(folder, profile=Profile.FULL)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [*filter(None, TEXTS), "<b>You</b> &amp; your kind", "on and on, " * 30, "good talk. " * 80 + "idiot"])
def test_explanations_add_up(write: Write, text: str) -> None:
    """What the words add, by both readers, and the intercepts are the log-odds of the label; the estimate says that it is one."""
    moderator = Moderator.load(write(), profile=Profile.FULL)
    comment = Comment("", text, Format.HTML)
    told = moderator.explain(comment)
    fine, _, hateful = moderator.decide([comment]).scores[0].tolist()
    wanted = np.log(hateful / (1 - hateful)), np.log((1 - fine - hateful) / fine)
    np.testing.assert_allclose(told.log_odds[:2], wanted, atol=1e-6)
    assert not told.exact
    assert all(0 <= begin < end <= len(text) for begin, end in zip(told.begin.tolist(), told.end.tolist(), strict=True))


def test_what_was_not_passed_on_is_explained_exactly(write: Write) -> None:
    """Where the cascade did not ask the encoder, the explanation is that of the n-grams alone."""
    moderator, comment = Moderator.load(write(), profile=Profile.CASCADE, risk=1.0), Comment("", "see you tomorrow")
    told, alone = moderator.explain(comment), Moderator.load(SHIPPED, profile=Profile.FAST).explain(comment)
    assert told.exact
    np.testing.assert_array_equal(told.contributions, alone.contributions)


def test_spans_come_with_decisions(write: Write) -> None:
    """Decisions that are explained carry the words of both readers for what was passed on."""
    moderator = Moderator.load(write(), profile=Profile.FULL)
    spans = moderator.decide(COMMENTS, explain=True).spans
    assert spans is not None
    assert [tuple(each or ()) for each in spans] == [moderator.explain(comment).spans() for comment in COMMENTS]


def test_versions_name_the_profile(write: Write) -> None:
    """What an artefact with an encoder is called in answers ends with the profile that judged; one without is called as before."""
    folder = write()
    for profile in Profile:
        moderator = Moderator.load(folder, profile=profile)
        assert moderator.version.endswith(f"+{profile.value}")
        assert moderator.decide(COMMENTS).version == moderator.version
    assert Moderator.load(folder, profile=Profile.FULL).decide(COMMENTS, ngrams_only=True).version.endswith("+fast")
