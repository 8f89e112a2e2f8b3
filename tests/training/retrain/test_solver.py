"""The penalised fit of a difference: its gradient, its bounds, and what it leaves alone."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from tests.model.python_bodies import python_bodies
from training.retrain import difference_kernels, packed_features
from training.retrain.difference_kernels import label_losses
from training.retrain.packed_features import FeatureMatrix
from training.retrain.solver import FitProblem, Penalty, solve, taught_heads

RANDOM = np.random.default_rng(3)
N, K = 60, 12


def matrix(dense: np.ndarray) -> FeatureMatrix:
    """Return a dense matrix as one of features."""
    starts = np.arange(dense.size + 1, dtype=np.int64)
    return FeatureMatrix(starts, np.tile(np.arange(dense.shape[1], dtype=np.int32), len(dense)), dense.ravel(), dense.shape[1])


def problem(known: np.ndarray, features: np.ndarray, offset: np.ndarray | None = None) -> FitProblem:
    """Return what a difference is fitted to, anchored to nothing."""
    n = len(known)
    offset = np.zeros((n, 2)) if offset is None else offset
    return FitProblem(matrix(features), np.arange(n), offset, known, np.ones(n), matrix(np.zeros((1, features.shape[1]))))


def penalty(strength: float, *, mixing: float = np.inf, anchor: float = 0.0) -> Penalty:
    return Penalty(np.full(K, strength), mixing=mixing, anchor=anchor, sharing=0.5)


def labels(kinds: list[str]) -> np.ndarray:
    """Return what is known of rows of these kinds."""
    known = {
        "fine": (1, 0, 0),
        "toxic": (0, 1, 0),
        "hateful": (0, 0, 1),
        "abusive": (0, 1, 1),
        "not hateful": (1, 1, 0),
        "unknown": (1, 1, 1),
    }
    return np.array([known[kind] for kind in kinds], np.float64)


@pytest.mark.parametrize("kind", ["fine", "toxic", "hateful", "abusive", "not hateful", "unknown"])
def test_derivatives_are_those_of_the_losses(kind: str) -> None:
    """For every kind of row the derivatives of the loss by the two log-odds are right, and compiled or not the same."""
    known = labels([kind])

    def loss(point: np.ndarray) -> float:
        losses, errors = np.zeros((1, 2)), np.zeros((1, 2))
        label_losses(point[None], known, 0.5, losses, errors)
        return float(losses.sum())

    def derivatives(point: np.ndarray) -> np.ndarray:
        losses, errors = np.zeros((1, 2)), np.zeros((1, 2))
        label_losses(point[None], known, 0.5, losses, errors)
        of_row: np.ndarray = errors[0]
        return of_row

    for point in np.array([[0.3, -1.2], [-4.0, 2.0], [1.0, 3.0]]):
        assert check_grad(loss, derivatives, point) < 1e-5
        compiled = derivatives(point)
        with python_bodies(difference_kernels):
            losses, errors = np.zeros((1, 2)), np.zeros((1, 2))
            difference_kernels.label_losses(point[None], known, 0.5, losses, errors)
        np.testing.assert_allclose(errors[0], compiled, rtol=1e-12)


def test_sums_are_products_with_the_matrix() -> None:
    """Features add their weights to the rows that are asked for, and errors their gradient to the features; compiled or not."""
    dense, weights, rows = RANDOM.normal(size=(5, K)), RANDOM.normal(size=(K, 2)), np.array([3, 1])
    sums, gradient = np.zeros((2, 2)), np.zeros((K, 2))
    matrix(dense).add(rows, weights, sums)
    matrix(dense).add_gradient(rows, sums, gradient)
    np.testing.assert_allclose(sums, dense[rows] @ weights)
    np.testing.assert_allclose(gradient, dense[rows].T @ sums)
    with python_bodies(difference_kernels, packed_features):
        again, gradient_again = np.zeros((2, 2)), np.zeros((K, 2))
        matrix(dense).add(rows, weights, again)
        matrix(dense).add_gradient(rows, again, gradient_again)
    np.testing.assert_allclose(again, sums)
    np.testing.assert_allclose(gradient_again, gradient)


def test_what_tells_labels_apart_is_found() -> None:
    """A feature of hateful rows alone gets the largest weight in the first head; the stronger the penalty, the smaller."""
    kinds = ["hateful", "fine", "toxic", "fine"] * 15
    features = RANDOM.normal(size=(N, K)) / 10
    features[:, 0] = np.array(kinds) == "hateful"
    weak, strong = (solve(problem(labels(kinds), features), penalty(strength)) for strength in (0.1, 10.0))
    assert weak.features[:, 0].argmax() == 0
    assert weak.features[0, 0] > strong.features[0, 0] > 0
    assert weak.mixing == 0.0


def test_abuse_is_mixed_in_within_bounds() -> None:
    """Where hate is what the head of abuse says, some of it is added; never less than nothing, nor more than the bound."""
    kinds, features = ["hateful", "fine"] * 30, np.zeros((N, K))
    toward = np.column_stack([np.zeros(N), np.tile([2.0, -2.0], 30)])
    for sign, expected in ((1, 0.15), (-1, 0.0)):
        found = solve(problem(labels(kinds), features, sign * toward), penalty(1.0, mixing=0.01))
        assert found.mixing == pytest.approx(expected, abs=1e-9)


def test_what_is_anchored_moves_less() -> None:
    """A feature that ordinary comments have gets a smaller weight than one that they lack."""
    kinds = ["hateful", "fine"] * 30
    features = np.zeros((N, K))
    features[::2, :2] = 1.0
    own = problem(labels(kinds), features)
    ordinary = np.zeros((4, K))
    ordinary[:, 1] = 1.0
    found = solve(FitProblem(own.matrix, own.rows, own.offset, own.known, own.weights, matrix(ordinary)), penalty(0.5, anchor=1.0))
    assert found.features[0, 0] > 2 * found.features[1, 0] > 0


def test_a_head_without_both_answers_stays() -> None:
    """Where no row is hateful nothing is added to the first head, and where all are abusive nothing to the second."""
    assert taught_heads(labels(["fine", "toxic", "not hateful"])).tolist() == [False, True]
    assert taught_heads(labels(["toxic", "hateful", "abusive"])).tolist() == [True, False]
    assert taught_heads(labels(["abusive", "unknown"])).tolist() == [False, False]
    found = solve(problem(labels(["fine", "toxic"] * 30), RANDOM.normal(size=(N, K))), penalty(0.1))
    assert not found.features[:, 0].any()
    assert found.features[:, 1].any()
