"""Packed features: rows and columns of them are those of the whole."""

import numpy as np

from tests.model.python_bodies import python_bodies
from training.retrain import difference_kernels, packed_features
from training.retrain.packed_features import FeatureMatrix

# Three rows of two runs each: features 0 and 2, then 1; none, then 3 and 3; 2, then none.
PACKED = FeatureMatrix(
    np.array([0, 2, 3, 3, 5, 6, 6]), np.array([0, 2, 1, 3, 3, 2], np.int32), np.array([0.5, 1.0, 9.0, 0.25, 2.0, 9.0]), 2
)
DENSE = np.array([[0.5, 1.0, 0.5, 0.0], [0.0, 0.0, 0.0, 0.5], [0.0, 0.0, 2.0, 0.0]])


def dense(packed: FeatureMatrix, columns: int) -> np.ndarray:
    """Return a packed matrix in full."""
    full = np.zeros((len(packed), columns))
    packed.add(np.arange(len(packed)), np.eye(columns), full)
    return full


def test_runs_are_spread_over_their_features() -> None:
    """Every feature of a run has its amount, as often as it occurs."""
    np.testing.assert_array_equal(dense(PACKED, 4), DENSE)


def test_rows_are_taken_in_order() -> None:
    """Some rows, in any order, are those of the whole; all of them are the whole itself; compiled or not."""
    np.testing.assert_array_equal(dense(PACKED.take(np.array([2, 0, 2])), 4), DENSE[[2, 0, 2]])
    assert PACKED.take(np.arange(3)) is PACKED
    with python_bodies(difference_kernels, packed_features):
        np.testing.assert_array_equal(dense(PACKED.take(np.array([1])), 4), DENSE[[1]])


def test_columns_are_kept_by_new_numbers() -> None:
    """Columns that are not kept are gone, and the others have their new numbers."""
    kept = np.array([False, True, True, False])
    np.testing.assert_array_equal(dense(PACKED.keep(kept, np.array([0, 0, 1, 0], np.int32)), 2), DENSE[:, kept])
    everything = np.ones(4, np.bool_)
    assert PACKED.keep(everything, np.arange(4, dtype=np.int32)) is PACKED
    only = PACKED.take(np.array([2]))
    np.testing.assert_array_equal(dense(only.keep(np.array([False, False, True, False]), np.zeros(4, np.int32)), 1), [[2.0]])
