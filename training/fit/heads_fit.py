"""Fits and calibrates the heads of a classifier that the rows can teach."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from model.artefact.manifest import ATTRIBUTE_PREFIX, HEADS, AttributeEvidence, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader
from model.comment import Comment
from model.errors import TableError
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.fit.attribute_fit import AttributeHeads, fit_attributes
from training.fit.calibrate import calibrate, calibrate_to_prior
from training.fit.label_thresholds import choose_thresholds
from training.fit.ngram_weights import FitSettings, LinearWeights, fit_weights, quantise
from training.label_noise.known_labels import KnownLabels
from training.metrics.halves import choosing_rows
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["FittedClassifier", "LearnableLabels", "fit_heads"]

_NEVER_HATEFUL, _ALWAYS_HATEFUL = 1 - 1e-6, 1e-6  # thresholds on P(hateful) / P(abusive): no, or every, abusive comment is called hateful
_UNCALIBRATED = Calibration(slope=1.0, intercept=0.0)
_LABEL_HEADS = len(HEADS)


@dataclass(frozen=True, slots=True)
class LearnableLabels:
    """The labels that some rows can teach; a head that they cannot teach gives every comment the prior.

    Attributes:
        abusive: whether fine and abusive rows are there.
        hateful: whether hateful rows, and others, are there.
        toxic: whether fine rows, and abusive ones not known to be hateful, are there.
    """

    abusive: bool
    hateful: bool
    toxic: bool

    @classmethod
    def from_rows(cls, rows: Labelled) -> "LearnableLabels":
        """Return the labels that the rows can teach.

        Raises:
            TableError: they teach none.
        """
        fine, abusive, hateful = (rows.abusive == 0).any(), (rows.abusive == 1).any(), (rows.hateful == 1).any()
        if not abusive:
            raise TableError("no row to learn from is toxic or hateful: add some that are")
        if not fine and not (hateful and ((rows.hateful == 0) & (rows.abusive == UNKNOWN)).any()):
            raise TableError("no row to learn from is fine: abuse is learnt beside comments that are none: add some labelled fine")
        return cls(bool(fine), bool(hateful), bool(fine and ((rows.abusive == 1) & (rows.hateful != 1)).any()))

    @property
    def hateful_threshold(self) -> float | None:
        """The threshold on P(hateful) / P(abusive) if the rows leave no choice, else None."""
        if not self.hateful:
            return _NEVER_HATEFUL
        return None if self.toxic else _ALWAYS_HATEFUL

    def remarks(self) -> Iterator[str]:
        """Yield a line for each label that cannot be learnt, with the consequence."""
        if not self.hateful:
            yield "no row to learn from is hateful: every abusive comment will be called toxic"
        elif not self.abusive:
            yield "no row to learn from is known to be fine: comments will be called hateful or fine, never toxic"
        elif not self.toxic:
            yield "no row to learn from is toxic: every abusive comment will be called hateful"


@dataclass(frozen=True)
class FittedClassifier:
    """A classifier, and the evidence for its attributes.

    Attributes:
        classifier: fitted, calibrated, with thresholds.
        evidence: attribute → evidence, for the published ones.
        remarks: what the rows did not suffice for, a line each.
    """

    classifier: Classifier
    evidence: Mapping[str, AttributeEvidence]
    remarks: tuple[str, ...]


def fit_heads(
    learn: Labelled,
    dev: Labelled,
    *,
    settings: FitSettings,
    prior: Prior,
    progress: Callable[[float], None],
    known: KnownLabels | None = None,
    inherited: AttributeHeads | None = None,
) -> FittedClassifier:
    """Fit a classifier to labelled rows.

    Args:
        learn: rows that the weights are fitted to.
        dev: rows by which calibration and thresholds are chosen, on one half of those that were read again, if some were.
        settings: how the weights are fitted.
        prior: the shares of abusive and hateful comments to calibrate for.
        progress: called with the share of the work that is done.
        known: what is known of the labels of ``learn``; None for what their answers say.
        inherited: the attribute heads of the artefact whose encoder joins, for the attributes that the rows cannot teach.

    Raises:
        TableError: there is nothing to learn from ``learn``.
    """
    learnable = LearnableLabels.from_rows(learn)
    weights = _fit_learnable_heads(learn, learnable, settings=settings, known=known, progress=lambda share: progress(share / 2))
    attributes = fit_attributes(learn, dev, settings=settings, prior=prior, known=known, progress=lambda share: progress(0.5 + share / 2))
    progress(1.0)
    if inherited is not None:
        attributes = attributes.with_inherited(inherited)
    texts = prepare([Comment("", text) for text in dev.text])
    classifier = _build_classifier(weights, attributes, settings=settings, prior=prior)
    # Not calibrated so far, as the label heads are not.
    log_odds = classifier.raw_scores(texts).log_odds
    otherwise = calibrate_to_prior(learn, prior, sharing=settings.sharing)
    chosen_by = choosing_rows(dev)
    choosing = dev.take(chosen_by)
    hateful, abusive = calibrate(log_odds[chosen_by, :_LABEL_HEADS], choosing, prior, otherwise=otherwise)
    classifier = replace(classifier, calibration={**classifier.calibration, HEADS[0]: hateful, HEADS[1]: abusive})
    scores = classifier.score([texts[row] for row in chosen_by]).scores
    thresholds = choose_thresholds(scores, choosing, prior=prior, hateful=learnable.hateful_threshold)
    remarks = (*learnable.remarks(), *_uncalibrated_questions(dev, learnable))
    return FittedClassifier(replace(classifier, thresholds=thresholds), attributes.evidence, remarks)


def _fit_learnable_heads(
    learn: Labelled,
    learnable: LearnableLabels,
    *,
    settings: FitSettings,
    known: KnownLabels | None,
    progress: Callable[[float], None],
) -> LinearWeights:
    """Fit the label heads; the weights of one that the rows cannot teach are 0."""
    if not learnable.hateful:
        # Otherwise abusive rows of unknown hatefulness would also train the first head.
        learn = replace(learn, hateful=np.zeros_like(learn.hateful))
    weights = fit_weights(learn, settings=settings, known=known, progress=progress)
    is_learnable = np.array([learnable.hateful, learnable.abusive])
    return LinearWeights(np.where(is_learnable, weights.values, np.float32(0)), np.where(is_learnable, weights.biases, 0.0))


def _build_classifier(weights: LinearWeights, attributes: AttributeHeads, *, settings: FitSettings, prior: Prior) -> Classifier:
    """Return a classifier with the weights in 8 bits, its label heads not calibrated."""
    quantised = quantise(weights.values)
    reader = NgramReader(
        settings.features,
        load_lexicon(),
        np.hstack([quantised.values, attributes.values]),
        np.concatenate([quantised.scales, attributes.scales]),
        np.concatenate([weights.biases, attributes.biases]),
    )
    calibration = dict.fromkeys(HEADS, _UNCALIBRATED) | {
        ATTRIBUTE_PREFIX + name: head_map for name, head_map in attributes.calibration.items()
    }
    return Classifier(tuple(calibration), reader, calibration, LabelThresholds(abusive=0.5, hateful=0.5), prior)


def _uncalibrated_questions(dev: Labelled, learnable: LearnableLabels) -> Iterator[str]:
    """Yield a line for each answer that was learnt although no dev row gives it."""
    for question, is_learnable, answers in (("abusive", learnable.abusive, dev.abusive), ("hateful", learnable.hateful, dev.hateful)):
        for answer, words in ((1, f"is {question}"), (0, f"is known not to be {question}")):
            if is_learnable and not (answers == answer).any():
                yield f"no dev row {words}: P({question}) is not calibrated, only set to the prior"
