"""The features of many comments, packed: those of one block of a comment all have the same amount."""

from dataclasses import dataclass

import numpy as np

from model.array_types import BoolArray, FloatArray, Int32Array, IntArray
from training.retrain.difference_kernels import add_features, add_gradient, copy_rows

__all__ = ["FeatureMatrix"]


@dataclass(frozen=True, eq=False)
class FeatureMatrix:
    """A sparse matrix of n rows and k columns whose entries come in runs of equal amounts, the same number of runs in every row.

    Attributes:
        starts: where each run begins, and the end of the last, int64, shape (n * runs + 1,).
        features: the columns, run after run, int32.
        amounts: of each run, float64, shape (n * runs,).
        runs: how many runs a row has.
    """

    starts: IntArray
    features: Int32Array
    amounts: FloatArray
    runs: int

    def __len__(self) -> int:
        """Return the number of rows."""
        return (self.starts.size - 1) // self.runs

    def add(self, rows: IntArray, weights: FloatArray, log_odds: FloatArray) -> None:
        """Add what the features of some rows weigh, with weights of shape (k, heads), to log-odds of shape (rows, heads)."""
        add_features(self.starts, self.features, self.amounts, self.runs, rows, weights, log_odds)

    def add_gradient(self, rows: IntArray, errors: FloatArray, gradient: FloatArray) -> None:
        """Add to a gradient of shape (k, heads) what errors of shape (rows, heads) say of the weights of the features."""
        add_gradient(self.starts, self.features, self.amounts, self.runs, rows, errors, gradient)

    def take(self, rows: IntArray) -> "FeatureMatrix":
        """Return some rows; the columns keep their numbers."""
        if np.array_equal(rows, np.arange(len(self))):
            return self
        runs = (rows[:, None] * self.runs + np.arange(self.runs)).ravel()
        starts = np.concatenate([[0], np.cumsum(np.diff(self.starts)[runs])])
        features = np.empty(int(starts[-1]), np.int32)
        copy_rows(self.starts, self.features, runs, features)
        return FeatureMatrix(starts, features, self.amounts[runs], self.runs)

    def keep(self, kept: BoolArray, numbers: Int32Array) -> "FeatureMatrix":
        """Return the columns that are kept, by their new numbers; both of shape (k,)."""
        if kept.all() and numbers.size and numbers[-1] == numbers.size - 1:
            return self
        is_kept = kept[self.features]
        if is_kept.all():
            return FeatureMatrix(self.starts, numbers[self.features], self.amounts, self.runs)
        before = np.concatenate([[0], np.cumsum(is_kept, dtype=np.int64)])
        return FeatureMatrix(before[self.starts], numbers[self.features[is_kept]], self.amounts, self.runs)
