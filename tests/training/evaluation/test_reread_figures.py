"""The figures on rows that were read again."""

import numpy as np
import pytest

from model.array_types import Int8Array
from model.artefact.manifest import Prior
from training.evaluation.reread_figures import FIGURE_TITLES, RereadJudgements, measure_reread, own_prior

PRIOR = Prior(abusive=0.1, hateful=0.2)


def judged(truth: Int8Array, labels: Int8Array, sure: float) -> RereadJudgements:
    """Rows whose scores are as sure of the labels as told."""
    scores = np.full((truth.size, 3), (1 - sure) / 2)
    scores[np.arange(truth.size), labels] = sure
    return RereadJudgements(truth, scores, labels, labels)


def test_a_model_that_is_always_right_has_the_best_figures() -> None:
    """Areas, recalls and macro-F1 are 1, shares of mistakes 0, and so is the calibration error of one that is sure."""
    truth = np.tile(np.array([0, 0, 1, 2], np.int8), 50)
    figures = measure_reread(judged(truth, truth, 1.0), PRIOR, resamples=20)
    assert list(figures) == list(FIGURE_TITLES)
    assert [figure.value if figure else None for figure in figures.values()] == pytest.approx([1, 1, 1, 1, 1, 1, 0, 0, 0])


def test_figures_are_those_of_the_prior() -> None:
    """With a tenth of the fine and of the abusive rows misjudged, precision is that where one comment in ten is abusive."""
    truth = np.repeat(np.array([0, 1, 2], np.int8), (100, 40, 60))
    labels = truth.copy()
    labels[:10], labels[100:104], labels[140:146] = 1, 0, 0
    figures = measure_reread(judged(truth, labels, 0.9), PRIOR, resamples=20)
    fine, toxic, hateful = 0.9 * 0.9, 0.9 * 0.08, 0.9 * 0.02
    said_fine, said_toxic = fine + 0.1 * 0.1, toxic + 0.1 * 0.9
    expected = np.mean([2 * fine / (0.9 + said_fine), 2 * toxic / (0.08 + said_toxic), 2 * hateful / (0.02 + hateful)])
    values = {name: figure.value for name, figure in figures.items() if figure}
    assert values["macro_f1"] == pytest.approx(expected)
    assert (values["fine_otherwise"], values["abusive_fine"]) == pytest.approx((0.1, 0.1))
    assert own_prior(truth) == Prior(abusive=0.5, hateful=0.6)


def test_intervals_hold_the_figures_and_shrink_with_rows() -> None:
    """The interval of few rows is wider than that of many of the same kind."""
    random = np.random.default_rng(0)
    widths = []
    for copies in (20, 500):
        truth = np.tile(np.array([0, 0, 1, 2], np.int8), copies)
        labels = np.where(random.random(truth.size) < 0.8, truth, 0).astype(np.int8)
        figure = measure_reread(judged(truth, labels, 0.8), PRIOR, resamples=100)["abusive_fine"]
        assert figure is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
        widths.append(figure.high - figure.low)
    assert widths[1] < widths[0] / 2
