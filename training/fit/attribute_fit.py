"""Fits, measures and calibrates the attribute heads of the n-grams.

Far fewer rows answer an attribute than have a label, and what a label head has learnt of a comment says much of its attributes. So a head
starts from two label heads that are fitted for this purpose on the rows that answer no attribute: it is the sum of these two, each times a
factor, and of weights of its own, fitted together by logistic regression to the rows that do answer. (On the dev rows of the corpus that
raises the AUC by 0.03 for insults and threats and by 0.05 for severe abuse.)

Every head is measured on rows that it was not fitted on: dev rows, and rows to learn from, each by a fit without it. Of fine rows only a
few are read for attributes, so the rows are weighted: fine, toxic and hateful ones have the shares that they have among all rows. To
calibrate, they have their shares under the prior: at the stated prior, an attribute is as common as these rows then say. Where rows
were read again, they alone count here. What their sources say of further rows, by definitions of their own, teaches with a small weight.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from model.array_types import FloatArray, Int8Array
from model.artefact.folder import StoredArtefact
from model.artefact.manifest import ATTRIBUTE_PREFIX, AttributeEvidence, Calibration, Prior
from model.comment import LABELS
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.heads import LABEL_HEADS
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from model.threads import available_cores
from training.fit.calibrate import calibrate_attribute
from training.fit.feature_matrix import build_feature_matrix
from training.fit.ngram_weights import FitSettings, LinearWeights, fit_on_base, fit_weights, quantise
from training.label_noise.known_labels import KnownLabels
from training.metrics.weighted_auc import weighted_auc
from training.tables.labelled import UNKNOWN, Labelled
from training.tables.source_rows import has_both_answers

__all__ = [
    "ATTRIBUTE_ORDER",
    "LEAST_ANSWERS",
    "LEAST_AUC",
    "AttributeHeads",
    "attribute_evidence",
    "fit_attributes",
    "inherit_attributes",
    "label_shares",
    "measured_weights",
    "prior_shares",
]

ATTRIBUTE_ORDER = ("insult", "threat", "profanity", "sexually_explicit", "severe_toxicity")
"""The attributes of the shipped model in the order of their heads, in the n-grams and in the encoder. Others follow by name."""
LEAST_ANSWERS = 100
"""How many rows must answer yes, and no, for an attribute to be published."""
LEAST_AUC = 0.75
"""The least lower bound of its AUC by the n-grams alone. Half of the corpus' rows with answers were drawn because models err on them: on
rows drawn at random the same heads have 0.03 to 0.05 more, and with the encoder more again."""

_FEATURES_OF_A_WEIGHT = ("shortest", "longest", "words", "pairs", "letters")  # the settings on which depends what a weight means
_FOLDS = 3
_BASE_EPOCHS = 3  # of the label heads that the attributes start from
_EPOCHS, _DAMPING = 2, 3  # times those of the label heads, since there are few rows
_HEARSAY_WEIGHT = 0.2  # of a row whose answers are those of a source of which other rows were read again


@dataclass(frozen=True)
class AttributeHeads:
    """Attribute heads of the n-grams.

    Attributes:
        values: codes of their weights, int8, shape (2**bits, heads).
        scales: what one step of a weight is worth, shape (heads,).
        biases: log-odds of a comment without features, shape (heads,).
        calibration: attribute → map of its log-odds, in the order of the heads.
        evidence: attribute → why it is published.
    """

    values: Int8Array
    scales: FloatArray
    biases: FloatArray
    calibration: Mapping[str, Calibration]
    evidence: Mapping[str, AttributeEvidence]

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes, in the order of the heads."""
        return tuple(self.calibration)

    def take(self, names: Sequence[str]) -> Self:
        """Return these heads alone, in this order."""
        columns = [self.names.index(name) for name in names]
        calibration, evidence = {name: self.calibration[name] for name in names}, {name: self.evidence[name] for name in names}
        return type(self)(self.values[:, columns], self.scales[columns], self.biases[columns], calibration, evidence)

    def with_inherited(self, other: Self) -> Self:
        """Return these heads and those of another artefact that are missing here, in the order of the other's, then of these."""
        missing = other.take([name for name in other.names if name not in self.names])
        joined = type(self)(
            np.hstack([missing.values, self.values]),
            np.concatenate([missing.scales, self.scales]),
            np.concatenate([missing.biases, self.biases]),
            {**missing.calibration, **self.calibration},
            {**missing.evidence, **self.evidence},
        )
        return joined.take([*other.names, *(name for name in self.names if name not in other.names)])


def inherit_attributes(stored: StoredArtefact, settings: FeatureSettings, *, encoder_heads: int) -> AttributeHeads:
    """Return the attribute heads of an artefact for n-grams with these settings, which its encoder joins.

    An attribute that was measured on a single source, as those of old artefacts were, is only kept if the encoder has it too. Where the
    features are others, the weights mean nothing here. Then a head that the encoder has too gets none: the n-grams say how common the
    attribute is, and the encoder alone tells comments apart.
    """
    manifest = stored.manifest
    names = [head.removeprefix(ATTRIBUTE_PREFIX) for head in manifest.heads[LABEL_HEADS:]]
    old = FeatureSettings(**manifest.features)  # type: ignore[arg-type]
    values, scales, biases = (stored.arrays[str(manifest.readers[0][key])] for key in ("weights", "scales", "biases"))
    if encoder_heads == LABEL_HEADS:
        names = [name for name in names if manifest.attributes[name].source is None]
    calibration = {name: manifest.calibration[ATTRIBUTE_PREFIX + name] for name in names}
    evidence = {name: manifest.attributes[name] for name in names}
    columns = [manifest.heads.index(ATTRIBUTE_PREFIX + name) for name in names]
    if old.bits <= settings.bits and all(getattr(old, name) == getattr(settings, name) for name in _FEATURES_OF_A_WEIGHT):
        # A bucket is the upper bits of a hash: a table of twice the size holds every weight twice.
        spread = np.repeat(values[:, columns], 1 << (settings.bits - old.bits), axis=0)
        return AttributeHeads(spread, scales[columns].astype(np.float64), biases[columns].astype(np.float64), calibration, evidence)
    # Without weights, the bias alone has to give what is calibrated to how common the attribute is.
    names = names[: encoder_heads - LABEL_HEADS]
    shares = np.array([manifest.attributes[name].share or manifest.prior.abusive for name in names])
    maps = [calibration[name] for name in names]
    biases = (np.log(shares / (1 - shares)) - [head_map.intercept for head_map in maps]) / np.array([head_map.slope for head_map in maps])
    return AttributeHeads(
        np.zeros((1 << settings.bits, len(names)), np.int8),
        np.ones(len(names)),
        biases,
        {name: calibration[name] for name in names},
        {name: manifest.attributes[name] for name in names},
    )


def fit_attributes(
    learn: Labelled,
    dev: Labelled,
    *,
    settings: FitSettings,
    prior: Prior,
    known: KnownLabels | None = None,
    progress: Callable[[float], None] | None = None,
) -> AttributeHeads:
    """Fit the attributes that enough rows answer, and return the heads that can tell comments apart; it may be none.

    Args:
        learn: rows that the weights are fitted to.
        dev: rows that measure and calibrate, and are not fitted to.
        settings: how the weights are fitted.
        prior: the shares of abusive and hateful comments to measure and calibrate for.
        known: what is known of the labels of ``learn``; None for what their answers say.
        progress: called with the share of the work that is done.
    """
    report = progress or (lambda share: None)
    names = [name for name in _in_order(learn.attributes) if _is_learnable(learn, dev, name)]
    answers, dev_answers = _answer_columns(learn, names), _answer_columns(dev, names)
    answering, judging = np.flatnonzero((answers >= 0).any(axis=1)), np.flatnonzero((dev_answers >= 0).any(axis=1))
    if not names:
        return AttributeHeads(np.zeros((1 << settings.features.bits, 0), np.int8), np.zeros(0), np.zeros(0), {}, {})
    own_settings = replace(settings, epochs=_EPOCHS * settings.epochs, damping=_DAMPING * settings.damping)
    base = _fit_base(learn, np.flatnonzero((answers < 0).all(axis=1)), settings=settings, known=known)
    report(1 / (_FOLDS + 2))
    rows, answers = learn.take(answering), answers[answering]
    read_sources = {source for source, reread in zip(rows.source, rows.reread, strict=True) if reread}
    is_hearsay = ~rows.reread & np.array([source in read_sources for source in rows.source])
    weights = np.where(is_hearsay, _HEARSAY_WEIGHT, 1.0) * rows.weight
    features, dev_features = _features(rows, settings.features), _features(dev.take(judging), settings.features)
    folds = np.random.default_rng(settings.seed).permutation(len(rows)) % _FOLDS
    log_odds = np.empty(answers.shape)
    for fold in range(_FOLDS):
        linear = fit_on_base(features, answers, np.where(folds == fold, 0.0, weights), base=base, settings=own_settings)
        log_odds[folds == fold] = features[folds == fold] @ linear.values + linear.biases
        report((fold + 2) / (_FOLDS + 2))
    linear = fit_on_base(features, answers, weights, base=base, settings=own_settings)
    report(1.0)
    quantised = quantise(linear.values)
    measured = Labelled.concat([rows, dev.take(judging)])
    log_odds = np.vstack([log_odds, dev_features @ linear.values + linear.biases])
    shares = label_shares(Labelled.concat([learn, dev]))
    calibration, evidence = {}, {}
    for column, name in enumerate(names):
        of_row = measured.attributes[name]
        found = attribute_evidence(measured, of_row, log_odds[:, column], shares=shares, prior=prior)
        if found is not None and found.auc_low >= LEAST_AUC:
            counted = measured_weights(measured, of_row, prior_shares(prior))
            calibration[name] = calibrate_attribute(log_odds[:, column], of_row, weights=counted)
            evidence[name] = found
    columns = [names.index(name) for name in evidence]
    return AttributeHeads(quantised.values[:, columns], quantised.scales[columns], linear.biases[columns], calibration, evidence)


def label_shares(rows: Labelled) -> FloatArray:
    """Return the shares of fine, toxic and hateful among rows, those that were read again if some were; shape (3,)."""
    labels = rows.label[rows.reread] if rows.reread.any() else rows.label
    counts = np.bincount(labels[labels != UNKNOWN], minlength=len(LABELS))
    shares: FloatArray = counts / max(1, counts.sum())
    return shares


def prior_shares(prior: Prior) -> FloatArray:
    """Return the shares of fine, toxic and hateful that a prior states, shape (3,)."""
    hateful = prior.abusive * prior.hateful
    return np.array([1 - prior.abusive, prior.abusive - hateful, hateful])


def measured_weights(rows: Labelled, answers: Int8Array, shares: FloatArray) -> FloatArray:
    """Return what each row counts when an attribute is measured or calibrated; 0 for rows that do not answer; shape (n,), sum 1.

    Where rows were read again, the others weigh nothing; where no row that answers has a label, all weigh the same.

    Args:
        rows: n comments.
        answers: 1, 0 or -1 (unknown), shape (n,).
        shares: what the rows of each label weigh together, shape (3,).
    """
    counted = answers != UNKNOWN
    if (counted & rows.reread).any():
        counted &= rows.reread
    labels = np.where((rows.label == UNKNOWN) & (rows.abusive == 1), 1, rows.label)
    weights = np.zeros(len(rows))
    for label, share in enumerate(shares.tolist()):
        members = counted & (labels == label)
        if members.any():
            weights[members] = share / members.sum()
    if not has_both_answers(answers[weights > 0]):
        weights = counted.astype(np.float64)
    normalised: FloatArray = weights / max(weights.sum(), 1e-300)
    return normalised


def attribute_evidence(
    rows: Labelled, answers: Int8Array, log_odds: FloatArray, *, shares: FloatArray, prior: Prior, least: int = LEAST_ANSWERS
) -> AttributeEvidence | None:
    """Return the evidence for an attribute head, pooled over sources; None where too few rows answer.

    Args:
        rows: n rows that the log-odds of the head were not fitted on.
        answers: 1, 0 or -1 (unknown), shape (n,).
        log_odds: shape (n,).
        shares: what the rows of each label weigh together, shape (3,).
        prior: the shares of abusive and hateful comments where the attribute's own share is stated.
        least: how many rows must answer yes, and no.
    """
    weights = measured_weights(rows, answers, shares)
    counted = weights > 0
    yes = answers[counted] == 1
    if min(int(yes.sum()), int((~yes).sum())) < least:
        return None
    area = weighted_auc(yes, log_odds[counted], weights[counted])
    return AttributeEvidence(
        positives=int(yes.sum()),
        negatives=int((~yes).sum()),
        auc=area.value,
        auc_low=area.low or 0.0,
        auc_high=area.high,
        share=float(measured_weights(rows, answers, prior_shares(prior))[answers == 1].sum()),
    )


def _in_order(names: Mapping[str, Int8Array]) -> list[str]:
    return [*(name for name in ATTRIBUTE_ORDER if name in names), *sorted(set(names).difference(ATTRIBUTE_ORDER))]


def _is_learnable(learn: Labelled, dev: Labelled, name: str) -> bool:
    answers = np.concatenate([learn.attributes[name], dev.attributes.get(name, np.zeros(0, np.int8))])
    return min(int((answers == 1).sum()), int((answers == 0).sum())) >= LEAST_ANSWERS and has_both_answers(learn.attributes[name])


def _answer_columns(rows: Labelled, names: Sequence[str]) -> Int8Array:
    unknown = np.full(len(rows), UNKNOWN, np.int8)
    return np.array([rows.attributes.get(name, unknown) for name in names], np.int8).reshape(len(names), len(rows)).T.copy()


def _features(rows: Labelled, settings: FeatureSettings) -> csr_matrix:
    packed = pack_bytes(prepare(rows.comments()))
    return build_feature_matrix(packed, settings=settings, lexicon=load_lexicon(), threads=available_cores())


def _fit_base(learn: Labelled, others: npt.NDArray[np.intp], *, settings: FitSettings, known: KnownLabels | None) -> LinearWeights:
    """Return the label heads of the rows that answer no attribute; weights of 0 where these teach nothing."""
    rows = learn.take(others)
    if not ((rows.abusive == 1).any() and (rows.abusive == 0).any()):
        return LinearWeights(np.zeros((1 << settings.features.bits, LABEL_HEADS), np.float32), np.zeros(LABEL_HEADS))
    some = None if known is None else KnownLabels(known.weights[others], known.is_distribution[others])
    return fit_weights(rows, settings=replace(settings, epochs=min(settings.epochs, _BASE_EPOCHS)), known=some)
