"""Adds the encoder that all packs share to the n-grams of each: how both are combined, the label rule, the policy and the cascade.

All of that is chosen on dev rows that were read again and may train, since the encoder has learnt from all others. The figures are those of
the same rows by cross-fitting: each half of them, drawn by a hash, is judged as the other half has it. Where a language has few such rows,
what is chosen on the rows of all languages counts more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from model.array_types import ByteArray, FloatArray
from model.artefact.arrays import array_bytes, array_header, describe_array
from model.artefact.manifest import Calibration, LabelThresholds, Prior
from model.classifier import Classifier
from model.comment import Comment, Format
from model.encoder.combined import CombinedReader
from model.encoder.script_pieces import PLAIN_FORM, read_vocabulary
from model.encoder.session import EncoderReader
from model.errors import ArtefactError
from model.ngrams.heads import LABEL_HEADS
from model.normaliser.lexicon import parse_lexicon
from model.policy import Policy
from model.profile import DEFAULT_RISK
from model.text.text_form import TextForm
from training.both_readers.cascade_risk import CascadeScores, cascade_curve
from training.both_readers.long_reading import scores_from_log_odds
from training.fit.combination import fit_alone
from training.fit.derived_policy import policy_from_dev_rows
from training.fit.label_thresholds import choose_thresholds
from training.languages.fit_packs import prepare_rows, raw_log_odds
from training.languages.pack_judgement import MOST_FINE_FLAGGED_BY_PACKS
from training.languages.pooled_combination import PackReadings, fit_pooled_combination
from training.metrics.halves import only_reports
from training.tables.labelled import Labelled

__all__ = ["CombinedPack", "SharedEncoder", "combine_packs", "read_both"]

_TOKENS = 64  # pieces that the encoder reads at once
_LONGEST_STEP = 3.0  # in log-odds
_OWN_ROWS = 150  # fine rows of a language by which its own threshold counts as much as that of all languages
_FEWEST_FINE = 20  # rows of a language, for it to have a say in the label rule
_FEWEST_FOR_OWN = 60  # rows of a language that its own cascade, and its own map of comments that the encoder has not read, are chosen by
_NETWORK, _PIECES = "network.npy", "pieces.npy"


@dataclass(frozen=True)
class SharedEncoder:
    """The encoder of all packs.

    Attributes:
        reader: reads the texts.
        arrays: its files, by name, uint8.
    """

    reader: EncoderReader
    arrays: Mapping[str, ByteArray]

    @classmethod
    def read(cls, folder: Path) -> "SharedEncoder":
        """Read the files ``network.npy`` and ``pieces.npy`` of a folder.

        Raises:
            ArtefactError: one of them is missing or damaged.
        """
        try:
            arrays = {name: np.load(folder / name, allow_pickle=False) for name in (_NETWORK, _PIECES)}
            vocabulary = read_vocabulary(arrays[_PIECES], PLAIN_FORM)
        except (OSError, ValueError) as error:
            raise ArtefactError(f"{folder}: holds no encoder: it needs {_NETWORK} and {_PIECES} ({type(error).__name__})") from error
        return cls(EncoderReader(arrays[_NETWORK], vocabulary, _TOKENS, parse_lexicon(b"")), arrays)

    def write(self, folder: Path) -> None:
        """Write both files as artefacts name them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in self.arrays.items():
            (folder / name).write_bytes(array_header(describe_array(array)) + bytes(array_bytes(array)))


@dataclass(frozen=True)
class CombinedPack:
    """The encoder combined with the n-grams of one pack.

    Attributes:
        classifier: the n-grams, with the label rule that both readers share.
        reader: the encoder, and how it is combined.
        policy: the default policy.
        full, cascade: scores of the dev rows of the language by cross-fitting, shape (n, 3).
    """

    classifier: Classifier
    reader: CombinedReader
    policy: Policy
    full: FloatArray
    cascade: FloatArray


def read_both(rows: Labelled, tag: str, classifier: Classifier, encoder: EncoderReader) -> PackReadings:
    """Have both readers read dev rows."""
    form = TextForm(tag)
    comments = [Comment("", text) for text in rows.text]
    log_odds = encoder.read([form.prepare_for_encoder(comment.text, Format.PLAIN) for comment in comments], threads=1)
    return PackReadings(rows, classifier, raw_log_odds(classifier, prepare_rows(rows, tag)), log_odds)


def combine_packs(readings: Mapping[str, PackReadings], encoder: EncoderReader, prior: Prior) -> dict[str, CombinedPack]:
    """Combine the encoder with the n-grams of packs.

    Args:
        readings: of dev rows, by tag; a language may have none that may choose.
        encoder: the encoder.
        prior: how common abuse is taken to be.
    """
    final = fit_pooled_combination(readings, prior)
    unlearnt = _cross_fit(readings, prior)
    choosing = {tag: np.flatnonzero(reading.rows.weight > 0) for tag, reading in readings.items()}
    pooled = _choose_pooled(
        {tag: readings[tag].take(rows) for tag, rows in choosing.items()}, [unlearnt[tag][rows] for tag, rows in choosing.items()], prior
    )
    return {tag: _combine_one(reading, encoder, final[tag], unlearnt[tag], pooled=pooled, prior=prior) for tag, reading in readings.items()}


def _cross_fit(readings: Mapping[str, PackReadings], prior: Prior) -> dict[str, FloatArray]:
    """Return for each language the log-odds of its rows by both readers, each half as the other has it, shape (n, 2)."""
    log_odds = {tag: np.empty((len(reading.rows), LABEL_HEADS)) for tag, reading in readings.items()}
    is_first = {tag: np.array([only_reports(row) for row in reading.rows.id], np.bool_) for tag, reading in readings.items()}
    for half in (False, True):
        others = {tag: reading.take(np.flatnonzero(is_first[tag] != half)) for tag, reading in readings.items()}
        for tag, combination in fit_pooled_combination(others, prior).items():
            judged = is_first[tag] == half
            log_odds[tag][judged] = _combine(combination, readings[tag])[judged]
    return log_odds


def _combine(combination: FloatArray, reading: PackReadings) -> FloatArray:
    ngrams, encoder, constant = combination
    log_odds: FloatArray = ngrams * reading.ngrams + encoder * reading.encoder + constant
    return log_odds


@dataclass(frozen=True)
class _Pooled:
    """What is chosen on the rows of all languages together.

    Attributes:
        rule: of the label.
        policy: the default policy.
        alone: what leads from the calibrated log-odds of the n-grams to those that both readers can be expected to give, shape (2, 2).
        curve: of the cascade, shape (k, 3).
    """

    rule: LabelThresholds
    policy: Policy
    alone: FloatArray
    curve: FloatArray


def _choose_pooled(readings: Mapping[str, PackReadings], log_odds: Sequence[FloatArray], prior: Prior) -> _Pooled:
    rows = Labelled.concat([reading.rows for reading in readings.values()])
    both_odds = np.concatenate(log_odds)
    both = scores_from_log_odds(both_odds)
    rule = choose_thresholds(both, rows, prior=prior, fine_flagged=MOST_FINE_FLAGGED_BY_PACKS)
    moved = [replace(reading, classifier=_move_to_rule(reading.classifier, rule)) for reading in readings.values()]
    calibrated = np.concatenate([reading.calibrated for reading in moved])
    fast = scores_from_log_odds(calibrated)
    alone = fit_alone(calibrated, both_odds)
    unread = scores_from_log_odds(alone[0] * calibrated + alone[1])
    curve = cascade_curve(CascadeScores(1 - fast[:, 0], unread, both), rows, rule, abusive=prior.abusive)
    return _Pooled(rule, policy_from_dev_rows(both, rows, prior=prior, rule=rule, clean=None), alone, curve)


def _combine_one(
    reading: PackReadings, encoder: EncoderReader, combination: FloatArray, log_odds: FloatArray, *, pooled: _Pooled, prior: Prior
) -> CombinedPack:
    """Combine the encoder with the n-grams of one pack.

    Args:
        reading: its dev rows, n.
        encoder: the encoder.
        combination: the factors and constants, shape (3, 2).
        log_odds: of the rows by both readers, by cross-fitting, shape (n, 2).
        pooled: what is chosen on the rows of all languages.
        prior: how common abuse is taken to be.
    """
    full, own = scores_from_log_odds(log_odds), np.flatnonzero(reading.rows.weight > 0)
    rule = _shrink_rule(pooled.rule, full[own], reading.rows.take(own), prior)
    classifier = _move_to_rule(reading.classifier, rule)
    fast = replace(reading, classifier=classifier).fast_scores
    slopes, intercepts = classifier.slopes, classifier.intercepts
    alone, curve = np.stack([pooled.alone[0] * slopes, pooled.alone[0] * intercepts + pooled.alone[1]]), pooled.curve
    if own.size >= _FEWEST_FOR_OWN:
        alone = fit_alone(reading.ngrams[own], log_odds[own])
        unread = scores_from_log_odds(alone[0] * reading.ngrams + alone[1])
        scores = CascadeScores(1 - fast[own, 0], unread[own], full[own])
        curve = _riskier(curve, cascade_curve(scores, reading.rows.take(own), rule, abusive=prior.abusive))
    combined = CombinedReader(encoder, combination, rule, curve, alone)
    is_read = 1 - fast[:, :1] >= combined.encoder_threshold(DEFAULT_RISK)
    cascade = np.where(is_read, full, scores_from_log_odds(alone[0] * reading.ngrams + alone[1]))
    policy = replace(
        pooled.policy,
        review_abusive=rule.abusive,
        review_hateful=rule.abusive,
        reject_abusive=max(pooled.policy.reject_abusive, rule.abusive),
        reject_hateful=max(pooled.policy.reject_hateful, rule.abusive),
    )
    return CombinedPack(classifier, combined, policy, full, cascade)


def _move_to_rule(classifier: Classifier, rule: LabelThresholds) -> Classifier:
    """Return a classifier of n-grams with another label rule, its log-odds moved so far that it calls as much abusive as by its own.

    A pack has one rule for all profiles, so that whatever the profile, what is called fine is what the policy approves.
    """
    step = float(np.clip(logit(rule.abusive) - logit(classifier.thresholds.abusive), -_LONGEST_STEP, _LONGEST_STEP))
    moved = {head: Calibration(slope=old.slope, intercept=old.intercept + step) for head, old in classifier.calibration.items()}
    return replace(classifier, thresholds=rule, calibration=moved)


def _shrink_rule(pooled: LabelThresholds, both: FloatArray, rows: Labelled, prior: Prior) -> LabelThresholds:
    """Return the label rule of a language, whose first threshold lies between its own and that of all languages."""
    fine = int((rows.abusive == 0).sum())
    if fine < _FEWEST_FINE or not (rows.abusive == 1).any():
        return pooled
    own = choose_thresholds(both, rows, prior=prior, hateful=pooled.hateful, fine_flagged=MOST_FINE_FLAGGED_BY_PACKS)
    share = fine / (fine + _OWN_ROWS)
    return pooled.model_copy(update={"abusive": float(expit(share * logit(own.abusive) + (1 - share) * logit(pooled.abusive)))})


def _riskier(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return a curve of a cascade with the larger risk of two at every threshold of the first."""
    places = np.searchsorted(other[:, 0], one[:, 0], side="left")
    risks = np.where(places < len(other), other[np.minimum(places, len(other) - 1), 1], 1.0)
    return np.column_stack([one[:, 0], np.maximum(one[:, 1], risks), one[:, 2]])
