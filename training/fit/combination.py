"""Fits what puts the encoder's word together with that of the n-grams: on dev rows, which neither of the two has learnt from.

Retraining on labels of a site fits the n-grams anew and then this, in seconds; the encoder stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray
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


_FEWEST = 50  # of rows that say yes, and of those that say no, to weigh the readers by
_EVEN = (0.5, 0.5)
_PLAIN = (Calibration(slope=1.0, intercept=0.0), Calibration(slope=1.0, intercept=0.0))
_STEPS = 100
_FREE = 10.0  # so that the ridge of the regression leaves the intercepts of sources alone


def read_encoder(folder: Path) -> tuple[CombinedReader, dict[str, npt.NDArray[Any]]]:
    """Read the encoder of an artefact, and the arrays that it consists of.

    Raises:
        ArtefactError: the artefact cannot be read, was made for another normaliser, or holds no encoder.
    """
    stored = read_artefact(folder, normaliser=normaliser_version())
    second = Moderator(stored, profile=Profile.FULL).combined if len(stored.manifest.readers) > 1 else None
    if second is None:
        raise ArtefactError(f"{folder}: holds no encoder: name an artefact that does")
    entry = stored.manifest.readers[1]
    return second, {f"{name}.npy": stored.arrays[str(entry[name])] for name in ("network", "pieces")}


def describe_encoder(second: CombinedReader) -> tuple[dict[str, Scalar], dict[str, npt.NDArray[Any]]]:
    """Return what a manifest says of a second reader, and the arrays that belong to it beside network and pieces."""
    names = {"network": "network.npy", "pieces": "pieces.npy", "combination": "combination.npy", "curve": "curve.npy"}
    rule = second.thresholds
    entry: dict[str, Scalar] = {"kind": ENCODER, "tokens": second.encoder.tokens, "abusive": rule.abusive, "hateful": rule.hateful, **names}
    return entry, {"combination.npy": second.combination, "curve.npy": second.curve}


@dataclass(frozen=True, slots=True)
class HeadAnswers:
    """What one head is asked: of which rows, and their answers."""

    rows: npt.NDArray[np.intp]
    yes: npt.NDArray[np.bool_]


def scores_from_log_odds(log_odds: FloatArray) -> FloatArray:
    """Return the scores of fine, toxic and hateful for calibrated log-odds of the two heads; (n, 2) to (n, 3)."""
    hateful, given = (1 / (1 + np.exp(-log_odds))).T
    return np.column_stack([(1 - hateful) * (1 - given), (1 - hateful) * given, hateful])


def cascade_scores(fast: FloatArray, both: FloatArray, second: CombinedReader) -> FloatArray:
    """Return the scores that the cascade gives, at the usual risk, from those of the n-grams and those of both readers, each (n, 3)."""
    found: FloatArray = np.where(1 - fast[:, :1] >= second.encoder_threshold(DEFAULT_RISK), both, fast)
    return found


def fit_combination(
    classifier: Classifier, encoder: EncoderReader, dev: Labelled, *, share: float | None = None, log_odds: FloatArray | None = None
) -> tuple[CombinedReader, FloatArray]:
    """Put an encoder beside the n-grams; returns also the scores that both together give the dev rows, shape (n, 3).

    Args:
        classifier: of the n-grams, calibrated.
        encoder: what is to join them.
        dev: rows that neither has learnt from.
        share: the threshold on P(hateful) / P(abusive) where there is no choice, else None.
        log_odds: the encoder's, of the dev rows, shape (n, 2), if they are known already.
    """
    texts = prepare([Comment("", text) for text in dev.text])
    first = classifier.raw_scores(texts)
    ngrams = first.log_odds[:, :ENCODER_HEADS]
    other = encoder.read(texts, threads=available_cores()) if log_odds is None else log_odds
    weights = [fit_reader_weights(ngrams[:, head], other[:, head], question, dev.source) for head, question in enumerate(head_answers(dev))]
    mixed = np.column_stack([ngrams[:, head] * one + other[:, head] * two for head, (one, two) in enumerate(weights)])
    maps = calibrate(mixed, dev, classifier.prior, otherwise=_PLAIN)
    combination = np.array(
        [(one * found.slope, two * found.slope, found.intercept) for (one, two), found in zip(weights, maps, strict=True)]
    )
    second = CombinedReader(encoder, np.ascontiguousarray(combination.T), LabelThresholds(abusive=0.5, hateful=0.5), np.zeros((1, 3)))
    scores = scores_from_log_odds(second.calibrated(ngrams, other))
    rule = choose_thresholds(scores, dev, hateful=share)
    fast = assign_labels(first.scores, classifier.thresholds)
    found = cascade_curve(1 - first.scores[:, 0], fast != assign_labels(scores, rule), dev, abusive=classifier.prior.abusive)
    return CombinedReader(encoder, second.combination, rule, found), scores


def head_answers(dev: Labelled) -> tuple[HeadAnswers, HeadAnswers]:
    """Return what the dev rows say of hateful, and of abusive given not hateful."""
    hateful = np.flatnonzero(dev.hateful >= 0)
    known = np.flatnonzero((dev.abusive >= 0) & (dev.hateful != 1))
    return HeadAnswers(hateful, dev.hateful[hateful] == 1), HeadAnswers(known, dev.abusive[known] == 1)


def fit_reader_weights(ngrams: FloatArray, encoder: FloatArray, question: HeadAnswers, sources: Sequence[str]) -> tuple[float, float]:
    """Return how much each reader's log-odds count, at least 0, by a logistic regression.

    Each source has an intercept of its own, so that the readers are weighed by what they tell apart within sources.

    Args:
        ngrams: log-odds of one head by the n-grams, shape (n,).
        encoder: log-odds of the same head by the encoder.
        question: which rows answer, and how.
        sources: of the n rows.
    """
    from sklearn.linear_model import LogisticRegression

    yes, rows = question.yes, question.rows
    if min(int(yes.sum()), int((~yes).sum())) < _FEWEST:
        return _EVEN
    names, source = np.unique(np.array(sources, np.str_)[rows], return_inverse=True)
    columns = np.column_stack([ngrams[rows], encoder[rows], *(_FREE * (source == name) for name in range(len(names)))])
    counts = np.bincount(source)
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(columns, yes, sample_weight=(rows.size / len(names) / counts)[source])
    one, two = (max(float(found), 0.0) for found in fitted.coef_[0, :2])
    return (one, two) if one + two > 0 else _EVEN


def cascade_curve(fast: FloatArray, changed: npt.NDArray[np.bool_], dev: Labelled, *, abusive: float) -> FloatArray:
    """Return the curve of the cascade, as ``model.encoder.combined.CombinedReader`` has it.

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
    before, risk = np.concatenate([[0], np.cumsum(weights)]), np.concatenate([[0], np.cumsum(lost)])
    at = np.unique(np.linspace(0, ranked.size - 1, _STEPS).astype(int))
    # A comment at the threshold is passed on, so what counts is what lies before the first of its equals.
    first = np.searchsorted(ranked, ranked[at], side="left")
    found = np.column_stack([ranked[at], risk[first], 1 - before[first]])
    return np.vstack([[0.0, 0.0, 1.0], found])
