"""From comments to scores with plain arrays: readers, heads, calibration, the label rule.

A classifier has one or more *readers*. Each gives every head its log-odds for every comment; a head adds them up,
calibrates the sum and makes a probability of it. The first two heads give the label's scores::

    hateful = P(hateful)                toxic = (1 - P(hateful)) * P(abusive | not hateful)                fine = the rest

so that the three always sum to one. Further heads are attributes: probabilities of their own (insult, threat, ...).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.manifest import ATTRIBUTE_PREFIX, Calibration, LabelThresholds, Prior
from model.ngrams import reader as ngrams
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.heads import label_codes
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.reader import Reading
from model.ngrams.weight_tables import WeightTables, build_weight_tables
from model.normaliser.lexicon import frequent_words
from model.threads import available_cores

__all__ = ["Classifier", "NgramReader", "Scores", "labels_of", "prior_shift"]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a classifier says of n comments.

    Attributes:
        scores: probabilities in the order of ``LABELS`` (fine, toxic, hateful), rows sum to 1; float64, shape (n, 3).
        attributes: probability of each attribute, by its name; float64, shape (n,).
    """

    scores: FloatArray
    attributes: Mapping[str, FloatArray]


class Calibrated(NamedTuple):
    """The calibrated log-odds of n comments.

    Attributes:
        log_odds: of every head, float64, shape (n, heads).
        where: the ranges of normalised bytes that those of the label heads are of, int64, shape (n, 2, 2).
    """

    log_odds: FloatArray
    where: npt.NDArray[np.int64]


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
    """Return what is to be added to the log-odds of the two label heads when abuse is as common as ``new`` says, not ``old``.

    By Bayes' rule in log-odds, the prior enters as a constant (Saerens, Latinne & Decaestecker 2002, eq. 2.4).
    """
    before, after = _prior_log_odds(old), _prior_log_odds(new)
    return after[0] - before[0], after[1] - before[1]


def _prior_log_odds(prior: Prior) -> tuple[float, float]:
    """Return the log-odds of being hateful, and of being abusive given not hateful."""
    hateful = prior.abusive * prior.hateful
    given = prior.abusive * (1 - prior.hateful) / (1 - hateful)
    return float(np.log(hateful / (1 - hateful))), float(np.log(given / (1 - given)))


def labels_of(scores: FloatArray, thresholds: LabelThresholds) -> npt.NDArray[np.int8]:
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
    """Readers, and the heads that combine them.

    Attributes:
        heads: their names; the first two are those of the label, the others ``attribute.<name>``.
        readers: at least one; each gives every head its log-odds.
        calibration: by head.
        thresholds: the label rule.
        prior: how common abuse is taken to be.
    """

    heads: tuple[str, ...]
    readers: tuple[NgramReader, ...]
    calibration: Mapping[str, Calibration]
    thresholds: LabelThresholds
    prior: Prior

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
        (reader,) = self.readers
        return reader.weights(self.slopes, self.intercepts)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attribute heads."""
        return tuple(head.removeprefix(ATTRIBUTE_PREFIX) for head in self.heads[2:])

    def read(self, texts: Sequence[bytes], *, threads: int | None = None) -> Calibrated:
        """Return the calibrated log-odds of every head.

        Args:
            texts: n comments as ``model.text.pipeline.prepare`` leaves them.
            threads: how many may share the work; None for all cores where there is enough of it.
        """
        reading = self.judge(texts, threads=threads)
        return Calibrated(reading.log_odds * self.slopes + self.intercepts, reading.where)

    def score(self, texts: Sequence[bytes], *, threads: int | None = None) -> Scores:
        """Return the probabilities of n comments, given as ``model.text.pipeline.prepare`` leaves them."""
        reading = self.judge(texts, threads=threads)
        return Scores(reading.scores, self.attribute_scores(reading))

    def judge(
        self,
        texts: Sequence[bytes] | PackedTexts,
        bounds: FloatArray | None = None,
        *,
        threads: int | None = None,
        out: Reading | None = None,
    ) -> Reading:
        """Read n comments and judge them.

        Args:
            texts: the comments, as ``model.text.pipeline.prepare`` leaves them, or as these packed.
            bounds: the thresholds of the label rule and of a policy, as of ``heads.finish``.
            threads: how many may share the work; None for all cores where there is enough of it.
            out: where to write it; new room if None.
        """
        (reader,) = self.readers
        packed, chosen = texts if isinstance(texts, PackedTexts) else pack_bytes(texts), ngrams.NO_BOUNDS if bounds is None else bounds
        return ngrams.score_texts(
            packed,
            settings=reader.settings,
            lexicon=reader.lexicon,
            tables=self._weights,
            bounds=chosen,
            threads=threads or available_cores(),
            out=out,
        )

    def attribute_scores(self, reading: Reading) -> dict[str, FloatArray]:
        """Return the probability of each attribute, float64, shape (n,), by its name."""
        first = len(self.heads) + 2
        return {name: reading.floats[:, first + i] for i, name in enumerate(self.attributes)}

    def labels(self, scores: FloatArray) -> npt.NDArray[np.int8]:
        """Return codes into ``LABELS`` for scores of shape (n, 3)."""
        return labels_of(scores, self.thresholds)
