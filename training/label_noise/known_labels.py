"""What is known of the label of each row: by its answers, by the errors of its source, or by a teacher."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, Int8Array
from training.tables.labelled import Labelled

__all__ = ["KnownLabels", "log_label_probabilities", "possible_labels"]


@dataclass(frozen=True, eq=False)
class KnownLabels:
    """What is known of the labels of n rows, for ``training.fit.ngram_weights.fit_weights``.

    Attributes:
        weights: for each label, in the order of ``LABELS``, how likely the answers of the row are if that is the right one; three equal
            numbers where nothing is known; float64, shape (n, 3).
        is_distribution: whether the weights of a row are the distribution over its labels that the model is to learn, shape (n,).
    """

    weights: FloatArray
    is_distribution: BoolArray

    @classmethod
    def from_answers(cls, rows: Labelled) -> "KnownLabels":
        """Return what the answers say, if they are right: 0 for a label that contradicts them, else 1."""
        return cls(possible_labels(rows.abusive, rows.hateful), np.zeros(len(rows), np.bool_))

    def replaced(self, rows: npt.NDArray[np.intp], distributions: FloatArray) -> "KnownLabels":
        """Return the same with a distribution over the labels for m rows, shape (m, 3)."""
        weights, is_distribution = self.weights.copy(), self.is_distribution.copy()
        weights[rows] = distributions
        is_distribution[rows] = True
        return KnownLabels(weights, is_distribution)


def possible_labels(abusive: Int8Array, hateful: Int8Array) -> FloatArray:
    """Return 1 for each label that agrees with the answers of a row, else 0; shape (n, 3)."""
    return np.column_stack([abusive != 1, (abusive != 0) & (hateful != 1), (abusive != 0) & (hateful != 0)]).astype(np.float64)


def log_label_probabilities(log_odds: FloatArray) -> FloatArray:
    """Return the logarithms of the probabilities of fine, toxic and hateful for log-odds of the two label heads; (n, 2) to (n, 3)."""
    log_yes, log_no = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
    return np.column_stack([log_no[:, 0] + log_no[:, 1], log_no[:, 0] + log_yes[:, 1], log_yes[:, 0]])
