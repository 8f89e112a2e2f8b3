"""What follows from the log-odds of the heads: probabilities, scores, label codes, verdict codes.

Compiled, because in NumPy these are some thirty steps of a microsecond each: for a single comment, more than it takes to
read its 300 bytes.
"""

import numpy as np
import numpy.typing as npt

from model.compiled import kernel

__all__ = ["label_codes", "probabilities_and_scores", "verdict_codes"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]


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


@kernel
def _probabilities_and_scores(log_odds: Floats, slopes: Floats, intercepts: Floats, probabilities: Floats, scores: Floats) -> None:
    for i in range(len(log_odds)):
        for head in range(log_odds.shape[1]):
            probabilities[i, head] = 1 / (1 + np.exp(-(slopes[head] * log_odds[i, head] + intercepts[head])))
        hateful, given = probabilities[i, 0], probabilities[i, 1]
        scores[i, 0] = (1 - hateful) * (1 - given)
        scores[i, 1] = (1 - hateful) * given
        scores[i, 2] = hateful


@kernel
def _label_codes(scores: Floats, abusive: float, hateful: float, codes: Codes) -> None:
    for i in range(len(scores)):
        p = 1 - scores[i, 0]
        if p >= abusive:
            codes[i] = 2 if scores[i, 2] >= hateful * p else 1
        else:
            codes[i] = 0


@kernel
def _verdict_codes(abusive: Floats, hateful: Floats, review: tuple[float, float], reject: tuple[float, float], codes: Codes) -> None:
    for i in range(len(abusive)):
        if np.isnan(abusive[i]) or np.isnan(hateful[i]):
            codes[i] = -1
        elif abusive[i] >= reject[0] or hateful[i] >= reject[1]:
            codes[i] = 2
        else:
            codes[i] = 1 if abusive[i] >= review[0] or hateful[i] >= review[1] else 0
