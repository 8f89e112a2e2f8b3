"""Metrics of sources: each is what its name says, and is missing where the rows do not answer."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from training.metrics.source_metrics import SourceMetrics, auc, auc_low, calibration_error, largest_sources, macro_f1, measure_sources
from training.tables.labelled import Labelled

MakeRows = Callable[..., Labelled]

CODES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


@given(st.lists(st.tuples(st.integers(-1, 1), st.integers(-3, 3)), min_size=1, max_size=40))
def test_auc_is_that_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    """Ties count half, unknown answers not at all; without both answers there is none."""
    answers, scores = np.array([a for a, _ in rows], np.int8), np.array([s for _, s in rows], np.float64)
    known = answers >= 0
    expected = roc_auc_score(answers[known], scores[known]) if len(set(answers[known].tolist())) == 2 else None
    assert auc(answers, scores) == (expected if expected is None else pytest.approx(expected))


@given(CODES)
def test_macro_f1_is_that_of_scikit_learn(codes: list[tuple[int, int]]) -> None:
    """A label that neither has counts as 0, as there."""
    truth, predicted = np.array(codes, np.int8).T
    assert macro_f1(truth, predicted) == pytest.approx(f1_score(truth, predicted, labels=[0, 1, 2], average="macro", zero_division=0))
    assert macro_f1(truth.clip(0, 1), predicted.clip(0, 1), classes=2) == pytest.approx(
        f1_score(truth.clip(0, 1), predicted.clip(0, 1), labels=[0, 1], average="macro", zero_division=0)
    )


def test_the_bound_is_that_of_the_paper() -> None:
    """Hanley & McNeil's own example, 109 CT images, has the standard error that they print."""
    assert 0.893 - auc_low(0.893, positives=51, negatives=58, z=1) == pytest.approx(0.032, abs=0.0006)


def test_the_bound_holds_for_the_scores_that_it_assumes() -> None:
    """For exponentially distributed scores the standard error is the one that repeated draws show."""
    random = np.random.default_rng(0)
    answers = np.repeat(np.array([1, 0], np.int8), [40, 60])
    areas = [auc(answers, random.exponential(np.where(answers == 1, 4, 1))) or 0.0 for _ in range(2_000)]
    assert np.mean(areas) == pytest.approx(0.8, abs=0.01)
    assert 0.8 - auc_low(0.8, positives=40, negatives=60, z=1) == pytest.approx(np.std(areas), rel=0.06)


@given(st.floats(0, 1), st.integers(1, 500), st.integers(1, 500))
def test_the_bound_lies_below(value: float, positives: int, negatives: int) -> None:
    """The bound is never above the AUC, and more rows bring it nearer."""
    low = auc_low(value, positives=positives, negatives=negatives)
    assert low <= value
    assert low <= auc_low(value, positives=4 * positives, negatives=4 * negatives) + 1e-12


def test_calibration_error(rows: MakeRows) -> None:
    """It is the weighted distance of predicted from observed, bin by bin, on sources with both answers only."""
    of = rows(["fine"] * 4 + ["toxic"] * 4 + ["toxic"] * 9, source=["a"] * 8 + ["b"] * 9)
    predicted = np.array([0.05] * 4 + [0.95] * 4 + [0.5] * 9)
    assert calibration_error(predicted, of, prior=0.1) == pytest.approx(0.9 * 0.05 + 0.1 * 0.05)
    assert calibration_error(np.full(17, 0.1), of, prior=0.1) == pytest.approx(0)
    assert calibration_error(np.full(17, 1.0), of, prior=0.1) == pytest.approx(0.9)
    assert calibration_error(predicted[8:], of.take(range(8, 17)), prior=0.1) is None


def test_metrics_by_source(rows: MakeRows) -> None:
    """A source has the metrics that its answers allow; the mean is over those that have one."""
    three, partial = ["fine", "toxic", "hateful"] * 5, ["not hateful", "hateful"] * 5
    of = rows(three + partial, source=["three"] * 15 + ["partial"] * 10)
    scores = np.array([{"fine": (0.9, 0.05, 0.05), "toxic": (0.1, 0.8, 0.1), "hateful": (0.05, 0.15, 0.8)}[name] for name in three])
    scores = np.vstack([scores, np.tile([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]], (5, 1))])
    metrics = measure_sources(scores, scores.argmax(axis=1).astype(np.int8), of)
    recalls = {"recall_at_fpr5_abusive": 1.0, "recall_at_fpr1_hateful": 1.0}
    assert metrics["three"] == SourceMetrics(15, auc_hateful=1, auc_abusive=1, **recalls, macro_f1=1)
    assert metrics["partial"] == SourceMetrics(10, auc_hateful=0, auc_abusive=None, **recalls, macro_f1=None)
    assert metrics["MEAN"] == SourceMetrics(25, auc_hateful=0.5, auc_abusive=1, **recalls, macro_f1=1)


def test_recall_is_measured_at_a_fixed_false_positive_rate(rows: MakeRows) -> None:
    """Recall counts the rows above 95 % (99 % for hateful) of the fine rows of clean sources; without any it is missing."""
    of = rows(["fine"] * 100 + ["hateful"] * 4 + ["fine"] * 50, source=["chat"] * 100 + ["mixed"] * 54)
    abusive = np.concatenate([np.arange(100) / 200, [0.1, 0.468, 0.476, 0.6], np.full(50, 0.9)])
    scores = np.column_stack([1 - abusive, np.zeros(154), abusive])
    metrics = measure_sources(scores, np.zeros(154, np.int8), of, clean=["chat"])
    assert (metrics["mixed"].recall_at_fpr5_abusive, metrics["mixed"].recall_at_fpr1_hateful) == (0.5, 0.25)
    assert measure_sources(scores, np.zeros(154, np.int8), of)["mixed"].recall_at_fpr5_abusive == 0.0
    assert measure_sources(scores, np.zeros(154, np.int8), of, clean=["elsewhere"])["mixed"].recall_at_fpr5_abusive is None


def test_one_row_has_a_count_only(rows: MakeRows) -> None:
    """One row alone has no metric, because each needs two or more."""
    metrics = measure_sources(np.array([[0.2, 0.3, 0.5]]), np.array([2], np.int8), rows(["hateful"]))
    assert metrics["MEAN"] == SourceMetrics(1)


def test_the_largest_sources() -> None:
    """Of many sources those with the most rows are left, in their order, and the mean."""
    figures = {name: SourceMetrics(rows) for name, rows in (("a", 1), ("b", 3), ("c", 2), ("MEAN", 6))}
    assert list(largest_sources(figures, 2)) == ["b", "c", "MEAN"]
    assert largest_sources(figures, 3) == figures


def test_metrics_have_their_public_keys() -> None:
    """Manifests and reports have recall under the keys that it was first published under."""
    keys = SourceMetrics(3, recall_at_fpr5_abusive=0.5, recall_at_fpr1_hateful=0.25).by_key()
    assert keys == {
        **{"rows": 3, "auc_hateful": None, "auc_abusive": None},
        **{"caught_abusive": 0.5, "caught_hateful": 0.25, "macro_f1": None},
    }
