"""Fits the combination of the log-odds of encoder and n-grams, on dev rows, which neither of the two has learnt from.

Retraining on the labels of a site refits the n-grams and this combination, in seconds; the encoder stays unchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, Int8Array
from model.artefact.field_types import Scalar
from model.artefact.folder import read_artefact
from model.artefact.manifest import Calibration, LabelThresholds
from model.classifier import Classifier, assign_labels
from model.comment import Comment
from model.encoder.combined import ENCODER, CombinedReader
from model.encoder.session import EncoderReader
from model.errors import ArtefactError
from model.moderator import Moderator
from model.ngrams.heads import LABEL_HEADS
from model.normaliser.version import normaliser_version
from model.profile import DEFAULT_RISK, Profile
from model.text.pipeline import prepare
from model.threads import available_cores
from training.fit.calibrate import calibrate, calibrate_attribute
from training.fit.label_thresholds import choose_thresholds
from training.metrics.halves import choosing_rows
from training.tables.labelled import UNKNOWN, Labelled

__all__ = [
    "cascade_curve",
    "cascade_scores",
    "describe_encoder",
    "fit_combination",
    "fit_reader_weights",
    "head_answers",
    "read_encoder",
    "scores_from_log_odds",
]

_FEWEST_ANSWERS = 50  # of yes, and of no; with fewer, both readers have the same weight
_EQUAL_WEIGHTS = (0.5, 0.5)
_UNCALIBRATED = (Calibration(slope=1.0, intercept=0.0), Calibration(slope=1.0, intercept=0.0))
_CURVE_POINTS = 100
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
    entry: dict[str, Scalar] = {"kind": ENCODER, "tokens": combined.encoder.max_tokens, **thresholds, **files}
    return entry, {"combination.npy": combined.combination, "curve.npy": combined.curve}


def scores_from_log_odds(log_odds: FloatArray) -> FloatArray:
    """Return the scores of fine, toxic and hateful for calibrated log-odds of the two heads; (n, 2) to (n, 3)."""
    hateful, abusive = (1 / (1 + np.exp(-log_odds))).T
    return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])


def cascade_scores(fast: FloatArray, both: FloatArray, combined: CombinedReader) -> FloatArray:
    """Return the scores of the cascade at the default risk, from the scores of the n-grams and of both readers; shape (n, 3) each."""
    scores: FloatArray = np.where(1 - fast[:, :1] >= combined.encoder_threshold(DEFAULT_RISK), both, fast)
    return scores


def fit_combination(
    classifier: Classifier,
    encoder: EncoderReader,
    dev: Labelled,
    *,
    hateful_threshold: float | None = None,
    log_odds: FloatArray | None = None,
) -> tuple[CombinedReader, FloatArray]:
    """Fit the combination of an encoder with n-grams; return it with the scores of both readers on the dev rows, shape (n, 3).

    Args:
        classifier: the calibrated classifier of the n-grams.
        encoder: the encoder.
        dev: n rows that neither has learnt from.
        hateful_threshold: the threshold on P(hateful) / P(abusive) if it is fixed; None to choose it.
        log_odds: of the dev rows by the encoder, shape (n, heads); None to compute them.
    """
    texts = prepare([Comment("", text) for text in dev.text])
    raw = classifier.raw_scores(texts)
    if log_odds is None:
        log_odds = encoder.read(texts, threads=available_cores())
    ngrams = raw.log_odds[:, : log_odds.shape[1]]
    attributes = classifier.attributes[: log_odds.shape[1] - LABEL_HEADS]
    chosen_by = choosing_rows(dev)
    choosing = dev.take(chosen_by)
    heads = enumerate([*head_answers(dev, chosen_by), *(_attribute_answers(dev, name) for name in attributes)])
    weights = np.array([fit_reader_weights(ngrams[:, head], log_odds[:, head], answers, dev.source) for head, answers in heads])
    both = ngrams * weights[:, 0] + log_odds * weights[:, 1]
    maps = [
        *calibrate(both[chosen_by, :LABEL_HEADS], choosing, classifier.prior, otherwise=_UNCALIBRATED),
        *(
            calibrate_attribute(both[:, head], _answers(dev, name), share=classifier.prior.abusive)
            for head, name in enumerate(attributes, LABEL_HEADS)
        ),
    ]
    combination = np.array(
        [
            (first * head_map.slope, second * head_map.slope, head_map.intercept)
            for (first, second), head_map in zip(weights, maps, strict=True)
        ]
    )
    combined = CombinedReader(encoder, np.ascontiguousarray(combination.T), LabelThresholds(abusive=0.5, hateful=0.5), np.zeros((1, 3)))
    scores = scores_from_log_odds(combined.calibrated(ngrams, log_odds)[:, :LABEL_HEADS])
    fast, prior = raw.scores[chosen_by], classifier.prior
    # One rule for both readers, so that whatever the profile, what is called fine is what the policy approves.
    thresholds = choose_thresholds(scores[chosen_by], choosing, prior=prior, hateful=hateful_threshold, within=[fast])
    is_changed = assign_labels(fast, thresholds) != assign_labels(scores[chosen_by], thresholds)
    curve = cascade_curve(1 - fast[:, 0], is_changed, choosing, abusive=prior.abusive)
    return CombinedReader(encoder, combined.combination, thresholds, curve), scores


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


def _answers(dev: Labelled, name: str) -> Int8Array:
    return dev.attributes.get(name, np.full(len(dev), UNKNOWN, np.int8))


def _attribute_answers(dev: Labelled, name: str) -> HeadAnswers:
    answers = _answers(dev, name)
    rows = np.flatnonzero(answers >= 0)
    return HeadAnswers(rows, answers[rows] == 1)


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


def cascade_curve(fast: FloatArray, changed: BoolArray, dev: Labelled, *, abusive: float) -> FloatArray:
    """Return the curve of the cascade, as :class:`model.encoder.combined.CombinedReader` describes it.

    Args:
        fast: P(abusive) by the n-grams, shape (n,).
        changed: whether the label by both readers differs from that of the n-grams, shape (n,).
        dev: the n rows; those labelled abusive or not count, weighted to the prior.
        abusive: the prior: share of abusive comments.
    """
    is_answered = dev.abusive >= 0
    yes = dev.abusive[is_answered] == 1
    if not yes.any() or yes.all():
        return np.zeros((1, 3))
    weights = np.where(yes, abusive / yes.sum(), (1 - abusive) / (~yes).sum())
    order = np.argsort(fast[is_answered], kind="stable")
    ranked, weights, lost = fast[is_answered][order], weights[order], (weights * changed[is_answered])[order]
    share_below, risk = np.concatenate([[0], np.cumsum(weights)]), np.concatenate([[0], np.cumsum(lost)])
    places = np.unique(np.linspace(0, ranked.size - 1, _CURVE_POINTS).astype(int))
    # A comment at the threshold is passed on, so only the rows before the first of equal scores stay below it.
    first = np.searchsorted(ranked, ranked[places], side="left")
    points = np.column_stack([ranked[places], risk[first], 1 - share_below[first]])
    return np.vstack([[0.0, 0.0, 1.0], points])
