"""Probabilities and thresholds of a candidate stay as right as the champion's were."""

import numpy as np
import pytest

from model.artefact.manifest import LabelThresholds, PolicyThresholds, Prior
from tests.training.conftest import make_rows
from training.retrain.refits.recalibration import fit_head_maps, move_policies, move_thresholds, trust

PRIOR = Prior()
KINDS = ["fine"] * 300 + ["toxic"] * 60 + ["hateful"] * 60
ROWS = make_rows(KINDS)
RANDOM = np.random.default_rng(2)
MEANS = {"fine": (-5.0, -3.5), "toxic": (-4.0, 0.0), "hateful": (-0.5, -1.0)}
BEFORE = np.array([MEANS[kind] for kind in KINDS]) + RANDOM.normal(size=(len(KINDS), 2))
RULE = LabelThresholds(abusive=0.26, hateful=0.25, response=0.45)


def test_what_does_not_change_is_nearly_left_alone() -> None:
    """Where the difference does nothing, only a part of what the rulings say of the champion is taken up: slopes near 1, small shifts."""
    maps = fit_head_maps(BEFORE, BEFORE, ROWS, np.ones(len(ROWS)), PRIOR)
    np.testing.assert_allclose(maps[0], 1.0, atol=0.1)
    np.testing.assert_allclose(maps[1], 0.0, atol=0.35)


def test_what_a_difference_shifts_is_shifted_back() -> None:
    """A candidate whose log-odds are all too high is brought down again, for the most part."""
    maps = fit_head_maps(BEFORE, BEFORE + 0.4, ROWS, np.ones(len(ROWS)), PRIOR)
    usual = fit_head_maps(BEFORE, BEFORE, ROWS, np.ones(len(ROWS)), PRIOR)
    moved = maps[0] * (BEFORE + 0.4) + maps[1] - (usual[0] * BEFORE + usual[1])
    assert np.abs(moved).mean() < 0.25


def test_rows_of_one_kind_calibrate_nothing() -> None:
    """Where all rows answer the same, no map is fitted."""
    rows = make_rows(["fine"] * 100)
    np.testing.assert_allclose(fit_head_maps(BEFORE[:100], BEFORE[:100] + 1, rows, np.ones(100), PRIOR), [[1, 1], [0, 0]])


def test_thresholds_follow_the_scores() -> None:
    """Where all scores rise, so do the thresholds, but never far; the response stays."""
    higher = move_thresholds(RULE, [BEFORE], [BEFORE + 0.5], ROWS, PRIOR)
    lower = move_thresholds(RULE, [BEFORE], [BEFORE - 0.5], ROWS, PRIOR)
    assert higher.abusive > lower.abusive
    assert 0.15 < lower.abusive <= higher.abusive < 0.4
    assert higher.response == RULE.response


def test_policies_follow_the_rule() -> None:
    """What was equal to the threshold of the label rule is equal to the new one; thresholds of the site's own stay near; all are valid."""
    policies = {
        "default": PolicyThresholds(review_abusive=0.26, review_hateful=0.26, reject_abusive=0.75, reject_hateful=0.5),
        "strict": PolicyThresholds(review_abusive=0.1, review_hateful=0.1, reject_abusive=0.1, reject_hateful=0.1),
    }
    rule = LabelThresholds(abusive=0.3, hateful=0.25)
    moved = move_policies(policies, (RULE, rule), (BEFORE, BEFORE + 0.2), ROWS, PRIOR)
    assert (moved["default"].review_abusive, moved["default"].review_hateful) == (0.3, 0.3)
    assert moved["default"].reject_abusive == pytest.approx(0.75, abs=0.12)
    assert moved["strict"].review_abusive == 0.1
    assert all(policy.to_policy(name) for name, policy in moved.items())


def test_trust_grows_with_the_rows() -> None:
    """The more rows there are, the more they are believed; none are not, and a million nearly in full."""
    assert trust(0) == 0
    assert trust(500) == pytest.approx(0.5)
    assert trust(10**6) == pytest.approx(1, abs=0.001)
