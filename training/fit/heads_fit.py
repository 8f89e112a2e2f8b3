"""From rows to a classifier: which heads the rows can teach, their fit, their calibration, and which attributes are fit to publish."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
from model.artefact.manifest import ATTRIBUTE_PREFIX, HEADS, AttributeEvidence, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader
from model.comment import Comment
from model.errors import TableError
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from training.evaluation.source_metrics import auc, auc_low
from training.fit.calibrate import calibrate, calibrate_attribute, calibrate_to_prior, choose_thresholds, rows_by_source
from training.fit.ngram_weights import FitSettings, LinearWeights, fit_weights, quantise
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["LEAST_ANSWERS", "LEAST_AUC", "FittedClassifier", "LearnableLabels", "attribute_evidence", "fit_heads"]

LEAST_ANSWERS = 100
"""How many dev rows of one source must say yes, and how many no, before an attribute can be published."""
LEAST_AUC = 0.85
"""What the lower bound of the AUC on such a source must reach."""

_NEVER, _ALWAYS = 1 - 1e-6, 1e-6
_PLAIN = Calibration(slope=1.0, intercept=0.0)


@dataclass(frozen=True, slots=True)
class LearnableLabels:
    """What the rows to learn from can teach; what they cannot is left at the prior, whatever the comment.

    Attributes:
        abusive: whether some are fine, beside others that are abusive.
        hateful: whether some are hateful, beside others that are not.
        toxic: whether some are abusive and perhaps not hateful, beside others that are fine.
    """

    abusive: bool
    hateful: bool
    toxic: bool

    @classmethod
    def by(cls, rows: Labelled) -> "LearnableLabels":
        """Look through the rows.

        Raises:
            TableError: there is nothing to learn from them.
        """
        fine, abusive, hateful = (rows.abusive == 0).any(), (rows.abusive == 1).any(), (rows.hateful == 1).any()
        if not abusive:
            raise TableError("no row to learn from is toxic or hateful: add some that are")
        if not fine and not (hateful and ((rows.hateful == 0) & (rows.abusive == UNKNOWN)).any()):
            raise TableError("no row to learn from is fine: abuse is learnt beside comments that are none: add some labelled fine")
        return cls(bool(fine), bool(hateful), bool(fine and ((rows.abusive == 1) & (rows.hateful != 1)).any()))

    @property
    def share(self) -> float | None:
        """The threshold on P(hateful) / P(abusive) where the rows leave no choice, else None."""
        return _NEVER if not self.hateful else None if self.toxic else _ALWAYS

    def remarks(self) -> Iterator[str]:
        """Say what was not taught, and what follows."""
        if not self.hateful:
            yield "no row to learn from is hateful: every abusive comment will be called toxic"
        elif not self.abusive:
            yield "no row to learn from is known to be fine: comments will be called hateful or fine, never toxic"
        elif not self.toxic:
            yield "no row to learn from is toxic: every abusive comment will be called hateful"


@dataclass(frozen=True)
class FittedClassifier:
    """A classifier, and why it is as it is.

    Attributes:
        classifier: fitted, calibrated, with thresholds.
        evidence: of the attributes that are published, by name.
        remarks: what the rows could not teach or show, a line each.
    """

    classifier: Classifier
    evidence: dict[str, AttributeEvidence]
    remarks: tuple[str, ...]


def fit_heads(
    learn: Labelled, dev: Labelled, *, settings: FitSettings, prior: Prior, progress: Callable[[float], None]
) -> FittedClassifier:
    """Make a classifier of labelled rows.

    Args:
        learn: what the weights are fitted on.
        dev: what calibration, thresholds and the choice of attributes go by.
        settings: how the weights are fitted.
        prior: how common abuse is where the classifier will judge.
        progress: is told the share of the work that is done.

    Raises:
        TableError: there is nothing to learn from ``learn``.
    """
    taught = LearnableLabels.by(learn)
    possible = tuple(name for name in sorted(learn.attributes) if _judges(dev, name))
    linear = _fit(learn, taught, settings, possible, progress)
    texts = prepare([Comment("", text) for text in dev.text])
    classifier = _classifier(linear, settings, prior, possible)
    log_odds = classifier.calibrated_log_odds(texts).log_odds
    classifier, evidence = _published(classifier, possible, dev, log_odds)
    otherwise = calibrate_to_prior(learn, prior, sharing=settings.sharing)
    first, second = calibrate(log_odds[:, :2], dev, prior, otherwise=otherwise)
    classifier = replace(classifier, calibration={**classifier.calibration, HEADS[0]: first, HEADS[1]: second})
    thresholds = choose_thresholds(classifier.score(texts).scores, dev, hateful=taught.share)
    return FittedClassifier(replace(classifier, thresholds=thresholds), evidence, (*taught.remarks(), *_lacking(dev, taught)))


def _fit(
    learn: Labelled, taught: LearnableLabels, settings: FitSettings, attributes: tuple[str, ...], progress: Callable[[float], None]
) -> LinearWeights:
    """Fit all heads; one that was taught nothing weighs nothing."""
    if not taught.hateful:
        # So that what is abusive teaches the second head alone.
        learn = replace(learn, hateful=np.zeros_like(learn.hateful))
    linear = fit_weights(learn, settings=settings, attributes=attributes, progress=progress)
    heads = np.array([taught.hateful, taught.abusive, *(True for _ in attributes)])
    return LinearWeights(np.where(heads, linear.values, np.float32(0)), np.where(heads, linear.biases, 0.0))


def _classifier(linear: LinearWeights, settings: FitSettings, prior: Prior, attributes: tuple[str, ...]) -> Classifier:
    small = quantise(linear.values)
    reader = NgramReader(settings.features, load_lexicon(), small.values, small.scales, linear.biases)
    heads = (*HEADS, *(ATTRIBUTE_PREFIX + name for name in attributes))
    return Classifier(heads, reader, dict.fromkeys(heads, _PLAIN), LabelThresholds(abusive=0.5, hateful=0.5), prior)


def _published(
    whole: Classifier, attributes: tuple[str, ...], dev: Labelled, log_odds: FloatArray
) -> tuple[Classifier, dict[str, AttributeEvidence]]:
    """Keep those attribute heads whose quality is shown, calibrated."""
    found = {name: attribute_evidence(dev, name, log_odds[:, 2 + at]) for at, name in enumerate(attributes)}
    evidence = {name: shown for name, shown in found.items() if shown is not None and shown.auc_low >= LEAST_AUC}
    kept = [2 + attributes.index(name) for name in evidence]
    columns = [0, 1, *kept]
    reader = whole.reader
    reader = replace(reader, values=reader.values[:, columns].copy(), scales=reader.scales[columns], biases=reader.biases[columns])
    calibration = dict.fromkeys(HEADS, _PLAIN) | {
        ATTRIBUTE_PREFIX + name: calibrate_attribute(log_odds[:, at], dev.attributes[name], share=whole.prior.abusive)
        for name, at in zip(evidence, kept, strict=True)
    }
    return replace(whole, heads=tuple(calibration), reader=reader, calibration=calibration), evidence


def _judges(dev: Labelled, name: str) -> dict[str, npt.NDArray[np.intp]]:
    """Return the rows of each source that can show the quality of an attribute."""
    answers = dev.attributes.get(name, np.full(len(dev), UNKNOWN, np.int8))
    known = {source: of[answers[of] >= 0] for source, of in rows_by_source(dev).items()}
    return {source: of for source, of in known.items() if np.bincount(answers[of], minlength=2).min() >= LEAST_ANSWERS}


def attribute_evidence(dev: Labelled, name: str, log_odds: FloatArray) -> AttributeEvidence | None:
    """Return how well an attribute head does on the source that shows it best, None if no source has enough answers.

    Args:
        dev: n rows that the head was not fitted on.
        name: of the attribute.
        log_odds: of the head, shape (n,).
    """
    found = []
    for source, of in _judges(dev, name).items():
        answers = dev.attributes[name][of]
        yes, no = int((answers == 1).sum()), int((answers == 0).sum())
        area = auc(answers, log_odds[of]) or 0.0
        low = max(0.0, auc_low(area, positives=yes, negatives=no))
        found.append(AttributeEvidence(source=source, positives=yes, negatives=no, auc=area, auc_low=low))
    return max(found, key=lambda evidence: evidence.auc_low, default=None)


def _lacking(dev: Labelled, taught: LearnableLabels) -> Iterator[str]:
    """Say which questions the dev rows do not answer both ways, though they were taught."""
    for question, wanted, answers in (("abusive", taught.abusive, dev.abusive), ("hateful", taught.hateful, dev.hateful)):
        for answer, words in ((1, f"is {question}"), (0, f"is known not to be {question}")):
            if wanted and not (answers == answer).any():
                yield f"no dev row {words}: P({question}) is not calibrated, only set to the prior"
