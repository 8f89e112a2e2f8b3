"""The curve of the cascade: what is not passed on is the risk, in labels and in every figure."""

from collections.abc import Callable

import numpy as np
import pytest

from model.artefact.manifest import LabelThresholds
from training.both_readers.cascade_risk import CascadeScores, cascade_curve, figure_losses, label_risk_curve
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]
RULE = LabelThresholds(abusive=0.5, hateful=0.5)


def scores_of(abusive: "np.typing.NDArray[np.float64]") -> "np.typing.NDArray[np.float64]":
    """Scores of comments that are toxic with these probabilities, and never hateful."""
    return np.column_stack([1 - abusive, abusive, np.zeros_like(abusive)])


def test_the_curve_gives_risk_and_cost(rows: MakeRows) -> None:
    """A threshold's risk is the share of labels below it that both readers would change, weighted to the prior."""
    dev = rows(["fine"] * 90 + ["toxic"] * 10)
    fast = np.arange(100) / 100
    changed = np.isin(np.arange(100), [50, 95])
    curve = label_risk_curve(fast, changed, dev, abusive=0.1)
    at = {round(threshold, 2): (risk, share) for threshold, risk, share in curve.tolist()}
    assert at[0.0] == pytest.approx((0, 1))
    assert at[0.5] == pytest.approx((0, 0.5))
    assert at[0.51] == pytest.approx((0.01, 0.49))
    assert at[0.96] == pytest.approx((0.02, 0.04))
    assert (np.diff(curve[:, 0]) >= 0).all()
    assert (np.diff(curve[:, 1]) >= 0).all()


def test_rows_that_do_not_answer_have_no_say_in_the_curve(rows: MakeRows) -> None:
    """Rows that leave open whether they are abusive change neither risk nor share."""
    dev = rows(["fine", "toxic"] * 50)
    more = Labelled.concat([dev, rows(["unknown"] * 50)])
    fast, changed = np.linspace(0, 1, 150), np.arange(150) % 7 == 0
    np.testing.assert_array_equal(
        label_risk_curve(fast[:100], changed[:100], dev, abusive=0.1), label_risk_curve(fast, changed, more, abusive=0.1)
    )


def test_without_abuse_everything_is_passed_on(rows: MakeRows) -> None:
    """Where no row is known to be abusive no risk is known either: the cascade passes everything on."""
    dev = rows(["fine"] * 9)
    assert label_risk_curve(np.ones(9), np.zeros(9, bool), dev, abusive=0.1).tolist() == [[0, 0, 0]]


def test_the_risk_is_what_is_lost(rows: MakeRows) -> None:
    """No figure of the cascade at a threshold is further below that of both readers than the risk says; passing all on risks nothing."""
    random = np.random.default_rng(0)
    truth = np.repeat([0, 1], 300)
    dev = rows(["fine"] * 300 + ["toxic"] * 300)
    first, other = (1 / (1 + np.exp(-(strength * (truth - 0.5) + random.normal(size=600)))) for strength in (1, 4))
    scores = CascadeScores(first, scores_of(first), scores_of(other))
    curve = cascade_curve(scores, dev, RULE, abusive=0.1)
    assert curve[0].tolist() == [0.0, 0.0, 1.0]
    assert (np.diff(curve[:, :2], axis=0) >= 0).all()
    assert curve[-1, 1] > 0.1
    for threshold, risk, _ in curve[::10].tolist():
        losses = list(figure_losses(scores, threshold, dev, RULE))
        assert len(losses) >= 2
        assert max(losses) <= risk + 1e-12


def test_rows_of_one_kind_have_no_figures(rows: MakeRows) -> None:
    """Where no figure can be measured, the labels alone are the risk."""
    dev = rows(["fine"] * 9)
    scores = CascadeScores(np.ones(9), scores_of(np.ones(9)), scores_of(np.zeros(9)))
    assert cascade_curve(scores, dev, RULE, abusive=0.1).tolist() == [[0, 0, 0]]
