"""Calibration: probabilities mean what they say, whatever the dev rows lack."""

from collections.abc import Callable

import numpy as np
import pytest

from model.array_types import FloatArray
from model.artefact.manifest import Calibration, Prior
from training.fit.calibrate import calibrate, calibrate_attribute, calibrate_to_prior
from training.tables.labelled import Labelled
from training.tables.source_rows import sources_with_both

MakeRows = Callable[..., Labelled]
NOTHING = Calibration(slope=1.0, intercept=-7.0), Calibration(slope=1.0, intercept=7.0)
PRIOR = Prior(abusive=0.1, hateful=0.2)


def sigmoid(z: FloatArray) -> FloatArray:
    p: FloatArray = 1 / (1 + np.exp(-z))
    return p


def draw_answers(rows: MakeRows, count: int, *, seed: int = 0) -> tuple[FloatArray, Labelled]:
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
    z, of = draw_answers(rows, 20_000)
    first, second = calibrate(z, of, shares(of), otherwise=NOTHING)
    assert [first.slope, first.intercept] == pytest.approx([2, -1], abs=0.1)
    assert [second.slope, second.intercept] == pytest.approx([0.5, 0.5], abs=0.1)


@pytest.mark.parametrize("prior", [PRIOR, Prior(abusive=0.5, hateful=0.5), Prior(abusive=0.01, hateful=0.05)])
def test_the_mean_probability_is_the_prior(rows: MakeRows, prior: Prior) -> None:
    """Of rows that are as common as the prior says, the probabilities add up to what the prior says."""
    z, of = draw_answers(rows, 5_000)
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
    z, of = draw_answers(rows, 2_000)
    first, second = calibrate(sign * z, of, PRIOR, otherwise=NOTHING)
    assert first.slope > 0
    assert second.slope > 0
    hateful = sigmoid(first.slope * sign * z[:, 0] + first.intercept)
    assert np.abs(hateful - 0.02).max() < 0.015


def test_huge_log_odds(rows: MakeRows) -> None:
    """No log-odds overflow."""
    of = rows(["fine", "toxic", "hateful"] * 20)
    z = np.tile([[-1e4, -1e4], [-1e4, 1e4], [1e4, 1e4]], (20, 1))
    for head in calibrate(z, of, PRIOR, otherwise=NOTHING):
        assert np.isfinite([head.slope, head.intercept]).all()


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
    maps = calibrate(z, of, PRIOR, otherwise=NOTHING)
    assert tuple(one != other for one, other in zip(maps, NOTHING, strict=True)) == fitted


def test_style_of_a_source_is_not_abuse(rows: MakeRows) -> None:
    """The second head is calibrated on sources with clean and abusive rows, where there are any."""
    z, of = draw_answers(rows, 2_000)
    clean = rows(["fine"] * 500, source=["polite"] * 500)
    both = calibrate(np.vstack([z, np.full((500, 2), -9.0)]), Labelled.concat([of, clean]), PRIOR, otherwise=NOTHING)
    assert sources_with_both(Labelled.concat([of, clean])) == ["forum"]
    alone = calibrate(z, of, PRIOR, otherwise=NOTHING)
    assert both[1].slope == pytest.approx(alone[1].slope, rel=0.3)


def test_the_order_of_rows_does_not_matter(rows: MakeRows) -> None:
    """Shuffled rows give the same maps."""
    z, of = draw_answers(rows, 300)
    order = np.random.default_rng(1).permutation(300)
    for one, other in zip(
        calibrate(z, of, PRIOR, otherwise=NOTHING), calibrate(z[order], of.take(order), PRIOR, otherwise=NOTHING), strict=True
    ):
        assert one.slope == pytest.approx(other.slope, rel=1e-3)
        assert one.intercept == pytest.approx(other.intercept, abs=1e-3)


def test_without_dev_rows_the_prior_is_exchanged(rows: MakeRows) -> None:
    """What was learnt from half abusive rows is shifted to the prior: a comment that says nothing has its probabilities."""
    learnt = rows(["fine"] * 60 + ["toxic"] * 30 + ["hateful"] * 30)
    maps = calibrate_to_prior(learnt, PRIOR, sharing=0.0)
    learnt_log_odds = np.log(0.25 / 0.75), np.log(0.25 / 0.5)
    said = [sigmoid(np.array([one.intercept + log_odds]))[0] for one, log_odds in zip(maps, learnt_log_odds, strict=True)]
    assert said == pytest.approx([0.02, 0.08 / 0.98])
    assert [one.slope for one in maps] == [1, 1]


def test_a_head_that_was_taught_nothing_says_the_prior(rows: MakeRows) -> None:
    """Without rows of both answers the map of log-odds 0 is the prior itself."""
    first, second = calibrate_to_prior(rows(["toxic"] * 5), PRIOR, sharing=0.5)
    assert sigmoid(np.array([first.intercept]))[0] == pytest.approx(0.02)
    assert sigmoid(np.array([second.intercept]))[0] == pytest.approx(0.08 / 0.98)


def test_attributes_are_calibrated_to_their_share_among_weighted_rows() -> None:
    """The slope of an attribute is that of the rows that answer, its intercept is moved from their share to that of the weighted rows."""
    random = np.random.default_rng(0)
    z = random.normal(size=8_000)
    answers = np.where(random.random(8_000) < 0.5, -1, random.random(8_000) < sigmoid(3 * z - 2)).astype(np.int8)
    yes, no = (answers == 1).sum(), (answers == 0).sum()
    weights = np.select([answers == 1, answers == 0], [0.1 / yes, 0.9 / no], 0.0)
    attribute = calibrate_attribute(z, answers, weights=weights)
    moved = -2 + np.log(0.1 / 0.9) - np.log(yes / no)
    assert [attribute.slope, attribute.intercept] == pytest.approx([3, moved], abs=0.3)
    nothing = Calibration(slope=1.0, intercept=0.0)
    assert calibrate_attribute(z, np.ones(8_000, np.int8), weights=np.ones(8_000)) == nothing
    assert calibrate_attribute(z, np.full(8_000, -1, np.int8), weights=np.ones(8_000)) == nothing
