"""Fits the combination of the log-odds of encoder and n-grams, on dev rows, which neither of the two has learnt from.

Retraining on the labels of a site refits the n-grams and this combination, in seconds; the encoder stays unchanged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray
from model.artefact.field_types import Scalar
from model.artefact.folder import read_artefact
from model.artefact.manifest import AttributeEvidence, Calibration, LabelThresholds
from model.classifier import Classifier
from model.comment import Comment
from model.encoder.combined import ENCODER, CombinedReader
from model.encoder.session import EncoderReader
from model.encoder.threat_rule import find_threat_head
from model.errors import ArtefactError
from model.moderator import Moderator
from model.ngrams.heads import LABEL_HEADS
from model.normaliser.version import normaliser_version
from model.profile import DEFAULT_RISK, Profile
from model.text.pipeline import prepare
from model.threads import available_cores
from training.both_readers.cascade_risk import CascadeScores, cascade_curve
from training.both_readers.long_reading import fit_passage_discount, read_clean_texts, read_long_rows, scores_from_log_odds
from training.fit.attribute_combination import answers_to, fit_attribute, measure_attribute
from training.fit.attribute_fit import measured_weights, prior_shares
from training.fit.calibrate import calibrate
from training.fit.label_thresholds import choose_thresholds
from training.metrics.halves import choosing_rows
from training.tables.labelled import Labelled

__all__ = [
    "FittedCombination",
    "describe_encoder",
    "fit_alone",
    "fit_combination",
    "fit_reader_weights",
    "head_answers",
    "read_encoder",
]

_FEWEST_ANSWERS = 50  # of yes, and of no; with fewer, both readers have the same weight
_EQUAL_WEIGHTS = (0.5, 0.5)
_UNCALIBRATED = (Calibration(slope=1.0, intercept=0.0), Calibration(slope=1.0, intercept=0.0))
_LEAST_VARIANCE = 1e-12
_INTERCEPT_SCALE = 10.0  # so large that the ridge of the regression leaves the intercepts of sources alone


@dataclass(frozen=True, slots=True)
class HeadAnswers:
    """The answers of rows to the question of one head.

    Attributes:
        rows: numbers of the rows that answer, shape (n,).
        yes: whether each of them answers yes, shape (n,).
    """

    rows: npt.NDArray[np.intp]
    yes: BoolArray


def read_encoder(folder: Path) -> tuple[CombinedReader, dict[str, npt.NDArray[Any]]]:
    """Read the encoder of an artefact, and the arrays that it consists of.

    Raises:
        ArtefactError: the artefact cannot be read, was made for another normaliser, or holds no encoder.
    """
    stored = read_artefact(folder, normaliser=normaliser_version())
    combined = Moderator(stored, profile=Profile.FULL).combined if len(stored.manifest.readers) > 1 else None
    if combined is None:
        raise ArtefactError(f"{folder}: holds no encoder: name an artefact that does")
    entry = stored.manifest.readers[1]
    return combined, {f"{name}.npy": stored.arrays[str(entry[name])] for name in ("network", "pieces")}


def describe_encoder(combined: CombinedReader) -> tuple[dict[str, Scalar], dict[str, npt.NDArray[Any]]]:
    """Return the entry of an encoder in a manifest, and its arrays besides network and pieces."""
    files = {"network": "network.npy", "pieces": "pieces.npy", "combination": "combination.npy", "curve": "curve.npy"}
    thresholds = combined.thresholds.model_dump()
    discounts = {"window_discount": combined.window_discount, "passage_discount": combined.passage_discount}
    entry: dict[str, Scalar] = {"kind": ENCODER, "tokens": combined.encoder.max_tokens, **thresholds, **discounts, **files}
    arrays = {"combination.npy": combined.combination, "curve.npy": combined.curve}
    if combined.alone is not None:
        entry["alone"], arrays["alone.npy"] = "alone.npy", combined.alone
    return entry, arrays


@dataclass(frozen=True)
class FittedCombination:
    """An encoder combined with n-grams, and how it judges the dev rows.

    Attributes:
        reader: the encoder, and how it is combined.
        scores: of the dev rows by both readers, shape (n, 3).
        cascade: of the dev rows by the cascade at the default risk, shape (n, 3).
        evidence: attribute → how well both readers tell it on dev rows, each half by a fit to the other; those with enough answers.
    """

    reader: CombinedReader
    scores: FloatArray
    cascade: FloatArray
    evidence: Mapping[str, AttributeEvidence]


def fit_combination(
    classifier: Classifier,
    encoder: EncoderReader,
    dev: Labelled,
    *,
    hateful_threshold: float | None = None,
    log_odds: FloatArray | None = None,
    stored: FloatArray | None = None,
) -> FittedCombination:
    """Fit the combination of an encoder with n-grams.

    Args:
        classifier: the calibrated classifier of the n-grams.
        encoder: the encoder.
        dev: n rows that neither has learnt from.
        hateful_threshold: the threshold on P(hateful) / P(abusive) if it is fixed; None to choose it.
        log_odds: of the dev rows by the encoder, shape (n, heads); None to compute them.
        stored: the combination of the artefact that the encoder comes from, which stays for attributes that the dev rows do not answer;
            None if there is none.
    """
    texts = prepare([Comment("", text) for text in dev.text])
    raw = classifier.raw_scores(texts)
    if log_odds is None:
        log_odds = encoder.read(texts, threads=available_cores())
    ngrams = raw.log_odds[:, : log_odds.shape[1]]
    attributes = classifier.attributes[: log_odds.shape[1] - LABEL_HEADS]
    chosen_by = choosing_rows(dev)
    choosing = dev.take(chosen_by)
    heads = enumerate(head_answers(dev, chosen_by))
    weights = np.array([fit_reader_weights(ngrams[:, head], log_odds[:, head], answers, dev.source) for head, answers in heads])
    both = ngrams[chosen_by, :LABEL_HEADS] * weights[:, 0] + log_odds[chosen_by, :LABEL_HEADS] * weights[:, 1]
    maps = calibrate(both, choosing, classifier.prior, otherwise=_UNCALIBRATED)
    columns = [
        np.array([first * head_map.slope, second * head_map.slope, head_map.intercept])
        for (first, second), head_map in zip(weights, maps, strict=True)
    ]
    evidence = {}
    for head, name in enumerate(attributes, LABEL_HEADS):
        of_both, answers = np.column_stack([ngrams[:, head], log_odds[:, head]]), answers_to(dev, name)
        counted = measured_weights(dev, answers, prior_shares(classifier.prior))
        otherwise = stored[:, head] if stored is not None and head < stored.shape[1] else np.array([*_EQUAL_WEIGHTS, 0.0])
        columns.append(fit_attribute(of_both, answers, counted, otherwise=otherwise))
        measured = measure_attribute(of_both, answers, dev, otherwise=otherwise, prior=classifier.prior)
        if measured is not None:
            evidence[name] = measured
    combination = np.array(columns)
    combined = CombinedReader(encoder, np.ascontiguousarray(combination.T), LabelThresholds(abusive=0.5, hateful=0.5), np.zeros((1, 3)))
    calibrated = combined.calibrated(ngrams, log_odds)
    alone = fit_alone(ngrams[chosen_by], calibrated[chosen_by])
    combined = replace(combined, alone=alone, threat=find_threat_head(classifier.heads[: log_odds.shape[1]]))
    calibrated = combined.with_threats(calibrated)
    fast, prior = raw.scores[chosen_by], classifier.prior

    def choose(odds: FloatArray) -> LabelThresholds:
        # One rule for both readers, so that whatever the profile, what is called fine is what the policy approves.
        scores = scores_from_log_odds(odds[chosen_by, :LABEL_HEADS])
        return choose_thresholds(scores, choosing, prior=prior, hateful=hateful_threshold, within=[fast])

    combined = replace(combined, thresholds=choose(calibrated))
    long_rows, clean_texts = read_long_rows(combined, classifier, texts), read_clean_texts(combined, classifier)
    combined = replace(combined, passage_discount=fit_passage_discount(long_rows, clean_texts, dev, combined.thresholds))
    calibrated[long_rows.rows] = combined.with_threats(long_rows.log_odds(combined.passage_discount))
    combined = replace(combined, thresholds=choose(calibrated))
    scores, unread = (scores_from_log_odds(odds[:, :LABEL_HEADS]) for odds in (calibrated, alone[0] * ngrams + alone[1]))
    cascade = CascadeScores(1 - fast[:, 0], unread[chosen_by], scores[chosen_by])
    combined = replace(combined, curve=cascade_curve(cascade, choosing, combined.thresholds, abusive=prior.abusive))
    is_read = 1 - raw.scores[:, :1] >= combined.encoder_threshold(DEFAULT_RISK)
    return FittedCombination(combined, scores, np.where(is_read, scores, unread), evidence)


def fit_alone(ngrams: FloatArray, both: FloatArray) -> FloatArray:
    """Return the factor and the constant of each head that lead from the n-grams to what both readers can be expected to say, (2, heads).

    Args:
        ngrams: uncalibrated log-odds by the n-grams, shape (n, heads).
        both: calibrated log-odds by both readers, shape (n, heads).
    """
    means = ngrams.mean(axis=0), both.mean(axis=0)
    variances = ((ngrams - means[0]) ** 2).mean(axis=0)
    covariances = ((ngrams - means[0]) * (both - means[1])).mean(axis=0)
    factors = np.maximum(covariances / np.maximum(variances, _LEAST_VARIANCE), 0.0)
    return np.stack([factors, means[1] - factors * means[0]])


def head_answers(dev: Labelled, rows: npt.NDArray[np.intp] | None = None) -> tuple[HeadAnswers, HeadAnswers]:
    """Return the answers of dev rows to the questions of the two heads: hateful, and abusive given not hateful.

    Args:
        dev: the dev rows.
        rows: the numbers of those that count; None for all.
    """
    counted = np.arange(len(dev)) if rows is None else rows
    hateful = counted[dev.hateful[counted] >= 0]
    not_hateful = counted[(dev.abusive[counted] >= 0) & (dev.hateful[counted] != 1)]
    return HeadAnswers(hateful, dev.hateful[hateful] == 1), HeadAnswers(not_hateful, dev.abusive[not_hateful] == 1)


def fit_reader_weights(ngrams: FloatArray, encoder: FloatArray, answers: HeadAnswers, sources: Sequence[str]) -> tuple[float, float]:
    """Return the weights of the log-odds of n-grams and encoder, each at least 0, by a logistic regression.

    Each source has an intercept of its own, so that the weights reflect how well the readers discriminate within sources.

    Args:
        ngrams: log-odds of one head by the n-grams, shape (n,).
        encoder: log-odds of the same head by the encoder, shape (n,).
        answers: the answers of those rows that have one.
        sources: the source of each of the n rows.
    """
    from sklearn.linear_model import LogisticRegression

    yes, rows = answers.yes, answers.rows
    if min(int(yes.sum()), int((~yes).sum())) < _FEWEST_ANSWERS:
        return _EQUAL_WEIGHTS
    names, source = np.unique(np.array(sources, np.str_)[rows], return_inverse=True)
    intercepts = (_INTERCEPT_SCALE * (source == name) for name in range(len(names)))
    columns = np.column_stack([ngrams[rows], encoder[rows], *intercepts])
    row_weights = (rows.size / len(names) / np.bincount(source))[source]  # every source has the same weight
    regression = LogisticRegression(C=1.0, max_iter=1000).fit(columns, yes, sample_weight=row_weights)
    first, second = (max(float(coefficient), 0.0) for coefficient in regression.coef_[0, :2])
    return (first, second) if first + second > 0 else _EQUAL_WEIGHTS
