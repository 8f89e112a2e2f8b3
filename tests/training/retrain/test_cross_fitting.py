"""Folds of rulings, and the choice of a strength by them."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.training.retrain.conftest import FINE, labelled, sentences
from training.retrain.cross_fitting import RankGain, choose_strength, fold_places, rank_gain
from training.retrain.ruling_rows import RulingRows

ROWS = replace(RulingRows.of(labelled({"fine": sentences(FINE, 100, seed=1)})), group=np.arange(100) // 3)


def test_folds_keep_groups_and_times_together() -> None:
    """Every place is in one fold, near duplicates in the same; where times are known, a fold is a stretch of time."""
    rows = replace(ROWS, created_at=np.random.default_rng(1).permutation(34)[ROWS.group].astype(float))
    folds = fold_places(rows, np.arange(100)[::-1])
    assert sorted(np.concatenate(folds).tolist()) == list(range(100))
    assert all(len(fold) >= 15 for fold in folds)
    times = [rows.created_at[fold] for fold in folds]
    assert all(one.max() < other.min() for one, other in itertools.pairwise(times))


def test_folds_without_times() -> None:
    """Where nothing is known of times, folds are of about the same size, and nothing is in two; no rows make empty folds."""
    folds = fold_places(ROWS, np.arange(100))
    assert [len(fold) for fold in folds] == pytest.approx([20] * 5, abs=3)
    assert [len(fold) for fold in fold_places(ROWS, np.arange(0))] == [0] * 5


def test_gains_are_differences_of_areas() -> None:
    """The gain is that of the weighted area under the curve; it varies as much as it does from sample to sample."""
    random = np.random.default_rng(0)
    samples = []
    for _ in range(200):
        yes, weights = random.random(300) < 0.3, random.random(300) + 0.5
        before, after = random.normal(size=300) + yes, random.normal(size=300) + 1.2 * yes
        found = rank_gain(yes, weights, before, after)
        assert found is not None
        exact = [roc_auc_score(yes, ranks, sample_weight=weights) for ranks in (before, after)]
        assert found.gain == pytest.approx(exact[1] - exact[0], abs=1e-9)
        samples.append(found)
    assert np.mean([found.variance for found in samples]) == pytest.approx(np.var([found.gain for found in samples]), rel=0.3)


def test_few_answers_tell_nothing() -> None:
    """With fewer than five rows of a kind there is no gain to speak of."""
    yes = np.arange(50) < 4
    assert rank_gain(yes, np.ones(50), np.zeros(50), np.ones(50)) is None


@pytest.mark.parametrize(
    ("gains", "chosen"),
    [
        ({3.0: (0.02, 1e-6), np.inf: (0.01, 1e-6)}, 3.0),
        ({3.0: (0.02, 1e-2), np.inf: (0.01, 1e-2)}, 0.7),
        ({3.0: (-0.02, 1e-6), np.inf: (0.03, 1e-6)}, np.inf),
        ({3.0: (-0.02, 1e-6), np.inf: (-0.03, 1e-6)}, 0.7),
    ],
    ids=["better", "within noise", "champion", "worse"],
)
def test_the_usual_strength_stays_unless_another_is_better(gains: dict[float, tuple[float, float]], chosen: float) -> None:
    """Another penalty, the champion among them, is taken where it ranks better beyond noise."""
    assert choose_strength([0.7, 3.0, np.inf], lambda old, new: [RankGain(*gains[new])] if old == 0.7 else []) == chosen


def test_without_figures_the_usual_strength_stays() -> None:
    """Where too few rows tell, nothing is chosen."""
    assert choose_strength([0.7, np.inf], lambda old, new: []) == 0.7
