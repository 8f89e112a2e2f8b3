"""Refits the attribute heads that the rulings answer often enough; the others stay exactly as they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.array_types import FloatArray, Int8Array, Int32Array
from model.artefact.manifest import ATTRIBUTE_PREFIX
from model.classifier import Classifier
from model.ngrams.heads import ABUSIVE_HEAD, LABEL_HEADS
from training.fit.attribute_fit import LEAST_ANSWERS
from training.retrain.cross_fitting import rank_gain
from training.retrain.difference import quantise_finely
from training.retrain.difference_fit import DifferenceFit
from training.retrain.solver import FitProblem, Penalty, solve

__all__ = ["refit_attributes"]

_STRENGTH = 2.0
_ANCHOR = 1.0
_MOST_CROSS_FITTED = 8_000


@dataclass(frozen=True, eq=False)
class _Head:
    """One attribute: its answers and its log-odds by the champion, of all rows in canonical order, and the rows that answer it."""

    answers: Int8Array
    offset: FloatArray
    places: NDArray[np.intp]


def refit_attributes(fit: DifferenceFit, classifier: Classifier) -> Classifier:
    """Return a classifier whose attribute heads are refitted where fits without each fold rank the answers better, beyond noise.

    Args:
        fit: the champion, and the rows.
        classifier: champion and difference together, its weights in 16 bits.
    """
    for number, head in _answered_heads(fit):
        if not _is_better(fit, head):
            continue
        buckets, weights = _fit(fit, head, head.places)
        reader = classifier.reader
        codes, scales = reader.values.copy(), reader.scales.copy()
        values = codes[:, number].astype(np.float64)
        values *= np.abs(values) * scales[number]
        values[buckets] += weights / classifier.slopes[number]
        codes[:, number], scales[number] = quantise_finely(values)
        classifier = replace(classifier, reader=replace(reader, values=codes, scales=scales))
    return classifier


def _answered_heads(fit: DifferenceFit) -> Iterator[tuple[int, _Head]]:
    """Yield the number of each attribute head that enough rows answer, and these answers."""
    columns = None
    for number, name in enumerate(fit.champion.heads[LABEL_HEADS:], LABEL_HEADS):
        answers = fit.canonical.labelled.attributes.get(name.removeprefix(ATTRIBUTE_PREFIX))
        if answers is None:
            continue
        counted = np.flatnonzero((answers >= 0) & (fit.canonical.weights > 0))
        if min(int((answers[counted] == answer).sum()) for answer in (0, 1)) < LEAST_ANSWERS:
            continue
        if columns is None:
            columns = fit.champion.calibrated_log_odds(fit.canonical.texts).log_odds
        yield number, _Head(answers, columns[:, number], counted)


def _is_better(fit: DifferenceFit, head: _Head) -> bool:
    """Return whether fits without each fold rank its answers better than the champion does, beyond noise."""
    answering = set(head.places.tolist())
    folds = [np.array([place for place in fold.tolist() if place in answering], np.intp) for fold in fit.canonical.folds]
    places = np.concatenate(folds)
    if not places.size:
        return False
    after = []
    for fold in folds:
        buckets, weights = _fit(fit, head, np.setdiff1d(head.places[:_MOST_CROSS_FITTED], fold))
        own = np.zeros((fit.canonical.features.buckets.size, 1))
        own[np.searchsorted(fit.canonical.features.buckets, buckets), 0] = weights
        log_odds, matrix = head.offset[fold, None].copy(), fit.canonical.features.matrix
        matrix.add(fold.astype(np.int64), own, log_odds)
        after.append(log_odds[:, 0])
    gain = rank_gain(head.answers[places] == 1, fit.canonical.weights[places], head.offset[places], np.concatenate(after))
    return gain is not None and gain.gain > gain.variance**0.5


def _fit(fit: DifferenceFit, head: _Head, places: NDArray[np.intp]) -> tuple[Int32Array, FloatArray]:
    """Return buckets, ascending, and what each adds to the calibrated log-odds of the attribute."""
    features = fit.canonical.features.take(places.astype(np.int64))
    offset = np.zeros((places.size, LABEL_HEADS))
    offset[:, ABUSIVE_HEAD] = head.offset[places]
    # An attribute takes the place of the head of abuse, which a fine row denies and a toxic one affirms.
    yes = head.answers[places] == 1
    known = np.column_stack([~yes, yes, np.zeros(yes.size, np.bool_)]).astype(np.float64)
    problem = FitProblem(features.matrix, np.arange(places.size), offset, known, fit.canonical.weights[places], features.anchor)
    penalty = Penalty(_STRENGTH / features.scales**2, mixing=np.inf, anchor=_ANCHOR, sharing=0.0)
    return features.buckets, solve(problem, penalty).features[:, ABUSIVE_HEAD]
