"""From comments to scores with plain arrays: readers, heads, calibration, the label rule.

A classifier has one or more *readers*. Each gives every head its log-odds for every comment; a head adds them up,
calibrates the sum and makes a probability of it. The first two heads give the label's scores::

    hateful = P(hateful)                toxic = (1 - P(hateful)) * P(abusive | not hateful)                fine = the rest

so that the three always sum to one. Further heads are attributes: probabilities of their own (insult, threat, ...).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from model import ngrams
from model.heads import Bounds, judge, label_codes, probabilities_and_scores
from model.lexicon import frequent_words
from model.manifest import ATTRIBUTE_PREFIX, Calibration, LabelThresholds, Prior
from model.ngrams import FeatureSettings, Packed, Reading, Weights

__all__ = ["Classifier", "NgramReader", "Scores", "cores", "labels_of", "prior_shift"]

Floats = npt.NDArray[np.float64]


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Scores:
    """What a classifier says of n comments.

    Attributes:
        scores: probabilities in the order of ``LABELS`` (fine, toxic, hateful), rows sum to 1; float64, shape (n, 3).
        attributes: probability of each attribute, by its name; float64, shape (n,).
    """

    scores: Floats
    attributes: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a classifier and a policy decide of n comments; -1 and NaN where nothing was left to read.

    Attributes:
        labels: codes into ``LABELS``, int8, shape (n,).
        scores: as of ``Scores``.
        verdicts: codes into ``VERDICTS``, int8, shape (n,).
        attributes: as of ``Scores``.
        empty: places of the comments that left nothing to read.
    """

    labels: npt.NDArray[np.int8]
    scores: Floats
    verdicts: npt.NDArray[np.int8]
    attributes: Mapping[str, Floats]
    empty: Sequence[int]


@dataclass(frozen=True)
class NgramReader:
    """The reader of hashed n-grams.

    Attributes:
        settings: what is read.
        lexicon: the words that disguises may be read as, as ``model.lexicon`` packs them.
        values: codes of the weights, int8, shape (2**bits, heads); see ``ngrams.Weights``.
        scales: what one step of a weight is worth in log-odds, float64, shape (heads,).
        biases: log-odds of a comment without features, float64, shape (heads,).
    """

    settings: FeatureSettings
    lexicon: npt.NDArray[np.uint32]
    values: npt.NDArray[np.int8]
    scales: Floats
    biases: Floats

    def __post_init__(self) -> None:
        """Look at the weights read-only, as mapped ones are: the kernel is compiled for that alone."""
        values = self.values.view()
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def weights(self, slopes: Floats, intercepts: Floats) -> Weights:
        """Return the weights as the kernel takes them, for heads calibrated like this, each of shape (heads,)."""
        return ngrams.weights(
            self.values,
            settings=self.settings,
            scales=self.scales,
            biases=self.biases,
            slopes=slopes,
            intercepts=intercepts,
            words=frequent_words(),
        )

    def read(self, packed: Packed, weights: Weights, *, threads: int) -> Reading:
        """Return the log-odds that this reader gives every head, shape (n, heads), and which part of a long comment gave them."""
        return ngrams.score(packed, settings=self.settings, lexicon=self.lexicon, weights=weights, threads=threads)


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


def labels_of(scores: Floats, thresholds: LabelThresholds) -> npt.NDArray[np.int8]:
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
    def slopes(self) -> Floats:
        """Slope of each head's calibration, shape (heads,)."""
        return np.array([self.calibration[head].slope for head in self.heads])

    @cached_property
    def intercepts(self) -> Floats:
        """Intercept of each head's calibration, shape (heads,)."""
        return np.array([self.calibration[head].intercept for head in self.heads])

    @cached_property
    def _weights(self) -> Weights:
        (reader,) = self.readers
        return reader.weights(self.slopes, self.intercepts)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attribute heads."""
        return tuple(head.removeprefix(ATTRIBUTE_PREFIX) for head in self.heads[2:])

    def read(self, texts: Sequence[bytes], *, threads: int | None = None) -> Reading:
        """Return the calibrated log-odds of every head.

        Args:
            texts: n comments as ``model.text.prepare`` leaves them.
            threads: how many may share the work; None for all cores where there is enough of it.

        Returns:
            Log-odds, shape (n, heads), and the normalised range of each comment that they are of.
        """
        reading = self._read(texts, threads)
        return Reading(reading.log_odds * self.slopes + self.intercepts, reading.where)

    def score(self, texts: Sequence[bytes], *, threads: int | None = None) -> Scores:
        """Return the probabilities of n comments, given as ``model.text.prepare`` leaves them."""
        reading = self._read(texts, threads)
        probabilities, scores = probabilities_and_scores(reading.log_odds, self.slopes, self.intercepts)
        attributes = {name: probabilities[:, 2 + i] for i, name in enumerate(self.attributes)}
        return Scores(scores, attributes)

    def judge(self, texts: Sequence[bytes], bounds: Bounds, *, threads: int | None = None) -> Judged:
        """Return scores, labels and verdicts of n comments, given as ``model.text.prepare`` leaves them.

        Args:
            texts: the comments.
            bounds: the thresholds of the label rule and of the policy.
            threads: how many may share the work; None for all cores where there is enough of it.
        """
        reading = self._read(texts, threads)
        made = judge(reading.log_odds, reading.where, lines=self._weights.lines, bounds=bounds)
        attributes = {name: made.probabilities[:, 2 + i] for i, name in enumerate(self.attributes)}
        return Judged(made.labels, made.scores, made.verdicts, attributes, made.empty)

    def _read(self, texts: Sequence[bytes], threads: int | None) -> Reading:
        (reader,) = self.readers
        return reader.read(ngrams.pack_bytes(texts), self._weights, threads=threads or cores())

    def labels(self, scores: Floats) -> npt.NDArray[np.int8]:
        """Return codes into ``LABELS`` for scores of shape (n, 3)."""
        return labels_of(scores, self.thresholds)
