"""The difference of two AUCs on the same rows, and how sure it is."""

import numpy as np
import pytest

from training.gate.paired_areas import change_of_areas, change_of_means, join_changes
from training.metrics.source_metrics import auc


def draw(n: int = 400, *, seed: int = 0, gain: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return answers, and two scores of which the second knows more."""
    random = np.random.default_rng(seed)
    answers = (random.random(n) < 0.3).astype(np.int8)
    before = answers + random.normal(size=n) * 1.5
    return answers, before, before + gain * answers + random.normal(size=n) * 0.3


def test_areas_are_those_of_unweighted_rows() -> None:
    """With equal weights, the areas are the usual ones; rows that answer nothing are left out."""
    answers, before, after = draw()
    answers[:50] = -1
    change = change_of_areas(answers, before, after, weights=np.ones(400), clusters=np.arange(400))

    assert change is not None
    assert (change.before, change.after) == pytest.approx((auc(answers, before), auc(answers, after)))
    assert change.n == 350


def test_weights_are_numbers_of_rows() -> None:
    """A row of weight 3 counts as three rows; one of weight 0 not at all."""
    answers, before, after = draw(60)
    weights = np.tile([0, 1, 3], 20)
    taken = np.repeat(np.arange(60), weights)
    change = change_of_areas(answers, before, after, weights=weights.astype(float), clusters=np.arange(60))

    assert change is not None
    assert (change.before, change.after) == pytest.approx((auc(answers[taken], before[taken]), auc(answers[taken], after[taken])))


def test_the_error_is_the_spread_over_many_draws() -> None:
    """The standard error of one draw is what the differences of many draws spread by."""
    changes = [change_of_areas(*draw(seed=seed), weights=np.ones(400), clusters=np.arange(400)) for seed in range(300)]
    known = [change for change in changes if change is not None]

    assert np.mean([change.error for change in known]) == pytest.approx(np.std([change.change for change in known]), rel=0.12)


def test_copies_are_no_further_witnesses() -> None:
    """Rows of one cluster count as one: ten copies of all rows make nothing surer."""
    answers, before, after = draw(100)
    once = change_of_areas(answers, before, after, weights=np.ones(100), clusters=np.arange(100))
    copied = change_of_areas(
        *(np.tile(column, 10) for column in (answers, before, after)), weights=np.ones(1000), clusters=np.tile(np.arange(100), 10)
    )

    assert once is not None
    assert copied is not None
    assert (copied.change, copied.error) == pytest.approx((once.change, once.error))


@pytest.mark.parametrize("answer", [0, 1, -1])
def test_one_answer_tells_nothing(answer: int) -> None:
    """Without both answers there is no area."""
    answers = np.full(20, answer, np.int8)
    assert change_of_areas(answers, np.arange(20.0), np.arange(20.0), weights=np.ones(20), clusters=np.arange(20)) is None


def test_means_are_weighted_and_joined() -> None:
    """The change of means is that of weighted means; the mean of a change with itself is the same, as sure as before."""
    before, after, weights = np.array([0.0, 0, 1, 1]), np.array([1.0, 0, 1, 1]), np.array([3.0, 1, 0, 0])
    change = change_of_means(before, after, weights=weights, clusters=np.arange(4))

    assert change is not None
    assert (change.before, change.after, change.n) == (0.0, 0.75, 2)
    joined = join_changes([change, change])
    assert joined is not None
    assert (joined.change, joined.error) == pytest.approx((change.change, change.error))
    assert change_of_means(before, after, weights=np.zeros(4), clusters=np.arange(4)) is None
    assert join_changes([]) is None
