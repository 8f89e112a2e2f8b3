"""From comments to scores with plain arrays: the n-gram reader, heads, calibration, the label rule.

The reader gives every head its log-odds for every comment; a head calibrates them and turns them into a probability. The first two
heads give the scores of the labels::

    hateful = P(hateful)                toxic = (1 - P(hateful)) * P(abusive | not hateful)                fine = the rest

so that the three always sum to one. Further heads are attributes: probabilities of their own (insult, threat, ...).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, Int8Array, Int16Array, IntArray
from model.artefact.manifest import ATTRIBUTE_PREFIX, Calibration, LabelThresholds, Prior
from model.ngrams import reader as ngrams
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.heads import ABUSIVE_HEAD, HATEFUL_HEAD, LABEL_HEADS, label_codes
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.ngrams.raw_scores import RawScores
from model.ngrams.shared_words import shared_frequent_words
from model.ngrams.weight_tables import WeightTables, build_weight_tables
from model.policy import Policy
from model.text.text_form import ENGLISH_FORM, TextForm
from model.threads import available_cores

__all__ = ["CalibratedLogOdds", "Classifier", "NgramReader", "PriorChange", "Scores", "assign_labels"]

_SMALLEST_SHARE = 1e-9


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
        values: codes of the weights, int8 or int16, shape (2**bits, heads); see ``WeightTables``.
        scales: what one step of a weight is worth in log-odds, float64, shape (heads,).
        biases: log-odds of a comment without features, float64, shape (heads,).
        form: how the texts are prepared.
    """

    settings: FeatureSettings
    lexicon: npt.NDArray[np.uint32]
    values: Int8Array | Int16Array
    scales: FloatArray
    biases: FloatArray
    form: TextForm = ENGLISH_FORM

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
            words=shared_frequent_words() if self.form.tag is None else (),
        )


@dataclass(frozen=True, slots=True)
class PriorChange:
    """The step from the prior that an artefact was calibrated for to that of a site, by Bayes' rule.

    The scores of fine, toxic and hateful are multiplied by how much more common each label is, and scaled to sum to one (Saerens,
    Latinne & Decaestecker 2002, eq. 2.4). Thresholds follow by less: where abuse is commoner, a comment has to be more probably abusive to
    be called so, but not as much more as abuse is commoner.

    Attributes:
        old: the prior of the artefact.
        new: that of the site.
    """

    old: Prior
    new: Prior

    def scores(self, scores: FloatArray) -> FloatArray:
        """Return the probabilities of fine, toxic and hateful at the new prior, shape (n, 3)."""
        weighted = scores * (_label_shares(self.new) / _label_shares(self.old))
        normalised: FloatArray = weighted / weighted.sum(axis=1, keepdims=True)
        return normalised

    def thresholds(self, rule: LabelThresholds) -> LabelThresholds:
        """Return the label rule at the new prior."""
        of_abusive = _shift(rule.hateful, rule.response * (_log_odds(self.new.hateful) - _log_odds(self.old.hateful)))
        return rule.model_copy(update={"abusive": self._follow(rule.abusive, rule.response), "hateful": of_abusive})

    def policy(self, policy: Policy, rule: LabelThresholds) -> Policy:
        """Return a policy of the artefact at the new prior: what was equal to the threshold of the label rule remains so."""
        review, reject = (
            [self._follow(threshold, rule.response) for threshold in thresholds]
            for thresholds in ((policy.review_abusive, policy.review_hateful), (policy.reject_abusive, policy.reject_hateful))
        )
        return Policy(policy.name, *review, *map(max, review, reject))

    def _follow(self, threshold: float, response: float) -> float:
        return _shift(threshold, response * (_log_odds(self.new.abusive) - _log_odds(self.old.abusive)))

    def rescore(self, raw: RawScores, policy: Policy, rules: Sequence[tuple[npt.NDArray[np.intp], LabelThresholds]]) -> RawScores:
        """Return the scores of n comments at the new prior, and the labels and verdicts that follow.

        Args:
            raw: the scores at the old prior; they stay as they are.
            policy: leads to the verdicts, for the new prior.
            rules: rows and the label rule for them, at the old prior; a later one overrides those before.
        """
        changed, is_judged = raw.copy(), raw.labels >= 0
        scores = self.scores(raw.scores)
        changed.scores[:] = scores
        changed.probabilities[:, HATEFUL_HEAD] = scores[:, 2]
        changed.probabilities[:, ABUSIVE_HEAD] = scores[:, 1] / np.maximum(scores[:, 0] + scores[:, 1], _SMALLEST_SHARE)
        labels = changed.labels.copy()
        for rows, rule in rules:
            labels[rows] = assign_labels(scores[rows], self.thresholds(rule))
        changed.labels[is_judged] = labels[is_judged]
        changed.verdicts[is_judged] = policy.verdicts(1 - scores[:, 0], scores[:, 2])[is_judged]
        return changed


def _label_shares(prior: Prior) -> FloatArray:
    """Return the shares of fine, toxic and hateful comments, shape (3,)."""
    return np.array([1 - prior.abusive, prior.abusive * (1 - prior.hateful), prior.abusive * prior.hateful])


def _log_odds(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def _shift(probability: float, step: float) -> float:
    """Return a probability whose log-odds are moved by a step; 0 and 1 stay."""
    if not 0 < probability < 1:
        return probability
    odds = probability * math.exp(step)
    return min(max(odds / (1 - probability + odds), _SMALLEST_SHARE), 1 - _SMALLEST_SHARE)


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
