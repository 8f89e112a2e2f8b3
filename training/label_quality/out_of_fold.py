"""What models that have not seen a row say of its label: an existing model, n-grams fitted to other folds, and near rows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from model.array_types import FloatArray, Int8Array, IntArray
from model.comment import Comment
from model.decisions import CommentJudge
from model.ngrams.feature_settings import FeatureSettings
from model.ngrams.packed_texts import pack_bytes
from model.normaliser.lexicon import load_lexicon
from model.text.pipeline import prepare
from model.threads import available_cores
from training.fit.feature_matrix import build_feature_matrix
from training.fit.ngram_weights import FitSettings, fit_weights
from training.label_quality.nearest_texts import NearestTexts
from training.tables.labelled import UNKNOWN, Labelled

__all__ = ["extract_ngrams", "model_log_odds", "neighbour_log_odds", "ngram_log_odds"]

# Smaller than what ships: a table of a site's own is, and every fold has a model of its own.
_FEATURES = FeatureSettings(bits=18)
_SMALLEST = 1e-6  # probability whose log-odds are told apart
_BATCH = 4096  # comments that are judged at a time
_VOTES_OF_THE_REST = 1.0  # neighbours that say what all rows say, so that one neighbour alone decides nothing


def extract_ngrams(rows: Labelled) -> csr_matrix:
    """Return the n-gram features of n rows as a sparse matrix."""
    packed = pack_bytes(prepare([Comment("", text) for text in rows.text]))
    features = build_feature_matrix(packed, settings=_FEATURES, lexicon=load_lexicon(), threads=available_cores())
    features.sum_duplicates()
    return features


def model_log_odds(judge: CommentJudge, rows: Labelled, *, progress: Callable[[float], None]) -> FloatArray:
    """Return the log-odds of P(hateful) and P(abusive | not hateful) by a model's scores, shape (n, 2); 0 for what it cannot read."""
    log_odds = np.zeros((len(rows), 2))
    comments = rows.comments()
    for start in range(0, len(rows), _BATCH):
        batch = slice(start, start + _BATCH)
        decisions = judge.decide(comments[batch])
        fine, toxic, hateful = np.maximum(decisions.scores, _SMALLEST).T
        judged = np.column_stack([np.log(hateful) - np.log(np.maximum(1 - hateful, _SMALLEST)), np.log(toxic) - np.log(fine)])
        log_odds[batch] = np.where((decisions.labels >= 0)[:, None], judged, 0.0)
        progress(min(1.0, (start + _BATCH) / len(rows)))
    return log_odds


def ngram_log_odds(rows: Labelled, features: csr_matrix, folds: IntArray, *, seed: int, progress: Callable[[float], None]) -> FloatArray:
    """Return the log-odds of the two heads by n-grams that were fitted to the other folds, shape (n, 2).

    They are 0 for a head that the other folds cannot teach, because they lack one of the two answers.
    """
    log_odds = np.zeros((len(rows), 2))
    numbers = np.unique(folds)
    for turn, fold in enumerate(numbers):
        held = np.flatnonzero(folds == fold)
        learn = rows.take(np.flatnonzero(folds != fold))
        learn = replace(learn, weight=np.ones(len(learn)))
        is_learnable = np.array([_has_both(learn.hateful), _has_both(learn.abusive)])
        if not is_learnable[0]:
            # Otherwise abusive rows of unknown hatefulness would train the first head alone.
            learn = replace(learn, hateful=np.zeros_like(learn.hateful))
        if is_learnable.any():
            weights = fit_weights(learn, settings=FitSettings(features=_FEATURES, seed=seed))
            log_odds[held] = (features[held] @ weights.values + weights.biases) * is_learnable
        progress((turn + 1) / len(numbers))
    return log_odds


def neighbour_log_odds(rows: Labelled, nearest: NearestTexts) -> FloatArray:
    """Return how far the answers of near rows move the log-odds of the two heads from those of all rows, shape (n, 2).

    Args:
        rows: n rows.
        nearest: the neighbours of each.
    """
    of_toxic = np.where(rows.hateful == 1, np.int8(UNKNOWN), rows.abusive)
    return np.column_stack([_vote(rows.hateful, nearest), _vote(of_toxic, nearest)])


def _vote(answers: Int8Array, nearest: NearestTexts) -> FloatArray:
    known = answers[answers != UNKNOWN]
    share = (float((known == 1).sum()) + 0.5) / (len(known) + 1)
    theirs = np.where(nearest.texts >= 0, answers[nearest.texts], UNKNOWN)
    yes = (nearest.similarity * (theirs == 1)).sum(axis=1) + _VOTES_OF_THE_REST * share
    no = (nearest.similarity * (theirs == 0)).sum(axis=1) + _VOTES_OF_THE_REST * (1 - share)
    votes: FloatArray = np.log(yes / no) - np.log(share / (1 - share))
    return votes


def _has_both(answers: Int8Array) -> bool:
    return bool((answers == 1).any() and (answers == 0).any())
