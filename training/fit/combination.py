"""Fits how the encoder's log-odds are combined with those of the n-grams, on dev rows, which neither of the two has learnt from.

Retraining on labels of a site fits the n-grams anew and then this, in seconds; the encoder stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray
from model.artefact.folder import read_artefact
from model.artefact.manifest import Calibration, LabelThresholds, Scalar
from model.classifier import Classifier, assign_labels
from model.comment import Comment
from model.encoder.combined import ENCODER, CombinedReader
from model.encoder.session import ENCODER_HEADS, EncoderReader
from model.errors import ArtefactError
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from model.profile import DEFAULT_RISK, Profile
from model.text.pipeline import prepare
from model.threads import available_cores
from training.fit.calibrate import calibrate
from training.fit.label_thresholds import choose_thresholds
from training.tables.labelled import Labelled

__all__ = [
    "HeadAnswers",
    "cascade_curve",
    "cascade_scores",
    "describe_encoder",
    "fit_combination",
    "fit_reader_weights",
    "head_answers",
    "read_encoder",
    "scores_from_log_odds",
]

_FEWEST_ANSWERS = 50  # yes, and no, below which both readers count alike
_EQUAL_WEIGHTS = (0.5, 0.5)
_UNCALIBRATED = (Calibration(slope=1.0, intercept=0.0), Calibration(slope=1.0, intercept=0.0))
_CURVE_POINTS = 100
_INTERCEPT_SCALE = 10.0  # so large that the ridge of the regression leaves the intercepts of sources alone


@dataclass(frozen=True, slots=True)
class HeadAnswers:
    """What rows answer to the question of one head.

    Attributes:
        rows: numbers of the rows that answer, shape (n,).
        yes: their answers, shape (n,).
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
    """Return what a manifest says of an encoder, and the arrays that belong to it besides network and pieces."""
    files = {"network": "network.npy", "pieces": "pieces.npy", "combination": "combination.npy", "curve": "curve.npy"}
    thresholds = {"abusive": combined.thresholds.abusive, "hateful": combined.thresholds.hateful}
    entry: dict[str, Scalar] = {"kind": ENCODER, "tokens": combined.encoder.max_tokens, **thresholds, **files}
    return entry, {"combination.npy": combined.combination, "curve.npy": combined.curve}


def scores_from_log_odds(log_odds: FloatArray) -> FloatArray:
    """Return the scores of fine, toxic and hateful for calibrated log-odds of the two heads; (n, 2) to (n, 3)."""
    hateful, abusive_given_not = (1 / (1 + np.exp(-log_odds))).T
    return np.column_stack([(1 - hateful) * (1 - abusive_given_not), (1 - hateful) * abusive_given_not, hateful])


def cascade_scores(fast: FloatArray, both: FloatArray, combined: CombinedReader) -> FloatArray:
    """Return the scores that the cascade gives, at the usual risk, from those of the n-grams and those of both readers, each (n, 3)."""
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
    """Fit how an encoder is combined with n-grams; returns also the scores that both give the dev rows, shape (n, 3).

    Args:
        classifier: of the n-grams, calibrated.
        encoder: the reader that joins them.
        dev: rows that neither has learnt from.
        hateful_threshold: the threshold on P(hateful) / P(abusive) where there is no choice, else None.
        log_odds: the encoder's, of the dev rows, shape (n, 2), if they are known already.
    """
    texts = prepare([Comment("", text) for text in dev.text])
    raw = classifier.raw_scores(texts)
    ngrams = raw.log_odds[:, :ENCODER_HEADS]
    if log_odds is None:
        log_odds = encoder.read(texts, threads=available_cores())
    heads = enumerate(head_answers(dev))
    weights = np.array([fit_reader_weights(ngrams[:, head], log_odds[:, head], answers, dev.source) for head, answers in heads])
    maps = calibrate(ngrams * weights[:, 0] + log_odds * weights[:, 1], dev, classifier.prior, otherwise=_UNCALIBRATED)
    combination = np.array(
        [(first * each.slope, other * each.slope, each.intercept) for (first, other), each in zip(weights, maps, strict=True)]
    )
    combined = CombinedReader(encoder, np.ascontiguousarray(combination.T), LabelThresholds(abusive=0.5, hateful=0.5), np.zeros((1, 3)))
    scores = scores_from_log_odds(combined.calibrated(ngrams, log_odds))
    thresholds = choose_thresholds(scores, dev, hateful=hateful_threshold)
    is_changed = assign_labels(raw.scores, classifier.thresholds) != assign_labels(scores, thresholds)
    curve = cascade_curve(1 - raw.scores[:, 0], is_changed, dev, abusive=classifier.prior.abusive)
    return CombinedReader(encoder, combined.combination, thresholds, curve), scores


def head_answers(dev: Labelled) -> tuple[HeadAnswers, HeadAnswers]:
    """Return what the dev rows say of hateful, and of abusive given not hateful."""
    hateful = np.flatnonzero(dev.hateful >= 0)
    not_hateful = np.flatnonzero((dev.abusive >= 0) & (dev.hateful != 1))
    return HeadAnswers(hateful, dev.hateful[hateful] == 1), HeadAnswers(not_hateful, dev.abusive[not_hateful] == 1)


def fit_reader_weights(ngrams: FloatArray, encoder: FloatArray, answers: HeadAnswers, sources: Sequence[str]) -> tuple[float, float]:
    """Return how much each reader's log-odds count, at least 0, by a logistic regression.

    Each source has an intercept of its own, so that the readers are weighed by what they tell apart within sources.

    Args:
        ngrams: log-odds of one head by the n-grams, shape (n,).
        encoder: log-odds of the same head by the encoder, shape (n,).
        answers: which rows answer, and how.
        sources: of the n rows.
    """
    from sklearn.linear_model import LogisticRegression

    yes, rows = answers.yes, answers.rows
    if min(int(yes.sum()), int((~yes).sum())) < _FEWEST_ANSWERS:
        return _EQUAL_WEIGHTS
    names, source = np.unique(np.array(sources, np.str_)[rows], return_inverse=True)
    intercepts = (_INTERCEPT_SCALE * (source == name) for name in range(len(names)))
    columns = np.column_stack([ngrams[rows], encoder[rows], *intercepts])
    row_weights = (rows.size / len(names) / np.bincount(source))[source]  # all sources count alike
    regression = LogisticRegression(C=1.0, max_iter=1000).fit(columns, yes, sample_weight=row_weights)
    first, other = (max(float(coefficient), 0.0) for coefficient in regression.coef_[0, :2])
    return (first, other) if first + other > 0 else _EQUAL_WEIGHTS


def cascade_curve(fast: FloatArray, changed: BoolArray, dev: Labelled, *, abusive: float) -> FloatArray:
    """Return the curve of the cascade, as :class:`model.encoder.combined.CombinedReader` describes it.

    Args:
        fast: P(abusive) by the n-grams, shape (n,).
        changed: whether both readers give another label, shape (n,).
        dev: the rows; those count that say whether they are abusive, weighted to the prior.
        abusive: the prior.
    """
    known = dev.abusive >= 0
    yes = dev.abusive[known] == 1
    if not yes.any() or yes.all():
        return np.zeros((1, 3))
    weights = np.where(yes, abusive / yes.sum(), (1 - abusive) / (~yes).sum())
    order = np.argsort(fast[known], kind="stable")
    ranked, weights, lost = fast[known][order], weights[order], (weights * changed[known])[order]
    share_below, risk = np.concatenate([[0], np.cumsum(weights)]), np.concatenate([[0], np.cumsum(lost)])
    places = np.unique(np.linspace(0, ranked.size - 1, _CURVE_POINTS).astype(int))
    # A comment at the threshold is passed on, so what counts is what lies before the first of its equals.
    first = np.searchsorted(ranked, ranked[places], side="left")
    points = np.column_stack([ranked[places], risk[first], 1 - share_below[first]])
    return np.vstack([[0.0, 0.0, 1.0], points])
