"""What retraining adds to the champion's label heads, and the weights that an artefact stores for both together."""

from dataclasses import dataclass, replace

import numpy as np

from model.array_types import FloatArray, Int16Array, Int32Array
from model.artefact.manifest import HEADS, Calibration
from model.classifier import Classifier, NgramReader
from model.ngrams.heads import LABEL_HEADS

__all__ = ["Difference", "apply_difference", "quantise_finely"]

_LARGEST_CODE = 32767  # of a weight in 16 bits
_FINER = 128  # codes of 16 bits are so many times as large as those of 8 bits that mean the same


@dataclass(frozen=True, eq=False)
class Difference:
    """What is added to the calibrated log-odds of the two label heads.

    Attributes:
        buckets: the features that it knows, ascending, int32, shape (k,).
        weights: what each of them adds, float64, shape (k, 2).
        mixing: what each head's calibrated log-odds by the champion add to those of each, float64, shape (2, 2): from row to column.
        intercepts: what is added to every comment, shape (2,).
        strength: the penalty that it was fitted with; infinite where nothing is added.
    """

    buckets: Int32Array
    weights: FloatArray
    mixing: FloatArray
    intercepts: FloatArray
    strength: float

    @classmethod
    def none(cls) -> "Difference":
        """Return the difference that adds nothing."""
        none = np.zeros((LABEL_HEADS, LABEL_HEADS))
        return cls(np.zeros(0, np.int32), np.zeros((0, LABEL_HEADS)), none, np.zeros(LABEL_HEADS), np.inf)

    @property
    def is_none(self) -> bool:
        """Whether nothing is added."""
        return not (self.weights.any() or self.mixing.any() or self.intercepts.any())


def apply_difference(classifier: Classifier, difference: Difference) -> Classifier:
    """Return a classifier with a difference added, its weights in 16 bits; a head to which nothing is added keeps its weights exactly.

    The slopes of the calibration stay, the intercepts take up what is added to every comment.
    """
    reader = classifier.reader
    codes, scales = _finer(reader)
    biases = reader.biases.copy()
    slopes = classifier.slopes[:LABEL_HEADS]
    calibration = dict(classifier.calibration)
    old = reader.values[:, :LABEL_HEADS].astype(np.float64)
    old *= np.abs(old) * (reader.scales * classifier.slopes)[:LABEL_HEADS]
    for head in range(LABEL_HEADS):
        mixing = difference.mixing[:, head]
        added = difference.weights[:, head]
        if mixing.any() or added.any():
            values = old[:, head] + old[:, 0] * mixing[0] + old[:, 1] * mixing[1]
            values[difference.buckets] += added
            codes[:, head], scales[head] = quantise_finely(values / slopes[head])
            biases[head] += float((mixing * slopes * reader.biases[:LABEL_HEADS]).sum() / slopes[head])
        constant = float(difference.intercepts[head] + (mixing * classifier.intercepts[:LABEL_HEADS]).sum())
        before = calibration[HEADS[head]]
        calibration[HEADS[head]] = Calibration(slope=before.slope, intercept=before.intercept + constant)
    finer = NgramReader(reader.settings, reader.lexicon, codes, scales, biases)
    return replace(classifier, reader=finer, calibration=calibration)


def _finer(reader: NgramReader) -> tuple[Int16Array, FloatArray]:
    """Return the codes and scales of a reader in 16 bits; they mean exactly the same."""
    codes = reader.values.astype(np.int16)
    if reader.values.dtype == np.int16:
        return codes, reader.scales.copy()
    return codes * np.int16(_FINER), reader.scales / _FINER**2


def quantise_finely(values: FloatArray) -> tuple[Int16Array, float]:
    """Return codes and the scale of the weights of one head, shape (2**bits,): code * abs(code) * scale is nearly the weight."""
    largest = float(np.abs(values).max())
    scale = (largest or 1.0) / _LARGEST_CODE**2
    codes = np.sign(values) * np.rint(np.sqrt(np.abs(values) / scale))
    return np.clip(codes, -_LARGEST_CODE, _LARGEST_CODE).astype(np.int16), scale
