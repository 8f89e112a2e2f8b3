"""What follows from the log-odds of the heads: probabilities, scores, label codes, verdict codes.

Compiled, because in NumPy these are some thirty steps of a microsecond each: for a single comment, more than it takes to
read its 300 bytes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.compiled import inner, kernel

__all__ = ["Bounds", "Judgement", "judge", "label_codes", "probabilities_and_scores", "verdict_codes"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]


class Bounds(NamedTuple):
    """Lowest scores: of what is called abusive and what of that hateful; abusive and hateful that ask for review, for rejection."""

    abusive: float
    hateful: float
    review: tuple[float, float]
    reject: tuple[float, float]


class Judgement(NamedTuple):
    """What follows for n comments; NaN and -1 where there was nothing to read.

    Attributes:
        probabilities: of each head, float64, shape (n, heads).
        scores: of fine, toxic and hateful, float64, shape (n, 3).
        labels: as of ``label_codes``.
        verdicts: as of ``verdict_codes``.
        empty: places of the comments without anything to read.
    """

    probabilities: Floats
    scores: Floats
    labels: Codes
    verdicts: Codes
    empty: Sequence[int]


def judge(log_odds: Floats, where: npt.NDArray[np.int64], *, lines: Floats, bounds: Bounds) -> Judgement:
    """Do all that follows from the log-odds in one go.

    Args:
        log_odds: of each head, shape (n, heads).
        where: the range of normalised bytes that they are of, shape (n, 2); one that ends at 0 is of nothing.
        lines: as of ``features.Weights``; the calibration is taken from there.
        bounds: the thresholds.
    """
    n = len(log_odds)
    made = Judgement(np.empty(log_odds.shape), np.empty((n, 3)), np.empty(n, np.int8), np.empty(n, np.int8), ())
    empty = _judge(log_odds, where, lines, bounds, made.probabilities, made.scores, made.labels, made.verdicts)
    return made._replace(empty=np.flatnonzero(where[:, 1] == 0).tolist()) if empty else made


def probabilities_and_scores(log_odds: Floats, slopes: Floats, intercepts: Floats) -> tuple[Floats, Floats]:
    """Calibrate log-odds and make probabilities of them.

    Args:
        log_odds: of each head, shape (n, heads); the first two are those of the label.
        slopes: of each head's calibration, shape (heads,).
        intercepts: of each head's calibration, shape (heads,).

    Returns:
        The probability of each head, shape (n, heads), and the scores of fine, toxic and hateful, shape (n, 3).
    """
    probabilities, scores = np.empty(log_odds.shape), np.empty((len(log_odds), 3))
    _probabilities_and_scores(log_odds, slopes, intercepts, probabilities, scores)
    return probabilities, scores


def label_codes(scores: Floats, *, abusive: float, hateful: float) -> Codes:
    """Apply the label rule.

    Args:
        scores: of fine, toxic and hateful, shape (n, 3).
        abusive: lowest 1 - fine of what is not fine.
        hateful: of that, lowest hateful / (1 - fine) of what is hateful rather than toxic.

    Returns:
        0 fine, 1 toxic, 2 hateful; shape (n,).
    """
    codes = np.empty(len(scores), np.int8)
    _label_codes(scores, abusive, hateful, codes)
    return codes


def verdict_codes(abusive: Floats, hateful: Floats, *, review: tuple[float, float], reject: tuple[float, float]) -> Codes:
    """Compare scores with thresholds.

    Args:
        abusive: probabilities, shape (n,).
        hateful: probabilities, shape (n,).
        review: lowest abusive and lowest hateful that a human should see.
        reject: lowest abusive and lowest hateful that is turned away.

    Returns:
        2 reject, else 1 review, else 0 approve; -1 where a score is NaN; shape (n,).
    """
    codes = np.empty(len(abusive), np.int8)
    _verdict_codes(np.ascontiguousarray(abusive), np.ascontiguousarray(hateful), review, reject, codes)
    return codes


@inner
def _expand(log_odds: Floats, slopes: Floats, intercepts: Floats, probabilities: Floats, scores: Floats) -> None:
    """Do one comment: log_odds, slopes, intercepts and probabilities of shape (heads,), scores of shape (3,)."""
    for head in range(log_odds.size):
        probabilities[head] = 1 / (1 + np.exp(-(slopes[head] * log_odds[head] + intercepts[head])))
    hateful, given = probabilities[0], probabilities[1]
    scores[0] = (1 - hateful) * (1 - given)
    scores[1] = (1 - hateful) * given
    scores[2] = hateful


@inner
def _label(fine: float, hateful: float, abusive_bound: float, hateful_bound: float) -> int:
    p = 1 - fine
    if p >= abusive_bound:
        return 2 if hateful >= hateful_bound * p else 1
    return 0


@inner
def _verdict(abusive: float, hateful: float, review: tuple[float, float], reject: tuple[float, float]) -> int:
    if np.isnan(abusive) or np.isnan(hateful):
        return -1
    if abusive >= reject[0] or hateful >= reject[1]:
        return 2
    return 1 if abusive >= review[0] or hateful >= review[1] else 0


@kernel
def _judge(
    log_odds: Floats,
    where: npt.NDArray[np.int64],
    lines: Floats,
    bounds: Bounds,
    probabilities: Floats,
    scores: Floats,
    labels: Codes,
    verdicts: Codes,
) -> int:
    """Fill the last four; return how many comments are empty."""
    empty = 0
    for i in range(len(log_odds)):
        if where[i, 1] == 0:
            empty += 1
            probabilities[i] = np.nan
            scores[i] = np.nan
            labels[i] = verdicts[i] = -1
            continue
        _expand(log_odds[i], lines[4], lines[5], probabilities[i], scores[i])
        labels[i] = _label(scores[i, 0], scores[i, 2], bounds.abusive, bounds.hateful)
        verdicts[i] = _verdict(1 - scores[i, 0], scores[i, 2], bounds.review, bounds.reject)
    return empty


@kernel
def _probabilities_and_scores(log_odds: Floats, slopes: Floats, intercepts: Floats, probabilities: Floats, scores: Floats) -> None:
    for i in range(len(log_odds)):
        _expand(log_odds[i], slopes, intercepts, probabilities[i], scores[i])


@kernel
def _label_codes(scores: Floats, abusive: float, hateful: float, codes: Codes) -> None:
    for i in range(len(scores)):
        codes[i] = _label(scores[i, 0], scores[i, 2], abusive, hateful)


@kernel
def _verdict_codes(abusive: Floats, hateful: Floats, review: tuple[float, float], reject: tuple[float, float], codes: Codes) -> None:
    for i in range(len(abusive)):
        codes[i] = _verdict(abusive[i], hateful[i], review, reject)
