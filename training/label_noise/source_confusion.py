"""What the answers of a source mean by our definitions: how likely it gives each pair of answers to comments of each of our labels.

Public sources define abuse and hate in their own ways. Where some of a source's rows were read again by our definitions, the pairs of new
label and old answers show how the source errs. Rows that were not read again then teach by *forward correction* (Patrini, Rozza, Menon,
Nock & Qu 2017, "Making deep neural networks robust to label noise"): what is fitted is the probability of the source's answers, which
is the sum over our labels of the model's probability times that of the answers given the label, so that the model learns our definitions.

Few rows of a source were read again, so its counts are shrunk towards what an ordinary source does: as many imagined rows for each label,
spread over the pairs of answers that the source gives at all, most of them on those that agree with the label.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int8Array, IntArray
from model.comment import LABELS
from training.label_noise.known_labels import possible_labels

__all__ = ["SourceConfusion", "estimate_confusion"]

_PAIRS = 9  # of answers, each yes, no or unknown
_IMAGINED_ROWS = 20.0  # for each label
_ABUSIVE_RIGHT, _HATEFUL_RIGHT = 0.7, 0.8  # how often an ordinary source answers each question as we do

_LEAST = 1e-4  # of the probability of a pair of answers, since anybody may slip


class SourceConfusion:
    """How likely each source gives each pair of answers to comments of each label.

    Args:
        by_source: source → probabilities, shape (3, 9): labels in the order of ``LABELS``, pairs of answers as ``_pair_numbers`` has them.
    """

    def __init__(self, by_source: Mapping[str, FloatArray]) -> None:
        self.by_source = MappingProxyType(dict(by_source))

    def likelihoods(self, sources: Sequence[str], abusive: Int8Array, hateful: Int8Array) -> FloatArray:
        """Return how likely the answers of each row are, for each label that it may have.

        Args:
            sources: where the n rows come from; a source that nothing is known of is taken at its word.
            abusive: their sources' answers, shape (n,).
            hateful: their sources' answers, shape (n,).

        Returns:
            Shape (n, 3), columns in the order of ``LABELS``.
        """
        likelihoods = possible_labels(abusive, hateful)
        pairs = _pair_numbers(abusive, hateful)
        names = np.array(sources, np.str_)
        for name, matrix in self.by_source.items():
            members = np.flatnonzero(names == name)
            likelihoods[members] = np.maximum(matrix, _LEAST)[:, pairs[members]].T
        return likelihoods


def estimate_confusion(
    sources: Sequence[str], abusive: Int8Array, hateful: Int8Array, labels: Int8Array, *, counts: npt.NDArray[np.bool_]
) -> SourceConfusion:
    """Estimate how sources err from those of their rows that were read again.

    Args:
        sources: where n rows come from.
        abusive: the answers of their sources, shape (n,).
        hateful: the answers of their sources, shape (n,).
        labels: codes into ``LABELS`` by our definitions, -1 where a row was not read again; shape (n,).
        counts: whether a row was drawn for reading again without regard to whether a model contradicts its source; the pairs of others
            would make the source look worse than it is; shape (n,).

    Returns:
        The confusion of every source that has a row.
    """
    pairs, names = _pair_numbers(abusive, hateful), np.array(sources, np.str_)
    by_source = {}
    for name in np.unique(names).tolist():
        is_member = names == name
        prior = _prior(np.bincount(pairs[is_member], minlength=_PAIRS) > 0)
        matrix = np.empty((len(LABELS), _PAIRS))
        for label in range(len(LABELS)):
            observed = np.bincount(pairs[is_member & counts & (labels == label)], minlength=_PAIRS)
            matrix[label] = (observed + _IMAGINED_ROWS * prior[label]) / (observed.sum() + _IMAGINED_ROWS)
        by_source[name] = matrix
    return SourceConfusion(by_source)


def _prior(is_given: npt.NDArray[np.bool_]) -> FloatArray:
    """Return what an ordinary source answers that gives some of the pairs of answers; shape (3, 9), rows sum to 1."""
    matrix = np.tile(is_given.astype(np.float64), (len(LABELS), 1))
    for label in range(len(LABELS)):
        for pair in range(_PAIRS):
            abusive, hateful = pair // 3 - 1, pair % 3 - 1
            if abusive >= 0:
                matrix[label, pair] *= _ABUSIVE_RIGHT if abusive == (label > 0) else 1 - _ABUSIVE_RIGHT
            if hateful >= 0:
                matrix[label, pair] *= _HATEFUL_RIGHT if hateful == (label == 2) else 1 - _HATEFUL_RIGHT
    normalised: FloatArray = matrix / matrix.sum(axis=1, keepdims=True)
    return normalised


def _pair_numbers(abusive: Int8Array, hateful: Int8Array) -> IntArray:
    """Return a number from 0 to 8 for each pair of answers."""
    return (abusive.astype(np.int64) + 1) * 3 + hateful + 1
