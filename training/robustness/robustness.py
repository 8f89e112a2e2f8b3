"""Measures how many flagged comments escape, and how many clean ones are flagged, after attacks on their spelling or length.

A comment is flagged if its P(abusive) is above the score that 5 % of the clean conversation exceeds: the threshold at which an
evaluation measures recall. Attacks on words edit the three words that weigh most for abuse, by the exact explanation of the score.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from model.array_types import BoolArray, FloatArray
from model.classifier import Classifier
from model.comment import Comment
from model.decisions import CommentJudge
from model.explain import explain_scores
from model.moderator import Moderator
from model.text.pipeline import prepare
from training.metrics.source_metrics import ABUSIVE_FPR
from training.public_keys import stored_as
from training.robustness.attacks import ATTACKS, LONG_ATTACKS, Attack, attack_rng
from training.tables.labelled import Labelled

__all__ = ["AttackResult", "RobustnessResults", "ShareInterval", "heaviest_words", "measure_robustness"]

_EDITED_WORDS = 3
_FEWEST_LETTERS = 3  # of a word that is edited
_MOST_LONG = 2000  # comments under an attack that makes them very long
_LONG_DIVISOR = 8  # by which an attack that makes comments long divides the limit
_BATCH = 512  # comments
_Z = 1.96  # standard errors on each side of a 95 % interval
_ADDRESS = re.compile(r"https?:|www\.|@", re.IGNORECASE)
_LETTER_OR_DIGIT = re.compile(r"[^\W_]", re.UNICODE)


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A share, or a difference of shares, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AttackResult:
    """The effect of an attack.

    Attributes:
        attack: its name in ``ATTACKS``.
        true_positives: number of abusive comments, flagged without the attack, that were attacked.
        escaped: of these, the share that is no longer flagged (Wilson's interval).
        clean: number of clean comments that were attacked.
        newly_flagged: of these, the share that is flagged only after the attack (Wilson's interval).
        over_reach: increase of the share of flagged clean comments (paired differences, normal interval).
    """

    attack: str
    true_positives: int = field(metadata=stored_as("caught"))
    escaped: ShareInterval
    clean: int
    newly_flagged: ShareInterval
    over_reach: ShareInterval


@dataclass(frozen=True, slots=True)
class RobustnessResults:
    """The effects of several attacks.

    Attributes:
        threshold: P(abusive) that 5 % of the clean conversation exceeds.
        abusive: number of abusive comments.
        true_positives: number of these that are flagged without an attack.
        attacks: in the order of the attacks asked for.
    """

    threshold: float
    abusive: int
    true_positives: int
    attacks: tuple[AttackResult, ...]


def measure_robustness(
    subject: Moderator | Classifier,
    rows: Labelled,
    *,
    judge: CommentJudge | None = None,
    clean: Collection[str] | None = None,
    attacks: Mapping[str, Attack] = ATTACKS,
    limit: int | None = None,
    seed: int = 0,
    scores: FloatArray | None = None,
    progress: Callable[[float], None] | None = None,
) -> RobustnessResults:
    """Attack comments and measure how many escape, and how many clean ones are flagged.

    Args:
        subject: what is attacked; a moderator with its profile. The words that are edited are those that weigh most for its n-grams.
        rows: n comments; those known to be abusive, and fine ones of the clean sources, are used.
        judge: the judge of comments with a moderator, if it is not the moderator itself.
        clean: sources whose fine rows are clean conversation; None for all.
        attacks: by name.
        limit: the largest number of flagged abusive comments, and of clean ones, that are attacked, drawn at random; None for all.
            For attacks that make a comment very long it is an eighth of that, and at most 2,000.
        seed: of the draw, and of the attacks.
        scores: P(abusive) of the rows, shape (n,); None to compute it.
        progress: called with the share of the attacks that is done.

    Raises:
        ValueError: there are no abusive comments or no clean ones.
    """
    classifier = subject.classifier if isinstance(subject, Moderator) else subject
    reader: Classifier | CommentJudge = judge or subject
    is_abusive = rows.abusive == 1
    is_clean = (rows.abusive == 0) & (np.isin(rows.source, list(clean)) if clean is not None else True)
    if not is_clean.any() or not is_abusive.any():
        raise ValueError("rows hold no clean or no abusive comments: both are needed")
    abusive = _abusive_scores(reader, rows.text) if scores is None else scores
    threshold = float(np.quantile(abusive[is_clean], 1 - ABUSIVE_FPR))
    true_positives = np.flatnonzero(is_abusive & (abusive > threshold))
    rng = np.random.default_rng(seed)
    positive_sample = rng.permutation(true_positives)[:limit]
    clean_sample = rng.permutation(np.flatnonzero(is_clean))[:limit]
    positive_targets, clean_targets = (
        [_Target.of(classifier, rows.text[row]) for row in sample] for sample in (positive_sample, clean_sample)
    )
    flagged_before = abusive[clean_sample] > threshold
    results = []
    for number, (name, attack) in enumerate(attacks.items(), start=1):
        most = _attack_limit(name, limit)
        still_flagged, flagged_after = (
            _scores_after(reader, targets[:most], attack=attack, name=name, seed=seed) > threshold
            for targets in (positive_targets, clean_targets)
        )
        results.append(_attack_result(name, still_flagged, flagged_before[:most], flagged_after))
        if progress:
            progress(number / len(attacks))
    return RobustnessResults(threshold, int(is_abusive.sum()), true_positives.size, tuple(results))


def _attack_limit(name: str, limit: int | None) -> int | None:
    """Return the largest number of comments under an attack; None for no limit."""
    if name not in LONG_ATTACKS:
        return limit
    return min(limit // _LONG_DIVISOR, _MOST_LONG) if limit else _MOST_LONG


def heaviest_words(classifier: Classifier, text: str, *, most: int = _EDITED_WORDS) -> tuple[tuple[int, int], ...]:
    """Return the words of a text that weigh most for abuse, as ranges of code points in the order of the text.

    The weight of a word is its contribution to ``-log(1 - P(abusive))``, to first order: its contributions to the log-odds of both
    heads, each times the probability of the head. Words of fewer than three letters, addresses and mentions are left alone.
    """
    explanation = explain_scores(classifier, Comment("", text))
    weights = explanation.contributions[:, :2] @ (1 / (1 + np.exp(-explanation.log_odds[:2])))
    words: list[tuple[int, int]] = []
    for feature in np.argsort(-weights, kind="stable"):
        begin, end = int(explanation.begin[feature]), int(explanation.end[feature])
        word = text[begin:end]
        overlaps = any(begin < other_end and other_begin < end for other_begin, other_end in words)
        if overlaps or len(_LETTER_OR_DIGIT.findall(word)) < _FEWEST_LETTERS or _ADDRESS.match(word):
            continue
        words.append((begin, end))
        if len(words) == most:
            break
    return tuple(sorted(words))


@dataclass(frozen=True, slots=True)
class _Target:
    """A text, and its words that attacks edit."""

    text: str
    words: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, classifier: Classifier, text: str) -> "_Target":
        return cls(text, heaviest_words(classifier, text))


def _abusive_scores(reader: Classifier | CommentJudge, texts: Sequence[str]) -> FloatArray:
    """Return P(abusive) of texts, shape (n,); 0 for a text that holds nothing to judge."""
    comments = [Comment("", text) for text in texts]
    scores = reader.score(prepare(comments)).scores if isinstance(reader, Classifier) else reader.decide(comments).scores
    abusive: FloatArray = np.nan_to_num(1 - scores[:, 0])
    return abusive


def _scores_after(reader: Classifier | CommentJudge, targets: Sequence[_Target], *, attack: Attack, name: str, seed: int) -> FloatArray:
    """Return P(abusive) after an attack, shape (n,)."""
    parts = [np.empty(0)]
    # In batches, because some attacks make long texts.
    for first in range(0, len(targets), _BATCH):
        batch = targets[first : first + _BATCH]
        texts = [attack(target.text, target.words, attack_rng(target.text, attack=name, seed=seed)) for target in batch]
        parts.append(_abusive_scores(reader, texts))
    return np.concatenate(parts)


def _attack_result(name: str, still_flagged: BoolArray, before: BoolArray, after: BoolArray) -> AttackResult:
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    return AttackResult(
        attack=name,
        true_positives=still_flagged.size,
        escaped=_wilson(int((~still_flagged).sum()), still_flagged.size),
        clean=after.size,
        newly_flagged=_wilson(gained, after.size),
        over_reach=_paired_difference(gained, lost, after.size),
    )


def _wilson(hits: int, size: int, z: float = _Z) -> ShareInterval:
    """Return a share with Wilson's score interval (Wilson 1927); 0 with the interval from 0 to 1 if ``size`` is 0."""
    if not size:
        return ShareInterval(0.0, 0.0, 1.0)
    share = hits / size
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    return ShareInterval(share, max(0.0, middle - half), min(1.0, middle + half))


def _paired_difference(gained: int, lost: int, size: int, z: float = _Z) -> ShareInterval:
    """Return the difference of two shares of the same comments with its normal interval, from the numbers of changes each way."""
    if not size:
        return ShareInterval(0.0, -1.0, 1.0)
    value = (gained - lost) / size
    half = z * sqrt(max(gained + lost - (gained - lost) ** 2 / size, 0.0)) / size
    return ShareInterval(value, max(-1.0, value - half), min(1.0, value + half))
