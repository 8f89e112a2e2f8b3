"""What puts the encoder's word together with that of the n-grams: weights by what each can tell, and the curve of the cascade."""

from collections.abc import Callable

import numpy as np

from training.both_readers.long_reading import scores_from_log_odds
from training.fit.combination import fit_alone, fit_reader_weights, head_answers
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
