"""From comments to scores with plain arrays: the n-gram reader, heads, calibration, the label rule.

The reader gives every head its log-odds for every comment; a head calibrates them and turns them into a probability. The first two
heads give the scores of the labels::

    hateful = P(hateful)                toxic = (1 - P(hateful)) * P(abusive | not hateful)                fine = the rest

so that the three always sum to one. Further heads are attributes: probabilities of their own (insult, threat, ...).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int8Array, IntArray
from model.artefact.manifest import ATTRIBUTE_PREFIX, HEADS, Calibration, LabelThresholds, Prior
from model.ngrams import reader as ngrams
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.heads import LABEL_HEADS, label_codes
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.raw_scores import RawScores
from model.ngrams.weight_tables import WeightTables, build_weight_tables
from model.normaliser.lexicon import frequent_words
from model.threads import available_cores

__all__ = ["CalibratedLogOdds", "Classifier", "NgramReader", "Scores", "assign_labels", "prior_shift"]


@dataclass(frozen=True, slots=True)
class Scores:
    """The probabilities that a classifier gives n comments.

    Attributes:
        scores: probabilities in the order of ``LABELS`` (fine, toxic, hateful), rows sum to 1; float64, shape (n, 3).
        attributes: probability of each attribute, by its name; float64, shape (n,).
    """

    scores: FloatArray
    attributes: Mapping[str, FloatArray]


class CalibratedLogOdds(NamedTuple):
    """The calibrated log-odds of n comments.

    Attributes:
        log_odds: of every head, float64, shape (n, heads).
        windows: the ranges of normalised bytes that those of the heads hateful and abusive come from, int64, shape (n, 2, 2).
    """

    log_odds: FloatArray
    windows: IntArray


@dataclass(frozen=True)
class NgramReader:
    """The reader of hashed n-grams.

    Attributes:
        settings: what is read.
        lexicon: the words that disguises may be read as, as ``model.normaliser.lexicon`` packs them.
        values: codes of the weights, int8, shape (2**bits, heads); see ``WeightTables``.
        scales: what one step of a weight is worth in log-odds, float64, shape (heads,).
        biases: log-odds of a comment without features, float64, shape (heads,).
    """

    settings: FeatureSettings
    lexicon: npt.NDArray[np.uint32]
    values: npt.NDArray[np.int8]
    scales: FloatArray
    biases: FloatArray

    def __post_init__(self) -> None:
        """Look at the weights read-only, as mapped ones are: the kernel is compiled for that alone."""
        values = self.values.view()
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def weights(self, slopes: FloatArray, intercepts: FloatArray) -> WeightTables:
        """Return the weights as the kernel takes them, for heads calibrated like this, each of shape (heads,)."""
        return build_weight_tables(
            self.values,
            settings=self.settings,
            scales=self.scales,
            biases=self.biases,
            slopes=slopes,
            intercepts=intercepts,
            words=frequent_words(),
        )


def prior_shift(old: Prior, new: Prior) -> tuple[float, float]:
    """Return what to add to the log-odds of the two label heads when abuse is as common as ``new`` says instead of ``old``.

    By Bayes' rule in log-odds, the prior enters as a constant (Saerens, Latinne & Decaestecker 2002, eq. 2.4).
    """
    before, after = _prior_log_odds(old), _prior_log_odds(new)
    return after[0] - before[0], after[1] - before[1]


def _prior_log_odds(prior: Prior) -> tuple[float, float]:
    """Return the log-odds of being hateful, and of being abusive given not hateful."""
    hateful = prior.abusive * prior.hateful
    abusive_given_not_hateful = prior.abusive * (1 - prior.hateful) / (1 - hateful)
    return float(np.log(hateful / (1 - hateful))), float(np.log(abusive_given_not_hateful / (1 - abusive_given_not_hateful)))


def assign_labels(scores: FloatArray, thresholds: LabelThresholds) -> Int8Array:
    """Apply the label rule.

    Args:
        scores: (n, 3) in the order of ``LABELS``.
        thresholds: abusive if 1 - fine >= ``abusive``; then hateful if hateful / (1 - fine) >= ``hateful``, else toxic.

    Returns:
        (n,) codes into ``LABELS``.
    """
    return label_codes(scores, abusive=float(thresholds.abusive), hateful=float(thresholds.hateful))


@dataclass(frozen=True)
class Classifier:
    """The n-gram reader, and the heads that turn its log-odds into probabilities.

    Attributes:
        heads: their names; the first two are those of the label, the others ``attribute.<name>``.
        reader: gives every head its log-odds.
        calibration: by head.
        thresholds: the label rule.
        prior: how common abuse is taken to be.
    """

    heads: tuple[str, ...]
    reader: NgramReader
    calibration: Mapping[str, Calibration]
    thresholds: LabelThresholds
    prior: Prior

    def with_prior(self, prior: Prior) -> "Classifier":
        """Return the same classifier, calibrated for another prior."""
        calibration = dict(self.calibration)
        for head, shift in zip(HEADS, prior_shift(self.prior, prior), strict=True):
            calibration[head] = calibration[head].model_copy(update={"intercept": calibration[head].intercept + shift})
        return replace(self, calibration=calibration, prior=prior)

    @cached_property
    def slopes(self) -> FloatArray:
        """Slope of each head's calibration, shape (heads,)."""
        return np.array([self.calibration[head].slope for head in self.heads])

    @cached_property
    def intercepts(self) -> FloatArray:
        """Intercept of each head's calibration, shape (heads,)."""
        return np.array([self.calibration[head].intercept for head in self.heads])

    @cached_property
    def _weights(self) -> WeightTables:
        return self.reader.weights(self.slopes, self.intercepts)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attribute heads."""
        return tuple(head.removeprefix(ATTRIBUTE_PREFIX) for head in self.heads[LABEL_HEADS:])

    def calibrated_log_odds(self, texts: Sequence[bytes], *, threads: int | None = None) -> CalibratedLogOdds:
        """Return the calibrated log-odds of every head.

        Args:
            texts: n comments as ``model.text.pipeline.prepare`` leaves them.
            threads: how many may share the work; None for all cores where there is enough of it.
        """
        raw = self.raw_scores(texts, threads=threads)
        return CalibratedLogOdds(raw.log_odds * self.slopes + self.intercepts, raw.windows)

    def score(self, texts: Sequence[bytes], *, threads: int | None = None) -> Scores:
        """Return the probabilities of n comments, given as ``model.text.pipeline.prepare`` leaves them."""
        raw = self.raw_scores(texts, threads=threads)
        attributes = raw.probabilities[:, LABEL_HEADS:]
        return Scores(raw.scores, {name: attributes[:, column] for column, name in enumerate(self.attributes)})

    def raw_scores(
        self,
        texts: Sequence[bytes] | PackedTexts,
        bounds: FloatArray | None = None,
        *,
        threads: int | None = None,
        out: RawScores | None = None,
    ) -> RawScores:
        """Score n comments, label them and compare them with the thresholds of a policy.

        Args:
            texts: the comments, as ``model.text.pipeline.prepare`` leaves them, or as these packed.
            bounds: the thresholds of the label rule and of a policy, as ``heads.write_scores`` takes them; None leaves labels and verdicts
                meaningless.
            threads: how many may share the work; None for all cores where there is enough of it.
            out: where to write the scores; new arrays if None.
        """
        return ngrams.score_texts(
            texts if isinstance(texts, PackedTexts) else pack_bytes(texts),
            settings=self.reader.settings,
            lexicon=self.reader.lexicon,
            tables=self._weights,
            bounds=ngrams.NO_BOUNDS if bounds is None else bounds,
            threads=threads or available_cores(),
            out=out,
        )

    def labels(self, scores: FloatArray) -> Int8Array:
        """Return codes into ``LABELS`` for scores of shape (n, 3)."""
        return assign_labels(scores, self.thresholds)
