"""Fits and calibrates the heads of a classifier that the rows can teach, and chooses the attributes that are worth publishing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.array_types import FloatArray
from model.artefact.manifest import ATTRIBUTE_PREFIX, HEADS, AttributeEvidence, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader
from model.comment import Comment
from model.errors import TableError
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.fit.calibrate import calibrate, calibrate_attribute, calibrate_to_prior
from training.fit.label_thresholds import choose_thresholds
from training.fit.ngram_weights import FitSettings, LinearWeights, fit_weights, quantise
from training.label_noise.known_labels import KnownLabels
from training.metrics.halves import choosing_rows
from training.metrics.source_metrics import auc, auc_low
from training.tables.labelled import UNKNOWN, Labelled
from training.tables.source_rows import rows_by_source

__all__ = ["LEAST_ANSWERS", "LEAST_AUC", "FittedClassifier", "LearnableLabels", "attribute_evidence", "fit_heads"]

LEAST_ANSWERS = 100
"""The number of dev rows of one source that must answer yes, and no, for an attribute to be published."""
LEAST_AUC = 0.85
"""The least lower bound of the AUC on such a source."""

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
    evidence: dict[str, AttributeEvidence]
    remarks: tuple[str, ...]


def fit_heads(
    learn: Labelled,
    dev: Labelled,
    *,
    settings: FitSettings,
    prior: Prior,
    progress: Callable[[float], None],
    known: KnownLabels | None = None,
) -> FittedClassifier:
    """Fit a classifier to labelled rows.

    Args:
        learn: rows that the weights are fitted to.
        dev: rows by which calibration, thresholds and the attributes to publish are chosen; the first two on one half of those that
            were read again, if some were.
        settings: how the weights are fitted.
        prior: the shares of abusive and hateful comments to calibrate for.
        progress: called with the share of the work that is done.
        known: what is known of the labels of ``learn``; None for what their answers say.

    Raises:
        TableError: there is nothing to learn from ``learn``.
    """
    learnable = LearnableLabels.from_rows(learn)
    attributes = tuple(name for name in sorted(learn.attributes) if _evidence_rows(dev, name))
    weights = _fit_learnable_heads(learn, learnable, settings=settings, attributes=attributes, known=known, progress=progress)
    texts = prepare([Comment("", text) for text in dev.text])
    classifier = _build_classifier(weights, settings=settings, prior=prior, attributes=attributes)
    log_odds = classifier.calibrated_log_odds(texts).log_odds
    classifier, evidence = _publish_attributes(classifier, attributes, dev, log_odds)
    otherwise = calibrate_to_prior(learn, prior, sharing=settings.sharing)
    chosen_by = choosing_rows(dev)
    choosing = dev.take(chosen_by)
    hateful, abusive = calibrate(log_odds[chosen_by, :_LABEL_HEADS], choosing, prior, otherwise=otherwise)
    classifier = replace(classifier, calibration={**classifier.calibration, HEADS[0]: hateful, HEADS[1]: abusive})
    scores = classifier.score([texts[row] for row in chosen_by]).scores
    thresholds = choose_thresholds(scores, choosing, prior=prior, hateful=learnable.hateful_threshold)
    remarks = (*learnable.remarks(), *_uncalibrated_questions(dev, learnable))
    return FittedClassifier(replace(classifier, thresholds=thresholds), evidence, remarks)


def _fit_learnable_heads(
    learn: Labelled,
    learnable: LearnableLabels,
    *,
    settings: FitSettings,
    attributes: tuple[str, ...],
    known: KnownLabels | None,
    progress: Callable[[float], None],
) -> LinearWeights:
    """Fit all heads; the weights of a head that the rows cannot teach are 0."""
    if not learnable.hateful:
        # Otherwise abusive rows of unknown hatefulness would also train the first head.
        learn = replace(learn, hateful=np.zeros_like(learn.hateful))
    weights = fit_weights(learn, settings=settings, attributes=attributes, known=known, progress=progress)
    is_learnable = np.array([learnable.hateful, learnable.abusive, *(True for _ in attributes)])
    return LinearWeights(np.where(is_learnable, weights.values, np.float32(0)), np.where(is_learnable, weights.biases, 0.0))


def _build_classifier(weights: LinearWeights, *, settings: FitSettings, prior: Prior, attributes: tuple[str, ...]) -> Classifier:
    """Return an uncalibrated classifier with the weights in 8 bits."""
    quantised = quantise(weights.values)
    reader = NgramReader(settings.features, load_lexicon(), quantised.values, quantised.scales, weights.biases)
    heads = (*HEADS, *(ATTRIBUTE_PREFIX + name for name in attributes))
    return Classifier(heads, reader, dict.fromkeys(heads, _UNCALIBRATED), LabelThresholds(abusive=0.5, hateful=0.5), prior)


def _publish_attributes(
    classifier: Classifier, attributes: tuple[str, ...], dev: Labelled, log_odds: FloatArray
) -> tuple[Classifier, dict[str, AttributeEvidence]]:
    """Return a classifier without the attribute heads that lack evidence, the others calibrated, and the evidence for these."""
    candidates = {name: attribute_evidence(dev, name, log_odds[:, _LABEL_HEADS + number]) for number, name in enumerate(attributes)}
    evidence = {name: candidate for name, candidate in candidates.items() if candidate is not None and candidate.auc_low >= LEAST_AUC}
    published_columns = [_LABEL_HEADS + attributes.index(name) for name in evidence]
    columns = [*range(_LABEL_HEADS), *published_columns]
    reader = classifier.reader
    reader = replace(reader, values=reader.values[:, columns].copy(), scales=reader.scales[columns], biases=reader.biases[columns])
    calibration = dict.fromkeys(HEADS, _UNCALIBRATED) | {
        ATTRIBUTE_PREFIX + name: calibrate_attribute(log_odds[:, column], dev.attributes[name], share=classifier.prior.abusive)
        for name, column in zip(evidence, published_columns, strict=True)
    }
    return replace(classifier, heads=tuple(calibration), reader=reader, calibration=calibration), evidence


def _evidence_rows(dev: Labelled, name: str) -> dict[str, NDArray[np.intp]]:
    """Return source → numbers of the rows that answer an attribute, for sources with enough of them to measure it."""
    answers = dev.attributes.get(name, np.full(len(dev), UNKNOWN, np.int8))
    answered = {source: rows[answers[rows] >= 0] for source, rows in rows_by_source(dev).items()}
    return {source: rows for source, rows in answered.items() if np.bincount(answers[rows], minlength=2).min() >= LEAST_ANSWERS}


def attribute_evidence(dev: Labelled, name: str, log_odds: FloatArray) -> AttributeEvidence | None:
    """Return the evidence for an attribute head on the source where it does best; None if no source has enough answers.

    Args:
        dev: n rows that the head was not fitted on.
        name: the name of the attribute.
        log_odds: of the head, shape (n,).
    """
    by_source = []
    for source, rows in _evidence_rows(dev, name).items():
        answers = dev.attributes[name][rows]
        yes, no = int((answers == 1).sum()), int((answers == 0).sum())
        area = auc(answers, log_odds[rows]) or 0.0
        low = max(0.0, auc_low(area, positives=yes, negatives=no))
        by_source.append(AttributeEvidence(source=source, positives=yes, negatives=no, auc=area, auc_low=low))
    return max(by_source, key=lambda evidence: evidence.auc_low, default=None)


def _uncalibrated_questions(dev: Labelled, learnable: LearnableLabels) -> Iterator[str]:
    """Yield a line for each answer that was learnt although no dev row gives it."""
    for question, is_learnable, answers in (("abusive", learnable.abusive, dev.abusive), ("hateful", learnable.hateful, dev.hateful)):
        for answer, words in ((1, f"is {question}"), (0, f"is known not to be {question}")):
            if is_learnable and not (answers == answer).any():
                yield f"no dev row {words}: P({question}) is not calibrated, only set to the prior"
