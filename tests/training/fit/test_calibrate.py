"""Calibration and thresholds: probabilities mean what they say, whatever the dev rows lack."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import f1_score

from model.array_types import FloatArray
from model.artefact.manifest import Calibration, LabelThresholds, Prior
from model.classifier import assign_labels, prior_shift
from training.fit.calibrate import (
    calibrate,
    calibrate_attribute,
    calibrate_to_prior,
    choose_thresholds,
    macro_f1,
    sources_with_both,
    three_class_sources,
)
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
NOTHING = Calibration(slope=1.0, intercept=-7.0), Calibration(slope=1.0, intercept=7.0)
PRIOR = Prior(abusive=0.1, hateful=0.2)


def sigmoid(z: FloatArray) -> FloatArray:
    p: FloatArray = 1 / (1 + np.exp(-z))
    return p


def drawn(rows: MakeRows, count: int, *, seed: int = 0) -> tuple[FloatArray, Labelled]:
    """Log-odds of two heads, and answers as probable as these say after slopes 2 and 0.5 and intercepts -1 and 0.5."""
    random = np.random.default_rng(seed)
    z = random.normal(size=(count, 2))
    hateful, given_not = random.random((2, count)) < sigmoid(np.array([2.0, 0.5]) * z + np.array([-1.0, 0.5])).T
    return z, rows(np.where(hateful, "hateful", np.where(given_not, "toxic", "fine")).tolist())


def shares(of: Labelled) -> Prior:
    abusive, hateful = float((of.abusive == 1).mean()), float((of.hateful == 1).mean())
    return Prior(abusive=abusive, hateful=hateful / abusive)


def test_the_map_is_found_again(rows: MakeRows) -> None:
    """From answers that were drawn with known maps, calibration finds these maps, if the prior is what was drawn."""
    z, of = drawn(rows, 20_000)
    first, second = calibrate(z, of, shares(of), otherwise=NOTHING)
    assert [first.slope, first.intercept] == pytest.approx([2, -1], abs=0.1)
    assert [second.slope, second.intercept] == pytest.approx([0.5, 0.5], abs=0.1)


@pytest.mark.parametrize("prior", [PRIOR, Prior(abusive=0.5, hateful=0.5), Prior(abusive=0.01, hateful=0.05)])
def test_the_mean_probability_is_the_prior(rows: MakeRows, prior: Prior) -> None:
    """Of rows that are as common as the prior says, the probabilities add up to what the prior says."""
    z, of = drawn(rows, 5_000)
    first, second = calibrate(z, of, prior, otherwise=NOTHING)
    hateful = sigmoid(first.slope * z[:, 0] + first.intercept)
    abusive = 1 - (1 - hateful) * (1 - sigmoid(second.slope * z[:, 1] + second.intercept))
    share = prior.abusive * prior.hateful
    weights = np.select([of.label == 0, of.label == 1], [1 - prior.abusive, prior.abusive - share], share) / np.bincount(of.label)[of.label]
    assert weights @ hateful == pytest.approx(share, rel=0.05)
    assert weights @ abusive == pytest.approx(prior.abusive, rel=0.05)


def test_rows_told_apart_without_a_mistake_are_not_certain(rows: MakeRows) -> None:
    """A few rows, however well separated, make no probability of 0 or 1; more rows make bolder ones."""
    boldest = []
    for count in (3, 30, 300):
        of = rows(["fine"] * count + ["toxic"] * count + ["hateful"] * count)
        z = np.repeat([[-3.0, -3.0], [-3.0, 3.0], [3.0, 3.0]], count, axis=0)
        first, _ = calibrate(z, of, PRIOR, otherwise=NOTHING)
        boldest.append(float(sigmoid(first.slope * z[-1:, 0] + first.intercept)[0]))
    assert 0.5 < boldest[0] < boldest[1] < boldest[2] < 0.999


@pytest.mark.parametrize("sign", [0.0, -1.0])
def test_log_odds_that_tell_nothing(rows: MakeRows, sign: float) -> None:
    """Where the log-odds are constant, or lead astray, every probability is about the prior, and the slope stays positive."""
    z, of = drawn(rows, 2_000)
    first, second = calibrate(sign * z, of, PRIOR, otherwise=NOTHING)
    assert first.slope > 0
    assert second.slope > 0
    hateful = sigmoid(first.slope * sign * z[:, 0] + first.intercept)
    assert np.abs(hateful - 0.02).max() < 0.015


def test_huge_log_odds(rows: MakeRows) -> None:
    """No log-odds overflow."""
    of = rows(["fine", "toxic", "hateful"] * 20)
    z = np.tile([[-1e4, -1e4], [-1e4, 1e4], [1e4, 1e4]], (20, 1))
    for found in calibrate(z, of, PRIOR, otherwise=NOTHING):
        assert np.isfinite([found.slope, found.intercept]).all()


@pytest.mark.parametrize(
    ("answers", "fitted"),
    [
        (["fine", "toxic"], (False, True)),
        (["fine", "hateful"], (True, True)),
        (["toxic", "hateful"], (True, False)),
        (["fine", "abusive"], (False, True)),
        (["not hateful", "hateful"], (True, False)),
        (["abusive", "hateful"], (False, False)),
        (["fine"], (False, False)),
        (["hateful"], (False, False)),
        (["abusive", "not hateful"], (False, False)),
        (["unknown"], (False, False)),
    ],
)
def test_questions_that_no_row_answers_both_ways(rows: MakeRows, answers: list[str], fitted: tuple[bool, bool]) -> None:
    """A head keeps the map that it is given unless some rows say yes and others no."""
    of = rows(answers * 10)
    z = np.random.default_rng(0).normal(size=(len(of), 2))
    found = calibrate(z, of, PRIOR, otherwise=NOTHING)
    assert tuple(one != other for one, other in zip(found, NOTHING, strict=True)) == fitted


def test_style_of_a_source_is_not_abuse(rows: MakeRows) -> None:
    """The second head is calibrated on sources with clean and abusive rows, where there are any."""
    z, of = drawn(rows, 2_000)
    clean = rows(["fine"] * 500, source=["polite"] * 500)
    both = calibrate(np.vstack([z, np.full((500, 2), -9.0)]), Labelled.concat([of, clean]), PRIOR, otherwise=NOTHING)
    assert sources_with_both(Labelled.concat([of, clean])) == ["forum"]
    alone = calibrate(z, of, PRIOR, otherwise=NOTHING)
    assert both[1].slope == pytest.approx(alone[1].slope, rel=0.3)


def test_the_order_of_rows_does_not_matter(rows: MakeRows) -> None:
    """Shuffled rows give the same maps."""
    z, of = drawn(rows, 300)
    order = np.random.default_rng(1).permutation(300)
    for one, other in zip(
        calibrate(z, of, PRIOR, otherwise=NOTHING), calibrate(z[order], of.take(order), PRIOR, otherwise=NOTHING), strict=True
    ):
        assert one.slope == pytest.approx(other.slope, rel=1e-3)
        assert one.intercept == pytest.approx(other.intercept, abs=1e-3)


def test_without_dev_rows_the_prior_is_exchanged(rows: MakeRows) -> None:
    """What was learnt from half abusive rows is shifted to the prior exactly as a site's own prior shifts it."""
    learnt = rows(["fine"] * 60 + ["toxic"] * 30 + ["hateful"] * 30)
    found = calibrate_to_prior(learnt, PRIOR, sharing=0.0)
    shift = prior_shift(Prior(abusive=0.5, hateful=0.5), PRIOR)
    assert [one.intercept for one in found] == pytest.approx(shift)
    assert [one.slope for one in found] == [1, 1]


def test_a_head_that_was_taught_nothing_says_the_prior(rows: MakeRows) -> None:
    """Without rows of both answers the map of log-odds 0 is the prior itself."""
    first, second = calibrate_to_prior(rows(["toxic"] * 5), PRIOR, sharing=0.5)
    assert sigmoid(np.array([first.intercept]))[0] == pytest.approx(0.02)
    assert sigmoid(np.array([second.intercept]))[0] == pytest.approx(0.08 / 0.98)


def test_attributes_are_calibrated_for_a_site() -> None:
    """The slope of an attribute is that of the rows that answer, its intercept is moved from their share to the site's."""
    random = np.random.default_rng(0)
    z = random.normal(size=8_000)
    answers = np.where(random.random(8_000) < 0.5, -1, random.random(8_000) < sigmoid(3 * z - 2)).astype(np.int8)
    common = (answers == 1).sum() / (answers >= 0).sum()
    found = calibrate_attribute(z, answers, share=0.1)
    moved = -2 + np.log(0.1 / 0.9) - np.log(common / (1 - common))
    assert [found.slope, found.intercept] == pytest.approx([3, moved], abs=0.3)
    nothing = Calibration(slope=1.0, intercept=0.0)
    assert calibrate_attribute(z, np.ones(8_000, np.int8), share=0.1) == nothing
    assert calibrate_attribute(z, np.full(8_000, -1, np.int8), share=0.1) == nothing


CODES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


@given(CODES)
def test_macro_f1_is_that_of_scikit_learn(codes: list[tuple[int, int]]) -> None:
    """A label that neither has counts as 0, as there."""
    truth, said = np.array(codes, np.int8).T
    assert macro_f1(truth, said) == pytest.approx(f1_score(truth, said, labels=[0, 1, 2], average="macro", zero_division=0))
    assert macro_f1(truth.clip(0, 1), said.clip(0, 1), classes=2) == pytest.approx(
        f1_score(truth.clip(0, 1), said.clip(0, 1), labels=[0, 1], average="macro", zero_division=0)
    )


def test_sources_with_three_labels(rows: MakeRows) -> None:
    """A source counts from five rows of each label on; rows without a label are not among its rows."""
    enough, few = ["fine", "toxic", "hateful"] * 5 + ["abusive"], ["fine", "toxic", "hateful"] * 4
    of = rows(few + enough, source=["a"] * len(few) + ["b"] * len(enough))
    found = three_class_sources(of)
    assert list(found) == ["b"]
    assert found["b"].tolist() == list(range(len(few), len(few) + 15))


def scores(abusive: FloatArray, share: FloatArray) -> FloatArray:
    return np.column_stack([1 - abusive, abusive * (1 - share), abusive * share])


def test_thresholds_lie_in_the_middle_of_what_they_divide(rows: MakeRows) -> None:
    """Labels that the scores tell apart are told apart, with as much room on one side as on the other, in log-odds."""
    of = rows(["fine", "toxic", "hateful"] * 100)
    found = choose_thresholds(scores(np.tile([0.02, 0.3, 0.3], 100), np.tile([0.5, 0.1, 0.9], 100)), of)
    assert found.abusive == pytest.approx(sigmoid((np.log([0.02 / 0.98]) + np.log([0.3 / 0.7])) / 2)[0])
    assert found.hateful == pytest.approx(0.5)


def test_rare_labels_have_their_threshold(rows: MakeRows) -> None:
    """However rare abuse is among the rows, the threshold that divides it is found."""
    of = rows(["fine"] * 5_000 + ["toxic"] * 6 + ["hateful"] * 6)
    abusive = np.concatenate([np.linspace(0.001, 0.4, 5_000), np.full(12, 0.6)])
    said = scores(abusive, np.concatenate([np.full(5_006, 0.1), np.full(6, 0.8)]))
    assert (assign_labels(said, choose_thresholds(said, of)) == of.label).all()


@pytest.mark.parametrize(
    ("answers", "abusive", "hateful"),
    [
        (["fine", "abusive"], True, None),
        (["fine", "toxic"], True, None),
        (["not hateful", "hateful"], None, True),
        (["toxic", "hateful"], None, True),
        (["fine", "toxic", "hateful"], True, True),
        (["fine", "hateful"], True, True),
        (["fine"], None, None),
        (["hateful"], None, None),
        (["unknown"], None, None),
    ],
)
def test_thresholds_where_labels_are_missing(rows: MakeRows, answers: list[str], abusive: bool | None, hateful: bool | None) -> None:
    """A threshold goes by the question that rows answer both ways; one that nothing depends on is 0.5."""
    of = rows(answers * 4)
    likely = {"fine": 0.01, "not hateful": 0.8, "toxic": 0.8, "hateful": 0.8, "abusive": 0.8, "unknown": 0.3}
    of_these = {"hateful": 0.9, "toxic": 0.2, "not hateful": 0.2}
    said = scores(np.array([likely[a] for a in answers] * 4), np.array([of_these.get(a, 0.4) for a in answers] * 4))
    found = choose_thresholds(said, of)
    assert (0.01 < found.abusive < 0.8) if abusive else found.abusive == 0.5
    if hateful is None:
        assert found.hateful == 0.5
    elif "toxic" in answers or "not hateful" in answers:
        assert 0.2 < found.hateful < 0.9


def test_the_second_threshold_may_be_given(rows: MakeRows) -> None:
    """With the second one fixed, the first does what it can for the question that is answered."""
    of = rows(["hateful", "not hateful"] * 10)
    said = scores(np.tile([0.3, 0.05], 10), np.tile([0.5, 0.1], 10))
    found = choose_thresholds(said, of, hateful=1e-6)
    assert 0.05 < found.abusive < 0.3
    assert found.hateful == 1e-6


@given(
    hnp.arrays(np.float64, (12, 2), elements=st.floats(0, 1)),
    st.lists(st.sampled_from(["fine", "toxic", "hateful", "abusive", "not hateful", "unknown"]), min_size=12, max_size=12),
    st.randoms(use_true_random=False),
)
def test_thresholds_are_probabilities_and_know_no_order(rows: MakeRows, drawn: FloatArray, answers: list[str], random: object) -> None:
    """Whatever the scores and answers, thresholds lie strictly between 0 and 1, and shuffled rows give the same."""
    of, said = rows(answers), scores(drawn[:, 0], drawn[:, 1])
    found = choose_thresholds(said, of)
    assert 0 < found.abusive < 1
    assert 0 < found.hateful < 1
    order = np.arange(12)
    random.shuffle(order)  # type: ignore[attr-defined]
    again = choose_thresholds(said[order], of.take(order))
    assert [again.abusive, again.hateful] == pytest.approx([found.abusive, found.hateful])


def test_nothing_better_is_passed_over(rows: MakeRows) -> None:
    """Of a few rows every threshold is tried."""
    random = np.random.default_rng(0)
    of = rows(["fine", "toxic", "hateful"] * 5)
    said = scores(random.random(15), random.random(15))
    found = macro_f1(of.label, assign_labels(said, choose_thresholds(said, of)))
    grid = np.linspace(0.005, 0.995, 100)
    best = max(macro_f1(of.label, assign_labels(said, LabelThresholds(abusive=a, hateful=h))) for a in grid for h in grid)
    assert found >= best - 0.03
