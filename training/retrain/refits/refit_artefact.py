"""Refits all that depends on the n-grams once a difference is added to them: calibration, label rule, policies, and the encoder's part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.array_types import AnyArray, FloatArray
from model.artefact.field_types import Scalar
from model.artefact.manifest import HEADS, Calibration, LabelThresholds, PolicyThresholds
from model.classifier import Classifier
from model.encoder.combined import CombinedReader
from model.moderator import Moderator
from model.ngrams.heads import LABEL_HEADS
from model.profile import Profile
from training.both_readers.encoder_log_odds import read_by_encoder
from training.fit.combination import describe_encoder
from training.retrain.difference_fit import DifferenceFit
from training.retrain.refits.encoder_refit import EncoderRows, refit_alone, refit_combination, refit_curve
from training.retrain.refits.recalibration import fit_head_maps, move_policies, move_thresholds, trust

__all__ = ["RefittedArtefact", "refit"]

_FEWEST_ROWS = 50
_MOST_READ = 3000  # rows that the encoder reads, at some hundreds a second


@dataclass(frozen=True, eq=False)
class RefittedArtefact:
    """What a candidate has in place of the champion's.

    Attributes:
        classifier: the n-grams, calibrated.
        thresholds: the label rule.
        policies: by name.
        encoder: the entry of the encoder in the manifest; None where there is none, or where it stays as it is.
        arrays: those of the encoder that changed, by file name.
        remarks: what the rows did not suffice for, a line each.
    """

    classifier: Classifier
    thresholds: LabelThresholds
    policies: Mapping[str, PolicyThresholds]
    encoder: Mapping[str, Scalar] | None
    arrays: Mapping[str, AnyArray]
    remarks: tuple[str, ...] = ()


def refit(fit: DifferenceFit, classifier: Classifier, *, threads: int) -> RefittedArtefact:
    """Refit a classifier that ``fit`` has given, and the encoder's part.

    Args:
        fit: the champion, and the rows.
        classifier: champion and difference together, not calibrated anew.
        threads: how many may read at once.
    """
    manifest = fit.stored.manifest
    as_before = RefittedArtefact(classifier, manifest.thresholds, dict(manifest.policies), None, {})
    numbers, after = fit.cross_fitted()
    weights = fit.weights(numbers)
    places = _evenly(weights)
    numbers, after, weights = numbers[places], after[places], np.ones(places.size)
    if numbers.size < _FEWEST_ROWS:
        return replace(as_before, remarks=("too few rulings that are new to calibrate by: probabilities and thresholds stay as they are",))
    rows, before, prior = fit.rows.labelled.take(numbers), fit.log_odds(None, numbers), manifest.prior
    maps = fit_head_maps(before, after, rows, weights, prior)
    calibrated = maps[0] * after + maps[1]
    classifier = _calibrate(classifier, maps)
    combined = _champions_encoder(fit)
    if combined is None:
        rule = move_thresholds(manifest.thresholds, [before], [calibrated], rows, prior)
        policies = move_policies(dict(manifest.policies), (manifest.thresholds, rule), (before, calibrated), rows, prior)
        return RefittedArtefact(replace(classifier, thresholds=rule), rule, policies, None, {})
    own = fit.champion
    slopes, intercepts = own.slopes[:LABEL_HEADS], own.intercepts[:LABEL_HEADS]
    known = [row for row, language in enumerate(fit.languages) if language is None]
    readable = np.flatnonzero(np.isin(numbers, known))[:_MOST_READ]
    if readable.size < _FEWEST_ROWS:
        rule = move_thresholds(manifest.thresholds, [before], [calibrated], rows, prior)
        policies = move_policies(dict(manifest.policies), (manifest.thresholds, rule), (before, calibrated), rows, prior)
        combined = replace(combined, thresholds=rule)
        entry, arrays = describe_encoder(combined)
        return RefittedArtefact(replace(classifier, thresholds=rule), rule, policies, entry, arrays)
    some = rows.take(readable)
    encoder = read_by_encoder(combined, fit.champion.reader.form, some, threads=threads)
    read = EncoderRows(some, weights[readable], (before[readable] - intercepts) / slopes, (after[readable] - intercepts) / slopes, encoder)
    return _refit_both(fit, classifier, combined, read, (before[readable], calibrated[readable]))


def _refit_both(
    fit: DifferenceFit, classifier: Classifier, old: CombinedReader, read: EncoderRows, ngrams: tuple[FloatArray, FloatArray]
) -> RefittedArtefact:
    """Refit the combination of both readers and what judges by it; ``ngrams`` are their calibrated log-odds before and after."""
    manifest, prior = fit.stored.manifest, fit.stored.manifest.prior
    new = refit_combination(old, read)
    heads = slice(0, LABEL_HEADS)
    before, after = (
        each.combination[0, heads] * own + each.combination[1, heads] * read.encoder + each.combination[2, heads]
        for each, own in ((old, read.before), (new, read.after))
    )
    maps = fit_head_maps(before, after, read.rows, read.weights, prior)
    combination = new.combination.copy()
    combination[:, heads] *= maps[0]
    combination[2, heads] += maps[1]
    new = replace(new, combination=combination)
    new = replace(new, alone=refit_alone(old, new, read, believed=trust(len(read.rows))))
    both = maps[0] * after + maps[1]
    # One rule for both readers, so that whatever the profile, what is called fine is what the policy approves.
    rule = move_thresholds(old.thresholds, [before, ngrams[0]], [both, ngrams[1]], read.rows, prior)
    new = replace(new, thresholds=rule)
    new = replace(new, curve=refit_curve((old, fit.champion), (new, classifier), read))
    policies = move_policies(dict(manifest.policies), (manifest.thresholds, rule), (before, both), read.rows, prior)
    entry, arrays = describe_encoder(new)
    return RefittedArtefact(replace(classifier, thresholds=rule), rule, policies, entry, arrays)


def _champions_encoder(fit: DifferenceFit) -> CombinedReader | None:
    return Moderator(fit.stored, profile=Profile.FULL).combined if len(fit.stored.manifest.readers) > 1 else None


def _calibrate(classifier: Classifier, maps: FloatArray) -> Classifier:
    calibration = dict(classifier.calibration)
    for head, name in enumerate(HEADS):
        factor, constant = float(maps[0, head]), float(maps[1, head])
        old = calibration[name]
        calibration[name] = Calibration(slope=old.slope * factor, intercept=old.intercept * factor + constant)
    return replace(classifier, calibration=calibration)


def _evenly(weights: FloatArray) -> NDArray[np.intp]:
    """Return the places of rows of which each comes as often as it weighs, as far as whole rows can, spread evenly."""
    if not weights.any():
        return np.zeros(0, np.intp)
    steps = np.floor(np.cumsum(weights) / weights.max() + 0.5)
    return np.flatnonzero(np.diff(steps, prepend=0.0) > 0)
