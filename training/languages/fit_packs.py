"""Fits the n-grams of a language pack, and lets them judge rows that they have not learnt from.

Few rows of a language were read again, and dev rows only report. So calibration and thresholds are chosen on rows to learn from, each
judged by a fit without it (cross-fitting).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from model.array_types import BoolArray, FloatArray
from model.artefact.manifest import HEADS, Calibration, LabelThresholds, Prior
from model.classifier import Classifier, NgramReader
from model.comment import Comment
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.hashing import Lexicon
from model.normaliser.lexicon import parse_lexicon
from model.text.language_pipeline import prepare_for_language
from training.fit.feature_matrix import build_feature_matrix
from training.fit.ngram_weights import FitSettings, LinearWeights, fit_weights, quantise
from training.languages.pack_rows import fold_numbers
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["FittedNgrams", "fit_ngrams", "pack_settings", "prepare_rows", "raw_log_odds"]

_EPOCHS, _RATE, _DAMPING = 12, 1.0, 0.1
_FOLDS = 3
_FEWEST_REREAD = 60  # with fewer, rows that nobody read again choose as well
_MOST_NOISY_JUDGED = 400
_UNCALIBRATED = Calibration(slope=1.0, intercept=0.0)


@dataclass(frozen=True)
class FittedNgrams:
    """The n-grams of a pack, not calibrated.

    Attributes:
        classifier: fitted to all rows.
        judged: n rows of the language that the fits below have not learnt from.
        log_odds: what they give these rows, not calibrated, shape (n, 2).
        settings: how they were fitted.
    """

    classifier: Classifier
    judged: Labelled
    log_odds: FloatArray
    settings: FitSettings


def pack_settings(features: FeatureSettings) -> FitSettings:
    """Return how the n-grams of packs are fitted."""
    return FitSettings(features=features, epochs=_EPOCHS, rate=_RATE, damping=_DAMPING)


def fit_ngrams(rows: Labelled, tag: str, *, features: FeatureSettings, progress: Callable[[float], None] | None = None) -> FittedNgrams:
    """Fit the n-grams of a pack to rows, and judge some of them by fits without these.

    Args:
        rows: to learn from, as ``CorpusOfLanguages.learnable_rows`` returns them.
        tag: the language of the pack.
        features: which features it takes.
        progress: called with the share of the work that is done.
    """
    settings = pack_settings(features)
    texts = prepare_rows(rows, tag)
    matrix = build_feature_matrix(pack_bytes(texts), settings=features, lexicon=_empty_lexicon())
    report = progress or (lambda share: None)
    judged = _rows_to_judge(rows, tag)
    folds = fold_numbers(rows, _FOLDS)
    log_odds = np.empty((len(rows), len(HEADS)))
    for fold in range(_FOLDS):
        learnt = np.flatnonzero(folds != fold)
        classifier = _build(fit_weights(rows.take(learnt), settings=settings, features=_rows_of(matrix, learnt)), features)
        held_out = np.flatnonzero(judged & (folds == fold))
        log_odds[held_out] = raw_log_odds(classifier, [texts[row] for row in held_out.tolist()])
        report((fold + 1) / (_FOLDS + 1))
    chosen = np.flatnonzero(judged)
    classifier = _build(fit_weights(rows, settings=settings, features=matrix), features)
    report(1.0)
    return FittedNgrams(classifier, rows.take(chosen), log_odds[chosen], settings)


def prepare_rows(rows: Labelled, tag: str) -> list[bytes]:
    """Return what the kernels read of each row."""
    return prepare_for_language([Comment("", text) for text in rows.text], tag)


def raw_log_odds(classifier: Classifier, texts: list[bytes]) -> FloatArray:
    """Return the log-odds of n prepared texts, not calibrated, shape (n, 2)."""
    return classifier.raw_scores(texts, threads=1).log_odds if texts else np.empty((0, len(HEADS)))


def _rows_to_judge(rows: Labelled, tag: str) -> BoolArray:
    """Return which rows choose: those that were read again, those of our own, and some others if these are few; shape (n,)."""
    judged = rows.reread | np.array([source == f"authored-{tag}" for source in rows.source], np.bool_)
    if rows.reread.sum() < _FEWEST_REREAD:
        others = np.flatnonzero(~judged & (rows.abusive != UNKNOWN))
        judged[np.random.default_rng(0).permutation(others)[:_MOST_NOISY_JUDGED]] = True
    return judged


def _rows_of(matrix: csr_matrix, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> csr_matrix:
    taken: csr_matrix = matrix[rows]
    return taken


def _build(weights: LinearWeights, features: FeatureSettings) -> Classifier:
    """Return a classifier with the weights in 8 bits, not calibrated."""
    quantised = quantise(weights.values)
    reader = NgramReader(features, _empty_lexicon(), quantised.values, quantised.scales, weights.biases)
    return Classifier(HEADS, reader, dict.fromkeys(HEADS, _UNCALIBRATED), LabelThresholds(abusive=0.5, hateful=0.5), Prior())


def _empty_lexicon() -> Lexicon:
    """Return the lexicon of packs, which has no words: no disguise is undone."""
    return parse_lexicon(b"")
