"""Refits how the encoder is combined with the new n-grams, from fits that did not see the rows, with shrinkage to the champion's."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from model.array_types import FloatArray
from model.classifier import Classifier
from model.encoder.combined import CombinedReader
from model.ngrams.heads import LABEL_HEADS
from training.both_readers.cascade_risk import CascadeScores, cascade_curve
from training.both_readers.long_reading import scores_from_log_odds
from training.fit.combination import fit_alone
from training.label_noise.known_labels import KnownLabels
from training.retrain.difference_kernels import label_losses
from training.tables.labelled import Labelled

__all__ = ["EncoderRows", "refit_alone", "refit_combination", "refit_curve"]

_SPREAD = 0.3  # how far the logarithms of the readers' weights are expected to be from the champion's
_MOST_STEP = 0.35  # of these logarithms: what the encoder loses here is lost for all other comments too
_HALF_TRUST_IN_CURVE = 2000.0  # rows: what a cascade loses is told by the few that it loses


@dataclass(frozen=True, eq=False)
class EncoderRows:
    """Rows that both readers have read.

    Attributes:
        rows: n labelled comments.
        weights: what they count, shape (n,).
        before: log-odds of the label heads by the champion's n-grams, uncalibrated, shape (n, 2).
        after: the same by fits that did not see the row, shape (n, 2).
        encoder: log-odds by the encoder, shape (n, 2).
    """

    rows: Labelled
    weights: FloatArray
    before: FloatArray
    after: FloatArray
    encoder: FloatArray


def refit_combination(combined: CombinedReader, read: EncoderRows) -> CombinedReader:
    """Return the combination with the weights of both readers that suit the rows; constants stay those of the champion.

    Intercepts of the rows are fitted with them and left out, since rulings are no random sample.
    """
    old = combined.combination[:, :LABEL_HEADS]
    known = KnownLabels.from_answers(read.rows).weights
    losses, errors = np.zeros(read.after.shape), np.zeros(read.after.shape)

    def loss(point: FloatArray) -> tuple[float, FloatArray]:
        steps, intercepts = point[: 2 * LABEL_HEADS].reshape(2, LABEL_HEADS), point[2 * LABEL_HEADS :]
        weights = old[:2] * np.exp(steps)
        label_losses(weights[0] * read.after + weights[1] * read.encoder + old[2] + intercepts, known, 0.0, losses, errors)
        weighted = errors * read.weights[:, None]
        slopes = np.stack([(weighted * read.after).sum(axis=0), (weighted * read.encoder).sum(axis=0)]) * weights
        gradient = np.concatenate([(slopes + steps / _SPREAD**2).ravel(), weighted.sum(axis=0)])
        return float((losses * read.weights[:, None]).sum() + ((steps / _SPREAD) ** 2).sum() / 2), gradient

    steps = minimize(loss, np.zeros(3 * LABEL_HEADS), jac=True, method="L-BFGS-B").x[: 2 * LABEL_HEADS].reshape(2, LABEL_HEADS)
    combination = combined.combination.copy()
    combination[:2, :LABEL_HEADS] = old[:2] * np.exp(np.clip(steps, -_MOST_STEP, _MOST_STEP))
    return replace(combined, combination=combination)


def refit_alone(old: CombinedReader, new: CombinedReader, read: EncoderRows, *, believed: float) -> FloatArray | None:
    """Return the map of what the encoder has not read, moved as the best map for the rows has moved; None where the champion has none."""
    if old.alone is None:
        return None
    first, second = (
        fit_alone(ngrams, combined.combination[0, :LABEL_HEADS] * ngrams + encoder_part)
        for combined, ngrams, encoder_part in (
            (old, read.before, _encoder_part(old, read)),
            (new, read.after, _encoder_part(new, read)),
        )
    )
    moved = old.alone.copy()
    moved[:, :LABEL_HEADS] += believed * (second - first)
    moved[0] = np.maximum(moved[0], 0.0)
    return moved


def _encoder_part(combined: CombinedReader, read: EncoderRows) -> FloatArray:
    part: FloatArray = combined.combination[1, :LABEL_HEADS] * read.encoder + combined.combination[2, :LABEL_HEADS]
    return part


def refit_curve(old: tuple[CombinedReader, Classifier], new: tuple[CombinedReader, Classifier], read: EncoderRows) -> FloatArray:
    """Return the curve of the cascade at the champion's thresholds, moved as what the cascade loses on the rows has moved.

    What it loses on few rows is mostly noise, which the champion's cascade has on the same rows as well; only the difference counts.

    Args:
        old: the champion's encoder and n-grams.
        new: those of the candidate, with the champion's curve.
        read: rows that both readers have read.
    """
    before = _curve_of_rows(*old, read.before, read)
    after = _curve_of_rows(*new, read.after, read)
    believed = len(read.rows) / (len(read.rows) + _HALF_TRUST_IN_CURVE)
    curve = new[0].curve.copy()
    for column in (1, 2):
        moves = np.interp(curve[:, 0], after[:, 0], after[:, column]) - np.interp(curve[:, 0], before[:, 0], before[:, column])
        curve[:, column] = np.clip(curve[:, column] + believed * moves, 0.0, 1.0)
    curve[:, 1] = np.maximum.accumulate(curve[:, 1])
    return curve


def _curve_of_rows(combined: CombinedReader, classifier: Classifier, ngrams: FloatArray, read: EncoderRows) -> FloatArray:
    """Return the curve of a cascade on the rows alone."""
    slopes, intercepts = classifier.slopes[:LABEL_HEADS], classifier.intercepts[:LABEL_HEADS]
    alone = np.stack([slopes, intercepts]) if combined.alone is None else combined.alone[:, :LABEL_HEADS]
    both = scores_from_log_odds(combined.combination[0, :LABEL_HEADS] * ngrams + _encoder_part(combined, read))
    first_pass = 1 - scores_from_log_odds(slopes * ngrams + intercepts)[:, 0]
    scores = CascadeScores(first_pass, scores_from_log_odds(alone[0] * ngrams + alone[1]), both)
    return cascade_curve(scores, read.rows, combined.thresholds, abusive=classifier.prior.abusive)
