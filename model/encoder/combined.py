"""The encoder of an artefact, and how its log-odds are combined with those of the n-grams.

The log-odds of both readers are combined head by head, in one affine map that calibrates as well. An encoder has the two heads of the
label, or these and the attributes of the n-grams::

    calibrated = combination[0] * log-odds of the n-grams + combination[1] * log-odds of the encoder + combination[2]

The cascade asks the encoder only where its answer may matter: where the n-grams alone give a low probability of abuse, it would hardly
ever change the label. How rarely is the *risk*: the share of all dev rows whose label the encoder would have changed had it been
asked. The artefact holds the curve of thresholds, their risks, and the share of the rows that the encoder reads at each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from model.array_types import FloatArray
from model.artefact.field_types import Scalar
from model.artefact.manifest import LabelThresholds, describe_validation_error
from model.encoder.session import EncoderReader, unpack_pieces
from model.encoder.wordpiece import WordPiece
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD, LABEL_HEADS, label_codes
from model.ngrams.raw_scores import RawScores
from model.normaliser.lexicon import load_lexicon
from model.policy import Policy

__all__ = ["ENCODER", "CombinedReader", "build_combined_reader"]

ENCODER = "encoder"
"""What a manifest calls this kind of reader."""

_FEWEST_TOKENS, _MOST_TOKENS = 8, 512
_MOST_COMBINATION = 1e4
_THRESHOLD, _RISK = 0, 1


@dataclass(frozen=True)
class CombinedReader:
    """The encoder of an artefact, with all that is needed to combine it with the n-grams.

    Attributes:
        encoder: reads the texts.
        combination: of each head that both readers have, at least those of the label: factor of the n-grams, factor of the encoder,
            constant; float64, shape (3, heads).
        thresholds: the label rule for scores of both readers.
        curve: of the cascade: threshold on P(abusive) of the n-grams, risk, share that the encoder reads; thresholds and risks
            ascend; float64, shape (k, 3).
    """

    encoder: EncoderReader
    combination: FloatArray
    thresholds: LabelThresholds
    curve: FloatArray

    def encoder_threshold(self, risk: float) -> float:
        """Return the P(abusive) of the n-grams from which on the encoder reads, at this risk or the next lower one of the curve."""
        within = self.curve[:, _RISK] <= risk
        return float(self.curve[within, _THRESHOLD].max(initial=0.0))

    @property
    def heads(self) -> int:
        """How many heads both readers have: those of the label alone, or those of the attributes as well."""
        return int(self.combination.shape[1])

    def calibrated(self, ngrams: FloatArray, encoder: FloatArray) -> FloatArray:
        """Return the calibrated log-odds of the heads that both readers have from those of both, each of shape (n, heads)."""
        ngrams_weight, encoder_weight, constant = self.combination
        log_odds: FloatArray = ngrams_weight * ngrams + encoder_weight * encoder + constant
        return log_odds

    def rescore(
        self,
        raw: RawScores,
        texts: Sequence[bytes],
        rows: npt.NDArray[np.intp],
        policy: Policy,
        *,
        contexts: Sequence[bytes] | None = None,
        threads: int,
    ) -> RawScores:
        """Have the encoder read some comments, and return the scores of all with those of both readers for these.

        Where the encoder's log-odds are not finite, the scores stay those of the n-grams.

        Args:
            raw: the scores by the n-grams of n comments; they stay as they are.
            texts: the comments to read, as ``model.text.pipeline.prepare`` leaves them; m.
            rows: their rows in ``raw``, shape (m,).
            policy: leads to the verdicts.
            contexts: what the comments answer, as ``prepare_context`` leaves it, m; None where that is not known.
            threads: how many may share the work.

        Raises:
            FloatingPointError: what the encoder gives for one of the comments is no number.
        """
        log_odds = self.calibrated(raw.log_odds[rows, : self.heads], self.encoder.read(texts, contexts=contexts, threads=threads))
        if not np.isfinite(log_odds).all():
            # A network may overflow on some texts and work on others.
            raise FloatingPointError("the encoder gives log-odds that are no numbers")
        with np.errstate(over="ignore"):
            probabilities = 1 / (1 + np.exp(-log_odds))
        hateful, abusive_given_not_hateful = probabilities[:, HATEFUL_HEAD], probabilities[:, ABUSIVE_HEAD]
        fine, toxic = (1 - hateful) * (1 - abusive_given_not_hateful), (1 - hateful) * abusive_given_not_hateful
        scores = np.column_stack([fine, toxic, hateful])
        combined = raw.copy()
        combined.probabilities[rows, : self.heads] = probabilities
        combined.scores[rows] = scores
        combined.labels[rows] = label_codes(scores, abusive=self.thresholds.abusive, hateful=self.thresholds.hateful)
        combined.verdicts[rows] = policy.verdicts(1 - fine, hateful)
        return combined


def build_combined_reader(entry: Mapping[str, Scalar], arrays: Mapping[str, npt.NDArray[np.generic]], *, heads: int) -> CombinedReader:
    """Return the reader that an entry of a manifest describes.

    Args:
        entry: of the manifest.
        arrays: of the artefact, by file name.
        heads: how many heads the n-grams have.

    Raises:
        KeyError: the entry or an array is missing.
        ValueError: the entry contradicts itself or its arrays.
    """
    network, pieces, combination, curve = (arrays[str(entry[key])] for key in ("network", "pieces", "combination", "curve"))
    tokens, thresholds = entry["tokens"], _label_thresholds(entry)
    if network.dtype != np.uint8 or network.ndim != 1 or pieces.dtype != np.uint8 or pieces.ndim != 1:
        raise ValueError("network and pieces have to be bytes")
    if type(tokens) is not int or not _FEWEST_TOKENS <= tokens <= _MOST_TOKENS:
        raise ValueError(f"tokens has to be a whole number from {_FEWEST_TOKENS} to {_MOST_TOKENS}")
    if combination.dtype != np.float64 or combination.shape not in ((3, LABEL_HEADS), (3, heads)):
        raise ValueError(f"combination has to be of shape (3, {LABEL_HEADS}) or (3, {heads})")
    if (np.asarray(combination[:2], np.float64) < 0).any():
        raise ValueError("combination has to have factors of at least 0")
    if (np.abs(np.asarray(combination, np.float64)) > _MOST_COMBINATION).any():
        raise ValueError(f"combination has to be of numbers up to {_MOST_COMBINATION:.0f}")
    if curve.dtype != np.float64 or curve.ndim != 2 or curve.shape[1] != 3 or not curve.size or (np.diff(curve[:, :2], axis=0) < 0).any():
        raise ValueError("curve has to be of shape (k, 3), with ascending thresholds and risks")
    if curve.min() < 0 or curve.max() > 1:
        raise ValueError("curve has to be of numbers from 0 to 1")
    encoder = EncoderReader(np.asarray(network), WordPiece(unpack_pieces(np.asarray(pieces))), tokens, load_lexicon())
    return CombinedReader(encoder, np.asarray(combination), thresholds, np.asarray(curve))


def _label_thresholds(entry: Mapping[str, Scalar]) -> LabelThresholds:
    try:
        return LabelThresholds.model_validate({name: entry[name] for name in ("abusive", "hateful")})
    except ValidationError as error:
        raise ValueError(describe_validation_error(error)) from error
