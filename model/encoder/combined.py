"""The second reader of an artefact, and how what it says is put together with what the n-grams say.

Log-odds of both readers are combined head by head, in one affine map that calibrates as well::

    calibrated = combination[0] * log-odds of the n-grams + combination[1] * log-odds of the encoder + combination[2]

The cascade asks the encoder only where that may matter: below some probability of being abusive, by the n-grams alone, its
word would hardly ever change the label. How hardly is the *risk*: the share of all dev rows whose label it would have changed
although it was not asked. The artefact holds the curve of thresholds, their risks, and the share of the rows passed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from model.array_types import FloatArray
from model.artefact.manifest import LabelThresholds, Scalar, describe_validation_error
from model.encoder.session import ENCODER_HEADS, EncoderReader, unpack_pieces
from model.encoder.wordpiece import WordPiece
from model.ngrams.heads import label_codes, verdict_codes
from model.ngrams.reader import Reading
from model.normaliser.lexicon import load_lexicon

__all__ = ["KIND", "Second", "second_of"]


KIND = "encoder"
"""What a manifest calls this kind of reader."""

_FEWEST_TOKENS, _MOST_TOKENS = 8, 512


@dataclass(frozen=True)
class Second:
    """The encoder of an artefact, with what is needed to use its word.

    Attributes:
        reader: the encoder.
        combination: float64, shape (3, 2); see the module.
        thresholds: the label rule for what both readers have judged.
        curve: of the cascade: threshold on P(abusive) of the n-grams, risk, share passed on; thresholds and risks ascend;
            float64, shape (k, 3).
    """

    reader: EncoderReader
    combination: FloatArray
    thresholds: LabelThresholds
    curve: FloatArray

    def shifted(self, shift: Sequence[float]) -> "Second":
        """Return it for another prior: what ``classifier.prior_shift`` says is added to the log-odds of the two heads."""
        moved = self.combination.copy()
        moved[2] += shift
        return replace(self, combination=moved)

    def threshold(self, risk: float) -> float:
        """Return the P(abusive) of the n-grams from which a comment is passed on, at this risk or the next lower one of the curve."""
        within = self.curve[:, 1] <= risk
        return float(self.curve[within, 0].max(initial=0.0))

    def calibrated(self, ngrams: FloatArray, encoder: FloatArray) -> FloatArray:
        """Return the calibrated log-odds of the two heads from those of both readers, each of shape (n, 2)."""
        first, other, constant = self.combination
        together: FloatArray = first * ngrams + other * encoder + constant
        return together

    def judge(self, reading: Reading, texts: Sequence[bytes], rows: npt.NDArray[np.intp], bounds: FloatArray, *, threads: int) -> None:
        """Read some comments and judge them anew, in place.

        Args:
            reading: what the n-grams made of n comments; the rows lose their uncalibrated log-odds for calibrated ones.
            texts: the comments to read, as ``model.text.pipeline.prepare`` leaves them; m.
            rows: their places in ``reading``, shape (m,).
            bounds: the thresholds of the policy, as of ``heads.finish``; those of the label rule are our own.
            threads: how many may share the work.
        """
        log_odds = self.calibrated(reading.log_odds[rows, :ENCODER_HEADS], self.reader.read(texts, threads=threads))
        heads = reading.log_odds.shape[1]
        hateful, given = (1 / (1 + np.exp(-log_odds))).T
        scores = np.column_stack([(1 - hateful) * (1 - given), (1 - hateful) * given, hateful])
        reading.floats[rows, heads : heads + ENCODER_HEADS] = np.column_stack([hateful, given])
        reading.floats[rows, -3:] = scores
        rule = self.thresholds
        reading.codes[rows, 2] = label_codes(scores, abusive=rule.abusive, hateful=rule.hateful)
        review, reject = (float(bounds[2]), float(bounds[3])), (float(bounds[4]), float(bounds[5]))
        reading.codes[rows, 3] = verdict_codes(1 - scores[:, 0], hateful, review=review, reject=reject)


def second_of(entry: Mapping[str, Scalar], arrays: Mapping[str, npt.NDArray[np.generic]]) -> Second:
    """Return the second reader that an entry of a manifest describes.

    Raises:
        KeyError: the entry or an array is missing.
        ValueError: what it says cannot be.
    """
    network, pieces, combination, curve = (arrays[str(entry[key])] for key in ("network", "pieces", "combination", "curve"))
    tokens, rule = entry["tokens"], _rule(entry)
    if network.dtype != np.uint8 or network.ndim != 1 or pieces.dtype != np.uint8 or pieces.ndim != 1:
        raise ValueError("network and pieces have to be bytes")
    if type(tokens) is not int or not _FEWEST_TOKENS <= tokens <= _MOST_TOKENS:
        raise ValueError(f"tokens has to be a whole number from {_FEWEST_TOKENS} to {_MOST_TOKENS}")
    if combination.dtype != np.float64 or combination.shape != (3, ENCODER_HEADS) or (np.asarray(combination[:2], np.float64) < 0).any():
        raise ValueError("combination has to be of shape (3, 2), its factors at least 0")
    if curve.dtype != np.float64 or curve.ndim != 2 or curve.shape[1] != 3 or not curve.size or (np.diff(curve[:, :2], axis=0) < 0).any():
        raise ValueError("curve has to be of shape (k, 3), with ascending thresholds and risks")
    reader = EncoderReader(np.asarray(network), WordPiece(unpack_pieces(np.asarray(pieces))), tokens, load_lexicon())
    return Second(reader, np.asarray(combination), rule, np.asarray(curve))


def _rule(entry: Mapping[str, Scalar]) -> LabelThresholds:
    try:
        return LabelThresholds.model_validate({name: entry[name] for name in ("abusive", "hateful")})
    except ValidationError as error:
        raise ValueError(describe_validation_error(error)) from error
