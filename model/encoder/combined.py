"""The encoder of an artefact, and how its log-odds are combined with those of the n-grams.

The log-odds of both readers are combined head by head, in one affine map that calibrates as well. An encoder has the two heads of the
label, or these and the attributes of the n-grams::

    calibrated = combination[0] * log-odds of the n-grams + combination[1] * log-odds of the encoder + combination[2]

What both readers take for a threat is abusive to them as well (``model.encoder.threat_rule``).

A comment that is longer than a window of the encoder is read in parts (``model.encoder.comment_parts``).

The cascade asks the encoder only where its answer may matter: where the n-grams alone give a low probability of abuse, it would hardly
ever change the label. What is lost all the same is the *risk*: the share of labels that the encoder would have changed had it been
asked, or by how much a figure (AUC, recall, macro-F1) is below that of both readers, whichever is larger, on the dev rows that choose.
The artefact holds the curve of thresholds, their risks, and the share of the rows that the encoder reads at each. So that
comments that the encoder has read and others can be ranked together, the log-odds of the n-grams alone are mapped to those that both
readers can be expected to have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from model.array_types import FloatArray
from model.artefact.field_types import Scalar
from model.artefact.manifest import LabelThresholds, describe_validation_error
from model.classifier import Classifier
from model.encoder.comment_parts import LongReading, ReaderMaps, read_long_text, suspect_passages
from model.encoder.context_rule import MAX_ANSWER_SIZE
from model.encoder.script_pieces import read_vocabulary
from model.encoder.session import EncoderReader
from model.encoder.threat_rule import find_threat_head, raise_by_threats
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD, LABEL_HEADS, label_codes
from model.ngrams.raw_scores import RawScores
from model.ngrams.shared_words import shared_lexicon
from model.policy import Policy
from model.threads import run_in_slices

__all__ = ["ENCODER", "CombinedReader", "build_combined_reader"]

ENCODER = "encoder"
"""What a manifest calls this kind of reader."""

_FEWEST_TOKENS, _MOST_TOKENS = 8, 512
_MOST_COMBINATION = 1e4
_MOST_DISCOUNT = 100
_SHORT_BYTES = 2
"""A comment of so many bytes for each piece of a window is read as a whole: hardly any has more pieces than a window."""
_LONG_WORK = 1 << 20  # bytes of the n-grams that take as long as a long comment
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
        alone: of each head of the combination, the factor of the n-grams and a constant that give the log-odds that both readers can be
            expected to have where the encoder has not read; float64, shape (2, heads); None where the n-grams' own calibration is used.
        window_discount: see ``model.encoder.comment_parts``; 0 to 100.
        passage_discount: see there; 0 to 100.
        threat: the number of the head of threats; None where both readers have none.
    """

    encoder: EncoderReader
    combination: FloatArray
    thresholds: LabelThresholds
    curve: FloatArray
    alone: FloatArray | None = None
    window_discount: float = 0.3
    passage_discount: float = 1.2
    threat: int | None = None

    def encoder_threshold(self, risk: float) -> float:
        """Return the P(abusive) of the n-grams from which on the encoder reads, at this risk or the next lower one of the curve."""
        within = self.curve[:, _RISK] <= risk
        return float(self.curve[within, _THRESHOLD].max(initial=0.0))

    @property
    def heads(self) -> int:
        """How many heads both readers have: those of the label alone, or those of the attributes as well."""
        return int(self.combination.shape[1])

    def maps(self, classifier: Classifier) -> ReaderMaps:
        """Return how log-odds of the readers become calibrated ones; where nothing is fitted, as the n-grams alone are calibrated."""
        heads = slice(0, self.heads)
        alone = np.stack([classifier.slopes[heads], classifier.intercepts[heads]]) if self.alone is None else self.alone
        return ReaderMaps(self.combination, alone, self.window_discount, self.passage_discount)

    def read_long(self, classifier: Classifier, text: bytes, context: bytes = b"") -> LongReading | None:
        """Have both readers read a comment in parts; None where it is read as a whole, because it fits into one window.

        Args:
            classifier: the n-grams.
            text: the comment, as ``model.text.pipeline.prepare`` leaves it.
            context: what it answers, prepared in the same way.
        """
        if not self._may_be_long(text):
            return None
        normalised, of = self.encoder.normalise([text, context])
        return read_long_text(self.encoder, classifier, normalised, of, self.maps(classifier))

    def passage_suspicion(self, classifier: Classifier, text: bytes) -> float:
        """Return the highest P(abusive) that the n-grams give a passage of a comment, as ``model.text.pipeline.prepare`` leaves it."""
        return suspect_passages(self.encoder, classifier, self.encoder.normalise([text])[0])

    def _may_be_long(self, text: bytes) -> bool:
        return len(text) > _SHORT_BYTES * self.encoder.max_tokens

    def read(
        self,
        classifier: Classifier,
        ngrams: FloatArray,
        texts: Sequence[bytes],
        *,
        contexts: Sequence[bytes] | None = None,
        threads: int = 1,
    ) -> FloatArray:
        """Return the calibrated log-odds of the heads that both readers have, shape (m, heads).

        Args:
            classifier: the n-grams.
            ngrams: the log-odds of the comments by the n-grams, uncalibrated, shape (m, heads).
            texts: m comments, as ``model.text.pipeline.prepare`` leaves them.
            contexts: what the comments answer, as ``prepare_context`` leaves it, m; None where that is not known.
            threads: how many may share the work.
        """
        log_odds = np.empty((len(texts), self.heads))
        of = contexts or [b""] * len(texts)
        is_long = np.zeros(len(texts), np.bool_)
        candidates = [row for row, text in enumerate(texts) if self._may_be_long(text)]

        def run(lo: int, hi: int) -> None:
            for row in candidates[lo:hi]:
                reading = self.read_long(classifier, texts[row], of[row])
                if reading is not None:
                    log_odds[row], is_long[row] = reading.log_odds, True

        if candidates:
            self.encoder.prepare()
            run_in_slices(run, np.arange(len(candidates) + 1) * _LONG_WORK, threads)
        short = np.flatnonzero(~is_long)
        rows = short.tolist()
        encoder = self.encoder.read([texts[row] for row in rows], contexts=[of[row] for row in rows], threads=threads)
        is_answer = np.array([self.is_answer(texts[row], of[row]) for row in rows], np.bool_)
        log_odds[short] = self.calibrated(np.where(is_answer[:, None], np.maximum(ngrams[short], encoder), ngrams[short]), encoder)
        return self.with_threats(log_odds)

    def is_answer(self, text: bytes, context: bytes) -> bool:
        """Return whether a comment is short and read with what it answers: the n-grams, which see half of it, lower no log-odds then."""
        return bool(context) and len(text) <= MAX_ANSWER_SIZE and self.encoder.reads_context

    def calibrated(self, ngrams: FloatArray, encoder: FloatArray) -> FloatArray:
        """Return the calibrated log-odds of the heads that both readers have from those of both, each of shape (n, heads)."""
        ngrams_weight, encoder_weight, constant = self.combination
        log_odds: FloatArray = ngrams_weight * ngrams + encoder_weight * encoder + constant
        return log_odds

    def with_threats(self, log_odds: FloatArray) -> FloatArray:
        """Return calibrated log-odds, shape (n, heads), in which abuse is at least as probable as a threat makes it."""
        return log_odds if self.threat is None else raise_by_threats(log_odds, self.threat)

    def rescore(
        self,
        raw: RawScores,
        texts: Sequence[bytes],
        rows: npt.NDArray[np.intp],
        policy: Policy,
        *,
        classifier: Classifier,
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
            classifier: the n-grams.
            contexts: what the comments answer, as ``prepare_context`` leaves it, m; None where that is not known.
            threads: how many may share the work.

        Raises:
            FloatingPointError: what the encoder gives for one of the comments is no number.
        """
        log_odds = self.read(classifier, raw.log_odds[rows, : self.heads], texts, contexts=contexts, threads=threads)
        if not np.isfinite(log_odds).all():
            # A network may overflow on some texts and work on others.
            raise FloatingPointError("the encoder gives log-odds that are no numbers")
        combined = raw.copy()
        self._write(combined, rows, log_odds, policy)
        return combined

    def rescore_unread(self, raw: RawScores, read: npt.NDArray[np.intp], policy: Policy) -> RawScores:
        """Return scores in which those of the comments that the encoder has not read are on one scale with the others.

        Args:
            raw: the scores of n comments; they stay as they are.
            read: the rows that the encoder has read.
            policy: leads to the verdicts.
        """
        unread = raw.labels >= 0
        unread[read] = False
        rows = np.flatnonzero(unread)
        if self.alone is None or not rows.size:
            return raw
        combined = raw.copy()
        self._write(combined, rows, self.alone[0] * raw.log_odds[rows, : self.heads] + self.alone[1], policy)
        return combined

    def _write(self, raw: RawScores, rows: npt.NDArray[np.intp], log_odds: FloatArray, policy: Policy) -> None:
        """Write the scores, labels and verdicts that follow from calibrated log-odds, shape (m, heads), to some rows."""
        with np.errstate(over="ignore"):
            probabilities = 1 / (1 + np.exp(-log_odds))
        hateful, abusive_given_not_hateful = probabilities[:, HATEFUL_HEAD], probabilities[:, ABUSIVE_HEAD]
        fine, toxic = (1 - hateful) * (1 - abusive_given_not_hateful), (1 - hateful) * abusive_given_not_hateful
        scores = np.column_stack([fine, toxic, hateful])
        raw.probabilities[rows, : self.heads] = probabilities
        raw.scores[rows] = scores
        raw.labels[rows] = label_codes(scores, abusive=self.thresholds.abusive, hateful=self.thresholds.hateful)
        raw.verdicts[rows] = policy.verdicts(1 - fine, hateful)


def build_combined_reader(
    entry: Mapping[str, Scalar], arrays: Mapping[str, npt.NDArray[np.generic]], *, heads: Sequence[str], known: EncoderReader | None = None
) -> CombinedReader:
    """Return the reader that an entry of a manifest describes.

    Args:
        entry: of the manifest.
        arrays: of the artefact, by file name.
        heads: names of the heads that the n-grams have, as a manifest lists them.
        known: the encoder that the entry names, if another artefact has it too; None to make it.

    Raises:
        KeyError: the entry or an array is missing.
        ValueError: the entry contradicts itself or its arrays.
    """
    network, pieces, combination, curve = (arrays[str(entry[key])] for key in ("network", "pieces", "combination", "curve"))
    tokens, thresholds, form = entry["tokens"], _label_thresholds(entry), entry.get("form")
    if any(packed.dtype != np.uint8 or packed.ndim != 1 for packed in (network, pieces)):
        raise ValueError("network and pieces have to be bytes")
    if type(tokens) is not int or not _FEWEST_TOKENS <= tokens <= _MOST_TOKENS:
        raise ValueError(f"tokens has to be a whole number from {_FEWEST_TOKENS} to {_MOST_TOKENS}")
    if combination.dtype != np.float64 or combination.shape not in ((3, LABEL_HEADS), (3, len(heads))):
        raise ValueError(f"combination has to be of shape (3, {LABEL_HEADS}) or (3, {len(heads)})")
    if (np.asarray(combination[:2], np.float64) < 0).any():
        raise ValueError("combination has to have factors of at least 0")
    if (np.abs(np.asarray(combination, np.float64)) > _MOST_COMBINATION).any():
        raise ValueError(f"combination has to be of numbers up to {_MOST_COMBINATION:.0f}")
    if curve.dtype != np.float64 or curve.ndim != 2 or curve.shape[1] != 3 or not curve.size or curve.min() < 0 or curve.max() > 1:
        raise ValueError("curve has to be of shape (k, 3), with numbers from 0 to 1")
    if (np.diff(curve[:, :2], axis=0) < 0).any():
        raise ValueError("curve has to be of ascending thresholds and risks")
    return CombinedReader(
        known or EncoderReader(np.asarray(network), read_vocabulary(np.asarray(pieces), form), tokens, shared_lexicon()),
        np.asarray(combination),
        thresholds,
        np.asarray(curve),
        _alone(arrays[str(entry["alone"])], heads=combination.shape[1]) if "alone" in entry else None,
        _discount(entry, "window_discount", CombinedReader.window_discount),
        _discount(entry, "passage_discount", CombinedReader.passage_discount),
        find_threat_head(heads[: combination.shape[1]]),
    )


def _alone(alone: npt.NDArray[np.generic], *, heads: int) -> FloatArray:
    if alone.dtype != np.float64 or alone.shape != (2, heads):
        raise ValueError(f"alone has to be of shape (2, {heads})")
    checked = np.asarray(alone, np.float64)
    if (checked[0] < 0).any() or not (np.abs(checked) <= _MOST_COMBINATION).all():
        raise ValueError(f"alone has to be of numbers up to {_MOST_COMBINATION:.0f}, its factors at least 0")
    return checked


def _discount(entry: Mapping[str, Scalar], name: str, otherwise: float) -> float:
    value = entry.get(name, otherwise)
    if isinstance(value, bool | str) or not 0 <= value <= _MOST_DISCOUNT:
        raise ValueError(f"{name} has to be a number from 0 to {_MOST_DISCOUNT}")
    return float(value)


def _label_thresholds(entry: Mapping[str, Scalar]) -> LabelThresholds:
    try:
        return LabelThresholds.model_validate({name: entry.get(name, 0.0) for name in LabelThresholds.model_fields})
    except ValidationError as error:
        raise ValueError(describe_validation_error(error)) from error
