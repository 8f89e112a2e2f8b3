"""The compiled loops: they compute what their Python bodies do, and what a slow definition says."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from training.evaluation.resample_kernels import draw_resample, group_areas, slice_areas, slice_counts

ROWS, SLICES = 60, 4


def body(kernel: Any) -> Any:
    """Return the Python function that a kernel was compiled from."""
    return getattr(kernel, "py_func", kernel)


def ranking(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the order, answers and ends of levels of rows with tied scores, and their weights."""
    random = np.random.default_rng(seed)
    scores = random.integers(0, 8, ROWS)
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    return order, random.random(ROWS) < 0.4, last, random.integers(0, 3, ROWS).astype(np.int32)


def membership(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the slices of each row, one or two."""
    random = np.random.default_rng(seed)
    members = [np.sort(random.choice(SLICES, random.integers(1, 3), replace=False)) for _ in range(ROWS)]
    return np.cumsum([0, *map(len, members)]).astype(np.int64), np.concatenate(members).astype(np.int64)


@pytest.mark.parametrize("seed", range(5))
def test_a_resample_draws_within_strata(seed: int) -> None:
    """Each number in [0, 1) draws the row of its stratum that lies at that share of it."""
    uniform, starts = np.random.default_rng(seed).random(ROWS), np.array([0, 10, 11, ROWS])
    weights, expected = np.empty(ROWS, np.int32), np.zeros(ROWS, np.int32)
    draw_resample(uniform, starts, weights)
    for first, end in pairwise(starts.tolist()):
        for number in uniform[first:end]:
            expected[first + int(number * (end - first))] += 1
    assert weights.tolist() == expected.tolist()
    body(draw_resample)(uniform, starts, weights)
    assert weights.tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_areas_by_pairs(seed: int) -> None:
    """The AUC is the share of weighted pairs in the right order, ties half; the Python body agrees."""
    order, positive, last, weights = ranking(seed)
    starts = np.array([0, ROWS])
    areas, by_python = np.empty((2, 1)), np.empty((2, 1))
    group_areas(order, positive, last, starts, weights, areas)
    body(group_areas)(order, positive, last, starts, weights, by_python)
    levels = np.cumsum(np.append(0, last[:-1]))
    right = total = 0.0
    for one in np.flatnonzero(positive):
        for other in np.flatnonzero(~positive):
            pairs = float(weights[order[one]] * weights[order[other]])
            total += pairs
            right += pairs * (1.0 if levels[one] < levels[other] else 0.5 if levels[one] == levels[other] else 0.0)
    assert areas[0, 0] == pytest.approx(right / total)
    np.testing.assert_allclose(areas, by_python)


def test_a_group_with_one_answer_has_no_areas() -> None:
    """Both areas are missing where all rows are positive."""
    areas = np.empty((2, 1))
    group_areas(np.arange(3), np.ones(3, np.bool_), np.ones(3, np.bool_), np.array([0, 3]), np.ones(3, np.int32), areas)
    assert np.isnan(areas).all()


@pytest.mark.parametrize("seed", range(5))
def test_slices_agree_with_their_python_bodies(seed: int) -> None:
    """AUCs and counts of slices are the same compiled and not."""
    order, positive, last, weights = ranking(seed)
    starts, members = membership(seed)
    areas, by_python = np.empty((3, SLICES)), np.empty((3, SLICES))
    slice_areas(order, positive, last, starts, members, weights, areas, np.empty((5, SLICES)), np.empty((2, SLICES)))
    body(slice_areas)(order, positive, last, starts, members, weights, by_python, np.empty((5, SLICES)), np.empty((2, SLICES)))
    np.testing.assert_allclose(areas, by_python)
    kinds, flagged = (np.random.default_rng(seed + more).random((ROWS, 2)) < 0.5 for more in (10, 20))
    counts, counts_by_python = np.empty((2, 2, SLICES)), np.empty((2, 2, SLICES))
    slice_counts(starts, members, kinds, flagged, weights, counts)
    body(slice_counts)(starts, members, kinds, flagged, weights, counts_by_python)
    np.testing.assert_array_equal(counts, counts_by_python)


def test_slice_counts_by_definition() -> None:
    """A row counts in each of its slices as often as its weight says, and again where it is flagged."""
    starts, members = np.array([0, 2, 3]), np.array([0, 1, 1])
    counts = np.empty((1, 2, 2))
    slice_counts(starts, members, np.ones((2, 1), np.bool_), np.array([[True], [False]]), np.array([2, 3], np.int32), counts)
    assert counts.tolist() == [[[2.0, 5.0], [2.0, 2.0]]]
