"""What puts the encoder's word together with that of the n-grams: weights by what each can tell, and the curve of the cascade."""

from collections.abc import Callable

import numpy as np
import pytest

from training.fit.combination import cascade_curve, fit_alone, fit_reader_weights, head_answers
from training.fit.long_reading import scores_from_log_odds
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]


def test_the_better_reader_counts_more(rows: MakeRows) -> None:
    """Of two readers the one that tells the answers apart counts more; one that says the opposite counts nothing."""
    random = np.random.default_rng(0)
    dev = rows(["hateful", "fine"] * 400, source=["a", "a", "b", "b"] * 200)
    hateful, _ = head_answers(dev)
    truth = np.where(dev.hateful == 1, 1.0, -1.0)
    good, poor, wrong = truth + random.normal(size=800), truth + 4 * random.normal(size=800), -truth + random.normal(size=800)
    assert fit_reader_weights(good, poor, hateful, dev.source)[0] > 3 * fit_reader_weights(good, poor, hateful, dev.source)[1] > 0
    assert fit_reader_weights(good, wrong, hateful, dev.source)[1] == 0


def test_readers_are_weighed_within_sources(rows: MakeRows) -> None:
    """A reader that knows only which source a comment is from, though one is nearly all hateful, counts next to nothing."""
    random = np.random.default_rng(0)
    source = ["a"] * 400 + ["b"] * 400
    dev = rows(["hateful"] * 380 + ["fine"] * 20 + ["hateful"] * 20 + ["fine"] * 380, source=source)
    style = np.where(np.array(source) == "a", 2.0, -2.0) + random.normal(size=800) / 9
    within = np.where(dev.hateful == 1, 1.0, -1.0) + random.normal(size=800)
    one, two = fit_reader_weights(within, style, head_answers(dev)[0], dev.source)
    assert one > 1
    assert two < 0.3


def test_few_answers_weigh_both_alike(rows: MakeRows) -> None:
    """Where too few rows answer to weigh the readers by, both count the same."""
    dev = rows(["hateful", "fine"] * 20)
    assert fit_reader_weights(np.zeros(40), np.zeros(40), head_answers(dev)[0], dev.source) == (0.5, 0.5)


def test_scores_sum_to_one() -> None:
    """Log-odds of the two heads make three scores that sum to one, hateful as the first head has it."""
    scores = scores_from_log_odds(np.array([[0.0, 0.0], [50.0, -50.0], [-50.0, 50.0]]))
    np.testing.assert_allclose(scores, np.array([[0.25, 0.25, 0.5], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]), atol=1e-9)


def test_the_ngrams_alone_say_what_both_can_be_expected_to_say() -> None:
    """Factor and constant are those of a straight line through what both say; n-grams that say the opposite, or nothing, count nothing."""
    random = np.random.default_rng(0)
    ngrams = random.normal(size=(5000, 3))
    ngrams[:, 2] = 1.0
    noise = random.normal(size=(5000, 3))
    both = np.array([0.7, -0.5, 2.0]) * ngrams + np.array([-1.0, -2.0, -3.0]) + noise
    np.testing.assert_allclose(fit_alone(ngrams, both), [[0.7, 0.0, 0.0], [-1.0, -2.0, -1.0]], atol=0.06)


def test_the_curve_gives_risk_and_cost(rows: MakeRows) -> None:
    """A threshold's risk is the share of labels below it that both readers would change, weighted to the prior."""
    dev = rows(["fine"] * 90 + ["toxic"] * 10)
    fast = np.arange(100) / 100
    changed = np.isin(np.arange(100), [50, 95])
    curve = cascade_curve(fast, changed, dev, abusive=0.1)
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
        cascade_curve(fast[:100], changed[:100], dev, abusive=0.1), cascade_curve(fast, changed, more, abusive=0.1)
    )


def test_without_abuse_everything_is_passed_on(rows: MakeRows) -> None:
    """Where no row is known to be abusive no risk is known either: the cascade passes everything on."""
    dev = rows(["fine"] * 9)
    assert cascade_curve(np.ones(9), np.zeros(9, bool), dev, abusive=0.1).tolist() == [[0, 0, 0]]
